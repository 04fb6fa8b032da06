package trainlocalizer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"

	"femur/cache"
	"femur/dag"
	"femur/dag/stagetest"
	"femur/internal/cohort"
	"femur/internal/compute"
	"femur/internal/compute/computetest"
	"femur/internal/geom"
	"femur/internal/radiograph"
	"femur/models/fit"
	"femur/models/localizer"
)

// newStage holds fold 0 out and trains a small network on small inputs.
func newStage(shared *compute.Shared, epochs int) *stage {
	made, _ := Kind(shared).New()
	s := made.(*stage)
	s.Network.Size, s.Network.Plan.Epochs = 64, epochs
	return s
}

// fill gives a stage n radiographs to fit and a quarter as many to validate with.
func fill(t *testing.T, s *stage, n int) *stagetest.Task {
	t.Helper()
	task := stagetest.New(s)
	var lists [2]cache.ItemList
	for i, d := range computetest.Dots(n+n/4, 1) {
		id, patient := cache.ItemID(fmt.Sprintf("r%03d", i)), cache.PatientID(fmt.Sprint("p", i))
		a := cohort.Annotation{Patient: patient, Center: d.Center, Width: d.Image.Width, Height: d.Image.Height}
		task.Add("radiographs", cache.MediaRadiograph, id, patient, d.Encode(t))
		task.Add("annotations", cache.MediaAnnotation, id, patient, a.Encode())
		lists[i/n] = append(lists[i/n], cache.ItemRef{ID: id, Patient: patient})
	}
	task.Add("split", cache.MediaItemList, cohort.PartID(0, cohort.Train), "", lists[0].Encode())
	task.Add("split", cache.MediaItemList, cohort.PartID(0, cohort.Validate), "", lists[1].Encode())
	return task
}

func run(t *testing.T, s *stage, task *stagetest.Task) []byte {
	t.Helper()
	if err := task.Run(t.Context(), s, nil); err != nil {
		t.Fatal(err)
	}
	return task.One("localizer")
}

// One test, since its parts share a compiled network.
func TestTraining(t *testing.T) {
	shared := computetest.Shared(t)

	// The centers of radiographs that are not square must have gone the right way into the input: what was
	// learned of them finds dots in the pixels of other radiographs.
	t.Run("finds dots in the pixels of each radiograph", func(t *testing.T) {
		s := newStage(shared, 14)
		task := fill(t, s, 48)
		m, err := localizer.Load(run(t, s, task))
		if err != nil {
			t.Fatal(err)
		}
		dots := computetest.Dots(16, 2)
		images, boxes := make([][]uint16, len(dots)), make([]geom.Letterbox, len(dots))
		for i, d := range dots {
			var boxed radiograph.Image
			boxed, boxes[i] = radiograph.Letterboxed(d.Image, 64)
			images[i] = boxed.Pix
		}
		found, err := m.Predict(t.Context(), shared.Programs, images)
		if err != nil {
			t.Fatal(err)
		}
		var errors []float64
		for i, p := range found {
			at := boxes[i].ToRadiograph(geom.Point{X: float64(p.X), Y: float64(p.Y)})
			errors = append(errors, at.Distance(dots[i].Center)/float64(max(dots[i].Image.Width, dots[i].Image.Height)))
		}
		slices.Sort(errors)
		t.Logf("errors in longer sides: median %.3f, greatest %.3f", errors[8], errors[15])
		// Without the letterbox's padding, dots would be off by 0.12 in the mean.
		if errors[8] > 0.05 || errors[15] > 0.1 {
			t.Errorf("median error is %.3f and the greatest %.3f of the longer side, want at most 0.05 and 0.1", errors[8], errors[15])
		}
		var curve fit.Curve
		if err := json.Unmarshal(task.One("curve"), &curve); err != nil {
			t.Fatal(err)
		}
		if len(curve.Points) != 14 || curve.Points[13].TrainLoss >= curve.Points[0].TrainLoss {
			t.Errorf("curve %+v, want 14 epochs with a falling loss", curve)
		}
	})

	t.Run("equal inputs and luck give equal bytes", func(t *testing.T) {
		s := newStage(shared, 1)
		first := run(t, s, fill(t, s, 8))
		if !bytes.Equal(first, run(t, s, fill(t, s, 8))) {
			t.Error("the same training gave other weights")
		}
		s.Repeat = 1
		if bytes.Equal(first, run(t, s, fill(t, s, 8))) {
			t.Error("another repeat gave the same weights: its number is not used")
		}
	})

	// Radiographs of the held-out fold and of the test part lie at the port in this test; one that cannot
	// be decoded shows whether they are read.
	t.Run("reads the lists of its fold only", func(t *testing.T) {
		s := newStage(shared, 1)
		want := run(t, s, fill(t, s, 8))
		task := fill(t, s, 8)
		task.Add("radiographs", cache.MediaRadiograph, "a-held-out", "p", []byte("no radiograph"))
		task.Add("split", cache.MediaItemList, cohort.PartID(0, cohort.HeldOut), "", cache.ItemList{{ID: "a-held-out"}}.Encode())
		if !bytes.Equal(want, run(t, s, task)) {
			t.Error("a radiograph outside the fold's lists changed the weights")
		}
	})
}

// What the engine needs in order to keep the rest from the stage, and out of its key.
func TestPortsNameTheLists(t *testing.T) {
	s := newStage(&compute.Shared{}, 1)
	s.HoldOut = 2
	in, _ := s.Ports()
	for _, p := range in {
		switch p.Name {
		case "split":
			if !slices.Equal(p.Pick, []cache.ItemID{"fold=2/train", "fold=2/validate"}) {
				t.Errorf("split picks %v", p.Pick)
			}
		default:
			if p.Within != "split" {
				t.Errorf("port %s is read within %q, want within the split", p.Name, p.Within)
			}
		}
	}
	if s.LearnsFrom() != "annotations" || !s.Seeded() {
		t.Error("a training must say whom it learned from, and that it draws")
	}
}

func TestBadInput(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*stage, *stagetest.Task)
		record string
	}{
		"no such fold": {func(s *stage, _ *stagetest.Task) { s.HoldOut = 3 }, "fold=3/train"},
		"listed radiograph missing": {func(_ *stage, task *stagetest.Task) {
			task.Inputs["radiographs"] = task.Inputs["radiographs"][1:]
		}, "r000"},
	} {
		s := newStage(&compute.Shared{Inputs: &compute.Inputs{}}, 1)
		task := fill(t, s, 4)
		tt.change(s, task)
		var bad *dag.BadInput
		if err := task.Run(t.Context(), s, nil); !errors.As(err, &bad) || bad.Record != tt.record {
			t.Errorf("%s: error is %v, want bad input that names %s", name, err, tt.record)
		}
	}
}

// Radiographs without an annotated center teach nothing: neither an origin that nobody marked, nor an error.
func TestUnlocatedRadiographsAreLeftOut(t *testing.T) {
	truth := map[cache.ItemID]cohort.Annotation{"a": {}, "b": {Unlocated: true}, "c": {}}
	listed := []cache.Item{{ID: "a"}, {ID: "b"}, {ID: "c"}}
	items, err := located(listed, truth, "fold=0/train")
	if err != nil || len(items) != 2 || items[0].ID != "a" || items[1].ID != "c" {
		t.Errorf("%v, %v; want a and c", items, err)
	}
	var bad *dag.BadInput
	if _, err := located(listed[1:2], truth, "fold=0/train"); !errors.As(err, &bad) || bad.Record != "fold=0/train" {
		t.Errorf("a list without any center: %v, want bad input that names it", err)
	}
}

func TestCheck(t *testing.T) {
	s := newStage(&compute.Shared{}, 1)
	s.HoldOut, s.Network.Size, s.Network.Model = -1, 63, "cnn-small"
	var got []string
	for _, p := range s.Check() {
		got = append(got, p.Attribute)
	}
	if !slices.Equal(got, []string{"size", "hold_out"}) {
		t.Errorf("problems of %v, want of size and hold_out", got)
	}
	if chosen := s.Chosen(); !slices.Equal(chosen, []string{"models/backbone/cnnsmall"}) {
		t.Errorf("chose %v", chosen)
	}
	s.Network.Model = "cnn-huge"
	if chosen := s.Chosen(); chosen != nil {
		t.Errorf("an unknown model chose %v", chosen)
	}
}

// Each parameter must reach the key.
func TestDescribe(t *testing.T) {
	key := func(change func(*stage)) cache.Key {
		s := newStage(&compute.Shared{}, 1)
		change(s)
		var r cache.Recipe
		s.Describe(&r)
		return r.Key()
	}
	seen := map[cache.Key]string{}
	for name, change := range map[string]func(*stage){
		"nothing": func(*stage) {}, "hold_out": func(s *stage) { s.HoldOut = 1 }, "repeat": func(s *stage) { s.Repeat = 1 },
		"model": func(s *stage) { s.Network.Model = "vit-tiny" }, "epochs": func(s *stage) { s.Network.Plan.Epochs = 9 },
	} {
		k := key(change)
		if other, ok := seen[k]; ok {
			t.Errorf("changing %s and changing %s give one key", name, other)
		}
		seen[k] = name
	}
}
