package dag_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"femur/cache"
	"femur/cache/memstore"
	"femur/dag"
	"femur/dag/dagtest"
	"femur/internal/executor/inprocess"
)

// A house is a store and a counter that outlive graphs, as a cache outlives edits of a pipeline.
type house struct {
	t     *testing.T
	store *memstore.Store
	files dagtest.Files
	count dagtest.Counter
	code  map[string]string // kind → version of its code
}

func newHouse(t *testing.T) *house {
	return &house{t: t, store: memstore.New(), files: dagtest.Files{}, code: map[string]string{}}
}

func (h *house) options(sel dag.Selection) dag.Options {
	return dag.Options{
		Results: h.store, Files: h.files, Selection: sel,
		Fingerprint: func(n *dag.Node) ([]cache.Field, error) {
			return []cache.Field{{Kind: cache.Code, Label: n.Kind.Package + "/x.go", Value: "v" + h.code[n.Kind.Type]}}, nil
		},
	}
}

func (h *house) plan(g *dag.Graph, sel dag.Selection) map[dag.Address]dag.Step {
	h.t.Helper()
	p, err := dag.NewPlan(context.Background(), g, h.options(sel))
	if err != nil {
		h.t.Fatal(err)
	}
	steps := map[dag.Address]dag.Step{}
	for _, s := range p.Steps {
		steps[s.Address] = s
	}
	return steps
}

func (h *house) runner(sel dag.Selection, o dag.Observer) *dag.Runner {
	return &dag.Runner{
		Options: h.options(sel), Observer: o, Jobs: 2,
		Executor: &inprocess.Executor{Results: h.store, Files: h.files},
	}
}

// run runs a graph and returns the results by address; it must succeed.
func (h *house) run(g *dag.Graph, sel dag.Selection) map[dag.Address]dag.Result {
	h.t.Helper()
	rec := &dagtest.Recorder{}
	if _, err := h.runner(sel, rec).Run(context.Background(), g, dag.RunOptions{ID: "test"}); err != nil {
		h.t.Fatal(err)
	}
	return rec.Results()
}

func (h *house) wantRuns(want map[string]int) {
	h.t.Helper()
	if d := cmp.Diff(want, h.count.Runs()); d != "" {
		h.t.Errorf("runs (-want +got):\n%s", d)
	}
}

func (h *house) wantItems(want ...string) {
	h.t.Helper()
	counts := map[string]int{}
	for _, w := range want {
		counts[w]++
	}
	if d := cmp.Diff(counts, h.count.Items()); d != "" {
		h.t.Errorf("items made (-want +got):\n%s", d)
	}
}

func texts(rs []dag.Reason) []string {
	var ts []string
	for _, r := range rs {
		ts = append(ts, r.Text)
	}
	return ts
}

// fake makes a stage with one output "out" and an input for each source, named a, b, c, …
func (h *house) fake(address, param string, sources ...string) *dag.Node {
	f := &dagtest.Fake{Name: address, Param: param, Count: &h.count, Out: []dag.Port{dagtest.Single("out")}}
	var in []dag.Binding
	for i, s := range sources {
		port := string(rune('a' + i))
		f.In = append(f.In, dagtest.Single(port))
		in = append(in, dagtest.From(port, s, "out"))
	}
	return dagtest.Node(address, f, in...)
}

func fakeOf(n *dag.Node) *dagtest.Fake { return n.Stage.(*dagtest.Fake) }

// source makes a Mapper over rows from outside, with outputs "items" and "table".
func (h *house) source(address string, rows map[string]string) *dag.Node {
	return dagtest.Node(address, &dagtest.Source{Rows: rows, Mapping: dagtest.Mapping{Fake: dagtest.Fake{
		Name: address, Count: &h.count,
		In:  []dag.Port{dagtest.Rows("rows")},
		Out: []dag.Port{dagtest.Many("items"), dagtest.Single("table")},
	}}})
}

// mapping makes a Mapper over the items of another stage.
func (h *house) mapping(address, param, from string) *dag.Node {
	return dagtest.Node(address, &dagtest.Mapping{Fake: dagtest.Fake{
		Name: address, Param: param, Count: &h.count,
		In:  []dag.Port{dagtest.Many("items")},
		Out: []dag.Port{dagtest.Many("items"), dagtest.Single("table")},
	}}, dagtest.From("items", from, "items"))
}

func rows(ids string) map[string]string {
	m := map[string]string{}
	for id := range strings.FieldsSeq(ids) {
		id, content, _ := strings.Cut(id, "=")
		m[id] = "content " + content
	}
	return m
}

func hasText(rs []dag.Reason, text string) bool {
	for _, r := range rs {
		if strings.Contains(r.Text, text) {
			return true
		}
	}
	return false
}

func graph(nodes ...*dag.Node) *dag.Graph { return dagtest.Graph(nodes...) }

// dagOnly is the graph of one node of another.
func dagOnly(g *dag.Graph, a dag.Address) *dag.Graph {
	n, _ := g.Node(a)
	return graph(n)
}
