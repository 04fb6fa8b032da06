package stats

import (
	"errors"
	"math"
	"testing"
)

// TestDegenerateSamples names, for each way a sample can fail to answer, the error
// that the caller can recognize.
func TestDegenerateSamples(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	both := []bool{true, false}
	auroc := func(s []float64, p []bool) error { _, err := AUROC(s, p); return err }
	auprc := func(s []float64, p []bool) error { _, err := AUPRC(s, p); return err }
	roc := func(s []float64, p []bool) error { _, err := ROC(s, p); return err }
	youden := func(s []float64, p []bool) error { _, _, err := Youden(s, p); return err }
	brier := func(s []float64, p []bool) error { _, err := Brier(s, p); return err }
	delong := func(s []float64, p []bool) error { _, err := DeLong(s, p, nil, 0.95); return err }
	confuse := func(s []float64, p []bool) error { _, err := Confuse(s, p, 0.5); return err }
	mean := func(s []float64, _ []bool) error { _, err := Mean(s); return err }
	median := func(s []float64, _ []bool) error { _, err := Median(s); return err }
	rank := func(s []float64, _ []bool) error { _, err := MannWhitney(s, []float64{1, 2}); return err }
	tost := func(s []float64, _ []bool) error { _, err := EquivalentMeans(s, []float64{1, 2}, 1); return err }

	for _, c := range []struct {
		name     string
		f        func([]float64, []bool) error
		scores   []float64
		positive []bool
		want     error
	}{
		{"auroc without rows", auroc, nil, nil, ErrEmpty},
		{"auroc of one class", auroc, []float64{1, 2}, []bool{true, true}, ErrOneClass},
		{"auroc of NaN", auroc, []float64{1, nan}, both, ErrNotFinite},
		{"auroc of infinity", auroc, []float64{inf, 1}, both, ErrNotFinite},
		{"auprc of one class", auprc, []float64{1, 2}, []bool{false, false}, ErrOneClass},
		{"roc of one class", roc, []float64{1, 2}, []bool{false, false}, ErrOneClass},
		{"youden of one class", youden, []float64{1, 2}, []bool{false, false}, ErrOneClass},
		{"youden without rows", youden, nil, nil, ErrEmpty},
		{"brier of a score that is no probability", brier, []float64{1.2, 0}, both, ErrNotFinite},
		{"brier of NaN", brier, []float64{nan, 0}, both, ErrNotFinite},
		{"brier without rows", brier, nil, nil, ErrEmpty},
		{"delong of one patient a class", delong, []float64{1, 2}, both, ErrTooFew},
		{"delong of one class", delong, []float64{1, 2}, []bool{true, true}, ErrOneClass},
		{"confusion of NaN", confuse, []float64{nan, 2}, both, ErrNotFinite},
		{"confusion without rows", confuse, nil, nil, ErrEmpty},
		{"mean without rows", mean, nil, nil, ErrEmpty},
		{"median of NaN", median, []float64{nan}, nil, ErrNotFinite},
		{"median without rows", median, nil, nil, ErrEmpty},
		{"rank test without rows", rank, nil, nil, ErrEmpty},
		{"rank test of NaN", rank, []float64{nan}, nil, ErrNotFinite},
		{"equivalence of one row", tost, []float64{1}, nil, ErrTooFew},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := c.f(c.scores, c.positive); !errors.Is(err, c.want) {
				t.Errorf("got error %v, want %v", err, c.want)
			}
		})
	}
}

// TestRefusedArguments checks arguments outside their range.
func TestRefusedArguments(t *testing.T) {
	scores, positive := []float64{1, 2, 3, 4}, []bool{false, false, true, true}
	clusters, err := NewClusters([]string{"a", "b", "c", "d"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	statistic, err := AUROC(scores, positive)
	if err != nil {
		t.Fatal(err)
	}
	good := Bootstrap{Resamples: 200, Level: 0.95, Method: Percentile}
	bootstrap := func(change func(*Bootstrap)) error {
		b := good
		change(&b)
		_, err := b.Interval(clusters, statistic)
		return err
	}
	for name, f := range map[string]func() error{
		"labels missing":      func() error { _, err := AUROC(scores, positive[:3]); return err },
		"quantile above 1":    func() error { _, err := Quantile(scores, 1.1); return err },
		"quantile NaN":        func() error { _, err := Quantile(scores, math.NaN()); return err },
		"rate below 0":        func() error { _, err := SensitivityAt(-0.1, scores, positive); return err },
		"level 95":            func() error { _, err := DeLong(scores, positive, nil, 95); return err },
		"level 0":             func() error { _, err := Wilson(1, 2, 0); return err },
		"more than all":       func() error { _, err := Wilson(3, 2, 0.95); return err },
		"none of none":        func() error { _, err := Wilson(0, 0, 0.95); return err },
		"threshold NaN":       func() error { _, err := Confuse(scores, positive, math.NaN()); return err },
		"negative count":      func() error { _, _, err := McNemar(-1, 2); return err },
		"p above 1":           func() error { _, err := Holm([]float64{0.5, 1.5}); return err },
		"p NaN":               func() error { _, err := Holm([]float64{math.NaN()}); return err },
		"margin 0":            func() error { _, err := EquivalentMeans(scores, scores, 0); return err },
		"no spread":           func() error { _, err := EquivalentMeans([]float64{1, 1}, []float64{1, 1}, 1); return err },
		"no patients":         func() error { _, err := NewClusters(nil, nil); return err },
		"strata missing":      func() error { _, err := NewClusters([]string{"a", "b"}, []string{"x"}); return err },
		"few resamples":       func() error { return bootstrap(func(b *Bootstrap) { b.Resamples = 99 }) },
		"no method":           func() error { return bootstrap(func(b *Bootstrap) { b.Method = "" }) },
		"bootstrap level 1":   func() error { return bootstrap(func(b *Bootstrap) { b.Level = 1 }) },
		"patients of too few": func() error { _, err := DeLong(scores, positive, []string{"a"}, 0.95); return err },
	} {
		t.Run(name, func(t *testing.T) {
			if err := f(); err == nil {
				t.Error("no error")
			}
		})
	}
	if err := bootstrap(func(*Bootstrap) {}); err != nil {
		// Unstratified, one draw in eight has one class only.
		if !errors.Is(err, ErrTooFew) {
			t.Errorf("got error %v, want %v", err, ErrTooFew)
		}
	} else {
		t.Error("four patients in one urn: no error for undefined resamples")
	}
}

// TestDocumentedEdges checks the values promised where a formula has no spread.
func TestDocumentedEdges(t *testing.T) {
	scores, positive := []float64{1, 2, 3, 4, 5, 6}, []bool{false, false, false, true, true, true}
	perfect, err := DeLong(scores, positive, nil, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "perfect estimate", perfect.Estimate, 1, 0)
	near(t, "perfect high", perfect.High, 1, 0)
	near(t, "perfect low", perfect.Low, math.Pow(0.025, 1.0/3), 1e-12)

	inverted, err := DeLong([]float64{6, 5, 4, 3, 2, 1}, positive, nil, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "inverted high", inverted.High, 1-perfect.Low, 1e-12)

	same, err := DeLongPaired(scores, scores, positive, nil, 0.95)
	if err != nil || same.P != 1 || same.Estimate != 0 {
		t.Errorf("a score against itself: p %v, difference %v, error %v", same.P, same.Estimate, err)
	}
	if _, err := DeLongPaired(scores, []float64{6, 5, 4, 3, 2, 1}, positive, nil, 0.95); !errors.Is(err, ErrTooFew) {
		t.Errorf("perfect against inverted: error %v, want %v", err, ErrTooFew)
	}

	equal, err := MannWhitney([]float64{2, 2}, []float64{2, 2, 2})
	if err != nil || equal.P != 1 || equal.U != 3 {
		t.Errorf("equal values: U %v, p %v, error %v", equal.U, equal.P, err)
	}

	clusters, err := NewClusters([]string{"a", "b", "c", "d", "e", "f"}, []string{"n", "n", "n", "p", "p", "p"})
	if err != nil {
		t.Fatal(err)
	}
	statistic, err := AUROC(scores, positive)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Bootstrap{Resamples: 200, Level: 0.95, Method: BCa, Seed: 1}.Interval(clusters, statistic)
	if err != nil || got.Method != Percentile || got.Low != 1 || got.High != 1 {
		t.Errorf("bootstrap of perfect scores: %+v, error %v, want the percentile fallback with limits 1", got.Interval, err)
	}

	one, err := NewClusters([]string{"a", "a"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	mean, err := Mean([]float64{1, 2})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (Bootstrap{Resamples: 200, Level: 0.95, Method: BCa}).Interval(one, mean); !errors.Is(err, ErrTooFew) {
		t.Errorf("one patient: error %v, want %v", err, ErrTooFew)
	}
	if _, err := Value(Ratio(mean, func([]int) (float64, bool) { return 0, true }), 2); !errors.Is(err, ErrEmpty) {
		t.Errorf("ratio to 0: error %v, want %v", err, ErrEmpty)
	}
}

// TestBootstrapTests checks p-values and equivalence on draws known by hand.
func TestBootstrapTests(t *testing.T) {
	b := Bootstrapped{}
	for i := range 99 {
		b.draws = append(b.draws, float64(i-9)) // −9 … 89: ten at most 0.
	}
	near(t, "p", b.PValue(0), 2*11.0/100, 1e-12)
	near(t, "p far below", b.PValue(-50), 2*1.0/100, 1e-12)
	near(t, "p at the median", b.PValue(40), 1, 1e-12)
	p, err := b.Equivalence(80)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "equivalence", p, 11.0/100, 1e-12) // 80 … 89 are ten draws, and one.
	if _, err := b.Equivalence(-1); err == nil {
		t.Error("negative margin: no error")
	}
	low, high, err := b.Limits(0.5)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "low", low, 15.5, 1e-12)
	near(t, "high", high, 64.5, 1e-12)
}
