package dag_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"femur/dag"
	"femur/dag/dagtest"
)

// With Recorded, one node is decided and made from what was recorded of its inputs, although all upstream of it
// would run now, and is not even asked for its sources.
func TestRecordedInputs(t *testing.T) {
	h := newHouse(t)
	pipeline := func(param string, content map[string]string) *dag.Graph {
		return graph(h.source("src.x", content), h.mapping("map.x", param, "src.x"), h.mapping("end.x", "1", "map.x"))
	}
	h.run(pipeline("1", rows("p1-a=1 p2-a=1")), dag.Selection{})
	h.count.Runs()
	h.count.Items()

	changed := pipeline("2", rows("p1-a=1 p2-a=2"))
	broken, _ := changed.Node("src.x")
	broken.Stage.(*dagtest.Source).Rows = nil
	sel := dag.Selection{Only: "end.x", Recorded: true}
	steps := h.plan(changed, sel)
	states := map[dag.Address]dag.State{}
	for a, s := range steps {
		states[a] = s.State
	}
	if d := cmp.Diff(map[dag.Address]dag.State{"map.x": dag.Hit, "end.x": dag.Hit}, states); d != "" {
		t.Errorf("states (-want +got):\n%s", d)
	}
	if steps["end.x"].Record == nil || steps["end.x"].Key != steps["end.x"].Record.Key {
		t.Error("the key is not that of the record")
	}

	sel.Force = []string{"end.x"}
	got := h.run(changed, sel)
	if d := cmp.Diff(map[dag.Address]dag.Result{"map.x": dag.ResultHit, "end.x": dag.ResultDone}, got); d != "" {
		t.Errorf("results (-want +got):\n%s", d)
	}
	h.wantItems("end.x/p1-a", "end.x/p2-a")

	// Without it, the same selection finds that what is upstream would run.
	var stale *dag.StaleInputError
	if _, err := dag.NewPlan(context.Background(), changed, h.options(dag.Selection{Only: "end.x"})); !errors.As(err, &stale) {
		t.Errorf("error %v, want a stale input", err)
	}
}

// What was never recorded is said, by the plan and by the run.
func TestRecordedInputMissing(t *testing.T) {
	h := newHouse(t)
	g := h.chain("1", "1", "1")
	sel := dag.Selection{Only: "kb.x", Recorded: true}
	var stale *dag.StaleInputError
	if _, err := dag.NewPlan(context.Background(), g, h.options(sel)); !errors.As(err, &stale) || stale.Input != "ka.x" {
		t.Errorf("plan: error %v, want ka.x stale", err)
	}
	if _, err := h.runner(sel, &dagtest.Recorder{}).Run(context.Background(), g, dag.RunOptions{}); !errors.As(err, &stale) || stale.Input != "ka.x" {
		t.Errorf("run: error %v, want ka.x stale", err)
	}

	// With it, and without what is further upstream, there is all that is needed.
	h.run(g, dag.Selection{Targets: []string{"ka.x"}})
	if got := h.run(g, sel); got["kb.x"] != dag.ResultDone || len(got) != 2 {
		t.Errorf("results %v, want kb.x done from the record of ka.x", got)
	}
}
