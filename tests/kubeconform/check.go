package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/yannh/kubeconform/pkg/validator"
)

// run is one pass over the files, for one version of Kubernetes.
type run struct {
	version   string
	validator validator.Validator
	skipped   map[string]int // by kind; a kind that is to be skipped is there from the beginning
	files     int
	objects   int
	wrong     int
}

func newRun(version string, schemas, skip []string) (*run, error) {
	kinds, skipped := map[string]struct{}{}, map[string]int{}
	for _, kind := range skip {
		kinds[kind], skipped[kind] = struct{}{}, 0
	}
	made, err := validator.New(schemas, validator.Opts{KubernetesVersion: version, Strict: true, SkipKinds: kinds})
	return &run{version: version, validator: made, skipped: skipped}, err
}

func (r *run) fail(format string, arguments ...any) {
	r.wrong++
	fmt.Fprintf(os.Stderr, "Kubernetes "+r.version+": "+format+"\n", arguments...)
}

// results are those of the objects of a file, which has some.
func (r *run) results(file string) []validator.Result {
	text, err := os.Open(file)
	if err != nil {
		r.fail("%v", err)
		return nil
	}
	var results []validator.Result
	for _, result := range r.validator.Validate(file, text) {
		if result.Status != validator.Empty {
			results = append(results, result)
		}
	}
	if len(results) == 0 {
		r.fail("%s: there is no object in it", file)
	}
	return results
}

// name of an object, for people.
func name(result validator.Result) string {
	signature, err := result.Resource.Signature()
	if err != nil {
		return "an object"
	}
	return signature.Kind + "/" + signature.Name
}

// where the schema is on this machine, which helps nobody.
var location = regexp.MustCompile(`problem validating schema\. Check JSON formatting: jsonschema validation failed with '[^']*' *-? *`)

func said(result validator.Result) string {
	if result.Err == nil {
		return ""
	}
	return location.ReplaceAllString(result.Err.Error(), "")
}

// valid sees that all objects of a file are valid or to be skipped.
func (r *run) valid(file string) {
	r.files++
	for _, result := range r.results(file) {
		switch result.Status {
		case validator.Valid:
			r.objects++
		case validator.Skipped:
			signature, _ := result.Resource.Signature()
			r.skipped[signature.GroupVersionKind()]++
		default:
			r.fail("%s: %s: %s", file, name(result), said(result))
		}
	}
}

// unserved sees that there is a schema for no object of a file.
func (r *run) unserved(file string) {
	for _, result := range r.results(file) {
		if result.Status != validator.Error || !strings.Contains(said(result), "could not find schema") {
			r.fail("%s: %s: is served, and is not expected to be", file, name(result))
		}
	}
}

// refused sees that each object of each file of a folder is wrong as the head of the file says.
func (r *run) refused(folder string) {
	files, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if err != nil || len(files) == 0 {
		r.fail("no file in %s", folder)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			r.fail("%v", err)
			continue
		}
		head := regexp.MustCompile(`(?m)^# says: (.+)$`).FindSubmatch(text)
		if head == nil {
			r.fail("%s: does not say what is to be said", file)
			continue
		}
		for _, result := range r.results(file) {
			if result.Status == validator.Valid || !strings.Contains(said(result), string(head[1])) {
				r.fail("%s: %s: is not refused with %q: %s", file, name(result), head[1], said(result))
			}
		}
	}
}

func (r *run) end() error {
	skipped := ""
	for _, kind := range slices.Sorted(maps.Keys(r.skipped)) {
		count := r.skipped[kind]
		if count == 0 {
			r.fail("%s is to be skipped, and there is none", kind)
		}
		skipped += fmt.Sprintf(", %d %s skipped", count, kind)
	}
	if r.wrong > 0 {
		return fmt.Errorf("%d of what was checked for Kubernetes %s is wrong", r.wrong, r.version)
	}
	fmt.Printf("kubeconform: Kubernetes %s: %d objects of %d files are valid%s\n", r.version, r.objects, r.files, skipped)
	return nil
}
