package outoffold

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"femur/cache"
	"femur/dag"
	"femur/dag/stagetest"
	"femur/internal/cohort"
)

// noPorts is a stage that a task can be made for.
type noPorts struct{ dag.Stage }

func (noPorts) Ports() (in, out []dag.Port) { return nil, nil }

// split is a task with radiographs a and b held out by folds 0 and 1, t in the test part, and repeats of
// each fold's model but the ones left out.
func split(folds, repeats int, without ...cache.ItemID) *stagetest.Task {
	task := stagetest.New(noPorts{})
	for k := range folds {
		id := cache.ItemID(rune('a' + k))
		task.Add("split", cache.MediaItemList, cohort.PartID(k, cohort.HeldOut), "", cache.ItemList{{ID: id}}.Encode())
		task.Add("split", cache.MediaItemList, cohort.PartID(k, cohort.Train), "", cache.ItemList{{ID: "a"}, {ID: "b"}}.Encode())
		for r := range repeats {
			m := cache.ItemID(fmt.Sprintf("fold=%d,repeat=%d", k, r))
			if !slices.Contains(without, m) {
				task.Add("models", cache.MediaModel, m, "", []byte(m))
			}
		}
	}
	task.Add("split", cache.MediaItemList, cohort.Test, "", cache.ItemList{{ID: "t"}}.Encode())
	return task
}

func TestEachPatientIsPredictedByWhoNeverSawThem(t *testing.T) {
	task := split(2, 2)
	r, err := New(task, "split", "models")
	if err != nil {
		t.Fatal(err)
	}
	got := map[cache.ItemID][]string{}
	items := slices.Collect(func(yield func(cache.Item) bool) {
		for _, id := range []cache.ItemID{"a", "b", "t"} {
			if !yield(cache.Item{ID: id, Patient: cache.PatientID("patient " + id)}) {
				return
			}
		}
	})
	err = Do(t.Context(), task, r, items, "items", Work[string]{
		Predict: func(_ context.Context, m cache.Item, items []cache.Item) ([]string, error) {
			out := make([]string, len(items))
			for i := range out {
				out[i] = string(m.ID)
			}
			return out, nil
		},
		Finish: func(it cache.Item, fold int, said []string) error {
			got[it.ID] = append(said, Part(fold))
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[cache.ItemID][]string{
		"a": {"fold=0,repeat=0", "fold=0,repeat=1", cohort.Development},
		"b": {"fold=1,repeat=0", "fold=1,repeat=1", cohort.Development},
		"t": {"fold=0,repeat=0", "fold=0,repeat=1", "fold=1,repeat=0", "fold=1,repeat=1", cohort.Test},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("predictions (-want +got):\n%s", diff)
	}
	for id, models := range want {
		if diff := cmp.Diff(len(models)-1, len(task.Applied[id])); diff != "" {
			t.Errorf("%s: declared %v", id, task.Applied[id])
		}
	}
	route := r.Route("split", "models")("b")
	if len(route["split"]) != 0 || !cmp.Equal(route["models"], []cache.ItemID{"fold=1,repeat=0", "fold=1,repeat=1"}) {
		t.Errorf("b needs %v", route)
	}
}

func TestFoldWithoutModel(t *testing.T) {
	if _, err := New(split(2, 1, "fold=1,repeat=0"), "split", "models"); err == nil || !strings.Contains(err.Error(), "no model that held fold 1 out") {
		t.Errorf("error is %v", err)
	}
}

func TestModelWithoutFold(t *testing.T) {
	task := split(2, 1)
	task.Add("models", cache.MediaModel, "k=3", "", []byte("m"))
	if _, err := New(task, "split", "models"); err == nil || !strings.Contains(err.Error(), `"k=3" does not say which fold`) {
		t.Errorf("error is %v", err)
	}
}

func TestRadiographOutsideTheSplit(t *testing.T) {
	task := split(2, 1)
	r, err := New(task, "split", "models")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := r.Models("stranger"); err == nil || !strings.Contains(err.Error(), "stranger: the radiograph is not in the split") {
		t.Errorf("error is %v", err)
	}
}

func TestFold(t *testing.T) {
	for list, want := range map[cache.ItemID]int{"test": -1, "fold=3/held-out": 3} {
		if f, ok := Fold(list); !ok || f != want {
			t.Errorf("%s: fold %d, %v; want %d", list, f, ok, want)
		}
	}
	for _, list := range []cache.ItemID{"development", "fold=3/train", "fold=x/held-out"} {
		if f, ok := Fold(list); ok {
			t.Errorf("%s holds out fold %d", list, f)
		}
	}
}
