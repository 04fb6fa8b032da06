package scorepatches

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"femur/dag/stagetest"
	"femur/internal/cohort"
	"femur/internal/compute"
	"femur/internal/compute/computetest"
	"femur/internal/table"
	"femur/models/classifier"
)

const side = 64

// train makes a classifier of dots, which stands in for the one of a fold.
func train(t *testing.T, shared *compute.Shared, epochs int, seed uint64) []byte {
	t.Helper()
	c := classifier.Defaults()
	c.Size, c.Plan.Epochs = side, epochs
	var examples []classifier.Example
	for _, p := range computetest.Patches(48, 2, side, 1) {
		examples = append(examples, classifier.Example{Pixels: p.Pixels, Positive: p.Positive})
	}
	m, _, err := classifier.Train(t.Context(), shared.Programs, c, examples, nil, seed, nil)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := m.Save(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func fill(t *testing.T, s *stage, patches []computetest.Patch, classifiers ...[]byte) *stagetest.Task {
	t.Helper()
	return computetest.Folds(t, s, "patches", patches, "classifiers", classifiers...)
}

func score(t *testing.T, task *stagetest.Task, i int) cohort.Score {
	t.Helper()
	v, err := cohort.DecodeScore(task.Outputs["scores"][computetest.ID(i)])
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// One test, since its parts share compiled networks.
func TestScoring(t *testing.T) {
	shared := computetest.Shared(t)
	good, other := train(t, shared, 8, 1), train(t, shared, 1, 2)
	patches := computetest.Patches(18, 2, side, 2)
	s := newStage(shared)
	task := fill(t, s, patches, good, other)
	if err := task.Run(t.Context(), s, nil); err != nil {
		t.Fatal(err)
	}

	t.Run("the score is the probability of the positive label", func(t *testing.T) {
		for i := 0; i < len(patches); i += 3 { // held out by fold 0, whose classifier is trained
			if v := score(t, task, i); v.Score < 0 || v.Score > 1 || (v.Score > 0.5) != patches[i].Positive {
				t.Errorf("%s: score %.3f, positive %v", computetest.ID(i), v.Score, patches[i].Positive)
			}
		}
	})

	t.Run("each is scored by the models of its part", func(t *testing.T) {
		swapped := fill(t, s, patches, other, good)
		if err := swapped.Run(t.Context(), s, nil); err != nil {
			t.Fatal(err)
		}
		for i := range patches {
			v, w := score(t, task, i), score(t, swapped, i)
			models, fold, part := computetest.Models(i)
			if diff := cmp.Diff(models, task.Applied[computetest.ID(i)]); diff != "" {
				t.Errorf("%s: models declared (-want +got):\n%s", computetest.ID(i), diff)
			}
			mean := 0.0
			for _, p := range v.PerFold {
				mean += p / float64(len(v.PerFold))
			}
			if v.Part != part || v.Fold != fold || len(v.PerFold) != len(models) || math.Abs(v.Score-mean) > 1e-12 {
				t.Errorf("%s: %+v, want the mean of %v in the %s part", computetest.ID(i), v, models, part)
			}
			if same := math.Abs(v.Score-w.Score) < 1e-9; same != (part == cohort.Test) {
				t.Errorf("%s: score %g, and %g with the classifiers swapped", computetest.ID(i), v.Score, w.Score)
			}
		}
	})

	t.Run("the table holds every score", func(t *testing.T) {
		rows, err := table.Read[cohort.ScoreRow](task.One("table"))
		if err != nil || len(rows) != len(patches) {
			t.Fatalf("%d rows (%v), want %d", len(rows), err, len(patches))
		}
		for i, r := range rows {
			v := score(t, task, i)
			want := cohort.ScoreRow{ID: string(computetest.ID(i)), Patient: string(computetest.Patient(i)), Part: v.Part, Fold: int32(v.Fold), Score: v.Score, Models: int32(len(v.PerFold))}
			if r != want {
				t.Errorf("row %+v, want %+v", r, want)
			}
		}
	})

	// The cache keeps scores one by one, so company must not change them.
	t.Run("a score does not depend on the others", func(t *testing.T) {
		for _, i := range []int{0, 4, 17} {
			lone := fill(t, s, patches, good, other)
			lone.Inputs["patches"] = lone.Inputs["patches"][i : i+1]
			if err := lone.Run(t.Context(), s, nil); err != nil {
				t.Fatal(err)
			}
			if got, want := lone.Outputs["scores"][computetest.ID(i)], task.Outputs["scores"][computetest.ID(i)]; len(lone.Outputs["scores"]) != 1 || !bytes.Equal(got, want) {
				t.Errorf("%s alone: %s, with the others: %s", computetest.ID(i), got, want)
			}
		}
	})

	t.Run("a score that is no number is refused", func(t *testing.T) {
		broken := fill(t, s, patches, good, computetest.Spoil(t, "classifier", other))
		// The test part, which all models score, comes first; r02 is its first patch.
		if err := broken.Run(t.Context(), s, nil); err == nil || err.Error() != "model fold=1: r02: the classifier's score is not a number" {
			t.Errorf("error is %v, want it to name model and patch", err)
		}
		if n := len(broken.Outputs["scores"]); n != 0 {
			t.Errorf("%d scores were stored", n)
		}
	})

	t.Run("a patch of another side is refused", func(t *testing.T) {
		task := fill(t, s, computetest.Patches(3, 2, 32, 1), good, other)
		if err := task.Run(t.Context(), s, nil); err == nil || !strings.Contains(err.Error(), "1024 pixels") {
			t.Errorf("error is %v, want it to say what does not fit", err)
		}
	})
}
