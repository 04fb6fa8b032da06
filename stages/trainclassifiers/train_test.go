package trainclassifiers

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"femur/cache"
	"femur/dag"
	"femur/dag/stagetest"
	"femur/internal/cohort"
	"femur/internal/compute"
	"femur/internal/compute/computetest"
	"femur/models/classifier"
)

const side = 64

// newStage holds fold 0 out and trains a small network.
func newStage(shared *compute.Shared, epochs int) *stage {
	made, _ := Kind(shared).New()
	s := made.(*stage)
	s.Network.Plan.Epochs = epochs
	return s
}

// fill gives a stage n patches to fit and 8 to validate with; one in each every is AFF.
func fill(t *testing.T, s *stage, n, every int) *stagetest.Task {
	t.Helper()
	task := stagetest.New(s)
	add := func(list string, patches []computetest.Patch) {
		var refs cache.ItemList
		for i, p := range patches {
			id := cache.ItemID(fmt.Sprintf("%s-%03d", list, i))
			label := "NFF"
			if p.Positive {
				label = "AFF"
			}
			task.Add("patches", cache.MediaNPY, id, "p", p.Encode(t))
			task.Add("annotations", cache.MediaAnnotation, id, "p", cohort.Annotation{Label: label}.Encode())
			refs = append(refs, cache.ItemRef{ID: id, Patient: "p"})
		}
		task.Add("split", cache.MediaItemList, cohort.PartID(0, list), "", refs.Encode())
	}
	add(cohort.Train, computetest.Patches(n, every, side, 1))
	add(cohort.Validate, computetest.Patches(8, every, side, 2))
	return task
}

func run(t *testing.T, s *stage, task *stagetest.Task) []byte {
	t.Helper()
	if err := task.Run(t.Context(), s, nil); err != nil {
		t.Fatal(err)
	}
	return task.One("classifier")
}

// scores returns the mean probability that a model gives to new patches of either label, and the share of
// pairs that it puts in the right order (the area under the ROC curve).
func scores(t *testing.T, shared *compute.Shared, model []byte) (positive, negative, area float64) {
	t.Helper()
	m, err := classifier.Load(model)
	if err != nil {
		t.Fatal(err)
	}
	if m.Config().Size != side {
		t.Fatalf("the input's side is %d, want that of the patches, %d", m.Config().Size, side)
	}
	patches := computetest.Patches(32, 2, side, 3)
	images := make([][]uint16, len(patches))
	for i, p := range patches {
		images[i] = p.Pixels
	}
	answers, err := m.Predict(t.Context(), shared.Programs, images)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range patches {
		if !p.Positive {
			negative += float64(answers[i].Probability) / 16
			continue
		}
		positive += float64(answers[i].Probability) / 16
		for j, q := range patches {
			if !q.Positive && answers[i].Probability > answers[j].Probability {
				area += 1.0 / (16 * 16)
			}
		}
	}
	return positive, negative, area
}

// One test, since its parts share a compiled network.
func TestTraining(t *testing.T) {
	shared := computetest.Shared(t)

	t.Run("learns the positive label", func(t *testing.T) {
		positive, negative, area := scores(t, shared, run(t, newStage(shared, 8), fill(t, newStage(shared, 8), 48, 2)))
		t.Logf("mean score %.2f of AFF, %.2f of NFF; AUROC %.2f", positive, negative, area)
		if area < 0.9 || positive < negative+0.2 {
			t.Errorf("mean score %.2f of AFF and %.2f of NFF, AUROC %.2f: not learned", positive, negative, area)
		}
	})

	t.Run("positive decides what the score means", func(t *testing.T) {
		s := newStage(shared, 8)
		s.Positive = "NFF"
		if _, _, area := scores(t, shared, run(t, s, fill(t, s, 48, 2))); area > 0.1 {
			t.Errorf("AUROC for AFF is %.2f with NFF as the positive label, want a small one", area)
		}
	})

	// One in six is AFF. Without weights the network learns first that AFF is rare.
	t.Run("weights meet class imbalance", func(t *testing.T) {
		means := map[string]float64{}
		for _, balance := range classifier.Balances() {
			s := newStage(shared, 2)
			s.Network.Balance = balance
			positive, negative, _ := scores(t, shared, run(t, s, fill(t, s, 48, 6)))
			means[balance] = (positive + negative) / 2
		}
		t.Logf("mean scores %v", means)
		if weighted, plain := means[classifier.BalanceWeights], means[classifier.BalanceNone]; weighted < plain+0.05 || plain > 0.45 {
			t.Errorf("mean score %.2f with weights and %.2f without, want weights to undo the rarity", weighted, plain)
		}
	})

	t.Run("reads the lists of its fold only, and the same gives the same", func(t *testing.T) {
		s := newStage(shared, 1)
		want := run(t, s, fill(t, s, 8, 2))
		task := fill(t, s, 8, 2)
		task.Add("patches", cache.MediaNPY, "a-held-out", "p", []byte("no patch"))
		task.Add("annotations", cache.MediaAnnotation, "a-held-out", "p", cohort.Annotation{Label: "AFF"}.Encode())
		task.Add("split", cache.MediaItemList, cohort.PartID(0, cohort.HeldOut), "", cache.ItemList{{ID: "a-held-out"}}.Encode())
		if !bytes.Equal(want, run(t, s, task)) {
			t.Error("a patch outside the fold's lists changed the weights")
		}
		s.Repeat = 1
		if bytes.Equal(want, run(t, s, fill(t, s, 8, 2))) {
			t.Error("another repeat gave the same weights: its number is not used")
		}
	})
}

// What cannot be learned from is refused before a device is opened, in words that say what to correct.
func TestBadInput(t *testing.T) {
	for name, tt := range map[string]struct {
		change  func(*stage)
		every   int
		record  string
		summary string
	}{
		"nobody has the positive label": {func(s *stage) { s.Positive = "aff" }, 2, `positive = "aff"`, "4 AFF, 4 NFF"},
		"everybody has it":              {func(*stage) {}, 1, `positive = "AFF"`, "8 AFF"},
		"no such fold":                  {func(s *stage) { s.HoldOut = 3 }, 2, "fold=3/train", "no such list"},
	} {
		s := newStage(&compute.Shared{}, 1)
		tt.change(s)
		var bad *dag.BadInput
		if err := fill(t, s, 8, tt.every).Run(t.Context(), s, nil); !errors.As(err, &bad) || bad.Record != tt.record || !strings.Contains(bad.Summary, tt.summary) || bad.Detail == "" {
			t.Errorf("%s: error is %v, want bad input that names %s", name, err, tt.record)
		}
	}
}

// The positive label must be among those that are fitted; that validation has it is not enough.
func TestPositiveInValidationOnly(t *testing.T) {
	s := newStage(&compute.Shared{}, 1)
	task := fill(t, s, 8, 2)
	annotations := task.Inputs["annotations"]
	task.Inputs["annotations"] = nil
	for _, it := range annotations {
		if strings.HasPrefix(string(it.ID), cohort.Train) {
			task.Add("annotations", cache.MediaAnnotation, it.ID, it.Patient, cohort.Annotation{Label: "NFF"}.Encode())
		} else {
			task.Inputs["annotations"] = append(task.Inputs["annotations"], it)
		}
	}
	var bad *dag.BadInput
	if err := task.Run(t.Context(), s, nil); !errors.As(err, &bad) || !strings.Contains(bad.Summary, "labeled 8 NFF") {
		t.Errorf("error is %v, want it to count the labels of the train list", err)
	}
}

// The side of the patches is known only now; the backbone may not take it.
func TestSideThatTheNetworkDoesNotTake(t *testing.T) {
	s := newStage(&compute.Shared{}, 1)
	_, err := s.config(list{side: 50, labels: map[string]int{"AFF": 1, "NFF": 1}}, list{})
	var bad *dag.BadInput
	if !errors.As(err, &bad) || bad.Record != "patches of 50 × 50 pixels" || !strings.Contains(bad.Detail, "crop-patches") {
		t.Errorf("error is %v, want bad input that names the patches", err)
	}
}

func TestPatchesOfTwoSides(t *testing.T) {
	s := newStage(&compute.Shared{}, 1)
	task := fill(t, s, 8, 2)
	task.Inputs["patches"] = slices.DeleteFunc(task.Inputs["patches"], func(it cache.Item) bool { return it.ID == "train-005" })
	task.Add("patches", cache.MediaNPY, "train-005", "p", computetest.Patches(1, 1, 32, 1)[0].Encode(t))
	if err := task.Run(t.Context(), s, nil); err == nil || !strings.HasPrefix(err.Error(), "train-005: a patch with a side of 32 pixels among patches of 64") {
		t.Errorf("error is %v, want it to name the patch", err)
	}
}

func TestCheck(t *testing.T) {
	s := newStage(&compute.Shared{}, 1)
	s.HoldOut, s.Positive, s.Network.Smoothing = -1, "", 0.7
	var got []string
	for _, p := range s.Check() {
		got = append(got, p.Attribute)
	}
	if !slices.Equal(got, []string{"smoothing", "hold_out", "positive"}) {
		t.Errorf("problems of %v, want of smoothing, hold_out and positive", got)
	}
	in, _ := s.Ports()
	for _, p := range in {
		if p.Name != "split" && p.Within != "split" {
			t.Errorf("port %s is read within %q, want within the split", p.Name, p.Within)
		}
	}
}
