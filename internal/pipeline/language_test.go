package pipeline_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"femur/dag"
	"femur/internal/pipeline"
)

// evaluated returns the text of an expression, by way of the pipeline's name.
func evaluated(t *testing.T, expression string) (string, pipeline.Diagnostics) {
	t.Helper()
	src := fmt.Sprintf("pipeline { name = %s }\nstage \"ingest\" \"cohort\" {\n  source \"synthetic\" {}\n}\n", expression)
	p, ds := pipeline.Load(pipeline.Options{File: "p.hcl", Source: []byte(src)}, fakeKinds())
	if p == nil {
		return "", ds
	}
	return p.Name, ds
}

func TestFunctions(t *testing.T) {
	for expression, want := range map[string]string{
		`abs(-3)`:                                  "3",
		`ceil(1.2)`:                                "2",
		`coalesce(null, "a")`:                      "a",
		`join(",", concat(["a"], ["b"]))`:          "a,b",
		`contains(["a"], "a")`:                     "true",
		`join(",", distinct(["a", "b", "a"]))`:     "a,b",
		`element(["a", "b"], 3)`:                   "b",
		`join(",", flatten([["a"], ["b", "c"]]))`:  "a,b,c",
		`floor(1.8)`:                               "1",
		`format("%s-%02d-%.2f", "x", 7, 0.5)`:      "x-07-0.50",
		`join(",", formatlist("f%d", range(3)))`:   "f0,f1,f2",
		`join(",", keys({ b = 1, a = 2 }))`:        "a,b",
		`length(["a", "b"])`:                       "2",
		`lookup({ a = "x" }, "b", "y")`:            "y",
		`lower("AFF")`:                             "aff",
		`max(1, 3, 2)`:                             "3",
		`merge({ a = "x" }, { a = "y" }).a`:        "y",
		`min(1, 3, 2)`:                             "1",
		`pow(2, 10)`:                               "1024",
		`join(",", [for i in range(1, 7, 2) : i])`: "1,3,5",
		`replace("a-b-c", "-", "")`:                "abc",
		`join(",", reverse(["a", "b"]))`:           "b,a",
		`join(",", slice(["a", "b", "c"], 1, 3))`:  "b,c",
		`join(",", sort(["b", "a"]))`:              "a,b",
		`split("-", "a-b")[1]`:                     "b",
		`strlen("größe")`:                          "5",
		`substr("fracture", 0, 4)`:                 "frac",
		`tobool("true") ? "yes" : "no"`:            "yes",
		`tolist(["a", "b"])[0]`:                    "a",
		`tomap({ a = "x" })["a"]`:                  "x",
		`tonumber("3") + 1`:                        "4",
		`join(",", toset(["b", "a", "b"]))`:        "a,b",
		`tostring(3)`:                              "3",
		`trimprefix("fold-3", "fold-")`:            "3",
		`trimspace("  a ")`:                        "a",
		`trimsuffix("a.hcl", ".hcl")`:              "a",
		`upper("aff")`:                             "AFF",
		`join(",", values({ b = "x", a = "y" }))`:  "y,x",
		`zipmap(["a", "b"], ["x", "y"]).b`:         "y",
	} {
		got, ds := evaluated(t, expression)
		if got != want || ds != nil {
			t.Errorf("%s = %q, want %q\n%s", expression, got, want, render(ds))
		}
	}
}

// What another HCL program would read from outside is refused with the reason.
func TestWithheldFunctions(t *testing.T) {
	for _, expression := range []string{`file("x")`, `env("HOME")`, `timestamp()`, `uuid()`} {
		_, ds := evaluated(t, expression)
		if len(ds) != 1 || ds[0].Summary != "Unknown function" || !strings.Contains(ds[0].Detail, "behind the cache's back") {
			t.Errorf("%s: %v", expression, ds)
		}
	}
}

func TestUnreadableFile(t *testing.T) {
	_, ds := pipeline.Load(pipeline.Options{File: "nowhere.hcl", Dir: t.TempDir()}, fakeKinds())
	if len(ds) != 1 || ds[0].Summary != "Unreadable pipeline file" || ds[0].File != "nowhere.hcl" || strings.Contains(ds[0].Detail, os.TempDir()) {
		t.Errorf("got %v, want one diagnostic that names nowhere.hcl as given", ds)
	}
}

func TestLargeFiles(t *testing.T) {
	large := []byte(strings.Repeat("# filler\n", 1<<17))
	_, ds := pipeline.Load(pipeline.Options{File: "p.hcl", Source: large}, fakeKinds())
	if len(ds) != 1 || ds[0].Summary != "Pipeline file too large" {
		t.Errorf("source: %v", ds)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "p.hcl"), large, 0o600); err != nil {
		t.Fatal(err)
	}
	_, ds = pipeline.Load(pipeline.Options{File: "p.hcl", Dir: dir}, fakeKinds())
	if len(ds) != 1 || ds[0].Summary != "Pipeline file too large" {
		t.Errorf("file: %v", ds)
	}
}

// Line ends of Windows do not show in snippets, and columns count characters.
func TestSnippetText(t *testing.T) {
	src := "pipeline { name = \"größe\" + 1 }\r\nstage \"ingest\" \"a\" {\r\n  source \"csv\" {\r\n    pathh = 1\r\n  }\r\n}\r\n"
	_, ds := pipeline.Load(pipeline.Options{File: "p.hcl", Source: []byte(src)}, fakeKinds())
	if len(ds) != 2 {
		t.Fatal(render(ds))
	}
	first, second := ds[0].Snippet.Lines[0], ds[1].Snippet.Lines[0]
	if strings.ContainsAny(first.Text+second.Text, "\r\n") {
		t.Errorf("snippets hold line ends: %q, %q", first.Text, second.Text)
	}
	if got := second.Text[second.Start:second.End]; got != "pathh" {
		t.Errorf("marked %q, want pathh", got)
	}
	if got := ds[1].Snippet.Context; got != `stage "ingest" "a"` {
		t.Errorf("context %q", got)
	}
	if got := ds[0].Range.End.Column; got != 26 { // "größe" has 7 characters with its quotes, in 9 bytes
		t.Errorf("end column %d, want 26", got)
	}
}

// The manual lists everything that a kind has, and is the same each time.
func TestReference(t *testing.T) {
	got := pipeline.Reference(fakeKinds())
	golden := filepath.Join("testdata", "reference.md")
	if os.Getenv("UPDATE_GOLDEN") == "1" {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Error("testdata/reference.md differs from what Reference writes (make golden writes it)")
	}
	for _, phrase := range []string{
		"| `learning_rate` | number | `0.001` |", "| `model` | text | required |", "| `sizes` | list of whole numbers | `[224]` |",
		"Block `source \"FORMAT\"`, once.", "Block `augment \"NAME\"`, any number of times.", "`select(KIND.NAME.OUTPUT",
	} {
		if !strings.Contains(string(got), phrase) {
			t.Errorf("the reference lacks %q", phrase)
		}
	}
}

func TestNilDiagnostics(t *testing.T) {
	var none pipeline.Diagnostics
	if none.HasErrors() {
		t.Error("nil has errors")
	}
}

// Nodes keep the order of the file, and bind the fake's ports in the order of the kind.
func TestOrder(t *testing.T) {
	p, ds := pipeline.Load(optionsOf(t, "good_study.hcl"), fakeKinds())
	if p == nil {
		t.Fatal(render(ds))
	}
	var stages []string
	for _, n := range p.Graph.Nodes() {
		stages = append(stages, n.Address.Stage())
	}
	want := []string{"ingest.cohort", "split-by-patient.folds", "train-localizer.main", "predict-centers.main", "predict-centers.some", "crop-patches.main", "compare.all-arms"}
	if got := slices.Compact(stages); !slices.Equal(got, want) {
		t.Errorf("order %v, want %v", got, want)
	}
	n, ok := p.Graph.Node("train-localizer.main[model=vit-tiny,fold=2]")
	if !ok || !slices.Equal(n.Matrix, []dag.MatrixValue{{Key: "model", Value: "vit-tiny"}, {Key: "fold", Value: "2"}}) {
		t.Errorf("matrix of %v", n)
	}
}
