package predictcenters

import (
	"bytes"
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
	"femur/internal/compute"
	"femur/internal/compute/computetest"
	"femur/internal/geom"
	"femur/internal/radiograph"
	"femur/internal/table"
	"femur/models/localizer"
)

// train makes a localizer for dots, which stands in for the one of a fold.
func train(t *testing.T, shared *compute.Shared, epochs int, seed uint64) []byte {
	t.Helper()
	c := localizer.Defaults()
	c.Size, c.Plan.Epochs = 64, epochs
	var examples []localizer.Example
	for _, d := range computetest.Dots(48, 1) {
		boxed, box := radiograph.Letterboxed(d.Image, c.Size)
		at := box.ToInput(d.Center)
		examples = append(examples, localizer.Example{Pixels: boxed.Pix, CenterX: float32(at.X), CenterY: float32(at.Y)})
	}
	m, _, err := localizer.Train(t.Context(), shared.Programs, c, examples, nil, seed, nil)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := m.Save(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func fill(t *testing.T, s *stage, dots []computetest.Dot, localizers ...[]byte) *stagetest.Task {
	t.Helper()
	return computetest.Folds(t, s, "radiographs", dots, "localizers", localizers...)
}

// One test, since its parts share compiled networks.
func TestPrediction(t *testing.T) {
	shared := computetest.Shared(t)
	good, other := train(t, shared, 14, 1), train(t, shared, 1, 2)
	dots := computetest.Dots(21, 2)
	s := newStage(shared)
	task := fill(t, s, dots, good, other)
	if err := task.Run(t.Context(), s, nil); err != nil {
		t.Fatal(err)
	}
	center := func(t *testing.T, task *stagetest.Task, id cache.ItemID) cohort.Center {
		t.Helper()
		c, err := cohort.DecodeCenter(task.Outputs["centers"][id])
		if err != nil {
			t.Fatal(err)
		}
		return c
	}

	// No radiograph is square and no two are alike: what is found must lie in the pixels of its own.
	t.Run("centers are in the pixels of the radiograph", func(t *testing.T) {
		var errors []float64
		for i := 0; i < len(dots); i += 3 { // held out by fold 0, whose localizer is trained
			size := float64(max(dots[i].Image.Width, dots[i].Image.Height))
			c := center(t, task, computetest.ID(i))
			errors = append(errors, c.Distance(dots[i].Center)/size)
			if !(c.Spread > 0 && c.Spread < size) {
				t.Errorf("%s: the spread is %g px", computetest.ID(i), c.Spread)
			}
		}
		slices.Sort(errors)
		if median, greatest := errors[len(errors)/2], errors[len(errors)-1]; median > 0.05 || greatest > 0.1 {
			t.Errorf("median error is %.3f and the greatest %.3f of the longer side, want at most 0.05 and 0.1", median, greatest)
		}
	})

	t.Run("each is predicted by the models of its part", func(t *testing.T) {
		alone := fill(t, s, dots, other, good) // the localizers changed places
		if err := alone.Run(t.Context(), s, nil); err != nil {
			t.Fatal(err)
		}
		for i := range dots {
			c, swapped := center(t, task, computetest.ID(i)), center(t, alone, computetest.ID(i))
			models, _, part := computetest.Models(i)
			if diff := cmp.Diff(models, task.Applied[computetest.ID(i)]); diff != "" {
				t.Errorf("%s: models declared (-want +got):\n%s", computetest.ID(i), diff)
			}
			if c.Part != part || c.Models != len(models) {
				t.Errorf("%s: %d models in the %s part, want %d in %s", computetest.ID(i), c.Models, c.Part, len(models), part)
			}
			if same := c.Distance(swapped.Point) < 1e-9; same != (part == cohort.Test) {
				t.Errorf("%s: %v, and %v with the localizers swapped", computetest.ID(i), c.Point, swapped.Point)
			}
		}
	})

	t.Run("the table holds every center", func(t *testing.T) {
		rows, err := table.Read[cohort.CenterRow](task.One("table"))
		if err != nil || len(rows) != len(dots) {
			t.Fatalf("%d rows (%v), want %d", len(rows), err, len(dots))
		}
		for i, r := range rows {
			c := center(t, task, computetest.ID(i))
			want := cohort.CenterRow{ID: string(computetest.ID(i)), Patient: string(computetest.Patient(i)), Part: c.Part, X: c.X, Y: c.Y, Spread: c.Spread, Disagreement: c.Disagreement, Models: int32(c.Models)}
			if r != want {
				t.Errorf("row %+v, want %+v", r, want)
			}
		}
	})

	// The cache keeps centers one by one, so company must not change them.
	t.Run("a prediction does not depend on the others", func(t *testing.T) {
		for _, i := range []int{0, 7, 20} {
			lone := fill(t, s, dots, good, other)
			lone.Inputs["radiographs"] = lone.Inputs["radiographs"][i : i+1]
			if err := lone.Run(t.Context(), s, nil); err != nil {
				t.Fatal(err)
			}
			if got, want := lone.Outputs["centers"][computetest.ID(i)], task.Outputs["centers"][computetest.ID(i)]; len(lone.Outputs["centers"]) != 1 || !bytes.Equal(got, want) {
				t.Errorf("%s alone: %s, with the others: %s", computetest.ID(i), got, want)
			}
		}
	})

	t.Run("a center that is no number is refused", func(t *testing.T) {
		broken := fill(t, s, dots, computetest.Spoil(t, "localizer", good), other)
		// The test part, which all models predict, comes first; r02 is its first radiograph.
		if err := broken.Run(t.Context(), s, nil); err == nil || !strings.Contains(err.Error(), "model fold=0: r02: the localizer's prediction is no finite point") {
			t.Errorf("error is %v, want it to name model and radiograph", err)
		}
		if n := len(broken.Outputs["centers"]); n != 0 {
			t.Errorf("%d centers were stored", n)
		}
	})
}

func TestDamagedModelIsNamed(t *testing.T) {
	s := newStage(&compute.Shared{Inputs: &compute.Inputs{}})
	task := fill(t, s, computetest.Dots(3, 1), []byte("no model"), []byte("no model either"))
	if err := task.Run(t.Context(), s, nil); err == nil || !strings.HasPrefix(err.Error(), "model fold=0: ") {
		t.Errorf("error is %v, want it to name the model", err)
	}
}

// leaky is a task whose engine knows that a patient was learned from.
type leaky struct{ *stagetest.Task }

func (leaky) Apply(item cache.ItemRef, _ ...cache.Item) error {
	return fmt.Errorf("%s: %w", item.ID, dag.ErrLeak)
}

func TestLeakIsRefusedBeforeAnythingIsRead(t *testing.T) {
	s := newStage(&compute.Shared{})
	task := fill(t, s, computetest.Dots(3, 1), []byte("no model"), []byte("no model either"))
	if err := s.Run(t.Context(), leaky{task}); !errors.Is(err, dag.ErrLeak) {
		t.Errorf("error is %v, want the leak", err)
	}
}

func TestMean(t *testing.T) {
	at := func(x, y, spread float64) prediction { return prediction{geom.Point{X: x, Y: y}, spread} }
	for _, tt := range []struct {
		name string
		said []prediction
		fold int
		want cohort.Center
	}{
		{"one keeps its own spread", []prediction{at(10, 20, 3)}, 1, cohort.Center{Point: geom.Point{X: 10, Y: 20}, Spread: 3, Part: cohort.Development, Models: 1}},
		{"several show how they differ", []prediction{at(0, 0, 8), at(6, 8, 10)}, cohort.TestFold, cohort.Center{Point: geom.Point{X: 3, Y: 4}, Spread: 9, Disagreement: 5, Part: cohort.Test, Models: 2}},
		{"agreement leaves their own spread", []prediction{at(1, 2, 9), at(1, 2, 9)}, cohort.TestFold, cohort.Center{Point: geom.Point{X: 1, Y: 2}, Spread: 9, Part: cohort.Test, Models: 2}},
	} {
		if diff := cmp.Diff(tt.want, mean(tt.said, tt.fold)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}
