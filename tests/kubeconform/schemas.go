package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"
)

// object is a schema, or whatever else is an object in JSON.
type object = map[string]any

const (
	reference  = "#/components/schemas/"
	definition = "#/definitions/"
	objectMeta = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
	// Lists what a server of a version serves, as helm's --api-versions takes it.
	served = "served"
)

// stable names the document of a group's version. Alpha and beta versions are left out: no server has them switched on by
// itself.
var stable = regexp.MustCompile(`^apis?__(?:(.+)__)?(v\d+)_openapi\.json$`)

// writeKubernetes makes a schema of each kind of the OpenAPI documents, one for ObjectMeta, and the list of what is served.
func writeKubernetes(openapi, folder string) error {
	entries, err := os.ReadDir(openapi)
	if err != nil {
		return err
	}
	var kinds []string
	for _, entry := range entries {
		found := stable.FindStringSubmatch(entry.Name())
		if found == nil {
			continue
		}
		var document struct {
			Components struct{ Schemas map[string]object }
		}
		if err := readJSON(filepath.Join(openapi, entry.Name()), &document); err != nil {
			return err
		}
		written, err := writeGroup(document.Components.Schemas, found[1], found[2], folder)
		if err != nil {
			return err
		}
		kinds = append(kinds, written...)
		if found[1] == "" {
			if err := writeJSON(filepath.Join(folder, objectMeta+".json"), standalone(document.Components.Schemas, objectMeta)); err != nil {
				return err
			}
		}
	}
	if len(kinds) < 50 {
		return fmt.Errorf("only %d kinds were found in %s", len(kinds), openapi)
	}
	return os.WriteFile(filepath.Join(folder, served), []byte(strings.Join(kinds, "\n")+"\n"), 0o644)
}

// writeGroup makes a schema of each kind of one version of a group, and names them.
func writeGroup(all map[string]object, group, version, folder string) ([]string, error) {
	var kinds []string
	for name, one := range all {
		names, _ := one["x-kubernetes-group-version-kind"].([]any)
		if len(names) != 1 {
			continue // none is an object of its own, and those of several groups (DeleteOptions) are nobody's manifest
		}
		of := names[0].(object)
		kind := of["kind"].(string)
		if of["group"] != group || of["version"] != version || strings.HasSuffix(kind, "List") {
			continue
		}
		made := standalone(all, name)
		is(made, group, version, kind)
		if err := writeJSON(filepath.Join(folder, fileOf(group, version, kind)), made); err != nil {
			return nil, err
		}
		kinds = append(kinds, apiVersion(group, version)+"/"+kind)
	}
	slices.Sort(kinds)
	return kinds, nil
}

// writeCustom makes a schema of each served version of each CRD in a folder. `kubernetes` has the one for ObjectMeta.
func writeCustom(crds, kubernetes, folder string) error {
	files, err := filepath.Glob(filepath.Join(crds, "*.yaml"))
	if err != nil || len(files) == 0 {
		return fmt.Errorf("there is no CRD in %s", crds)
	}
	for _, file := range files {
		if filepath.Base(file) == "kustomization.yaml" {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		var crd struct {
			Kind string
			Spec struct {
				Group    string
				Names    struct{ Kind string }
				Versions []struct {
					Name   string
					Served bool
					Schema struct{ OpenAPIV3Schema object }
				}
			}
		}
		if err := yaml.Unmarshal(text, &crd); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		if crd.Kind != "CustomResourceDefinition" {
			return fmt.Errorf("%s is no CRD", file)
		}
		for _, version := range crd.Spec.Versions {
			if !version.Served {
				continue
			}
			made := strict(version.Schema.OpenAPIV3Schema, true)
			if err := describeMetadata(made, kubernetes); err != nil {
				return err
			}
			is(made, crd.Spec.Group, version.Name, crd.Spec.Names.Kind)
			path := filepath.Join(folder, fileOf(crd.Spec.Group, version.Name, crd.Spec.Names.Kind))
			if err := writeJSON(path, made); err != nil {
				return err
			}
		}
	}
	return nil
}

// describeMetadata says what metadata holds, which a CRD leaves to the server, beside what the CRD says of it.
func describeMetadata(made object, kubernetes string) error {
	var meta object
	if err := readJSON(filepath.Join(kubernetes, objectMeta+".json"), &meta); err != nil {
		return err
	}
	definitions := meta["definitions"].(object)
	delete(meta, "definitions")
	definitions[objectMeta] = meta
	made["definitions"] = definitions
	properties := made["properties"].(object)
	both := []any{object{"$ref": definition + objectMeta}}
	if more, is := properties["metadata"].(object); is {
		delete(more, "additionalProperties")
		both = append(both, more)
	}
	properties["metadata"] = object{"allOf": both}
	return nil
}

// standalone is a schema with all that it refers to.
func standalone(all map[string]object, name string) object {
	root := strict(all[name], true)
	definitions := object{}
	var follow func(any)
	follow = func(in any) {
		switch in := in.(type) {
		case []any:
			for _, one := range in {
				follow(one)
			}
		case object:
			for _, one := range in {
				follow(one)
			}
			target, is := in["$ref"].(string)
			if !is {
				return
			}
			target = strings.TrimPrefix(target, definition)
			if _, is := definitions[target]; !is {
				definitions[target] = strict(all[target], true)
				follow(definitions[target])
			}
		}
	}
	follow(root)
	root["definitions"] = definitions
	return root
}

// is has a schema take one kind only: a file is found by the first word of its group.
func is(made object, group, version, kind string) {
	made["$schema"] = "http://json-schema.org/draft-04/schema#"
	properties := made["properties"].(object)
	properties["apiVersion"] = object{"type": "string", "enum": []any{apiVersion(group, version)}}
	properties["kind"] = object{"type": "string", "enum": []any{kind}}
}

// strict is a schema of OpenAPI as JSON Schema has it, without words for people, and without fields that it does not name
// where it is `closed`: what stands in allOf, anyOf, oneOf and not says more of an object, and not all of it.
func strict(from object, closed bool) object {
	made := object{}
	for key, value := range from {
		switch key {
		case "description", "default", "example", "nullable":
		case "$ref":
			made[key] = definition + strings.TrimPrefix(value.(string), reference)
		case "properties":
			fields := object{}
			for name, field := range value.(object) {
				fields[name] = strict(field.(object), closed)
			}
			made[key] = fields
		case "items", "not", "additionalProperties":
			if below, is := value.(object); is {
				value = strict(below, closed && key != "not")
			}
			made[key] = value
		case "allOf", "anyOf", "oneOf":
			var branches []any
			for _, branch := range value.([]any) {
				branches = append(branches, strict(branch.(object), false))
			}
			made[key] = branches
		default:
			if !strings.HasPrefix(key, "x-kubernetes-") {
				made[key] = value
			}
		}
	}
	_, named := made["properties"]
	_, more := made["additionalProperties"]
	if closed && named && !more && from["x-kubernetes-preserve-unknown-fields"] != true {
		made["additionalProperties"] = false
	}
	if from["x-kubernetes-int-or-string"] == true {
		delete(made, "type")
		made["anyOf"] = []any{object{"type": "integer"}, object{"type": "string"}}
	}
	// What only refers says so in OpenAPI by an allOf of one; without it an error is shorter.
	if only, is := made["allOf"].([]any); is && len(only) == 1 && len(made) == 1 {
		made = only[0].(object)
	}
	if from["nullable"] == true {
		made = object{"anyOf": []any{object{"type": "null"}, made}}
	}
	return made
}

func apiVersion(group, version string) string {
	if group == "" {
		return version
	}
	return group + "/" + version
}

// fileOf is where kubeconform's default layout has a kind.
func fileOf(group, version, kind string) string {
	first, _, _ := strings.Cut(group, ".")
	if first != "" {
		first += "-"
	}
	return strings.ToLower(kind + "-" + first + version + ".json")
}

func readJSON(file string, into any) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

func writeJSON(file string, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return os.WriteFile(file, text, 0o644)
}
