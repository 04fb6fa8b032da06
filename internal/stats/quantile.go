package stats

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Quantile is the statistic of the p-quantile of type 7 in the numbering of Hyndman
// and Fan (1996), the default of R and NumPy: with n counted values x₀ ≤ … ≤ xₙ₋₁
// and h = (n−1)p it is x_⌊h⌋ + (h−⌊h⌋)(x_⌊h⌋₊₁ − x_⌊h⌋). Median is p = 0.5.
func Quantile(values []float64, p float64) (Statistic, error) {
	if !(p >= 0 && p <= 1) {
		return nil, fmt.Errorf("quantile %v: want a number from 0 to 1", p)
	}
	if err := checkFinite(values); err != nil {
		return nil, fmt.Errorf("quantile: %w", err)
	}
	order := ascending(values)
	return func(count []int) (float64, bool) {
		n := 0
		for _, c := range count[:len(values)] {
			n += c
		}
		if n == 0 {
			return 0, false
		}
		h := float64(n-1) * p
		below := int(math.Floor(h))
		share := h - float64(below)
		seen, low := 0, math.NaN()
		for _, row := range order {
			seen += count[row]
			if seen > below && math.IsNaN(low) {
				low = values[row]
				if share == 0 {
					return low, true
				}
			}
			if seen > below+1 {
				return low + share*(values[row]-low), true
			}
		}
		return low, true // Only where rounding put h at n−1 and a hair.
	}, nil
}

// Median is the 0.5-quantile of type 7.
func Median(values []float64) (Statistic, error) { return Quantile(values, 0.5) }

// ascending is the row numbers in increasing order of value, equal values in row
// order.
func ascending(values []float64) []int {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(values[a], values[b]) })
	return order
}

// QuantileSorted is the p-quantile of type 7 of values in increasing order, of which
// there must be one at least; p is cut to [0, 1].
func QuantileSorted(sorted []float64, p float64) float64 {
	h := float64(len(sorted)-1) * min(max(p, 0), 1)
	below := int(math.Floor(h))
	if below+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[below] + (h-float64(below))*(sorted[below+1]-sorted[below])
}
