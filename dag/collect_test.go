package dag_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"femur/cache"
	"femur/dag"
	"femur/dag/dagtest"
)

type describedSource struct {
	dagtest.Source
	most int
}

func (s *describedSource) DescribeCollect(r *cache.Recipe) { r.Add(cache.Params, "most", s.most) }

// A parameter that Collect alone reads makes the instance anew, and none of its items.
func TestParameterOfCollect(t *testing.T) {
	h := newHouse(t)
	g := func(most int) *dag.Graph {
		n := h.source("src.x", rows("p1-a=1 p2-a=1"))
		n.Stage = &describedSource{Source: *n.Stage.(*dagtest.Source), most: most}
		return graph(n)
	}
	h.run(g(0), dag.Selection{})
	h.count.Items()

	step := h.plan(g(3), dag.Selection{})["src.x"]
	if step.State != dag.Run || !slices.ContainsFunc(step.Reasons, func(r dag.Reason) bool { return r.Change.Label == "most" }) {
		t.Errorf("the plan says %s for %v, want run for most", step.State, step.Reasons)
	}
	h.run(g(3), dag.Selection{})
	h.wantItems()
	if n := h.count.Collects()["src.x"]; n == 0 {
		t.Error("nothing was collected anew")
	}
}

// So does the code that Collect alone uses.
func TestCodeOfCollect(t *testing.T) {
	h := newHouse(t)
	page := "p{}"
	options := h.options(dag.Selection{})
	options.Fingerprint = func(n *dag.Node) ([]cache.Field, error) {
		fields := []cache.Field{{Kind: cache.Code, Label: "stages/src/x.go", Value: "v1"}}
		if n.Kind.Collects == "" {
			fields = append(fields, cache.Field{Kind: cache.Code, Label: "stages/src/page/page.go", Value: page})
		}
		return fields, nil
	}
	run := func() {
		t.Helper()
		n := h.source("src.x", rows("p1-a=1 p2-a=1"))
		n.Kind.Collects = "stages/src/page"
		r := h.runner(dag.Selection{}, nil)
		r.Options = options
		if _, err := r.Run(t.Context(), graph(n), dag.RunOptions{ID: "test"}); err != nil {
			t.Fatal(err)
		}
	}
	run()
	h.count.Items()
	h.count.Collects()
	page = "p{color:red}"
	run()
	h.wantItems()
	if d := cmp.Diff(map[string]int{"src.x": 1}, lastOf(h.count.Collects())); d != "" {
		t.Error(d)
	}
}
