package analysis_test

import (
	"math"
	"strings"
	"testing"

	"femur/internal/analysis"
	"femur/internal/analysis/analysistest"
)

// TestBadRowsAreNamed checks that each contradiction is refused with the record.
func TestBadRowsAreNamed(t *testing.T) {
	center := func() []analysis.LocalizationRow { return byHand(func(int) float64 { return 0 }) }
	score := func() []analysis.ClassificationRow {
		return []analysis.ClassificationRow{
			{Image: "i0", Patient: "p0", Positive: true, Arm: "a", Model: "m", Input: "x", Fold: 0, Partition: analysis.Validate, Score: 0.5},
			{Image: "i1", Patient: "p1", Arm: "a", Model: "m", Input: "x", Fold: 1, Partition: analysis.Validate, Score: 0.4},
		}
	}
	for _, c := range []struct {
		name, want string
		center     func(r []analysis.LocalizationRow) []analysis.LocalizationRow
		score      func(r []analysis.ClassificationRow) []analysis.ClassificationRow
		options    func(o *analysis.Options)
	}{
		{name: "center twice", want: `image "i0" has two centers by arm "cnn" in the test part`, center: func(r []analysis.LocalizationRow) []analysis.LocalizationRow { return append(r, r[0]) }},
		{name: "NaN", want: `row 2 (image "i1", arm "cnn"): a coordinate is NaN`, center: func(r []analysis.LocalizationRow) []analysis.LocalizationRow { r[1].PredX = math.NaN(); return r }},
		{name: "no size", want: "size 0 × 400", center: func(r []analysis.LocalizationRow) []analysis.LocalizationRow { r[0].Width = 0; return r }},
		{name: "negative pitch", want: "pitch -1", center: func(r []analysis.LocalizationRow) []analysis.LocalizationRow { r[0].Pitch = -1; return r }},
		{name: "unknown part", want: `partition "train"`, center: func(r []analysis.LocalizationRow) []analysis.LocalizationRow { r[0].Partition = "train"; return r }},
		{name: "both labels", want: `"p0" has two values of label, "AFF" and "NFF"`, center: func(r []analysis.LocalizationRow) []analysis.LocalizationRow { r[1].Patient = "p0"; return r }},
		{name: "two patients", want: `"i0" has two values of patient`, center: func(r []analysis.LocalizationRow) []analysis.LocalizationRow {
			r[2].Image = "i0"
			return r
		}},
		{name: "reserved arm", want: "constant-mean guess", center: func(r []analysis.LocalizationRow) []analysis.LocalizationRow {
			r[0].Arm = analysis.ConstantMean
			return r
		}},
		{name: "nameless", want: "must all be set", center: func(r []analysis.LocalizationRow) []analysis.LocalizationRow { r[0].Image = ""; return r }},
		{name: "no probability", want: "score 1.5", score: func(r []analysis.ClassificationRow) []analysis.ClassificationRow { r[0].Score = 1.5; return r }},
		{name: "score NaN", want: "score NaN", score: func(r []analysis.ClassificationRow) []analysis.ClassificationRow { r[0].Score = math.NaN(); return r }},
		{name: "score twice", want: "has two scores", score: func(r []analysis.ClassificationRow) []analysis.ClassificationRow { return append(r, r[0]) }},
		{name: "validated twice", want: "validated by folds 0 and 2", score: func(r []analysis.ClassificationRow) []analysis.ClassificationRow {
			again := r[0]
			again.Fold = 2
			return append(r, again)
		}},
		{name: "both classes", want: "two values of class", score: func(r []analysis.ClassificationRow) []analysis.ClassificationRow { r[1].Patient = "p0"; return r }},
		{name: "arm of two models", want: "two values of model and input", score: func(r []analysis.ClassificationRow) []analysis.ClassificationRow { r[1].Model = "n"; return r }},
		{name: "development scores", want: `partition "development"`, score: func(r []analysis.ClassificationRow) []analysis.ClassificationRow {
			r[0].Partition = analysis.Development
			return r
		}},
		{name: "level", want: "confidence level is 95", options: func(o *analysis.Options) { o.Level = 95 }},
		{name: "resamples", want: "10 resamples", options: func(o *analysis.Options) { o.Resamples = 10 }},
		{name: "margin", want: "margin of AUROC is 0", options: func(o *analysis.Options) { o.MarginAUROC = 0 }},
		{name: "classes", want: `classes are named "AFF" and "AFF"`, options: func(o *analysis.Options) { o.Negative = "AFF" }},
		{name: "radius", want: "success radius in mm is -5", options: func(o *analysis.Options) { o.SuccessMM = []float64{-5} }},
	} {
		t.Run(c.name, func(t *testing.T) {
			centers, scores, o := center(), score(), quick()
			if c.center != nil {
				centers = c.center(centers)
			}
			if c.score != nil {
				scores = c.score(scores)
			}
			if c.options != nil {
				c.options(&o)
			}
			if _, err := analysis.Analyze(centers, scores, o); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

// TestResamplesMustCarryTheFamily refuses resamples that could not show anything.
func TestResamplesMustCarryTheFamily(t *testing.T) {
	_, scores := analysistest.Effects().Rows()
	o := analysis.Defaults()
	o.Resamples = 200 // 2/201 × 7 comparisons is above 0.05.
	if _, err := analysis.Analyze(nil, scores, o); err == nil || !strings.Contains(err.Error(), "want at least 280") {
		t.Errorf("error %v, want one that asks for 280 resamples", err)
	}
}

func TestText(t *testing.T) {
	difference := &analysis.Comparison{}
	for _, c := range []struct {
		e    analysis.Estimate
		want string
	}{
		{analysis.Estimate{Unit: "mm", Estimate: 7.234, Low: 5.81, High: 8.199, Level: 0.95}, "7.2 mm (95 % CI 5.8 to 8.2)"},
		{analysis.Estimate{Unit: "px", Estimate: 48.2, Low: 39.4, High: 55.1, Level: 0.95}, "48 px (95 % CI 39 to 55)"},
		{analysis.Estimate{Unit: "px", Estimate: 1.25, Low: 1.11, High: 1.42, Level: 0.95}, "1.2 px (95 % CI 1.1 to 1.4)"},
		{analysis.Estimate{Estimate: 0.8512, Low: 0.71, High: 0.93, Level: 0.9}, "0.85 (90 % CI 0.71 to 0.93)"},
		{analysis.Estimate{Estimate: 0.9971, Low: 0.9932, High: 0.9985, Level: 0.95}, "0.997 (95 % CI 0.993 to 0.999)"},
		{analysis.Estimate{Estimate: -0.07, Low: -0.14, High: -0.0031, Level: 0.95, Comparison: difference}, "−0.070 (95 % CI −0.140 to −0.003)"},
		{analysis.Estimate{Estimate: -0.001, Low: -0.2, High: 0.3, Level: 0.95, Comparison: difference}, "0.00 (95 % CI −0.20 to 0.30)"},
		{analysis.Estimate{Estimate: 1, Low: 1, High: 1, Level: 0.95}, "1.00 (95 % CI 1.00 to 1.00)"},
	} {
		if got := c.e.Text(); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
	for p, want := range map[float64]string{0.0004: "< 0.001", 0.0341: "= 0.034", 0.5: "= 0.50", 1: "= 1.00"} {
		if got := analysis.FormatP(p); got != want {
			t.Errorf("p %v: got %q, want %q", p, got, want)
		}
	}
}
