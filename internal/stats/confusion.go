package stats

import (
	"fmt"
	"math"
)

// A Confusion counts calls against classes at one threshold.
type Confusion struct {
	TruePositive, FalsePositive, TrueNegative, FalseNegative int
}

// Confuse calls positive what scores at least threshold. Unlike an AUROC it takes
// a sample of one class; the rates that then lack a denominator are ErrEmpty.
func Confuse(scores []float64, positive []bool, threshold float64) (Confusion, error) {
	if len(scores) != len(positive) {
		return Confusion{}, fmt.Errorf("confusion: %d scores with %d labels: want one label a score", len(scores), len(positive))
	}
	if err := checkFinite(scores); err != nil {
		return Confusion{}, fmt.Errorf("confusion: %w", err)
	}
	if math.IsNaN(threshold) {
		return Confusion{}, fmt.Errorf("confusion: threshold is NaN: %w", ErrNotFinite)
	}
	var c Confusion
	for i, score := range scores {
		switch called := score >= threshold; {
		case called && positive[i]:
			c.TruePositive++
		case called:
			c.FalsePositive++
		case positive[i]:
			c.FalseNegative++
		default:
			c.TrueNegative++
		}
	}
	return c, nil
}

// Total is the number of rows.
func (c Confusion) Total() int {
	return c.TruePositive + c.FalsePositive + c.TrueNegative + c.FalseNegative
}

// Sensitivity is TP/(TP+FN) with Wilson's interval.
func (c Confusion) Sensitivity(level float64) (Interval, error) {
	return Wilson(c.TruePositive, c.TruePositive+c.FalseNegative, level)
}

// Specificity is TN/(TN+FP) with Wilson's interval.
func (c Confusion) Specificity(level float64) (Interval, error) {
	return Wilson(c.TrueNegative, c.TrueNegative+c.FalsePositive, level)
}

// PositivePredictiveValue is TP/(TP+FP) with Wilson's interval, at the prevalence
// of the sample.
func (c Confusion) PositivePredictiveValue(level float64) (Interval, error) {
	return Wilson(c.TruePositive, c.TruePositive+c.FalsePositive, level)
}

// NegativePredictiveValue is TN/(TN+FN) with Wilson's interval, at the prevalence
// of the sample.
func (c Confusion) NegativePredictiveValue(level float64) (Interval, error) {
	return Wilson(c.TrueNegative, c.TrueNegative+c.FalseNegative, level)
}

// Accuracy is (TP+TN)/n with Wilson's interval.
func (c Confusion) Accuracy(level float64) (Interval, error) {
	return Wilson(c.TruePositive+c.TrueNegative, c.Total(), level)
}

// Wilson is the proportion k/n with the score interval of Wilson (1927). It takes
// the n trials as independent: for several rows a patient use a [Bootstrap] of
// [Proportion].
func Wilson(k, n int, level float64) (Interval, error) {
	if err := checkLevel(level); err != nil {
		return Interval{}, fmt.Errorf("wilson: %w", err)
	}
	if n == 0 {
		return Interval{}, fmt.Errorf("wilson: %w", ErrEmpty)
	}
	if k < 0 || k > n {
		return Interval{}, fmt.Errorf("wilson: %d of %d: want 0 ≤ k ≤ n", k, n)
	}
	z := normalQuantile(0.5 + level/2)
	p, total := float64(k)/float64(n), float64(n)
	center := (p + z*z/(2*total)) / (1 + z*z/total)
	half := z / (1 + z*z/total) * math.Sqrt(p*(1-p)/total+z*z/(4*total*total))
	out := Interval{Estimate: p, Low: max(center-half, 0), High: min(center+half, 1), Level: level}
	// Rounding leaves 1e-17 where the limit is exact.
	if k == 0 {
		out.Low = 0
	}
	if k == n {
		out.High = 1
	}
	return out, nil
}
