package pipeline_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"femur/dag"
	"femur/internal/pipeline"
)

// TestGolden loads every testdata/*.hcl with the fake kinds and compares what comes out, the graph and
// the diagnostics, with the .golden file beside it. Lines "# var: NAME=VALUE" and "# var-file: NAME" at
// the top of a file stand for flags. UPDATE_GOLDEN=1 rewrites the golden files.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.hcl")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 30 {
		t.Fatalf("found %d files in testdata, want at least 30", len(files))
	}
	for _, file := range files {
		name := filepath.Base(file)
		t.Run(strings.TrimSuffix(name, ".hcl"), func(t *testing.T) {
			p, ds := pipeline.Load(optionsOf(t, name), fakeKinds())
			if got, want := ds.HasErrors(), strings.HasPrefix(name, "bad_"); got != want {
				t.Errorf("has errors: %v, want %v", got, want)
			}
			if (p == nil) != ds.HasErrors() {
				t.Errorf("pipeline is nil: %v, has errors: %v", p == nil, ds.HasErrors())
			}
			got := dump(p) + render(ds)
			golden := strings.TrimSuffix(file, ".hcl") + ".golden"
			if os.Getenv("UPDATE_GOLDEN") == "1" {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatalf("%v (make golden writes it)", err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// optionsOf reads the flags that a test file asks for.
func optionsOf(t *testing.T, name string) pipeline.Options {
	t.Helper()
	src, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	o := pipeline.Options{File: name, Dir: "testdata", Vars: map[string]string{}}
	for line := range strings.Lines(string(src)) {
		line = strings.TrimSpace(line)
		if v, ok := strings.CutPrefix(line, "# var: "); ok {
			k, v, _ := strings.Cut(v, "=")
			o.Vars[k] = v
		}
		if f, ok := strings.CutPrefix(line, "# var-file: "); ok {
			o.VarFiles = append(o.VarFiles, f)
		}
	}
	return o
}

// dump writes a pipeline as text: its variables, then each node with parameters and bindings.
func dump(p *pipeline.Pipeline) string {
	if p == nil {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "pipeline %s seed=%d nested=%v strict_environment=%v\n", p.Name, p.Seed, p.Graph.Nested, p.Graph.StrictEnvironment)
	for _, v := range p.Variables {
		fmt.Fprintf(&b, "variable %s %s = %s (%s; default %q)\n", v.Name, v.Type, v.Value, v.Origin, v.Default)
	}
	for _, n := range p.Graph.Nodes() {
		fmt.Fprintf(&b, "%s  (%s)\n", n.Address, n.Where)
		if params, err := json.Marshal(n.Stage.(*fake).params); err == nil {
			fmt.Fprintf(&b, "  %s\n", params)
		}
		for _, in := range n.Inputs {
			fmt.Fprintf(&b, "  %s:\n", in.Port)
			for _, s := range in.Sources {
				fmt.Fprintf(&b, "    %s %q\n", s.Address.Output(s.Output), s.ID)
			}
		}
	}
	return b.String()
}

// render shows diagnostics with their source lines.
func render(ds pipeline.Diagnostics) string {
	var b strings.Builder
	for _, d := range ds {
		fmt.Fprintf(&b, "%s: %s\n", d.Severity, d.Summary)
		if d.Range != nil {
			fmt.Fprintf(&b, "  %s:%d,%d-%d,%d", d.File, d.Range.Start.Line, d.Range.Start.Column, d.Range.End.Line, d.Range.End.Column)
		}
		if d.Snippet != nil {
			if d.Snippet.Context != "" {
				fmt.Fprintf(&b, ", in %s", d.Snippet.Context)
			}
			for _, l := range d.Snippet.Lines {
				fmt.Fprintf(&b, "\n  %3d | %s", l.Number, l.Text)
				if l.Start < l.End {
					fmt.Fprintf(&b, "\n      | %s%s", strings.Repeat(" ", l.Start), strings.Repeat("^", l.End-l.Start))
				}
			}
		}
		fmt.Fprintf(&b, "\n  %s\n\n", d.Detail)
	}
	return b.String()
}

var _ dag.Checked = (*fake)(nil)
