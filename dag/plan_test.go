package dag_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"femur/cache"
	"femur/dag"
	"femur/dag/dagtest"
)

// chain is a → b → c.
func (h *house) chain(a, b, c string) *dag.Graph {
	return graph(h.fake("ka.x", a), h.fake("kb.x", b, "ka.x"), h.fake("kc.x", c, "kb.x"))
}

// States, by what happened since the last run of a → b → c. The rows are the truth table at planner.step.
func TestPlanStates(t *testing.T) {
	for _, tt := range []struct {
		name  string
		edit  func(h *house) *dag.Graph
		sel   dag.Selection
		want  string // states of a, b, c
		texts map[dag.Address][]string
	}{
		{name: "nothing changed", edit: func(h *house) *dag.Graph { return h.chain("1", "1", "1") }, want: "hit hit hit"},
		{
			name: "a parameter of the last", edit: func(h *house) *dag.Graph { return h.chain("1", "1", "2") }, want: "hit hit run",
			texts: map[dag.Address][]string{"kc.x": {"params.param 1 → 2"}},
		},
		{
			name: "a parameter of the first", edit: func(h *house) *dag.Graph { return h.chain("2", "1", "1") }, want: "run depends depends",
			texts: map[dag.Address][]string{
				"ka.x": {"params.param 1 → 2"}, "kb.x": {"upstream ka.x would run"}, "kc.x": {"upstream kb.x may run"},
			},
		},
		{
			name: "code and a parameter", edit: func(h *house) *dag.Graph { h.code["kc"] = "2"; return h.chain("1", "1", "2") }, want: "hit hit run",
			texts: map[dag.Address][]string{"kc.x": {"code: stages/kc/x.go changed", "params.param 1 → 2"}},
		},
		{
			name: "forced", edit: func(h *house) *dag.Graph { return h.chain("1", "1", "1") }, sel: dag.Selection{Force: []string{"kb.x"}}, want: "hit run depends",
			texts: map[dag.Address][]string{"kb.x": {"forced"}},
		},
		{
			name: "from", edit: func(h *house) *dag.Graph { return h.chain("1", "1", "1") }, sel: dag.Selection{From: []string{"kb" + ".x"}}, want: "hit run run",
			texts: map[dag.Address][]string{"kc.x": {"upstream kb.x would run", "forced, with all from kb.x"}},
		},
		{
			name: "an edge between stages is gone", edit: func(h *house) *dag.Graph {
				return graph(h.fake("ka.x", "1"), h.fake("kb.x", "1"), h.fake("kc.x", "1", "kb.x"))
			}, want: "hit run depends",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHouse(t)
			h.run(h.chain("1", "1", "1"), dag.Selection{})
			steps := h.plan(tt.edit(h), tt.sel)
			var got []string
			for _, a := range []dag.Address{"ka.x", "kb.x", "kc.x"} {
				got = append(got, string(steps[a].State))
			}
			if s := strings.Join(got, " "); s != tt.want {
				t.Errorf("states %s, want %s", s, tt.want)
			}
			for a, want := range tt.texts {
				if d := cmp.Diff(want, texts(steps[a].Reasons)); d != "" {
					t.Errorf("reasons of %s (-want +got):\n%s", a, d)
				}
			}
		})
	}
}

func TestPlanOfAnEmptyCache(t *testing.T) {
	h := newHouse(t)
	steps := h.plan(h.chain("1", "1", "1"), dag.Selection{})
	if d := cmp.Diff([]string{"never ran"}, texts(steps["ka.x"].Reasons)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"never ran", "upstream ka.x would run"}, texts(steps["kb.x"].Reasons)); d != "" {
		t.Error(d)
	}
	h.wantRuns(map[string]int{})
}

// A changed input is named with both digests, and a manifest says how many items changed.
func TestPlanNamesChangedInputs(t *testing.T) {
	h := newHouse(t)
	g := func(ids string) *dag.Graph {
		return graph(h.source("src.x", rows(ids)), h.mapping("map.x", "p", "src.x"))
	}
	h.run(g("p1-a=1 p2-a=1 p3-a=1"), dag.Selection{})
	steps := h.plan(g("p1-a=1 p2-a=2 p4-a=1 p5-a=1"), dag.Selection{})
	if d := cmp.Diff([]string{"source: 2 items added, 1 changed, 1 removed"}, texts(steps["src.x"].Reasons)); d != "" {
		t.Error(d)
	}
	if s := steps["src.x"]; s.Hits != 1 || s.Size != 4 {
		t.Errorf("%d of %d items cached, want 1 of 4", s.Hits, s.Size)
	}
	h.run(dagOnly(g("p1-a=1 p2-a=2 p4-a=1 p5-a=1"), "src.x"), dag.Selection{})
	steps = h.plan(g("p1-a=1 p2-a=2 p4-a=1 p5-a=1"), dag.Selection{})
	if got := texts(steps["map.x"].Reasons); len(got) != 1 || !strings.HasPrefix(got[0], "input items changed (") || !strings.HasSuffix(got[0], "): 2 items added, 1 changed, 1 removed") {
		t.Errorf("reasons of map.x: %q", got)
	}
}

// A source of files says so, and a file with another time and the same bytes is the same file.
func TestPlanNamesChangedFiles(t *testing.T) {
	h := newHouse(t)
	g := func() *dag.Graph {
		n := h.source("src.x", nil)
		n.Stage = &fileSource{Source: *n.Stage.(*dagtest.Source), files: h.files}
		return graph(n)
	}
	h.files["a.png"], h.files["b.png"] = "1", "1"
	h.run(g(), dag.Selection{})
	h.files["b.png"], h.files["c.png"] = "2", "1"
	if d := cmp.Diff([]string{"source: 1 file added, 1 changed"}, texts(h.plan(g(), dag.Selection{})["src.x"].Reasons)); d != "" {
		t.Error(d)
	}
}

type fileSource struct {
	dagtest.Source
	files dagtest.Files
}

func (s *fileSource) Sources(context.Context, dag.SourceFiles) ([]dag.SourceItem, error) {
	var items []dag.SourceItem
	for path := range s.files {
		items = append(items, dag.SourceItem{Port: "rows", ID: cache.ItemID(path), Patient: "p", Path: path})
	}
	return items, nil
}

// A survey tells of a node that cannot be planned, and of all others what holds for them.
func TestSurveyGoesOn(t *testing.T) {
	h := newHouse(t)
	gone := &fileSource{files: dagtest.Files{"gone.csv": ""}}
	gone.Fake = dagtest.Fake{Name: "ingest.gone", Count: &h.count, In: []dag.Port{dagtest.Rows("rows")}, Out: []dag.Port{dagtest.Many("out"), dagtest.Single("index")}}
	g := graph(dagtest.Node("ingest.gone", gone), h.fake("table.apart", ""), h.fake("table.behind", "", "ingest.gone"))
	o := h.options(dag.Selection{})
	if _, err := dag.NewPlan(t.Context(), g, o); err == nil || !strings.Contains(err.Error(), "ingest.gone: sources: ") {
		t.Fatalf("error %v, want one that names the stage", err)
	}
	o.Survey = true
	plan, err := dag.NewPlan(t.Context(), g, o)
	if err != nil {
		t.Fatal(err)
	}
	got := map[dag.Address]string{}
	for _, s := range plan.Steps {
		got[s.Address] = fmt.Sprint(s.State, " ", s.Err != nil, " ", s.Reasons[0].Component)
	}
	want := map[dag.Address]string{
		"ingest.gone": "run true source", "table.apart": "run false never-ran", "table.behind": "depends false never-ran",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// A stage that reads a model runs the network's code, whoever chose the network.
func TestChosenComesWithTheModel(t *testing.T) {
	h := newHouse(t)
	model := []dag.Port{{Name: "model", Media: cache.MediaModel}}
	maker := dagtest.Node("train.x", &choosing{dagtest.Fake{Name: "train.x", Count: &h.count, Out: model}, "models/backbone/vit"})
	reader := dagtest.Node("predict.x", &dagtest.Fake{Name: "predict.x", Count: &h.count, In: model}, dagtest.From("model", "train.x", "model"))
	after := h.fake("table.x", "", "predict.x")
	g := graph(maker, reader, after)
	asked := map[dag.Address][]string{}
	o := h.options(dag.Selection{})
	o.Fingerprint = func(n *dag.Node) ([]cache.Field, error) {
		asked[n.Address] = n.Stage.(dag.Chooser).Chosen()
		return nil, nil
	}
	if _, err := dag.NewPlan(context.Background(), g, o); err != nil {
		t.Fatal(err)
	}
	want := map[dag.Address][]string{"train.x": {"models/backbone/vit"}, "predict.x": {"models/backbone/vit"}, "table.x": nil}
	if d := cmp.Diff(want, asked); d != "" {
		t.Error(d)
	}
}

type choosing struct {
	dagtest.Fake
	network string
}

func (c *choosing) Chosen() []string { return []string{c.network} }

func TestPlanOfDamage(t *testing.T) {
	for _, tt := range []struct {
		name      string
		component dag.Component
		text      string
		sweep     func(cache.Digest) cache.Keep
	}{
		{"a blob is gone", dag.ComponentMissingOutput, "a part of its result is gone", func(d cache.Digest) cache.Keep {
			return cache.Keep{Blob: func(a cache.Artifact) bool { return a.Digest != d }}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHouse(t)
			g := h.chain("1", "1", "1")
			h.run(g, dag.Selection{})
			out, _ := h.plan(g, dag.Selection{})["kb.x"].Record.Output("out")
			if _, err := h.store.Sweep(context.Background(), tt.sweep(out.Digest)); err != nil {
				t.Fatal(err)
			}
			s := h.plan(g, dag.Selection{})["kb.x"]
			if s.State != dag.Run || len(s.Reasons) != 1 || s.Reasons[0].Component != tt.component || !hasText(s.Reasons, tt.text) {
				t.Errorf("step %s, reasons %+v", s.State, s.Reasons)
			}
			h.count.Runs()
			h.run(g, dag.Selection{})
			h.wantRuns(map[string]int{"kb.x": 1}) // the same bytes: c stays
		})
	}
}

func TestOnlyNeedsFreshInputs(t *testing.T) {
	h := newHouse(t)
	h.run(h.chain("1", "1", "1"), dag.Selection{})
	h.count.Runs()
	only := dag.Selection{Only: "kb.x"}
	h.run(h.chain("1", "2", "1"), only)
	h.wantRuns(map[string]int{"kb.x": 1})

	var stale *dag.StaleInputError
	g := h.chain("2", "2", "1")
	if _, err := dag.NewPlan(context.Background(), g, h.options(only)); !errors.As(err, &stale) || stale.Input != "ka.x" {
		t.Errorf("plan: %v", err)
	}
	if _, err := h.runner(only, nil).Run(context.Background(), g, dag.RunOptions{}); !errors.As(err, &stale) {
		t.Errorf("run: %v", err)
	}
	h.wantRuns(map[string]int{})
}

// What was renamed is found under its key, and has a history of its own from the next run on.
func TestRenamedStageIsAHit(t *testing.T) {
	h := newHouse(t)
	h.run(graph(h.fake("ka.x", "1")), dag.Selection{})
	h.count.Runs()
	h.run(graph(h.fake("ka.renamed", "1")), dag.Selection{})
	h.wantRuns(map[string]int{})
	got := texts(h.plan(graph(h.fake("ka.renamed", "2")), dag.Selection{})["ka.renamed"].Reasons)
	if d := cmp.Diff([]string{"params.param 1 → 2"}, got); d != "" {
		t.Error(d)
	}
}

// After a change and its undoing, the next change is compared with what is in the pipeline, not with the
// execution that came last.
func TestReasonsAfterUndo(t *testing.T) {
	h := newHouse(t)
	for _, p := range []string{"1", "2", "1"} {
		h.run(graph(h.fake("ka.x", p)), dag.Selection{})
	}
	h.wantRuns(map[string]int{"ka.x": 2})
	got := texts(h.plan(graph(h.fake("ka.x", "3")), dag.Selection{})["ka.x"].Reasons)
	if d := cmp.Diff([]string{"params.param 1 → 3"}, got); d != "" {
		t.Error(d)
	}
}
