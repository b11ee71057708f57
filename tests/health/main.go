// onhook-health says how an object looks to kstatus, Argo CD and Flux:
//
//	onhook-health [-project FOLDER] [FILE]    reads one object, YAML or JSON, from the file or from standard input
//	onhook-health [-project FOLDER] -check    tries every health_test.yaml, and what tests/health/expected.yaml says
//
// Argo CD is the Lua below examples/argocd, with no more libraries than Argo CD gives it; Flux is the healthCheckExprs of
// examples/flux, by Flux's own evaluator.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"github.com/fluxcd/pkg/apis/kustomize"
	"github.com/fluxcd/pkg/runtime/cel"
	lua "github.com/yuin/gopher-lua"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

const customizations = "examples/argocd/resource_customizations"

type health struct {
	Status  string `json:"status"`
	Message string `json:"message,omitempty"`
}

type answer struct {
	Kstatus health `json:"kstatus"`
	Argo    health `json:"argo"`
	Flux    health `json:"flux"`
}

func main() {
	project := flag.String("project", ".", "folder of the project")
	check := flag.Bool("check", false, "try every health_test.yaml and what tests/health/expected.yaml says")
	flag.Parse()
	err := run(*project, *check, flag.Arg(0))
	if err != nil {
		fmt.Fprintln(os.Stderr, "onhook-health:", err)
		os.Exit(1)
	}
}

func run(project string, check bool, file string) error {
	if check {
		if err := os.Chdir(project); err != nil {
			return err
		}
		return checkAll()
	}
	var text []byte
	var err error
	if file == "" || file == "-" {
		text, err = io.ReadAll(os.Stdin)
	} else {
		text, err = os.ReadFile(file)
	}
	if err != nil {
		return err
	}
	if err := os.Chdir(project); err != nil {
		return err
	}
	said, err := assess(text)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(said)
}

func assess(text []byte) (answer, error) {
	var said answer
	text, err := yaml.YAMLToJSON(text)
	if err != nil {
		return said, err
	}
	object := &unstructured.Unstructured{}
	if err := object.UnmarshalJSON(text); err != nil {
		return said, err
	}
	if said.Kstatus, err = kstatus(object); err != nil {
		return said, err
	}
	if said.Argo, err = argo(object); err != nil {
		return said, err
	}
	said.Flux, err = flux(object, said.Kstatus)
	return said, err
}

func kstatus(object *unstructured.Unstructured) (health, error) {
	result, err := status.Compute(object)
	if err != nil {
		return health{}, err
	}
	return health{result.Status.String(), result.Message}, nil
}

// argo runs the script of the object's kind as Argo CD does: no string, os or io, one second, and `obj` is the object.
func argo(object *unstructured.Unstructured) (health, error) {
	kind := object.GroupVersionKind()
	script, err := os.ReadFile(filepath.Join(customizations, kind.Group, kind.Kind, "health.lua"))
	if err != nil {
		return health{}, err
	}
	state := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer state.Close()
	for _, library := range []struct {
		name string
		open lua.LGFunction
	}{{lua.LoadLibName, lua.OpenPackage}, {lua.BaseLibName, lua.OpenBase}, {lua.TabLibName, lua.OpenTable}} {
		state.Push(state.NewFunction(library.open))
		state.Push(lua.LString(library.name))
		state.Call(1, 0)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	state.SetContext(ctx)
	state.SetGlobal("obj", value(state, object.Object))
	if err := state.DoString(string(script)); err != nil {
		return health{}, err
	}
	table, ok := state.Get(-1).(*lua.LTable)
	if !ok {
		return health{}, fmt.Errorf("the script of %s gives no table", kind.Kind)
	}
	said := health{lua.LVAsString(table.RawGetString("status")), lua.LVAsString(table.RawGetString("message"))}
	switch said.Status {
	case "Healthy", "Suspended", "Progressing", "Degraded":
		return said, nil
	}
	return said, fmt.Errorf("the script of %s gives the status %q", kind.Kind, said.Status)
}

func value(state *lua.LState, from any) lua.LValue {
	switch from := from.(type) {
	case bool:
		return lua.LBool(from)
	case string:
		return lua.LString(from)
	case int64:
		return lua.LNumber(from)
	case float64:
		return lua.LNumber(from)
	case []any:
		table := state.NewTable()
		for _, item := range from {
			table.Append(value(state, item))
		}
		return table
	case map[string]any:
		table := state.NewTable()
		for key, item := range from {
			table.RawSetString(key, value(state, item))
		}
		return table
	}
	return lua.LNil
}

// flux evaluates the expressions of the object's kind. A kind without any is taken by kstatus; an expression that fails
// is a wait to Flux, up to the timeout.
func flux(object *unstructured.Unstructured, otherwise health) (health, error) {
	text, err := os.ReadFile("examples/flux/kustomization.yaml")
	if err != nil {
		return health{}, err
	}
	for _, document := range strings.Split(string(text), "\n---\n") {
		var kustomization struct {
			Spec struct {
				HealthCheckExprs []kustomize.CustomHealthCheck `json:"healthCheckExprs"`
			} `json:"spec"`
		}
		if err := yaml.Unmarshal([]byte(document), &kustomization); err != nil {
			return health{}, err
		}
		for _, check := range kustomization.Spec.HealthCheckExprs {
			if check.APIVersion != object.GetAPIVersion() || check.Kind != object.GetKind() {
				continue
			}
			evaluator, err := cel.NewStatusEvaluator(&check.HealthCheckExpressions)
			if err != nil {
				return health{}, err
			}
			result, err := evaluator.Evaluate(context.Background(), object)
			if err != nil {
				return health{status.UnknownStatus.String(), err.Error()}, nil
			}
			return health{result.Status.String(), result.Message}, nil
		}
	}
	return otherwise, nil
}

// checkAll compares what every object of the test data looks like with what is expected of it.
func checkAll() error {
	var expected map[string]struct{ Kstatus, Flux string }
	if err := read("tests/health/expected.yaml", &expected); err != nil {
		return err
	}
	tests, err := filepath.Glob(filepath.Join(customizations, "*", "*", "health_test.yaml"))
	if err != nil {
		return err
	}
	tried, wrong := 0, 0
	fail := func(format string, arguments ...any) {
		wrong++
		fmt.Fprintf(os.Stderr, format+"\n", arguments...)
	}
	for _, test := range tests {
		folder := filepath.Dir(test)
		var suite struct {
			Tests []struct {
				HealthStatus health `json:"healthStatus"`
				InputPath    string `json:"inputPath"`
			} `json:"tests"`
		}
		if err := read(test, &suite); err != nil {
			return err
		}
		data, err := filepath.Glob(filepath.Join(folder, "testdata", "*.yaml"))
		if err != nil {
			return err
		}
		if len(data) != len(suite.Tests) {
			fail("%s: %d tests for %d files of testdata", test, len(suite.Tests), len(data))
		}
		for _, one := range suite.Tests {
			text, err := os.ReadFile(filepath.Join(folder, one.InputPath))
			if err != nil {
				return err
			}
			tried++
			name := filepath.Base(folder) + "/" + strings.TrimSuffix(filepath.Base(one.InputPath), ".yaml")
			said, err := assess(text)
			if err != nil {
				fail("%s: %v", name, err)
				continue
			}
			if said.Argo != one.HealthStatus {
				fail("%s: Argo CD says %q, and is expected to say %q", name, said.Argo, one.HealthStatus)
			}
			want := expected[name]
			if said.Kstatus.Status != want.Kstatus {
				fail("%s: kstatus says %q, and is expected to say %q", name, said.Kstatus, want.Kstatus)
			}
			if said.Flux.Status != want.Flux {
				fail("%s: Flux says %q, and is expected to say %q", name, said.Flux, want.Flux)
			}
			delete(expected, name)
		}
		if err := knownReasons(filepath.Join(folder, "health.lua"), fail); err != nil {
			return err
		}
	}
	for name := range expected {
		fail("%s: tests/health/expected.yaml names it, and no health_test.yaml does", name)
	}
	if wrong > 0 {
		return fmt.Errorf("%d of what %d objects look like is wrong", wrong, tried)
	}
	if tried == 0 {
		return fmt.Errorf("no health_test.yaml was found below %s", customizations)
	}
	return nil
}

// knownReasons sees that every reason a script knows is one of the operator's: a renamed one would be forgotten in it.
func knownReasons(script string, fail func(string, ...any)) error {
	text, err := os.ReadFile(script)
	if err != nil {
		return err
	}
	reasons, err := os.ReadFile("src/api/reason/mod.rs")
	for _, found := range regexp.MustCompile(`(?m)^\s*([A-Z]\w+) = true`).FindAllStringSubmatch(string(text), -1) {
		if !regexp.MustCompile(`\b` + found[1] + `\b`).Match(reasons) {
			fail("%s: the operator has no reason %s", script, found[1])
		}
	}
	return err
}

func read(file string, into any) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := yaml.UnmarshalStrict(text, into); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}
