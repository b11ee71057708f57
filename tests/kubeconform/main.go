// onhook-kubeconform validates manifests as kubeconform does with -strict, by schemas that are on this machine:
//
//	onhook-kubeconform schemas -version VERSION -openapi FOLDER -out FOLDER [FOLDER OF CRDS]...
//	onhook-kubeconform check -version VERSION -schemas FOLDER -crds FOLDER [-skip KINDS] [-unserved FILE] [-refused FOLDER] FILE...
//
// The first makes the schemas of one version of Kubernetes, of the OpenAPI documents in its source and of CRDs. The second
// validates: each object of each file is valid, or skipped because -skip names its kind; that version knows no object of
// -unserved; and each file of -refused is refused with what its head says (`# says: TEXT`).
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	err := fmt.Errorf("which one: schemas or check")
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "schemas":
			err = schemas(os.Args[2:])
		case "check":
			err = check(os.Args[2:])
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "onhook-kubeconform:", err)
		os.Exit(1)
	}
}

// folderOf is where kubeconform's default layout has the schemas of a version.
func folderOf(schemas, version string) string {
	return filepath.Join(schemas, "v"+version+"-standalone-strict")
}

func schemas(arguments []string) error {
	flags := flag.NewFlagSet("schemas", flag.ExitOnError)
	version := flags.String("version", "", "version of Kubernetes, such as 1.37.2")
	openapi := flags.String("openapi", "", "folder of its OpenAPI documents (v3)")
	out := flags.String("out", "", "folder to write below")
	flags.Parse(arguments)
	folder := folderOf(*out, *version)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	if err := writeKubernetes(*openapi, folder); err != nil {
		return err
	}
	for _, crds := range flags.Args() {
		if err := writeCustom(crds, folder, folder); err != nil {
			return err
		}
	}
	return nil
}

func check(arguments []string) error {
	flags := flag.NewFlagSet("check", flag.ExitOnError)
	version := flags.String("version", "", "version of Kubernetes, such as 1.37.2")
	made := flags.String("schemas", "", "folder of the schemas that were made")
	crds := flags.String("crds", "", "folder of the project's CRDs")
	skip := flags.String("skip", "", "kinds without a schema, as group/version/Kind, with commas between them")
	unserved := flags.String("unserved", "", "a file of objects that this version does not know")
	refused := flags.String("refused", "", "folder of files that are refused")
	flags.Parse(arguments)
	own, err := os.MkdirTemp("", "onhook-kubeconform-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(own)
	folder := folderOf(own, *version)
	if err := os.Mkdir(folder, 0o755); err != nil {
		return err
	}
	if err := writeCustom(*crds, folderOf(*made, *version), folder); err != nil {
		return err
	}
	run, err := newRun(*version, []string{*made, own}, strings.FieldsFunc(*skip, func(c rune) bool { return c == ',' }))
	if err != nil {
		return err
	}
	for _, file := range flags.Args() {
		run.valid(file)
	}
	if *unserved != "" {
		run.unserved(*unserved)
	}
	if *refused != "" {
		run.refused(*refused)
	}
	return run.end()
}
