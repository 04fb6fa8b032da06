package compute

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"femur/cache"
	"femur/dag"
	"femur/dag/stagetest"
	"femur/models/fit"
)

// listed has radiographs a to d and the lists of fold 1.
func listed() *stagetest.Task {
	o := stagetest.New(ports{})
	for _, id := range []cache.ItemID{"d", "c", "b", "a"} {
		o.Add("radiographs", cache.MediaRadiograph, id, "p", []byte(id))
	}
	o.Add("split", cache.MediaItemList, "fold=1/train", "", cache.ItemList{{ID: "a"}, {ID: "c"}}.Encode())
	o.Add("split", cache.MediaItemList, "fold=1/validate", "", cache.ItemList{{ID: "b"}, {ID: "z"}}.Encode())
	return o
}

func TestItemsAreThoseOfTheList(t *testing.T) {
	f, o := Training{HoldOut: 1}, listed()
	items, err := f.Items(o, "radiographs", "train")
	if err != nil || len(items) != 2 || items[0].ID != "a" || items[1].ID != "c" {
		t.Errorf("items %v (%v), want a and c", items, err)
	}
	var bad *dag.BadInput
	if _, err := f.Items(o, "radiographs", "validate"); !errors.As(err, &bad) || bad.Record != "z" {
		t.Errorf("a listed radiograph that is not there: %v, want bad input that names it", err)
	}
	f.HoldOut = 7
	if _, err := f.Items(o, "radiographs", "train"); !errors.As(err, &bad) || bad.Record != "fold=7/train" || !strings.Contains(bad.Detail, "hold_out") {
		t.Errorf("a fold that is not there: %v, want bad input that names hold_out", err)
	}
}

func TestSplitPortReadsTwoLists(t *testing.T) {
	if diff := cmp.Diff([]cache.ItemID{"fold=2/train", "fold=2/validate"}, Training{HoldOut: 2}.SplitPort().Pick); diff != "" {
		t.Errorf("lists read (-want +got):\n%s", diff)
	}
}

// Every fold and repeat has luck of its own, and nothing else has a part in it.
func TestSeedsDiffer(t *testing.T) {
	seen := map[uint64]Training{}
	for _, seed := range []uint64{1, 2} {
		o := stagetest.New(ports{})
		o.SeedIs = seed
		for fold := range 3 {
			for repeat := range 3 {
				f := Training{HoldOut: fold, Repeat: repeat}
				s := f.Seed(o)
				if other, ok := seen[s]; ok {
					t.Errorf("%+v and %+v have the same seed", f, other)
				}
				seen[s] = f
				if f.Seed(o) != s {
					t.Errorf("%+v: the seed is another one each time", f)
				}
			}
		}
	}
}

func TestProblems(t *testing.T) {
	network := errors.Join(errors.New("size: at least 16, not 3"))
	var got []string
	for _, p := range (Training{HoldOut: -1, Repeat: -2}).Problems(network) {
		got = append(got, p.Attribute+": "+p.Summary)
	}
	if diff := cmp.Diff([]string{"size: Invalid size", "hold_out: Invalid fold", "repeat: Invalid repeat"}, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	if problems := (Training{}).Problems(nil); problems != nil {
		t.Errorf("problems %v of fold 0", problems)
	}
}

func TestStore(t *testing.T) {
	o := stagetest.New(ports{})
	curve := fit.Curve{Points: []fit.Point{{Epoch: 1, TrainLoss: 0.5}, {Epoch: 2, TrainLoss: 0.25}}, Best: 2}
	save := func(w io.Writer) error { _, err := io.WriteString(w, "weights"); return err }
	if err := (Training{}).Store(o, "network", save, curve); err != nil {
		t.Fatal(err)
	}
	var got fit.Curve
	if err := json.Unmarshal(o.One("curve"), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(curve, got); diff != "" || string(o.One("network")) != "weights" {
		t.Errorf("model %q, curve (-want +got):\n%s", o.One("network"), diff)
	}
}

func TestChosen(t *testing.T) {
	if got := Chosen("models/backbone/vit", nil); len(got) != 1 || got[0] != "models/backbone/vit" {
		t.Errorf("chosen %v", got)
	}
	if got := Chosen("", errors.New("unknown")); got != nil {
		t.Errorf("an unknown model chose %v", got)
	}
}
