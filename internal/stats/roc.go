package stats

import (
	"fmt"
	"slices"
)

// AUROC is the statistic of the area under the ROC curve: the probability that a
// positive row scores higher than a negative one, ties counting one half. It is
// undefined without a counted row of each class. A resample costs one pass, since
// the scores are sorted once here.
func AUROC(scores []float64, positive []bool) (Statistic, error) {
	if _, _, err := checkScored(scores, positive); err != nil {
		return nil, fmt.Errorf("auroc: %w", err)
	}
	groups := tied(scores, ascending(scores))
	return func(count []int) (float64, bool) {
		positives, below, twiceWins := 0, 0, 0
		for _, group := range groups {
			p, n := 0, 0
			for _, row := range group {
				if positive[row] {
					p += count[row]
				} else {
					n += count[row]
				}
			}
			twiceWins += p * (2*below + n)
			positives += p
			below += n
		}
		if positives == 0 || below == 0 {
			return 0, false
		}
		return float64(twiceWins) / (2 * float64(positives) * float64(below)), true
	}, nil
}

// AUPRC is the statistic of average precision, Σ (Rₖ − Rₖ₋₁) Pₖ over the distinct
// thresholds from high to low, without interpolation between them. Chance level is
// the prevalence, not one half. Undefined without a counted row of each class.
func AUPRC(scores []float64, positive []bool) (Statistic, error) {
	if _, _, err := checkScored(scores, positive); err != nil {
		return nil, fmt.Errorf("auprc: %w", err)
	}
	groups := tied(scores, ascending(scores))
	return func(count []int) (float64, bool) {
		sum, truePositives, called := 0.0, 0, 0
		for g := len(groups) - 1; g >= 0; g-- {
			p := 0
			for _, row := range groups[g] {
				called += count[row]
				if positive[row] {
					p += count[row]
				}
			}
			if p > 0 {
				truePositives += p
				sum += float64(p) * float64(truePositives) / float64(called)
			}
		}
		if truePositives == 0 || truePositives == called {
			return 0, false
		}
		return sum / float64(truePositives), true
	}, nil
}

// A ROCPoint is one corner of a ROC curve: calling positive what scores at least
// Threshold gives these rates. The first point calls nothing and has the threshold
// of the highest score plus one.
type ROCPoint struct {
	FalsePositiveRate, TruePositiveRate, Threshold float64
}

// ROC is the empirical ROC curve, from (0, 0) to (1, 1), one point for each
// distinct score.
func ROC(scores []float64, positive []bool) ([]ROCPoint, error) {
	positives, negatives, err := checkScored(scores, positive)
	if err != nil {
		return nil, fmt.Errorf("roc: %w", err)
	}
	groups := tied(scores, ascending(scores))
	top := scores[groups[len(groups)-1][0]]
	points := []ROCPoint{{Threshold: top + 1}}
	truePositives, falsePositives := 0, 0
	for g := len(groups) - 1; g >= 0; g-- {
		for _, row := range groups[g] {
			if positive[row] {
				truePositives++
			} else {
				falsePositives++
			}
		}
		points = append(points, ROCPoint{
			FalsePositiveRate: float64(falsePositives) / float64(negatives),
			TruePositiveRate:  float64(truePositives) / float64(positives),
			Threshold:         scores[groups[g][0]],
		})
	}
	return points, nil
}

// SensitivityAt is the statistic of the ROC curve's height at a false positive
// rate: the sensitivity of the randomized rule that interpolates linearly between
// neighboring thresholds. Undefined without a counted row of each class.
func SensitivityAt(rate float64, scores []float64, positive []bool) (Statistic, error) {
	if !(rate >= 0 && rate <= 1) {
		return nil, fmt.Errorf("sensitivity at %v: want a rate from 0 to 1", rate)
	}
	if _, _, err := checkScored(scores, positive); err != nil {
		return nil, fmt.Errorf("sensitivity at %v: %w", rate, err)
	}
	groups := tied(scores, ascending(scores))
	grid, height := []float64{rate}, make([]float64, 1)
	return func(count []int) (float64, bool) {
		ok := curveAt(grid, height, groups, positive, count)
		return height[0], ok
	}, nil
}

// ROCBand is the pointwise bootstrap band of the ROC curve: the sensitivity with
// its percentile limits at each false positive rate of grid, which must increase.
// Pointwise means that each point has the level, not the curve as a whole.
func (b Bootstrap) ROCBand(c *Clusters, scores []float64, positive []bool, grid []float64) ([]Interval, error) {
	if err := b.check(); err != nil {
		return nil, fmt.Errorf("roc band: %w", err)
	}
	if _, _, err := checkScored(scores, positive); err != nil {
		return nil, fmt.Errorf("roc band: %w", err)
	}
	if c.Rows() != len(scores) {
		return nil, fmt.Errorf("roc band: clusters of %d rows for %d scores", c.Rows(), len(scores))
	}
	for i, rate := range grid {
		if !(rate >= 0 && rate <= 1) || (i > 0 && rate <= grid[i-1]) {
			return nil, fmt.Errorf("roc band: rate %d is %v: want increasing rates from 0 to 1", i, rate)
		}
	}
	groups := tied(scores, ascending(scores))
	height := make([]float64, len(grid))
	curveAt(grid, height, groups, positive, c.Once())
	band := make([]Interval, len(grid))
	for i, h := range height {
		band[i] = Interval{Estimate: h, Level: b.Level}
	}
	draws := make([][]float64, len(grid))
	for count := range c.Draws(b.Resamples, b.Seed) {
		if !curveAt(grid, height, groups, positive, count) {
			continue
		}
		for i, h := range height {
			draws[i] = append(draws[i], h)
		}
	}
	for i := range band {
		if undefined := b.Resamples - len(draws[i]); undefined*10 > b.Resamples {
			return nil, fmt.Errorf("roc band: %d of %d resamples lack a class: %w", undefined, b.Resamples, ErrTooFew)
		}
		slices.Sort(draws[i])
		band[i].Low = QuantileSorted(draws[i], (1-b.Level)/2)
		band[i].High = QuantileSorted(draws[i], (1+b.Level)/2)
	}
	return band, nil
}

// curveAt sets height to the curve at each rate of grid in one pass from the
// highest score down. It reports false without a counted row of each class.
func curveAt(grid, height []float64, groups [][]int, positive []bool, count []int) bool {
	positives, negatives := 0, 0
	for row, p := range positive {
		if p {
			positives += count[row]
		} else {
			negatives += count[row]
		}
	}
	if positives == 0 || negatives == 0 {
		return false
	}
	next := 0
	truePositives, falsePositives := 0.0, 0.0
	for g := len(groups) - 1; g >= 0 && next < len(grid); g-- {
		p, n := 0.0, 0.0
		for _, row := range groups[g] {
			if positive[row] {
				p += float64(count[row])
			} else {
				n += float64(count[row])
			}
		}
		for next < len(grid) && falsePositives+n > grid[next]*float64(negatives) {
			share := (grid[next]*float64(negatives) - falsePositives) / n
			height[next] = (truePositives + p*share) / float64(positives)
			next++
		}
		truePositives += p
		falsePositives += n
	}
	for ; next < len(grid); next++ {
		height[next] = 1
	}
	return true
}

// tied cuts row numbers in increasing order of score into groups of equal score.
func tied(scores []float64, order []int) [][]int {
	var groups [][]int
	for start := 0; start < len(order); {
		end := start + 1
		for end < len(order) && scores[order[end]] == scores[order[start]] {
			end++
		}
		groups = append(groups, order[start:end])
		start = end
	}
	return groups
}
