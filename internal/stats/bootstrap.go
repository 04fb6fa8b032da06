package stats

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// A Method turns bootstrap draws into limits.
type Method string

const (
	// Percentile takes the quantiles of the draws. It suits medians and other
	// quantiles, whose jackknife carries no information.
	Percentile Method = "percentile"
	// BCa corrects the percentiles for bias and for a standard error that depends
	// on the estimate (Efron 1987), with strata as in Davison and Hinkley (1997,
	// section 5.3). It suits smooth statistics near the edge of their range.
	BCa Method = "BCa"
)

// A Bootstrap says how to resample patients. The zero value is not usable: level,
// resamples and method have no defaults here.
type Bootstrap struct {
	Resamples int     // 2,000 settles the second decimal of a limit
	Level     float64 // two-sided coverage
	Method    Method
	Seed      uint64
}

// A Bootstrapped is an estimate with its bootstrap limits.
type Bootstrapped struct {
	Interval
	StandardError float64 // standard deviation of the draws
	// Method is the one used: a BCa that is not defined (all draws on one side of
	// the estimate, or a statistic lost by leaving out one patient) falls back to
	// Percentile.
	Method Method
	// Undefined counts draws on which the statistic has no value. They are left
	// out; more than one in ten is an error.
	Undefined int
	draws     []float64 // increasing
}

// Interval resamples the patients of c and gives s with its limits. It wraps
// ErrTooFew for fewer than two patients or too many undefined draws.
func (b Bootstrap) Interval(c *Clusters, s Statistic) (Bootstrapped, error) {
	if err := b.check(); err != nil {
		return Bootstrapped{}, fmt.Errorf("bootstrap: %w", err)
	}
	if c.Patients() < 2 {
		return Bootstrapped{}, fmt.Errorf("bootstrap of %d patient: %w", c.Patients(), ErrTooFew)
	}
	estimate, err := Value(s, c.Rows())
	if err != nil {
		return Bootstrapped{}, fmt.Errorf("bootstrap: %w", err)
	}
	draws := make([]float64, 0, b.Resamples)
	for count := range c.Draws(b.Resamples, b.Seed) {
		if v, ok := s(count); ok && !math.IsNaN(v) && !math.IsInf(v, 0) {
			draws = append(draws, v)
		}
	}
	out := Bootstrapped{Method: Percentile, Undefined: b.Resamples - len(draws), draws: draws}
	if out.Undefined*10 > b.Resamples {
		return Bootstrapped{}, fmt.Errorf("bootstrap: %d of %d resamples of %d patients do not define the statistic: %w",
			out.Undefined, b.Resamples, c.Patients(), ErrTooFew)
	}
	slices.Sort(draws)
	out.StandardError = standardDeviation(draws)
	low, high := (1-b.Level)/2, (1+b.Level)/2
	if b.Method == BCa {
		if l, h, ok := correct(c, s, estimate, draws, low, high); ok {
			low, high, out.Method = l, h, BCa
		}
	}
	out.Interval = Interval{
		Estimate: estimate, Level: b.Level,
		Low: QuantileSorted(draws, low), High: QuantileSorted(draws, high),
	}
	return out, nil
}

func (b Bootstrap) check() error {
	if b.Resamples < 100 {
		return fmt.Errorf("%d resamples: want at least 100", b.Resamples)
	}
	if b.Method != Percentile && b.Method != BCa {
		return fmt.Errorf("method %q: want %q or %q", b.Method, Percentile, BCa)
	}
	return checkLevel(b.Level)
}

// PValue is the two-sided bootstrap p-value of the hypothesis that the quantity is
// null: twice the smaller share of draws on either side of it, the sample itself
// counted as one draw, so it is never 0. It agrees with the percentile interval,
// not exactly with BCa.
func (b Bootstrapped) PValue(null float64) float64 {
	below, _ := slices.BinarySearch(b.draws, null)
	atMost := below
	for atMost < len(b.draws) && b.draws[atMost] == null {
		atMost++
	}
	n := float64(len(b.draws) + 1)
	return min(1, 2*min(float64(atMost+1), float64(len(b.draws)-below+1))/n)
}

// Equivalence is the p-value of two one-sided tests that the quantity lies within
// (−margin, margin): the larger share of draws beyond either end, with the sample
// as one more draw. At most α means that the 1−2α percentile interval lies within.
func (b Bootstrapped) Equivalence(margin float64) (float64, error) {
	if !(margin > 0) || math.IsInf(margin, 0) {
		return 0, fmt.Errorf("equivalence margin %v: want a positive number", margin)
	}
	low := 0
	for low < len(b.draws) && b.draws[low] <= -margin {
		low++
	}
	high := 0
	for high < len(b.draws) && b.draws[len(b.draws)-1-high] >= margin {
		high++
	}
	return float64(max(low, high)+1) / float64(len(b.draws)+1), nil
}

// Limits is the percentile interval of the same draws at another level.
func (b Bootstrapped) Limits(level float64) (low, high float64, err error) {
	if err := checkLevel(level); err != nil {
		return 0, 0, err
	}
	return QuantileSorted(b.draws, (1-level)/2), QuantileSorted(b.draws, (1+level)/2), nil
}

// correct moves the percentile levels low and high by bias and acceleration. It
// reports false where either is not defined.
func correct(c *Clusters, s Statistic, estimate float64, draws []float64, low, high float64) (l, h float64, ok bool) {
	below, equal := 0, 0
	for _, d := range draws {
		switch {
		case d < estimate:
			below++
		case d == estimate:
			equal++
		}
	}
	share := (float64(below) + float64(equal)/2) / float64(len(draws))
	if share <= 0 || share >= 1 || equal == len(draws) {
		return 0, 0, false
	}
	bias := normalQuantile(share)
	acceleration, ok := accelerate(c, s)
	if !ok {
		return 0, 0, false
	}
	shift := func(p float64) float64 {
		z := bias + normalQuantile(p)
		return distuv.UnitNormal.CDF(bias + z/(1-acceleration*z))
	}
	l, h = shift(low), shift(high)
	return l, h, l < h
}

// accelerate is the acceleration of BCa by leaving out one patient at a time,
// within each stratum about that stratum's own mean.
func accelerate(c *Clusters, s Statistic) (float64, bool) {
	values := make([]float64, c.Patients())
	defined := true
	c.without(func(member int, count []int) {
		v, ok := s(count)
		values[member] = v
		defined = defined && ok && !math.IsNaN(v) && !math.IsInf(v, 0)
	})
	if !defined {
		return 0, false
	}
	var squares, cubes float64
	for _, stratum := range c.strata {
		n := float64(len(stratum))
		mean := 0.0
		for _, member := range stratum {
			mean += values[member] / n
		}
		for _, member := range stratum {
			influence := (n - 1) * (mean - values[member]) / n
			squares += influence * influence
			cubes += influence * influence * influence
		}
	}
	if squares == 0 {
		return 0, false
	}
	return cubes / (6 * math.Pow(squares, 1.5)), true
}

// standardDeviation is that of a sample (n − 1), 0 for a single value.
func standardDeviation(values []float64) float64 {
	if len(values) < 2 {
		return 0
	}
	n, mean := float64(len(values)), 0.0
	for _, v := range values {
		mean += v / n
	}
	sum := 0.0
	for _, v := range values {
		sum += (v - mean) * (v - mean)
	}
	return math.Sqrt(sum / (n - 1))
}
