package dag_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"femur/cache"
	"femur/dag"
	"femur/dag/dagtest"
)

func TestOneItemChanges(t *testing.T) {
	h := newHouse(t)
	g := func(ids string) *dag.Graph {
		return graph(h.source("src.x", rows(ids)), h.mapping("map.x", "p", "src.x"), h.mapping("map2.x", "p", "map.x"))
	}
	h.run(g("p1-a=1 p2-a=1 p3-a=1"), dag.Selection{})
	h.count.Items()

	h.run(g("p1-a=1 p2-a=2 p3-a=1 p4-a=1"), dag.Selection{})
	h.wantItems("src.x/p2-a", "src.x/p4-a", "map.x/p2-a", "map.x/p4-a", "map2.x/p2-a", "map2.x/p4-a")

	// Items that vanish are made nowhere, and vanish from the manifests.
	h.count.Runs()
	h.run(g("p1-a=1"), dag.Selection{})
	h.wantItems()
	h.wantRuns(map[string]int{})
	if d := cmp.Diff(map[string]int{"src.x": 1, "map.x": 1, "map2.x": 1}, lastOf(h.count.Collects())); d != "" {
		t.Error(d)
	}
	o, _ := h.plan(g("p1-a=1"), dag.Selection{})["map2.x"].Record.Output("items")
	if o.Items != 1 {
		t.Errorf("%d items left, want 1", o.Items)
	}
}

// lastOf keeps who collected, not how often.
func lastOf(m map[string]int) map[string]int {
	for k := range m {
		m[k] = 1
	}
	return m
}

// An item that changes its patient is another item, even with the same bytes.
func TestPatientOfAnItemChanges(t *testing.T) {
	h := newHouse(t)
	src := func(patient string) *dag.Graph {
		n := h.source("src.x", nil)
		n.Stage = &patientSource{Source: *n.Stage.(*dagtest.Source), patient: cache.PatientID(patient)}
		return graph(n, h.mapping("map.x", "p", "src.x"))
	}
	h.run(src("p1"), dag.Selection{})
	h.count.Items()
	h.run(src("p2"), dag.Selection{})
	h.wantItems("src.x/a", "map.x/a")
}

type patientSource struct {
	dagtest.Source
	patient cache.PatientID
}

func (s *patientSource) Sources(context.Context, dag.SourceFiles) ([]dag.SourceItem, error) {
	return []dag.SourceItem{{Port: "rows", ID: "a", Patient: s.patient, Inline: []byte("same")}}, nil
}

// A run that dies between items keeps those that were finished, and the next one makes the others.
func TestFailureBetweenItemsKeepsTheFinished(t *testing.T) {
	h := newHouse(t)
	broken := errors.New("item three is broken")
	g := func(fail bool) *dag.Graph {
		n := h.mapping("map.x", "p", "src.x")
		if fail {
			n.Stage.(*dagtest.Mapping).EachItem = func(_ context.Context, _ dag.Task, it cache.Item) error {
				if it.ID == "p3-a" {
					return broken
				}
				return nil
			}
		}
		return graph(h.source("src.x", rows("p1-a=1 p2-a=1 p3-a=1 p4-a=1")), n)
	}
	s, err := h.runner(dag.Selection{}, nil).Run(context.Background(), g(true), dag.RunOptions{})
	if !errors.Is(err, broken) || err.Error() != "map.x: item three is broken" || s.Totals.Failed != 1 {
		t.Fatalf("%+v, error %v", s.Totals, err)
	}
	h.count.Items()
	step := h.plan(g(false), dag.Selection{})["map.x"]
	if step.Hits != 2 || step.Size != 4 {
		t.Errorf("plan: %d of %d items cached, want 2 of 4", step.Hits, step.Size)
	}
	h.run(g(false), dag.Selection{})
	h.wantItems("map.x/p3-a", "map.x/p4-a")
}

// A stage that reads items within a list runs again when these change, and not for others.
func TestWithin(t *testing.T) {
	h := newHouse(t)
	train := &dagtest.Fake{
		Name: "train.x", Count: &h.count,
		In: []dag.Port{
			{Name: "items", Media: cache.MediaText, Many: true, Within: "list"},
			{Name: "list", Media: cache.MediaItemList, Many: true, Pick: []cache.ItemID{"fold=0/train"}},
		},
		Out: []dag.Port{dagtest.Single("out")},
	}
	g := func(ids, fold0, fold1 string) *dag.Graph {
		return graph(h.source("src.x", rows(ids)), h.lists("split.x", map[string]string{"fold=0/train": fold0, "fold=1/train": fold1}),
			dagtest.Node("train.x", train, dagtest.From("items", "src.x", "items"), dagtest.From("list", "split.x", "lists")))
	}
	h.run(g("p1-a=1 p2-a=1 p3-a=1", "p1-a p2-a", "p3-a"), dag.Selection{})
	h.count.Runs()

	h.run(g("p1-a=1 p2-a=1 p3-a=2", "p1-a p2-a", "p3-a"), dag.Selection{})
	h.wantRuns(map[string]int{"src.x": 1}) // an item outside the list
	h.run(g("p1-a=1 p2-a=1 p3-a=2 p4-a=1", "p1-a p2-a", "p3-a p4-a"), dag.Selection{})
	h.wantRuns(map[string]int{"src.x": 1, "split.x": 1}) // a new item in another list
	h.run(g("p1-a=1 p2-a=2 p3-a=2 p4-a=1", "p1-a p2-a", "p3-a p4-a"), dag.Selection{})
	h.wantRuns(map[string]int{"src.x": 1, "train.x": 1}) // an item within the list

	step := h.plan(g("p1-a=1 p2-a=2 p3-a=2 p4-a=1", "p1-a p2-a", "p3-a p4-a"), dag.Selection{})["train.x"]
	if _, ok := step.Recipe.Get(cache.Input, "list[fold=0/train]"); !ok {
		t.Errorf("recipe %+v has no field for the picked list", step.Recipe)
	}

	train.In[1].Pick = []cache.ItemID{"fold=0/trian"}
	_, err := dag.NewPlan(context.Background(), g("p1-a=1", "p1-a", "p1-a"), h.options(dag.Selection{}))
	if err != nil {
		t.Fatal(err) // behind a run nothing is known yet
	}
	train.In[1].Pick = []cache.ItemID{"fold=0/trian"}
	_, err = h.runner(dag.Selection{}, nil).Run(context.Background(), g("p1-a=1", "p1-a", "p1-a"), dag.RunOptions{})
	if err == nil || err.Error() != `train.x: input list: no item "fold=0/trian". Did you mean fold=0/train?` {
		t.Errorf("error %v", err)
	}
}

// lists makes a stage that writes item lists at a Many port: name → ids.
func (h *house) lists(address string, lists map[string]string) *dag.Node {
	var param strings.Builder
	for _, name := range slices.Sorted(maps.Keys(lists)) {
		param.WriteString(name + ":" + lists[name] + ";")
	}
	return dagtest.Node(address, &dagtest.Fake{
		Name: address, Param: param.String(), Count: &h.count,
		Out: []dag.Port{{Name: "lists", Media: cache.MediaItemList, Many: true}},
		Body: func(_ context.Context, t dag.Task) error {
			for name, ids := range lists {
				var list cache.ItemList
				for id := range strings.FieldsSeq(ids) {
					list = append(list, cache.ItemRef{ID: cache.ItemID(id)})
				}
				if err := dag.WriteBytes(t, "lists", cache.ItemRef{ID: cache.ItemID(name)}, list.Encode()); err != nil {
					return err
				}
			}
			return nil
		},
	})
}

// A Mapper whose map port is within a list does not redo its items when the list grows.
func TestMapperWithin(t *testing.T) {
	h := newHouse(t)
	var read error
	g := func(ids, list string) *dag.Graph {
		n := dagtest.Node("map.x", &dagtest.Mapping{
			Fake: dagtest.Fake{
				Name: "map.x", Count: &h.count,
				In: []dag.Port{
					{Name: "items", Media: cache.MediaText, Many: true, Within: "list"},
					{Name: "list", Media: cache.MediaItemList, Many: true},
				},
				Out: []dag.Port{dagtest.Many("items")},
			},
			EachItem: func(_ context.Context, t dag.Task, _ cache.Item) error {
				for _, err := range t.Items("list") {
					read = err
				}
				return nil
			},
		}, dagtest.From("items", "src.x", "items"), dagtest.From("list", "split.x", "lists"))
		return graph(h.source("src.x", rows(ids)), h.lists("split.x", map[string]string{"test": list}), n)
	}
	h.run(g("p1-a=1 p2-a=1 p3-a=1", "p1-a p2-a"), dag.Selection{})
	h.wantItems("src.x/p1-a", "src.x/p2-a", "src.x/p3-a", "map.x/p1-a", "map.x/p2-a")
	if read == nil || !strings.Contains(read.Error(), "only says which items of another port count") {
		t.Errorf("reading the list in Run: %v", read)
	}
	h.run(g("p1-a=1 p2-a=1 p3-a=1", "p1-a p2-a p3-a"), dag.Selection{})
	h.wantItems("map.x/p3-a")
}

// routed maps items to helpers by the first letter of the patient's number.
type routed struct {
	dagtest.Mapping
	routes map[cache.ItemID]string
}

func (r *routed) Route(_ context.Context, t dag.Task) (func(cache.ItemID) map[string][]cache.ItemID, error) {
	for _, err := range t.Items("helpers") {
		if err != nil {
			return nil, err
		}
	}
	return func(id cache.ItemID) map[string][]cache.ItemID {
		return map[string][]cache.ItemID{"helpers": {cache.ItemID(r.routes[id])}}
	}, nil
}

// With a Router, a changed instance at a List port redoes the items that need it and no others.
func TestRouter(t *testing.T) {
	h := newHouse(t)
	g := func(first, second string) *dag.Graph {
		n := dagtest.Node("map.x", &routed{
			Mapping: dagtest.Mapping{Fake: dagtest.Fake{
				Name: "map.x", Count: &h.count,
				In:  []dag.Port{dagtest.Many("items"), {Name: "helpers", Media: cache.MediaText, List: true}},
				Out: []dag.Port{dagtest.Many("items")},
			}},
			routes: map[cache.ItemID]string{"p1-a": "fold=0", "p2-a": "fold=1"},
		}, dagtest.From("items", "src.x", "items"), dag.Binding{Port: "helpers", Sources: []dag.OutputRef{
			{Address: "help.b", Output: "out", ID: "fold=1"}, {Address: "help.a", Output: "out", ID: "fold=0"},
		}})
		return graph(h.source("src.x", rows("p1-a=1 p2-a=1")), h.fake("help.a", first), h.fake("help.b", second), n)
	}
	h.run(g("1", "1"), dag.Selection{})
	h.count.Items()
	h.run(g("1", "2"), dag.Selection{})
	h.wantItems("map.x/p2-a")
	h.run(g("2", "2"), dag.Selection{})
	h.wantItems("map.x/p1-a")
}

// Forcing a Mapper makes all of its items again.
func TestForceMapper(t *testing.T) {
	h := newHouse(t)
	g := func() *dag.Graph {
		return graph(h.source("src.x", rows("p1-a=1 p2-a=1")), h.mapping("map.x", "p", "src.x"))
	}
	h.run(g(), dag.Selection{})
	h.count.Items()
	got := h.run(g(), dag.Selection{Force: []string{"src.x"}})
	h.wantItems("src.x/p1-a", "src.x/p2-a")
	if got["map.x"] != dag.ResultHit {
		t.Errorf("map.x %s: the same bytes came out, want a hit", got["map.x"])
	}
}
