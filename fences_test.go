package femur_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A fence keeps what is outside of this module inside the folders that have a reason to know it.
type fence struct {
	forbidden string   // an import path, and all below it
	inside    []string // the folders that may import it
	why       string
}

// fences hold for tests too: a test that reaches around a border does not test it.
var fences = []fence{
	{"github.com/gomlx", []string{"models"}, "networks, backends and their panics stay behind models"},
	{"github.com/dgraph-io/badger/v4", []string{"cache/badgerstore"}, "the store's contract is cache.Store"},
	{"github.com/hashicorp/hcl/v2", []string{"internal/pipeline"}, "the language can change without the stages; they carry struct tags only"},
	{"github.com/zclconf/go-cty", []string{"internal/pipeline"}, "the language's values end where its syntax ends"},
	{"github.com/spf13/viper", []string{"internal/settings"}, "settings of the tool are read in one place and reach no key"},
	{"github.com/spf13/cobra", []string{"cmd"}, "only the program has a command line"},
	{"github.com/vbauerster/mpb/v8", []string{"internal/view"}, "only views draw on a screen"},
	{"github.com/parquet-go/parquet-go", []string{"internal/table", "cmd"}, "tables have one form, and the same bytes for the same rows"},
	{"gonum.org/v1/gonum", []string{"internal/stats"}, "estimators are checked against other software in one place"},
	{"k8s.io/klog/v2", []string{"models/backend"}, "what compute and go-xla log is adapted where they are opened"},
}

func TestFences(t *testing.T) {
	_, packages := readPackages(t, parser.ImportsOnly)
	used := map[string]bool{}
	for _, p := range packages {
		p.imports(func(file goFile, imported string) {
			for _, f := range fences {
				if !within(imported, f.forbidden) {
					continue
				}
				if slices.ContainsFunc(f.inside, func(dir string) bool { return within(p.dir, dir) }) {
					used[f.forbidden] = true
					continue
				}
				t.Errorf("%s imports %s, which belongs to %s: %s", file.name, imported, strings.Join(f.inside, ", "), f.why)
			}
		})
	}
	for _, f := range fences {
		if !used[f.forbidden] {
			t.Errorf("nothing in %s imports %s: the fence guards what is gone or has another name", strings.Join(f.inside, ", "), f.forbidden)
		}
	}
}

// A layer lists what the packages of a folder may import of this module. The first layer whose folder
// holds a package is the package's.
type layer struct {
	dir string
	may []string
	why string
}

// What stages are built from: it serves them and does not know them.
var stageLibraries = []string{
	"internal/analysis", "internal/annotations", "internal/cohort", "internal/cohortreport", "internal/compute", "internal/duplicates", "internal/geom", "internal/npy", "internal/outoffold",
	"internal/parallel", "internal/radiograph", "internal/report", "internal/stats", "internal/synth", "internal/table",
}

var layers = []layer{
	{".", nil, "the root only embeds the source, for the code fields of keys"},
	{"cmd", []string{"."}, "the program may know everything"},
	{"cache", []string{"cache"}, "what a result is does not depend on stages"},
	{"dag", []string{"cache", "dag"}, "the engine knows no radiograph, no network and no syntax"},
	{"models", []string{"models"}, "networks know arrays, not folds, records and paths"},
	{"stages", append([]string{"cache", "dag", "models"}, stageLibraries...), "a stage knows its task, and neither screen, syntax, store nor scheduler"},
	{"internal/pipeline", []string{"cache", "dag"}, "the syntax knows kinds and ports, not what a parameter means"},
	{"internal/executor", []string{"cache", "dag", "internal/executor"}, "where a task runs does not depend on what it computes"},
	{"internal/view", []string{"cache", "dag"}, "views print what others decided"},
	{"internal/runlog", []string{"cache", "dag", "internal/view"}, "the log of a run is what run --json prints"},
	{"internal/lineage", []string{"cache", "dag", "internal/view"}, "it walks records and hands its answer to a view"},
	{"internal/settings", nil, "settings are plain values"},
	{"internal/codeid", []string{"cache", "dag", "internal/parallel"}, "it reads the code of stages as text"},
	{"internal/sourceindex", []string{"cache", "dag", "internal/parallel"}, "it reads files without knowing what is in them"},
	{"internal/difference", append([]string{"cache", "models/weights"}, stageLibraries...), "it knows what bytes hold, not who made them"},
	{"internal/tools", []string{"."}, "tools of the project are programs"},
	{"internal", append([]string{"cache", "dag", "models/fit"}, stageLibraries...), "internal packages serve stages and do not know them, nor what prints, parses and schedules"},
}

func TestLayers(t *testing.T) {
	_, packages := readPackages(t, parser.ImportsOnly)
	for _, p := range packages {
		l := layers[slices.IndexFunc(layers, func(l layer) bool { return l.dir == p.dir || l.dir != "." && within(p.dir, l.dir) })]
		p.imports(func(file goFile, imported string) {
			if file.test || !within(imported, module) || slices.Contains(l.may, ".") {
				return
			}
			of := strings.TrimPrefix(imported, module+"/")
			if within(of, p.dir) {
				return // a part of it
			}
			if of == "stages" || p.dir == "stages" && within(of, "stages") {
				return // the list of kinds, see TestStagesAreStrangers
			}
			if !slices.ContainsFunc(l.may, func(dir string) bool { return within(of, dir) }) {
				t.Errorf("%s imports %s; %s may import %s: %s", file.name, imported, l.dir, orNothing(l.may), l.why)
			}
		})
	}
	for _, l := range layers {
		for _, dir := range l.may {
			if _, err := os.Stat(dir); err != nil {
				t.Errorf("the layer of %s allows a folder that is not there: %v", l.dir, err)
			}
		}
	}
}

func orNothing(may []string) string {
	if len(may) == 0 {
		return "nothing of this module"
	}
	return strings.Join(may, ", ")
}

// Stages meet as artifacts. Who knows a stage from inside could bypass the keys.
func TestStagesAreStrangers(t *testing.T) {
	_, packages := readPackages(t, parser.ImportsOnly)
	kinds := 0
	for _, p := range packages {
		if path.Dir(p.dir) == "stages" {
			kinds++
		}
		p.imports(func(file goFile, imported string) {
			switch {
			case !within(imported, module+"/stages"), within(imported, p.importPath()), within(p.dir, "cmd"):
			case p.dir == "stages":
				// the list of kinds, the only place that names each
			default:
				t.Errorf("%s imports %s: only the list of kinds and the program know a stage", file.name, imported)
			}
		})
	}
	if kinds == 0 {
		t.Error("there is no package below stages")
	}
}

// The cache is the part that must outlive everything else.
func TestCacheImportsStandardLibraryOnly(t *testing.T) {
	_, packages := readPackages(t, parser.ImportsOnly)
	for _, p := range packages {
		if p.dir != "cache" && p.dir != "cache/memstore" {
			continue
		}
		p.imports(func(file goFile, imported string) {
			first, _, _ := strings.Cut(imported, "/")
			if !file.test && strings.Contains(first, ".") {
				t.Errorf("%s imports %s: cache and memstore need the standard library only", file.name, imported)
			}
		})
	}
}

// What the program must not link, although a module that it requires offers it.
func TestProgramLinksNothingForbidden(t *testing.T) {
	banned := []struct{ pkg, why string }{
		{"github.com/gomlx/gomlx/backends/default", "it pulls modules that are not to be had, and opens a backend at import"},
		{"github.com/gomlx/gomlx/ml/model/onnx", "its module is not to be had"},
		{"github.com/gomlx/gomlx/ml/model/checkpoint", "its file names carry the time, and a failed write returns nil; weights are written by models/weights"},
		{"github.com/gomlx/gopjrt", "it was merged into go-xla, and the two cannot be linked together"},
		{module + "/cache/cachetest", "it is for tests"},
		{module + "/dag/stagetest", "it is for tests"},
		{module + "/dag/dagtest", "it is for tests"},
		{module + "/internal/analysis/analysistest", "it is for tests"},
		{module + "/internal/leaksearch", "it is for tests"},
		{"testing", "it is for tests"},
	}
	linked := strings.Fields(command(t, "go", "list", "-deps", "-f", "{{.ImportPath}}", "./cmd/..."))
	if !slices.Contains(linked, module+"/cache") {
		t.Fatalf("the program links no %s/cache: go list said\n%s", module, strings.Join(linked, "\n"))
	}
	for _, b := range banned {
		for _, pkg := range linked {
			if within(pkg, b.pkg) {
				t.Errorf("the program links %s: %s", pkg, b.why)
			}
		}
	}
	// A ban on what is not there any more would be a comment that nobody reads.
	gomlx := strings.TrimSpace(command(t, "go", "list", "-m", "-f", "{{.Dir}}", "github.com/gomlx/gomlx"))
	for _, b := range banned {
		dir, ours := strings.CutPrefix(b.pkg, module+"/")
		if below, ok := strings.CutPrefix(b.pkg, "github.com/gomlx/gomlx/"); ok {
			dir, ours = filepath.Join(gomlx, filepath.FromSlash(below)), true
		}
		if !ours {
			continue
		}
		if _, err := os.Stat(dir); err != nil {
			t.Errorf("the ban on %s is out of date: %v", b.pkg, err)
		}
	}
}

// Rules on single expressions: a linter may be absent, this test is not.
func TestNoSideDoors(t *testing.T) {
	fset, packages := readPackages(t, parser.SkipObjectResolution)
	for _, p := range packages {
		prints := within(p.dir, "cmd") || within(p.dir, "internal/view") || within(p.dir, "internal/tools")
		for _, file := range p.files {
			if file.test {
				continue
			}
			for _, spec := range file.tree.Imports {
				if spec.Name != nil && spec.Name.Name == "." {
					t.Errorf("%s: dot import: nobody could say where a name comes from", fset.Position(spec.Pos()))
				}
			}
			ast.Inspect(file.tree, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.FuncDecl:
					if n.Recv == nil && n.Name.Name == "init" {
						t.Errorf("%s: init: registration at import hides what is in a program", fset.Position(n.Pos()))
					}
				case *ast.SelectorExpr:
					pkg, ok := n.X.(*ast.Ident)
					if !ok || prints {
						return true
					}
					name := pkg.Name + "." + n.Sel.Name
					if name == "os.Stdout" || strings.HasPrefix(name, "fmt.Print") {
						t.Errorf("%s: %s: standard output belongs to cmd and internal/view", fset.Position(n.Pos()), name)
					}
				}
				return true
			})
		}
	}
}

// command runs a program in the root of the module and returns what it printed.
func command(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), name, args...).Output()
	if err != nil {
		detail := ""
		if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
			detail = string(exit.Stderr)
		}
		t.Fatal(fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, detail))
	}
	return string(out)
}
