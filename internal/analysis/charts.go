package analysis

import (
	"errors"
	"slices"

	"femur/internal/stats"
)

// Charts is what the report draws, as data.
type Charts struct {
	Errors []ErrorChart
	Scores []ScoreChart
}

// An ErrorChart is the distribution of one localizer's errors in one group.
type ErrorChart struct {
	Partition Partition
	Arm       string
	Group     string // "all" or a label
	Unit      string
	N         int
	// Quantiles of type 7 at 0, 1, …, 100 percent.
	Quantiles [101]float64
}

// A ScoreChart is one classifier's ROC curve and scores, a radiograph a row.
type ScoreChart struct {
	Partition         Partition
	Arm, Model, Input string
	Curve             []stats.ROCPoint // nil where a class is missing
	Band              []BandPoint      // pointwise bootstrap limits; nil with the curve
	// Histogram counts scores of [k/20, (k+1)/20) by class, 1 in the last bin.
	Positive, Negative [ScoreBins]int
}

// ScoreBins is the number of bins of a score histogram.
const ScoreBins = 20

// A BandPoint is the curve's limits at one false positive rate.
type BandPoint struct{ FalsePositiveRate, Low, High float64 }

// chartErrors adds the distribution for all rows and for each label.
func (a *analyst) chartErrors(l located) {
	for _, group := range append([]string{"all"}, a.labels(l.rows)...) {
		c := ErrorChart{Partition: l.part, Arm: l.arm, Group: group, Unit: l.unit.symbol}
		var values []float64
		for i, r := range l.rows {
			if group == "all" || r.Label == group {
				values = append(values, l.errors[i])
			}
		}
		slices.Sort(values)
		c.N = len(values)
		for i := range c.Quantiles {
			c.Quantiles[i] = significant(stats.QuantileSorted(values, float64(i)/100))
		}
		a.Charts.Errors = append(a.Charts.Errors, c)
	}
}

// chartScores adds a classifier's histogram and, if both classes are there, its
// curve with a band.
func (a *analyst) chartScores(s scored) error {
	c := ScoreChart{Partition: s.part, Arm: s.arm, Model: s.model, Input: s.input}
	for i, score := range s.scores {
		bin := min(int(score*ScoreBins), ScoreBins-1)
		if s.positive[i] {
			c.Positive[bin]++
		} else {
			c.Negative[bin]++
		}
	}
	curve, err := stats.ROC(s.scores, s.positive)
	switch {
	case errors.Is(err, stats.ErrOneClass):
		a.Charts.Scores = append(a.Charts.Scores, c)
		return nil
	case err != nil:
		return err
	}
	c.Curve = curve
	var grid []float64
	for i := range 51 {
		grid = append(grid, float64(i)/50)
	}
	grouped, err := a.clusters(s.patients, s.positive)
	if err != nil {
		return err
	}
	band, err := a.options.bootstrap(stats.Percentile).ROCBand(grouped, s.scores, s.positive, grid)
	if err != nil {
		return err
	}
	for i, b := range band {
		c.Band = append(c.Band, BandPoint{FalsePositiveRate: grid[i], Low: b.Low, High: b.High})
	}
	a.Charts.Scores = append(a.Charts.Scores, c)
	return nil
}
