package analysis_test

import (
	"math"
	"slices"
	"testing"

	"femur/internal/analysis"
	"femur/internal/analysis/analysistest"
)

func scoresOf(t *testing.T, change func(*analysis.ClassificationRow)) analysis.Result {
	t.Helper()
	s := analysistest.Effects()
	s.Patients = 80
	_, scores := s.Rows()
	scores = slices.DeleteFunc(scores, func(r analysis.ClassificationRow) bool { return r.Arm != "cnn-small · patch" })
	for i := range scores {
		change(&scores[i])
	}
	r, err := analysis.Analyze(nil, scores, quick())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func thresholds(r analysis.Result, part analysis.Partition) []analysis.Threshold {
	return slices.DeleteFunc(slices.Clone(r.Metrics.Thresholds), func(h analysis.Threshold) bool { return h.Partition != part || h.Group != "per image" })
}

// TestThresholdsAreChosenElsewhere changes rows and watches which thresholds move:
// never those that are applied to them.
func TestThresholdsAreChosenElsewhere(t *testing.T) {
	base := scoresOf(t, func(*analysis.ClassificationRow) {})
	testMoved := scoresOf(t, func(r *analysis.ClassificationRow) {
		if r.Partition == analysis.Test {
			r.Score = math.Sqrt(r.Score)
		}
	})
	if !slices.Equal(base.Metrics.Thresholds, testMoved.Metrics.Thresholds) {
		t.Error("test scores moved a threshold")
	}
	foldMoved := scoresOf(t, func(r *analysis.ClassificationRow) {
		if r.Partition == analysis.Validate && r.Fold == 1 {
			r.Score = math.Sqrt(r.Score)
		}
	})
	before, after := thresholds(base, analysis.Validate), thresholds(foldMoved, analysis.Validate)
	if len(before) != 3 || len(after) != 3 {
		t.Fatalf("%d and %d out-of-fold thresholds, want one a fold", len(before), len(after))
	}
	if before[1] != after[1] {
		t.Errorf("scores of fold 1 moved its own threshold from %v to %v", before[1].Value, after[1].Value)
	}
	if before[0] == after[0] && before[2] == after[2] && thresholds(base, analysis.Test)[0] == thresholds(foldMoved, analysis.Test)[0] {
		t.Error("scores of fold 1 moved no other threshold: they are not used")
	}
}

// TestRatesByHand applies a known threshold to known scores.
func TestRatesByHand(t *testing.T) {
	var rows []analysis.ClassificationRow
	add := func(part analysis.Partition, name string, positive bool, fold int, score float64) {
		rows = append(rows, analysis.ClassificationRow{
			Image: name, Patient: "patient of " + name, Positive: positive, Arm: "a", Model: "m", Input: "patch", Fold: fold, Partition: part, Score: score,
		})
	}
	for i, score := range []float64{0.1, 0.2, 0.3} { // Youden: halfway between 0.3 and 0.7.
		add(analysis.Validate, string(rune('a'+i)), false, i, score)
		add(analysis.Validate, string(rune('f'+i)), true, i, score+0.6)
	}
	for fold, shift := range []float64{-0.1, 0, 0.1} { // Means over folds are the middle ones.
		add(analysis.Test, "t1", true, fold, 0.8+shift)
		add(analysis.Test, "t2", true, fold, 0.45+shift) // Missed at 0.5.
		add(analysis.Test, "t3", true, fold, 0.6+shift)
		add(analysis.Test, "n1", false, fold, 0.3+shift)
		add(analysis.Test, "n2", false, fold, 0.55+shift) // Called.
	}
	r, err := analysis.Analyze(nil, rows, quick())
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]float64{
		"test/a/per image/sensitivity":   2.0 / 3,
		"test/a/per image/specificity":   0.5,
		"test/a/per image/ppv":           2.0 / 3,
		"test/a/per image/npv":           0.5,
		"test/a/per image/accuracy":      0.6,
		"test/a/per patient/sensitivity": 2.0 / 3,
		"test/a/per image/auroc":         5.0 / 6,
	} {
		if got := find(t, r, id); math.Abs(got.Estimate-want) > 1e-5 {
			t.Errorf("%s: %v, want %v", id, got.Estimate, want)
		}
	}
	if h := thresholds(r, analysis.Test)[0]; math.Abs(h.Value-0.5) > 1e-9 {
		t.Errorf("threshold %v, want 0.5", h.Value)
	}
	if e := find(t, r, "test/a/per image/accuracy"); e.Baseline == nil || *e.Baseline != 0.6 {
		t.Errorf("majority baseline %v, want 0.6", e.Baseline)
	}
}

// TestPatientScoreIsTheMean checks that a patient's radiographs are averaged and
// counted once.
func TestPatientScoreIsTheMean(t *testing.T) {
	var rows []analysis.ClassificationRow
	add := func(image, patient string, positive bool, score float64) {
		rows = append(rows, analysis.ClassificationRow{
			Image: image, Patient: patient, Positive: positive, Arm: "a", Model: "m", Input: "patch", Partition: analysis.Test, Score: score,
		})
	}
	add("1", "p", true, 0.9)
	add("2", "p", true, 0.1) // Mean 0.5.
	add("3", "q", true, 0.7)
	add("4", "r", false, 0.4)
	add("5", "s", false, 0.2)
	r, err := analysis.Analyze(nil, rows, quick())
	if err != nil {
		t.Fatal(err)
	}
	image, patient := find(t, r, "test/a/per image/auroc"), find(t, r, "test/a/per patient/auroc")
	if math.Abs(image.Estimate-4.0/6) > 1e-5 || patient.Estimate != 1 {
		t.Errorf("AUROC %v an image, %v a patient, want 0.667 and 1", image.Estimate, patient.Estimate)
	}
	if patient.NPatients != 4 || patient.NImages != 5 || image.NImages != 5 {
		t.Errorf("%d patients and %d radiographs", patient.NPatients, patient.NImages)
	}
}
