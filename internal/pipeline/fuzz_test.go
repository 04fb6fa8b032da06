package pipeline_test

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"femur/dag"
	"femur/internal/pipeline"
)

// FuzzLoad holds for any bytes: no panic, the same answer twice, a pipeline exactly when there is no
// error, places inside the file, and a graph without loose ends or cycles.
func FuzzLoad(f *testing.F) {
	files, err := filepath.Glob("testdata/*.hcl")
	if err != nil || len(files) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src, "3")
	}
	f.Add([]byte("stage \"compare\" \"a\" {\n  centers = toset([loop.a.after])\n}\nstage \"loop\" \"a\" { before = select(loop.b.after, { x = loop.b.after }) }\n"), "")
	f.Fuzz(func(t *testing.T, src []byte, flag string) {
		if len(src) > 4096 {
			t.Skip("long inputs find nothing that short ones do not")
		}
		o := pipeline.Options{File: "p.hcl", Source: append([]byte{}, src...), Vars: map[string]string{"names": flag, "patients": flag}}
		p, ds := pipeline.Load(o, fakeKinds())
		if (p == nil) != ds.HasErrors() {
			t.Fatalf("pipeline is nil: %v\n%s", p == nil, render(ds))
		}
		again, dsAgain := pipeline.Load(o, fakeKinds())
		if dump(p) != dump(again) || !reflect.DeepEqual(ds, dsAgain) {
			t.Fatalf("differs when read again:\n%s%s\n%s%s", dump(p), render(ds), dump(again), render(dsAgain))
		}
		for _, d := range ds {
			checkDiagnostic(t, d, len(src))
		}
		if p != nil {
			checkGraph(t, p.Graph)
		}
	})
}

func checkDiagnostic(t *testing.T, d pipeline.Diagnostic, size int) {
	t.Helper()
	if d.Summary == "" || d.Detail == "" || d.Range == nil {
		t.Fatalf("incomplete: %+v", d)
	}
	if d.File == "p.hcl" && (d.Range.Start.Byte > d.Range.End.Byte || d.Range.End.Byte > size) {
		t.Fatalf("outside of %d bytes: %+v", size, d)
	}
	if d.Snippet != nil {
		for _, l := range d.Snippet.Lines {
			if l.Start < 0 || l.Start > l.End || l.End > len(l.Text) {
				t.Fatalf("marks %d to %d of %q", l.Start, l.End, l.Text)
			}
		}
	}
}

// checkGraph walks every edge.
func checkGraph(t *testing.T, g *dag.Graph) {
	t.Helper()
	const underway, done = 1, 2
	state := map[dag.Address]int{}
	var visit func(a dag.Address)
	visit = func(a dag.Address) {
		n, ok := g.Node(a)
		if !ok {
			t.Fatalf("an input refers to %s, which is no node", a)
		}
		if state[a] == underway {
			t.Fatalf("cycle through %s", a)
		}
		if state[a] == done {
			return
		}
		state[a] = underway
		ids := map[string]bool{}
		for _, b := range n.Inputs {
			for _, s := range b.Sources {
				id := b.Port + " " + string(s.ID)
				if ids[id] {
					t.Fatalf("%s has two items %q at %s", a, s.ID, b.Port)
				}
				ids[id] = true
			}
		}
		for _, up := range n.Upstream() {
			visit(up)
		}
		state[a] = done
	}
	for _, n := range g.Nodes() {
		visit(n.Address)
	}
}
