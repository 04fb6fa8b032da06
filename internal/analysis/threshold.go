package analysis

import (
	"fmt"
	"slices"

	"femur/internal/stats"
)

// call applies a threshold that was chosen on other rows and estimates what depends
// on it. On the test part it comes from all validation scores of the arm; on the
// validation scores themselves, each fold's rows get the threshold of the other
// folds.
func (a *analyst) call(s, validation scored) error {
	called, err := a.choose(s, validation)
	if err != nil {
		for _, rate := range rates {
			if err := a.omit(s.estimate(rate.name), err); err != nil {
				return err
			}
		}
		return nil
	}
	c, err := a.clusters(s.patients, s.positive)
	if err != nil {
		return err
	}
	for _, rate := range rates {
		e := s.estimate(rate.name)
		if rate.name == "accuracy" {
			majority := significant(majority(s.positive))
			e.Baseline = &majority
		}
		hit, within := make([]bool, len(called)), make([]bool, len(called))
		for i := range called {
			hit[i], within[i] = rate.counts(called[i], s.positive[i])
		}
		interval, method, err := a.rate(c, s, hit, within)
		if err != nil {
			if err := a.omit(e, err); err != nil {
				return err
			}
			continue
		}
		a.Metrics.Classification = append(a.Metrics.Classification, fill(e, interval, method))
	}
	return nil
}

// rates say, for a call and the truth, whether a row is a hit and whether it is in
// the denominator.
var rates = []struct {
	name   string
	counts func(called, positive bool) (hit, within bool)
}{
	{"sensitivity", func(called, positive bool) (bool, bool) { return called, positive }},
	{"specificity", func(called, positive bool) (bool, bool) { return !called, !positive }},
	{"ppv", func(called, positive bool) (bool, bool) { return positive, called }},
	{"npv", func(called, positive bool) (bool, bool) { return !positive, !called }},
	{"accuracy", func(called, positive bool) (bool, bool) { return called == positive, true }},
}

// rate has Wilson's interval where each patient is one row, else a bootstrap.
func (a *analyst) rate(c *stats.Clusters, s scored, hit, within []bool) (stats.Interval, string, error) {
	if s.group == perImage {
		return a.proportion(c, s.patients, hit, within)
	}
	hits, rows := 0, 0
	for i := range hit {
		if within[i] {
			rows++
			if hit[i] {
				hits++
			}
		}
	}
	i, err := stats.Wilson(hits, rows, a.options.Level)
	return i, "Wilson", err
}

// choose gives the calls and records the thresholds behind them.
func (a *analyst) choose(s, validation scored) ([]bool, error) {
	called := make([]bool, len(s.scores))
	apply := func(threshold float64, rows func(i int) bool) {
		for i, score := range s.scores {
			if rows(i) {
				called[i] = score >= threshold
			}
		}
	}
	if s.part == Test {
		threshold, index, err := stats.Youden(validation.scores, validation.positive)
		if err != nil {
			return nil, fmt.Errorf("threshold from the out-of-fold scores: %w", err)
		}
		a.Metrics.Thresholds = append(a.Metrics.Thresholds, Threshold{
			Arm: s.arm, Group: s.group, Partition: s.part, Value: significant(threshold), Youden: significant(index), ChosenOn: "all out-of-fold scores",
		})
		apply(threshold, func(int) bool { return true })
		return called, nil
	}
	folds := slices.Clone(s.folds)
	slices.Sort(folds)
	folds = slices.Compact(folds)
	if len(folds) < 2 {
		return nil, fmt.Errorf("threshold from the other folds: there is one fold: %w", stats.ErrEmpty)
	}
	var chosen []Threshold
	for _, fold := range folds {
		var others []int
		for i, f := range s.folds {
			if f != fold {
				others = append(others, i)
			}
		}
		o := s.pick(others)
		threshold, index, err := stats.Youden(o.scores, o.positive)
		if err != nil {
			return nil, fmt.Errorf("threshold from the folds other than %d: %w", fold, err)
		}
		chosen = append(chosen, Threshold{
			Arm: s.arm, Group: s.group, Partition: s.part, Value: significant(threshold), Youden: significant(index),
			ChosenOn: fmt.Sprintf("out-of-fold scores without fold %d, applied to fold %d", fold, fold),
		})
		apply(threshold, func(i int) bool { return s.folds[i] == fold })
	}
	a.Metrics.Thresholds = append(a.Metrics.Thresholds, chosen...)
	return called, nil
}

// majority is the accuracy of always naming the larger class.
func majority(positive []bool) float64 {
	n := 0
	for _, p := range positive {
		if p {
			n++
		}
	}
	return float64(max(n, len(positive)-n)) / float64(len(positive))
}
