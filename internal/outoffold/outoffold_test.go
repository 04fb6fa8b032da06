package outoffold

import (
	"context"
	"errors"
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

// ports is a stage that a task can be made for.
type ports struct{ dag.Stage }

func (ports) Ports() (in, out []dag.Port) {
	return nil, []dag.Port{{Name: "answers", Many: true}}
}

// split is a task with items a and b held out by folds 0 and 1, t in the test part, and repeats of each
// fold's model but the ones left out.
func split(folds, repeats int, without ...cache.ItemID) *stagetest.Task {
	task := stagetest.New(ports{})
	add := func(id cache.ItemID) {
		task.Add("items", cache.MediaNPY, id, "patient "+cache.PatientID(id), []byte(id))
	}
	for k := range folds {
		id := cache.ItemID(rune('a' + k))
		add(id)
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
	add("t")
	return task
}

// echo is a pass whose models say their own name and the item's, and that counts loads.
func echo(loads *int) Pass[string, string] {
	return Pass[string, string]{
		Items: "items", Split: "split", Models: "models", Output: "answers",
		Load: func(b []byte) (string, error) { *loads++; return string(b), nil },
		Predict: func(_ context.Context, _ dag.Task, model string, items []cache.Item) ([]string, error) {
			out := make([]string, len(items))
			for i, it := range items {
				out[i] = model + " of " + string(it.ID)
			}
			return out, nil
		},
		Join: func(said []string, fold int) []byte { return []byte(Part(fold) + ": " + strings.Join(said, "; ")) },
	}
}

func TestEachPatientIsPredictedByWhoNeverSawThem(t *testing.T) {
	task := split(2, 2)
	loads := 0
	if err := echo(&loads).Run(t.Context(), task); err != nil {
		t.Fatal(err)
	}
	got := map[cache.ItemID]string{}
	for id, b := range task.Outputs["answers"] {
		got[id] = string(b)
	}
	want := map[cache.ItemID]string{
		"a": "development: fold=0,repeat=0 of a; fold=0,repeat=1 of a",
		"b": "development: fold=1,repeat=0 of b; fold=1,repeat=1 of b",
		"t": "test: fold=0,repeat=0 of t; fold=0,repeat=1 of t; fold=1,repeat=0 of t; fold=1,repeat=1 of t",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("predictions (-want +got):\n%s", diff)
	}
	all := []cache.ItemID{"fold=0,repeat=0", "fold=0,repeat=1", "fold=1,repeat=0", "fold=1,repeat=1"}
	declared := map[cache.ItemID][]cache.ItemID{"a": all[:2], "b": all[2:], "t": all}
	if diff := cmp.Diff(declared, task.Applied); diff != "" {
		t.Errorf("models declared (-want +got):\n%s", diff)
	}
	if loads != 4 {
		t.Errorf("%d loads of 4 models", loads)
	}
}

func TestBatchesLoseNothing(t *testing.T) {
	task := split(2, 1)
	var list cache.ItemList
	for i := range 2*batch + 3 {
		id := cache.ItemID(fmt.Sprintf("x%03d", i))
		list = append(list, cache.ItemRef{ID: id})
		task.Add("items", cache.MediaNPY, id, "", []byte(id))
	}
	task.Inputs["split"] = slices.DeleteFunc(task.Inputs["split"], func(it cache.Item) bool { return it.ID == "fold=1/held-out" })
	task.Add("split", cache.MediaItemList, cohort.PartID(1, cohort.HeldOut), "", append(cache.ItemList{{ID: "b"}}, list...).Encode())
	loads, most := 0, 0
	pass := echo(&loads)
	predict := pass.Predict
	pass.Predict = func(ctx context.Context, t dag.Task, m string, items []cache.Item) ([]string, error) {
		most = max(most, len(items))
		return predict(ctx, t, m, items)
	}
	if err := pass.Run(t.Context(), task); err != nil {
		t.Fatal(err)
	}
	for _, ref := range list {
		if got, want := string(task.Outputs["answers"][ref.ID]), "development: fold=1,repeat=0 of "+string(ref.ID); got != want {
			t.Errorf("%s: %q, want %q", ref.ID, got, want)
		}
	}
	if most != batch || loads != 2 {
		t.Errorf("batches of up to %d items and %d loads, want %d and 2", most, loads, batch)
	}
}

// Only what decides an item's result may be in its key: its own models, and none of the lists.
func TestRouteNamesTheModelsOfAnItem(t *testing.T) {
	route, err := echo(new(int)).Route(t.Context(), split(2, 2))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]cache.ItemID{"split": {}, "models": {"fold=1,repeat=0", "fold=1,repeat=1"}}
	if diff := cmp.Diff(want, route("b")); diff != "" {
		t.Errorf("b needs (-want +got):\n%s", diff)
	}
}

// An error says which model or item it is about, and nothing of a batch is stored.
func TestErrorsNameTheirSubject(t *testing.T) {
	broken := errors.New("broken")
	for name, tt := range map[string]struct {
		change func(*Pass[string, string], *stagetest.Task)
		want   string
	}{
		"load": {func(p *Pass[string, string], _ *stagetest.Task) {
			p.Load = func([]byte) (string, error) { return "", broken }
		}, "model fold=0,repeat=0: broken"},
		"predict": {func(p *Pass[string, string], _ *stagetest.Task) {
			p.Predict = func(context.Context, dag.Task, string, []cache.Item) ([]string, error) { return nil, broken }
		}, "model fold=0,repeat=0: broken"},
		"stranger": {func(_ *Pass[string, string], t *stagetest.Task) {
			t.Add("items", cache.MediaNPY, "z", "", []byte("z"))
		}, "z: the radiograph is not in the split"},
	} {
		task := split(2, 1)
		pass := echo(new(int))
		tt.change(&pass, task)
		if err := pass.Run(t.Context(), task); err == nil || err.Error() != tt.want {
			t.Errorf("%s: error is %v, want %q", name, err, tt.want)
		}
		if n := len(task.Outputs["answers"]); n != 0 {
			t.Errorf("%s: %d answers were stored", name, n)
		}
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

// strict refuses one item, as the engine does where a model saw its patient.
type strict struct {
	*stagetest.Task
	refused cache.ItemID
}

func (s strict) Apply(item cache.ItemRef, models ...cache.Item) error {
	if item.ID == s.refused {
		return fmt.Errorf("%s: %w", item.ID, dag.ErrLeak)
	}
	return s.Task.Apply(item, models...)
}

// A leak in the last item must come to light before the first one is predicted.
func TestLeakStopsAllPredictions(t *testing.T) {
	task := split(2, 1)
	loads := 0
	if err := echo(&loads).Run(t.Context(), strict{task, "t"}); !errors.Is(err, dag.ErrLeak) {
		t.Errorf("error is %v, want the leak", err)
	}
	if loads != 0 || len(task.Outputs["answers"]) != 0 {
		t.Errorf("%d models were loaded and %d answers stored in spite of a leak", loads, len(task.Outputs["answers"]))
	}
}
