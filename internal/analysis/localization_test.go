package analysis_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"femur/internal/analysis"
	"femur/internal/analysis/analysistest"
)

// byHand has four radiographs of four patients, 300 × 400 px, off by 3-4-5
// triangles times 1, 2, 3 and 4; the guess is off by 100 px each.
func byHand(pitch func(i int) float64) []analysis.LocalizationRow {
	var rows []analysis.LocalizationRow
	for i := range 4 {
		k := float64(i + 1)
		rows = append(rows, analysis.LocalizationRow{
			Image: fmt.Sprintf("i%d", i), Patient: fmt.Sprintf("p%d", i), Label: []string{"AFF", "NFF"}[i%2], Arm: "cnn", Partition: analysis.Test,
			TrueX: 100, TrueY: 100, PredX: 100 + 3*k, PredY: 100 - 4*k, ConstX: 100, ConstY: 200, Width: 300, Height: 400, Pitch: pitch(i),
		})
	}
	return rows
}

func TestErrorsByHand(t *testing.T) {
	r, err := analysis.Analyze(byHand(func(int) float64 { return 0.2 }), nil, quick())
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]float64{
		"test/cnn/all/error_px_median":                     12.5, // 5, 10, 15, 20
		"test/cnn/all/error_px_mean":                       12.5,
		"test/cnn/all/error_px_p90":                        18.5,
		"test/cnn/all/error_mm_median":                     2.5,
		"test/cnn/all/error_diagonal_median":               2.5, // of 500 px
		"test/cnn/AFF/error_px_median":                     10,  // 5, 15
		"test/cnn/NFF/error_px_median":                     15,  // 10, 20
		"test/constant mean/all/error_px_median":           100,
		"test/cnn/all/median_error_ratio_to_constant_mean": 0.125,
		"test/cnn/all/success_within_5mm":                  1,
		"test/cnn/AFF − NFF/median_error_difference":       -1, // mm
	} {
		if got := find(t, r, id); math.Abs(got.Estimate-want) > 1e-9 {
			t.Errorf("%s: %v, want %v", id, got.Estimate, want)
		}
	}
	if e := find(t, r, "test/cnn/all/error_px_median"); e.NPatients != 4 || e.NImages != 4 || e.Level != 0.95 || e.Unit != "px" {
		t.Errorf("%+v", e)
	}
}

// TestUnknownPitch checks that mm stay with calibrated radiographs and that
// comparisons turn to the diagonal, which all radiographs have.
func TestUnknownPitch(t *testing.T) {
	r, err := analysis.Analyze(byHand(func(i int) float64 { return 0.2 * float64(min(i, 1)) }), nil, quick())
	if err != nil {
		t.Fatal(err)
	}
	if e := find(t, r, "test/cnn/all/error_mm_median"); e.NImages != 3 || e.Estimate != 3 {
		t.Errorf("mm of three radiographs: %+v", e)
	}
	if e := find(t, r, "test/cnn/AFF − NFF/median_error_difference"); e.Unit != "% of diagonal" || e.Margin != 1 {
		t.Errorf("compared in %q with margin %v", e.Unit, e.Margin)
	}
	find(t, r, "test/cnn/all/success_within_2percent")
	if head := r.Metrics.Answers[0].Headline; !strings.Contains(head, "% of diagonal") {
		t.Errorf("headline %q", head)
	}

	r, err = analysis.Analyze(byHand(func(int) float64 { return 0 }), nil, quick())
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range r.Metrics.Localization {
		if strings.Contains(e.Name, "mm") {
			t.Errorf("%s without any pitch", e.ID())
		}
	}
}

// TestLabelsAreFree checks a positive class by another name.
func TestLabelsAreFree(t *testing.T) {
	centers, _ := analysistest.Effects().Rows()
	for i := range centers {
		centers[i].Label = map[string]string{"AFF": "1", "NFF": "0"}[centers[i].Label]
	}
	o := quick()
	o.Positive, o.Negative = "1", "0"
	r, err := analysis.Analyze(centers, nil, o)
	if err != nil {
		t.Fatal(err)
	}
	find(t, r, "test/cnn-small/1/error_mm_median")
	find(t, r, "test/cnn-small/1 − 0/median_error_difference")
	if _, err := analysis.Analyze(centers, nil, quick()); err == nil || !strings.Contains(err.Error(), `no label is "AFF"`) {
		t.Errorf("a positive class that no row has: error %v", err)
	}
}

// TestOneLabel checks a study that only localizes: its label may have any name, and no class is spoken of.
func TestOneLabel(t *testing.T) {
	centers, _ := analysistest.Effects().Rows()
	for i := range centers {
		centers[i].Label = "fracture"
	}
	r, err := analysis.Analyze(centers, nil, quick())
	if err != nil {
		t.Fatal(err)
	}
	find(t, r, "test/cnn-small/all/error_mm_median")
	find(t, r, "test/cnn-small − vit-tiny/all/median_error_difference")
	for _, e := range slices.Concat(r.Metrics.Localization, r.Metrics.Comparisons) {
		if e.Group != "all" || e.Comparison != nil && e.Question == "class" {
			t.Errorf("%s is about a class", e.ID())
		}
	}
	if first := r.Metrics.Answers[0]; !strings.HasPrefix(first.Headline, "Median error: cnn-small ") || strings.Contains(encode(t, r), "AFF") {
		t.Errorf("answer %+v, want one without classes", first)
	}
	if second := r.Metrics.Answers[1].Headline; !strings.HasPrefix(second, "Cannot tell: no part of the cohort has scores") {
		t.Errorf("the second answer is %q", second)
	}
}
