package dag_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"femur/cache"
	"femur/dag"
	"femur/dag/dagtest"
)

// trainer learns from the items within a list and writes a model.
type trainer struct{ dagtest.Fake }

func (t *trainer) LearnsFrom() string { return "items" }

func (h *house) trainer(address, items, list string, inputs ...dag.Binding) *dag.Node {
	tr := &trainer{dagtest.Fake{
		Name: address, Count: &h.count,
		In: []dag.Port{
			{Name: "items", Media: cache.MediaText, Many: true, Within: "list"},
			{Name: "list", Media: cache.MediaItemList, Many: true, Pick: []cache.ItemID{cache.ItemID(list)}},
		},
		Out: []dag.Port{{Name: "model", Media: cache.MediaModel}},
	}}
	return dagtest.Node(address, tr, append(inputs, dagtest.From("items", items, "items"), dagtest.From("list", "split.x", "lists"))...)
}

// predictor maps over items and applies, to each, the models at its List port that use names.
type predictor struct {
	dagtest.Mapping
	silent bool
	use    func(cache.ItemID) []string
}

func (p *predictor) Run(ctx context.Context, t dag.Task) error {
	p.EachItem = func(_ context.Context, t dag.Task, it cache.Item) error {
		if p.silent {
			return nil
		}
		var models []cache.Item
		for m, err := range t.Items("models") {
			if err != nil {
				return err
			}
			for _, name := range p.use(it.ID) {
				if string(m.ID) == name {
					models = append(models, m)
				}
			}
		}
		return t.Apply(cache.ItemRef{ID: it.ID, Patient: it.Patient}, models...)
	}
	return p.Mapping.Run(ctx, t)
}

// Route gives each item the models that it uses.
func (p *predictor) Route(context.Context, dag.Task) (func(cache.ItemID) map[string][]cache.ItemID, error) {
	return func(id cache.ItemID) map[string][]cache.ItemID {
		var ids []cache.ItemID
		for _, name := range p.use(id) {
			ids = append(ids, cache.ItemID(name))
		}
		return map[string][]cache.ItemID{"models": ids}
	}, nil
}

func (h *house) predictor(address, items string, p *predictor, models ...dag.OutputRef) *dag.Node {
	p.Mapping = dagtest.Mapping{Fake: dagtest.Fake{
		Name: address, Count: &h.count,
		In:  []dag.Port{dagtest.Many("items"), {Name: "models", Media: cache.MediaModel, List: true}},
		Out: []dag.Port{dagtest.Many("items")},
	}}
	return dagtest.Node(address, p, dagtest.From("items", items, "items"), dag.Binding{Port: "models", Sources: models})
}

// study has four patients in two folds: locate trains a localizer for each fold, predict places every item
// by the localizer that use names, classify trains on what predict made of fold 0's training part, and
// score lets it predict for the patients named by scored.
func (h *house) study(use func(cache.ItemID) []string, scored string) *dag.Graph {
	ref := func(a, id string) dag.OutputRef {
		return dag.OutputRef{Address: dag.Address(a), Output: "model", ID: cache.ItemID(id)}
	}
	nodes := []*dag.Node{
		h.source("src.x", rows("p1-a=1 p2-a=2 p3-a=3 p4-a=4")),
		h.lists("split.x", map[string]string{"fold=0": "p3-a p4-a", "fold=1": "p1-a p2-a"}),
		h.trainer("locate.0", "src.x", "fold=0"),
		h.trainer("locate.1", "src.x", "fold=1"),
		h.predictor("predict.x", "src.x", &predictor{use: use}, ref("locate.0", "fold=0"), ref("locate.1", "fold=1")),
		h.trainer("classify.0", "predict.x", "fold=0"),
	}
	if scored != "" {
		all := func(id cache.ItemID) []string { return []string{"fold=0"} }
		only := h.mapping("only.x", "p", "predict.x")
		only.Stage = &dagtest.Mapping{Fake: dagtest.Fake{
			Name: "only.x", Count: &h.count,
			In: []dag.Port{
				{Name: "items", Media: cache.MediaText, Many: true, Within: "list"},
				{Name: "list", Media: cache.MediaItemList, Many: true, Pick: []cache.ItemID{cache.ItemID(scored)}},
			},
			Out: []dag.Port{dagtest.Many("items")},
		}}
		only.Inputs = append(only.Inputs, dagtest.From("list", "split.x", "lists"))
		nodes = append(nodes, only, h.predictor("score.x", "only.x", &predictor{use: all}, ref("classify.0", "fold=0")))
	}
	return graph(nodes...)
}

func outOfFold(id cache.ItemID) []string {
	if strings.HasPrefix(string(id), "p1") || strings.HasPrefix(string(id), "p2") {
		return []string{"fold=0"}
	}
	return []string{"fold=1"}
}

func TestLeakDirect(t *testing.T) {
	h := newHouse(t)
	h.run(h.study(outOfFold, "fold=1"), dag.Selection{}) // p1 and p2 are in no training of fold 0

	inFold := func(cache.ItemID) []string { return []string{"fold=0"} }
	h = newHouse(t)
	_, err := h.runner(dag.Selection{}, nil).Run(context.Background(), h.study(inFold, ""), dag.RunOptions{})
	if !errors.Is(err, dag.ErrLeak) || err.Error() != "predict.x: leak: item p3-a: model models[fold=0] was fitted on its patient" {
		t.Errorf("error %v", err)
	}

	h = newHouse(t)
	_, err = h.runner(dag.Selection{}, nil).Run(context.Background(), h.study(outOfFold, "fold=0"), dag.RunOptions{})
	if !errors.Is(err, dag.ErrLeak) || !strings.HasPrefix(err.Error(), "score.x: ") {
		t.Errorf("error %v", err)
	}
}

// Out-of-fold centers pass the direct rule and fail the strict one: classify.0 learned from items that
// locate.1 placed, which was fitted on p1 and p2.
func TestLeakStrict(t *testing.T) {
	h := newHouse(t)
	g := h.study(outOfFold, "fold=1")
	g.Nested = true
	_, err := h.runner(dag.Selection{}, nil).Run(context.Background(), g, dag.RunOptions{})
	if !errors.Is(err, dag.ErrLeak) || !strings.HasPrefix(err.Error(), "score.x: leak: item p1-a: model models[fold=0] learned from its patient through another model") {
		t.Errorf("error %v", err)
	}
}

func TestPatientsInRecords(t *testing.T) {
	h := newHouse(t)
	steps := h.planAfterRun(h.study(outOfFold, "fold=1"))
	for _, tt := range []struct {
		a               dag.Address
		fitted, learned string
	}{
		{"src.x", "", ""},
		{"locate.0", "p3 p4", "p3 p4"},
		{"predict.x", "", "p1 p2 p3 p4"},
		{"classify.0", "p3 p4", "p1 p2 p3 p4"}, // placed by locate.1
		{"only.x", "", "p3 p4"},                // p1 and p2, placed by locate.0: item by item, not the union
		{"score.x", "", "p1 p2 p3 p4"},
	} {
		rec := steps[tt.a].Record
		if got := h.patients(rec.Fitted); got != tt.fitted {
			t.Errorf("%s was fitted on %q, want %q", tt.a, got, tt.fitted)
		}
		if got := h.patients(rec.Learned); got != tt.learned {
			t.Errorf("%s learned from %q, want %q", tt.a, got, tt.learned)
		}
	}
	if n := steps["predict.x"].Record.Facts.Predictions; n != 4 {
		t.Errorf("%d predictions recorded, want 4", n)
	}
}

func (h *house) planAfterRun(g *dag.Graph) map[dag.Address]dag.Step {
	h.t.Helper()
	h.run(g, dag.Selection{})
	return h.plan(g, dag.Selection{})
}

func (h *house) patients(d cache.Digest) string {
	if d.IsZero() {
		return ""
	}
	data, err := cache.ReadAll(context.Background(), h.store, cache.Artifact{Digest: d})
	if err != nil {
		h.t.Fatal(err)
	}
	p, err := dag.DecodePatients(data)
	if err != nil {
		h.t.Fatal(err)
	}
	var ids []string
	for _, id := range p {
		ids = append(ids, string(id))
	}
	return strings.Join(ids, " ")
}

func TestPredictionWithoutApplyFails(t *testing.T) {
	h := newHouse(t)
	g := h.study(outOfFold, "")
	n, _ := g.Node("predict.x")
	n.Stage.(*predictor).silent = true
	_, err := h.runner(dag.Selection{}, nil).Run(context.Background(), g, dag.RunOptions{})
	if err == nil || err.Error() != "predict.x: output items: item p1-a: the stage reads models but did not call Apply before it wrote this" {
		t.Errorf("error %v", err)
	}
}

// A model that Route did not name is not in the item's key, so that it may not predict for it.
func TestApplyHoldsToTheRoute(t *testing.T) {
	rule := dag.LeakRule{
		Models: map[cache.Digest]dag.ModelPatients{{1}: {Name: "models[fold=0]"}, {2}: {Name: "models[fold=1]", Fitted: dag.NewPatients("p2")}},
		Routed: map[cache.ItemID][]cache.Digest{"a": {{1}}},
		Items:  map[cache.ItemID]cache.PatientID{"a": "p1", "b": "p2"},
	}
	item := func(d byte) cache.Item { return cache.Item{Artifact: cache.Artifact{Digest: cache.Digest{d}}} }
	for _, tt := range []struct {
		item   cache.ItemRef
		models []cache.Item
		want   string
	}{
		{cache.ItemRef{ID: "a", Patient: "p1"}, []cache.Item{item(1)}, ""},
		{cache.ItemRef{ID: "a", Patient: "p1"}, []cache.Item{item(2)}, "item a: model models[fold=1] is not among the inputs that Route gave for it"},
		{cache.ItemRef{ID: "a", Patient: "p1"}, []cache.Item{item(3)}, "item a: model 03000000 is none of the stage's inputs"},
		{cache.ItemRef{ID: "a", Patient: "p1"}, nil, "item a: apply without a model"},
		{cache.ItemRef{ID: "a"}, []cache.Item{item(1)}, "item a: no patient is known for it, so that no model may predict for it"},
		{cache.ItemRef{ID: "a", Patient: "p9"}, []cache.Item{item(1)}, "item a: belongs to another patient at the stage's inputs"},
		{cache.ItemRef{ID: "b", Patient: "p2"}, []cache.Item{item(1), item(2)}, "leak: item b: model models[fold=1] was fitted on its patient"},
	} {
		got := ""
		if err := rule.Check(tt.item, tt.models...); err != nil {
			got = err.Error()
		}
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Error(d)
		}
	}
}
