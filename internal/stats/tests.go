package stats

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// McNemar compares two classifiers on the same rows from the discordant counts
// alone: b rows that only the first got right, c that only the second did. It gives
// the exact two-sided binomial p-value and the mid-p value, which is less
// conservative. Without discordant rows both are 1.
func McNemar(b, c int) (exact, midP float64, err error) {
	if b < 0 || c < 0 {
		return 0, 0, fmt.Errorf("mcnemar: counts %d and %d: want no negative one", b, c)
	}
	if b+c == 0 {
		return 1, 1, nil
	}
	coin := distuv.Binomial{N: float64(b + c), P: 0.5}
	fewer := float64(min(b, c))
	exact = min(1, 2*coin.CDF(fewer))
	// For b = c the point mass is in both tails: mid-p takes it once, exact is 1.
	midP = min(1, 2*coin.CDF(fewer)-coin.Prob(fewer))
	return exact, midP, nil
}

// Holm adjusts the p-values of one family by Holm (1979): comparing them with α
// keeps the chance of any false finding in the family below α. The result is in
// the order of the input.
func Holm(p []float64) ([]float64, error) {
	for i, v := range p {
		if !(v >= 0 && v <= 1) {
			return nil, fmt.Errorf("holm: p-value %d is %v: want a number from 0 to 1", i, v)
		}
	}
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p[a], p[b]) })
	adjusted := make([]float64, len(p))
	highest := 0.0
	for k, i := range order {
		highest = max(highest, min(1, float64(len(p)-k)*p[i]))
		adjusted[i] = highest
	}
	return adjusted, nil
}

// A TOST is the result of two one-sided t tests of equivalence.
type TOST struct {
	Difference       float64 // mean of x less mean of y
	PLower, PUpper   float64 // against ≤ −margin, against ≥ margin
	P                float64 // the larger: at most α means equivalent at α
	DegreesOfFreedom float64 // Welch–Satterthwaite
}

// EquivalentMeans tests whether the means of two independent samples differ by
// less than margin, without assuming equal variances. Samples without any spread
// are ErrTooFew, since their t is not defined.
func EquivalentMeans(x, y []float64, margin float64) (TOST, error) {
	if !(margin > 0) || math.IsInf(margin, 0) {
		return TOST{}, fmt.Errorf("equivalence margin %v: want a positive number", margin)
	}
	for i, sample := range [][]float64{x, y} {
		if err := checkFinite(sample); err != nil {
			return TOST{}, fmt.Errorf("equivalence: sample %d: %w", i+1, err)
		}
		if len(sample) < 2 {
			return TOST{}, fmt.Errorf("equivalence: sample %d has one row: %w", i+1, ErrTooFew)
		}
	}
	meanX, perX := meanAndSquaredError(x)
	meanY, perY := meanAndSquaredError(y)
	if perX+perY == 0 {
		return TOST{}, fmt.Errorf("equivalence: samples without spread: %w", ErrTooFew)
	}
	out := TOST{Difference: meanX - meanY}
	out.DegreesOfFreedom = (perX + perY) * (perX + perY) /
		(perX*perX/float64(len(x)-1) + perY*perY/float64(len(y)-1))
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: out.DegreesOfFreedom}
	standardError := math.Sqrt(perX + perY)
	out.PLower = t.Survival((out.Difference + margin) / standardError)
	out.PUpper = t.CDF((out.Difference - margin) / standardError)
	out.P = max(out.PLower, out.PUpper)
	return out, nil
}

// meanAndSquaredError is the mean and the square of its standard error.
func meanAndSquaredError(sample []float64) (mean, squared float64) {
	n := float64(len(sample))
	for _, v := range sample {
		mean += v / n
	}
	sd := standardDeviation(sample)
	return mean, sd * sd / n
}
