package dag_test

import (
	"slices"
	"testing"

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
