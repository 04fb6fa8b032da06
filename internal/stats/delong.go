package stats

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// An AUC is an area under a ROC curve with the standard error of DeLong, DeLong and
// Clarke-Pearson (1988), or of Obuchowski (1997) where rows share patients.
type AUC struct {
	Interval
	StandardError float64
}

// An AUCDifference is the paired difference a − b of two areas on the same rows,
// with its normal test of no difference.
type AUCDifference struct {
	Interval
	StandardError, Z, P float64
}

// DeLong gives the area under the ROC curve with its normal interval, cut to
// [0, 1], by the midranks of Sun and Xu (2014). patient names the patient of each
// row; rows of one patient enter the variance together (Obuchowski 1997), and with
// one row a patient, or a nil patient, this is DeLong's own variance.
//
// Perfect separation has an estimated variance of 0, which would claim certainty.
// The limit is then that of [PerfectBound].
func DeLong(scores []float64, positive []bool, patient []string, level float64) (AUC, error) {
	if err := checkLevel(level); err != nil {
		return AUC{}, fmt.Errorf("delong: %w", err)
	}
	parts, err := placements(scores, positive)
	if err != nil {
		return AUC{}, fmt.Errorf("delong: %w", err)
	}
	units, err := newUnits(positive, patient)
	if err != nil {
		return AUC{}, fmt.Errorf("delong: %w", err)
	}
	variance := units.covariance(parts, parts)
	out := AUC{StandardError: math.Sqrt(max(variance, 0))}
	half := normalQuantile(0.5+level/2) * out.StandardError
	out.Interval = Interval{Estimate: parts.area, Low: max(parts.area-half, 0), High: min(parts.area+half, 1), Level: level}
	if parts.area == 0 || parts.area == 1 {
		bound, err := PerfectBound(units.positives, units.negatives, level)
		if err != nil {
			return AUC{}, fmt.Errorf("delong: %w", err)
		}
		if parts.area == 1 {
			out.Low = bound
		} else {
			out.High = 1 - bound
		}
	}
	return out, nil
}

// DeLongPaired compares the areas of two scores of the same rows. Where the
// difference has no variance at all (equal ranks, or both perfect), P is 1 for no
// difference; a difference without variance is ErrTooFew.
func DeLongPaired(a, b []float64, positive []bool, patient []string, level float64) (AUCDifference, error) {
	if err := checkLevel(level); err != nil {
		return AUCDifference{}, fmt.Errorf("paired delong: %w", err)
	}
	partsA, err := placements(a, positive)
	if err != nil {
		return AUCDifference{}, fmt.Errorf("paired delong: first score: %w", err)
	}
	partsB, err := placements(b, positive)
	if err != nil {
		return AUCDifference{}, fmt.Errorf("paired delong: second score: %w", err)
	}
	units, err := newUnits(positive, patient)
	if err != nil {
		return AUCDifference{}, fmt.Errorf("paired delong: %w", err)
	}
	variance := units.covariance(partsA, partsA) + units.covariance(partsB, partsB) - 2*units.covariance(partsA, partsB)
	difference := partsA.area - partsB.area
	out := AUCDifference{StandardError: math.Sqrt(max(variance, 0)), P: 1}
	// Rounding leaves variances of 1e-18 where the truth is 0.
	if out.StandardError < 1e-8 {
		if math.Abs(difference) > 1e-12 {
			return AUCDifference{}, fmt.Errorf("paired delong: difference %.3g has no variance: %w", difference, ErrTooFew)
		}
		out.Interval = Interval{Estimate: 0, Level: level}
		return out, nil
	}
	out.Z = difference / out.StandardError
	out.P = 2 * distuv.UnitNormal.Survival(math.Abs(out.Z))
	half := normalQuantile(0.5+level/2) * out.StandardError
	out.Interval = Interval{Estimate: difference, Low: max(difference-half, -1), High: min(difference+half, 1), Level: level}
	return out, nil
}

// PerfectBound is the lower confidence limit of an area that was estimated as 1
// from so many positive and negative patients. m = min of the two disjoint pairs
// are all in the right order with probability θᵐ at most, so every θ below
// (α/2)^(1/m) is refuted: exact, without a model, and wide.
func PerfectBound(positives, negatives int, level float64) (float64, error) {
	if err := checkLevel(level); err != nil {
		return 0, err
	}
	m := min(positives, negatives)
	if m < 1 {
		return 0, fmt.Errorf("%d positive and %d negative patients: %w", positives, negatives, ErrOneClass)
	}
	return math.Pow((1-level)/2, 1/float64(m)), nil
}

// placement holds, for each row, the share of the other class that it beats: for a
// positive row the negatives below it, for a negative row the positives above it.
type placement struct {
	area  float64
	share []float64
}

// placements computes them from midranks: the midrank among all rows less the
// midrank within the own class counts the other class below, ties as halves.
func placements(scores []float64, positive []bool) (placement, error) {
	positives, negatives, err := checkScored(scores, positive)
	if err != nil {
		return placement{}, err
	}
	all := midranks(scores)
	own := make([]float64, len(scores))
	for _, class := range []bool{true, false} {
		var rows []int
		var values []float64
		for i, p := range positive {
			if p == class {
				rows = append(rows, i)
				values = append(values, scores[i])
			}
		}
		for j, rank := range midranks(values) {
			own[rows[j]] = rank
		}
	}
	out := placement{share: make([]float64, len(scores))}
	for i, p := range positive {
		if p {
			out.share[i] = (all[i] - own[i]) / float64(negatives)
			out.area += out.share[i]
		} else {
			out.share[i] = 1 - (all[i]-own[i])/float64(positives)
		}
	}
	out.area /= float64(positives)
	return out, nil
}

// midranks are the ranks from 1, equal values sharing the mean of theirs.
func midranks(values []float64) []float64 {
	ranks := make([]float64, len(values))
	before := 0
	for _, group := range tied(values, ascending(values)) {
		for _, row := range group {
			ranks[row] = float64(before) + (float64(len(group))+1)/2
		}
		before += len(group)
	}
	return ranks
}

// units are the rows of each class grouped by patient.
type units struct {
	positive             []bool
	rows                 [][]int // by patient, sorted by name
	positives, negatives int     // patients with rows of that class
	positiveRows         int
}

func newUnits(positive []bool, patient []string) (units, error) {
	u := units{positive: positive}
	if patient == nil {
		for i := range positive {
			u.rows = append(u.rows, []int{i})
		}
	} else {
		c, err := NewClusters(patient, nil)
		if err != nil {
			return units{}, err
		}
		if c.Rows() != len(positive) {
			return units{}, fmt.Errorf("%d patients with %d labels: want one a row", c.Rows(), len(positive))
		}
		u.rows = c.members
	}
	for _, rows := range u.rows {
		isPositive := func(i int) bool { return positive[i] }
		if slices.ContainsFunc(rows, isPositive) {
			u.positives++
		}
		if slices.ContainsFunc(rows, func(i int) bool { return !positive[i] }) {
			u.negatives++
		}
	}
	for _, p := range positive {
		if p {
			u.positiveRows++
		}
	}
	if u.positives < 2 || u.negatives < 2 {
		return units{}, fmt.Errorf("%d positive and %d negative patients, want two of each: %w", u.positives, u.negatives, ErrTooFew)
	}
	return u, nil
}

// covariance of two areas (the variance for one twice) from the sums of centered
// placements of each patient; a patient with rows of both classes adds the cross
// terms.
func (u units) covariance(a, b placement) float64 {
	var pp, nn, cross float64
	for _, rows := range u.rows {
		var posA, posB, negA, negB float64
		for _, i := range rows {
			if u.positive[i] {
				posA += a.share[i] - a.area
				posB += b.share[i] - b.area
			} else {
				negA += a.share[i] - a.area
				negB += b.share[i] - b.area
			}
		}
		pp += posA * posB
		nn += negA * negB
		cross += posA*negB + posB*negA
	}
	m, n := float64(u.positiveRows), float64(len(u.positive)-u.positiveRows)
	unbias := func(k int) float64 { return float64(k) / float64(k-1) }
	return unbias(u.positives)*pp/(m*m) + unbias(u.negatives)*nn/(n*n) + unbias(len(u.rows))*cross/(m*n)
}

// normalQuantile is the quantile of the standard normal distribution.
func normalQuantile(p float64) float64 { return distuv.UnitNormal.Quantile(p) }
