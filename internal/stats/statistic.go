package stats

import (
	"fmt"
	"math"
)

// A Statistic is a number computed from rows of which row i counts count[i] times
// (0: left out). It reports false where the counted rows do not define it, for
// example an AUROC without a positive row. A Statistic does not keep count, and may
// own scratch space: it is not safe for concurrent use.
type Statistic func(count []int) (value float64, ok bool)

// Difference is a − b on the same rows, undefined where either is.
func Difference(a, b Statistic) Statistic {
	return func(count []int) (float64, bool) {
		x, okA := a(count)
		y, okB := b(count)
		return x - y, okA && okB
	}
}

// Ratio is a / b on the same rows, undefined where either is and where b is 0.
func Ratio(a, b Statistic) Statistic {
	return func(count []int) (float64, bool) {
		x, okA := a(count)
		y, okB := b(count)
		if !okA || !okB || y == 0 {
			return 0, false
		}
		return x / y, true
	}
}

// OnRows applies s, a statistic over len(rows) rows, to those rows of a larger
// sample: s sees row j where the sample has row rows[j].
func OnRows(rows []int, s Statistic) Statistic {
	part := make([]int, len(rows))
	return func(count []int) (float64, bool) {
		for j, row := range rows {
			part[j] = count[row]
		}
		return s(part)
	}
}

// Mean is the statistic Σ countᵢ·valueᵢ / Σ countᵢ, undefined without rows.
func Mean(values []float64) (Statistic, error) {
	if err := checkFinite(values); err != nil {
		return nil, fmt.Errorf("mean: %w", err)
	}
	return func(count []int) (float64, bool) {
		sum, n := 0.0, 0
		for i, v := range values {
			sum += float64(count[i]) * v
			n += count[i]
		}
		return sum / float64(max(n, 1)), n > 0
	}, nil
}

// Proportion is the statistic Σ hitᵢ / Σ withinᵢ over the counted rows: the share
// of hits among the rows that are within the denominator. A hit outside the
// denominator does not count. A nil within takes every row.
func Proportion(hit, within []bool) (Statistic, error) {
	if within != nil && len(hit) != len(within) {
		return nil, fmt.Errorf("proportion: %d hits for %d rows", len(hit), len(within))
	}
	if len(hit) == 0 {
		return nil, fmt.Errorf("proportion: %w", ErrEmpty)
	}
	return func(count []int) (float64, bool) {
		hits, rows := 0, 0
		for i := range hit {
			if within != nil && !within[i] {
				continue
			}
			rows += count[i]
			if hit[i] {
				hits += count[i]
			}
		}
		return float64(hits) / float64(max(rows, 1)), rows > 0
	}, nil
}

// Brier is the statistic mean (pᵢ − yᵢ)² of probabilities against classes, the
// Brier score: 0 is perfect, and always saying the prevalence π scores π(1−π).
func Brier(probability []float64, positive []bool) (Statistic, error) {
	if len(probability) != len(positive) {
		return nil, fmt.Errorf("brier: %d probabilities with %d labels", len(probability), len(positive))
	}
	squares := make([]float64, len(probability))
	for i, p := range probability {
		if !(p >= 0 && p <= 1) { // Also true for NaN.
			return nil, fmt.Errorf("brier: row %d has probability %v: want a number from 0 to 1: %w", i, p, ErrNotFinite)
		}
		y := 0.0
		if positive[i] {
			y = 1
		}
		squares[i] = (p - y) * (p - y)
	}
	s, err := Mean(squares)
	if err != nil {
		return nil, fmt.Errorf("brier: %w", err)
	}
	return s, nil
}

// Value is the statistic over n rows that each count once.
func Value(s Statistic, n int) (float64, error) {
	count := make([]int, n)
	for i := range count {
		count[i] = 1
	}
	v, ok := s(count)
	switch {
	case n == 0 || !ok:
		return 0, fmt.Errorf("statistic over %d rows: %w", n, ErrEmpty)
	case math.IsNaN(v) || math.IsInf(v, 0):
		return 0, fmt.Errorf("statistic over %d rows is %v: %w", n, v, ErrNotFinite)
	}
	return v, nil
}
