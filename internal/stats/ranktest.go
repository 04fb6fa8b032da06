package stats

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// A RankTest is the result of a Mann–Whitney test.
type RankTest struct {
	U float64 // pairs in which the first sample is larger, ties as halves
	P float64 // two-sided
	// Exact tells whether P is from the exact distribution of U (no ties, and one
	// sample of at most eight) or from the normal one.
	Exact bool
}

// MannWhitney tests whether values of x tend to be larger or smaller than values
// of y. The rows must be independent: give it one value a patient. The normal
// p-value has the tie and the continuity correction. Where all values are equal
// there is no evidence and P is 1.
func MannWhitney(x, y []float64) (RankTest, error) {
	if err := checkFinite(x); err != nil {
		return RankTest{}, fmt.Errorf("mann-whitney: first sample: %w", err)
	}
	if err := checkFinite(y); err != nil {
		return RankTest{}, fmt.Errorf("mann-whitney: second sample: %w", err)
	}
	pooled := append(append(make([]float64, 0, len(x)+len(y)), x...), y...)
	m, n := float64(len(x)), float64(len(y))
	total := m + n
	rankSum := 0.0
	for i, rank := range midranks(pooled) {
		if i < len(x) {
			rankSum += rank
		}
	}
	ties := 0.0
	for _, group := range tied(pooled, ascending(pooled)) {
		t := float64(len(group))
		ties += t*t*t - t
	}
	out := RankTest{U: rankSum - m*(m+1)/2, P: 1}
	if ties == 0 && min(len(x), len(y)) <= exactSample && len(x)*len(y) <= exactPairs {
		out.Exact = true
		out.P = exactRankP(len(x), len(y), out.U)
		return out, nil
	}
	variance := m * n / 12 * (total + 1 - ties/(total*(total-1)))
	if !(variance > 0) {
		return out, nil
	}
	z := (math.Abs(out.U-m*n/2) - 0.5) / math.Sqrt(variance)
	out.P = min(1, 2*distuv.UnitNormal.Survival(z))
	return out, nil
}

const (
	exactSample = 8      // above it the normal distribution is close enough
	exactPairs  = 10_000 // bounds the table of the exact distribution
)

// exactRankP is the two-sided p-value of U under no difference, by counting the
// arrangements of m and n values that give each U: those where the largest value
// is of the first sample add n to U, the others leave it.
func exactRankP(m, n int, u float64) float64 {
	// ways[j][k] counts arrangements of i firsts and j seconds with U = k.
	ways := make([][]float64, n+1)
	for j := range ways {
		ways[j] = make([]float64, m*n+1)
		ways[j][0] = 1 // No firsts: one arrangement, U = 0.
	}
	for i := 1; i <= m; i++ {
		next := make([][]float64, n+1)
		for j := range next {
			next[j] = make([]float64, m*n+1)
			for k := 0; k <= i*j; k++ {
				if k >= j {
					next[j][k] = ways[j][k-j]
				}
				if j > 0 {
					next[j][k] += next[j-1][k]
				}
			}
		}
		ways = next
	}
	total, tail := 0.0, 0.0
	upper := max(u, float64(m*n)-u)
	for k, w := range ways[n] {
		total += w
		if float64(k) >= upper {
			tail += w
		}
	}
	return min(1, 2*tail/total)
}
