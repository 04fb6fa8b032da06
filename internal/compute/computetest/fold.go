package computetest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"testing"

	"femur/cache"
	"femur/dag"
	"femur/dag/stagetest"
	"femur/internal/cohort"
	"femur/models/fit"
)

// An Item is a radiograph or patch of these tests.
type Item interface{ Encode(tb testing.TB) []byte }

// ID names the item of that number.
func ID(i int) cache.ItemID { return cache.ItemID(fmt.Sprintf("r%02d", i)) }

// Patient names the patient of the item of that number; no two items share one.
func Patient(i int) cache.PatientID { return cache.PatientID(fmt.Sprint("p", i)) }

// Folds is a task with items at one port, of which folds 0 and 1 hold out the first and second of each
// three and the test part the third, and a model of each fold at another port.
func Folds[I Item](tb testing.TB, s dag.Stage, port string, items []I, models string, byFold ...[]byte) *stagetest.Task {
	tb.Helper()
	task := stagetest.New(s)
	lists := map[cache.ItemID]cache.ItemList{}
	for i, it := range items {
		list := cache.ItemID(cohort.Test)
		if i%3 < 2 {
			list = cohort.PartID(i%3, cohort.HeldOut)
		}
		lists[list] = append(lists[list], cache.ItemRef{ID: ID(i), Patient: Patient(i)})
		task.Add(port, "", ID(i), Patient(i), it.Encode(tb))
	}
	for name, l := range lists {
		task.Add("split", cache.MediaItemList, name, "", l.Encode())
	}
	for k, m := range byFold {
		task.Add(models, cache.MediaModel, cache.ItemID(fmt.Sprint("fold=", k)), "", m)
	}
	return task
}

// Models lists the models that may predict for the item of that number, and its fold and part.
func Models(i int) (models []cache.ItemID, fold int, part string) {
	if i%3 == 2 {
		return []cache.ItemID{"fold=0", "fold=1"}, cohort.TestFold, cohort.Test
	}
	return []cache.ItemID{cache.ItemID(fmt.Sprint("fold=", i%3))}, i % 3, cohort.Development
}

// Spoil makes all weights of a stored model NaN.
func Spoil(tb testing.TB, kind string, model []byte) []byte {
	tb.Helper()
	var config json.RawMessage
	c, err := fit.ReadCheckpoint(model, kind, &config)
	if err != nil {
		tb.Fatal(err)
	}
	c.Config = config
	for _, t := range c.Tensors {
		for i := range t.Data {
			t.Data[i] = float32(math.NaN())
		}
	}
	var b bytes.Buffer
	if err := c.Write(&b); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}
