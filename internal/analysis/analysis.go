package analysis

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"femur/internal/stats"
)

// A Result is everything the report shows.
type Result struct {
	Options Options
	Metrics Metrics
	Charts  Charts
	Counts  []Count
}

// A Count says how much data a part of the study has.
type Count struct {
	Task             string // "localization" or "classification"
	Partition        Partition
	Patients, Images int
	PositivePatients int
	PositiveImages   int
	CalibratedImages int // with a known pitch; localization only
	Arms             []string
}

// Analyze computes the study. Either slice may be empty; the questions that lack
// rows are then answered by saying so. A row that contradicts another, or is out of
// range, is an error that names it.
func Analyze(localization []LocalizationRow, classification []ClassificationRow, o Options) (Result, error) {
	if err := o.Check(); err != nil {
		return Result{}, fmt.Errorf("analysis: %w", err)
	}
	centers, err := checkLocalization(localization, o)
	if err != nil {
		return Result{}, fmt.Errorf("analysis: %w", err)
	}
	scores, err := checkClassification(classification)
	if err != nil {
		return Result{}, fmt.Errorf("analysis: %w", err)
	}
	a := &analyst{options: o, shared: map[string]*stats.Clusters{}}
	a.Options = o
	// Empty lists, not null, in the artifact.
	a.Metrics = Metrics{
		Localization: []Estimate{}, Classification: []Estimate{}, Comparisons: []Estimate{},
		Thresholds: []Threshold{}, Answers: []Answer{}, Omitted: []Omission{},
	}
	for _, step := range []func() error{
		func() error { return a.localize(centers) },
		func() error { return a.classify(scores) },
		a.adjust,
	} {
		if err := step(); err != nil {
			return Result{}, fmt.Errorf("analysis: %w", err)
		}
	}
	a.conclude()
	a.testFirst()
	a.answer()
	return a.Result, nil
}

// testFirst puts the test part before the development part: thresholds come from
// the latter, so it was computed first.
func (a *analyst) testFirst() {
	last := func(p Partition) int {
		if p == Test {
			return 0
		}
		return 1
	}
	byPart := func(a, b Estimate) int { return last(a.Partition) - last(b.Partition) }
	slices.SortStableFunc(a.Metrics.Classification, byPart)
	slices.SortStableFunc(a.Metrics.Comparisons, byPart)
	slices.SortStableFunc(a.Metrics.Thresholds, func(a, b Threshold) int { return last(a.Partition) - last(b.Partition) })
	slices.SortStableFunc(a.Counts, func(a, b Count) int {
		return cmp.Or(-cmp.Compare(a.Task, b.Task), last(a.Partition)-last(b.Partition))
	})
	slices.SortStableFunc(a.Charts.Scores, func(a, b ScoreChart) int { return last(a.Partition) - last(b.Partition) })
}

// An analyst gathers the result.
type analyst struct {
	options     Options
	shared      map[string]*stats.Clusters
	singleLabel bool // the localization rows have one label: there are no classes to compare
	Result
}

// omit records why an estimate is missing. Faults that are not about the sample are
// returned: they are bugs or bad options.
func (a *analyst) omit(e Estimate, err error) error {
	for _, reason := range []error{stats.ErrEmpty, stats.ErrOneClass, stats.ErrTooFew} {
		if errors.Is(err, reason) {
			a.Metrics.Omitted = append(a.Metrics.Omitted, Omission{
				Name: e.Name, Arm: e.Arm, Group: e.Group, Partition: e.Partition, Reason: err.Error(),
			})
			return nil
		}
	}
	return fmt.Errorf("%s: %w", e.ID(), err)
}

// fill puts an interval into an estimate.
func fill(e Estimate, i stats.Interval, method string) Estimate {
	e.Estimate, e.Low, e.High = significant(i.Estimate), significant(i.Low), significant(i.High)
	e.Level, e.Method = i.Level, method
	return e
}

// methodName describes a bootstrap as it was done.
func methodName(b stats.Bootstrapped) string {
	return fmt.Sprintf("patient bootstrap, %s", b.Method)
}

// clusters groups rows by patient. Where the rows have both classes, resampling
// keeps the number of patients of each, since the study fixed them. Arms that have
// the same radiographs share their clusters, and with them the draws.
func (a *analyst) clusters(patients []string, positive []bool) (*stats.Clusters, error) {
	var key strings.Builder
	strata := make([]string, len(patients))
	for i, p := range positive {
		strata[i] = fmt.Sprint(p)
		fmt.Fprintf(&key, "%d:%s%t", len(patients[i]), patients[i], p)
	}
	if c := a.shared[key.String()]; c != nil {
		return c, nil
	}
	c, err := stats.NewClusters(patients, strata)
	if err != nil {
		return nil, err
	}
	a.shared[key.String()] = c
	return c, nil
}

// patientsOf counts distinct patients.
func patientsOf(patients []string) int {
	sorted := slices.Clone(patients)
	slices.Sort(sorted)
	return len(slices.Compact(sorted))
}

// proportion estimates the share of hits among the rows within a denominator, for
// all rows of clusters. A share of 0 or 1 has no bootstrap spread; its limits are
// then Wilson's for as many trials as there are patients in the denominator.
func (a *analyst) proportion(c *stats.Clusters, patients []string, hit, within []bool) (stats.Interval, string, error) {
	s, err := stats.Proportion(hit, within)
	if err != nil {
		return stats.Interval{}, "", err
	}
	b, err := a.options.bootstrap(stats.BCa).Interval(c, s)
	if err != nil {
		return stats.Interval{}, "", err
	}
	if b.Estimate != 0 && b.Estimate != 1 {
		return b.Interval, methodName(b), nil
	}
	var counted []string
	for i, p := range patients {
		if within == nil || within[i] {
			counted = append(counted, p)
		}
	}
	n := patientsOf(counted)
	i, err := stats.Wilson(int(b.Estimate)*n, n, a.options.Level)
	return i, "Wilson over patients", err
}
