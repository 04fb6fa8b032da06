package analysis

import (
	"fmt"
	"math"

	"femur/internal/stats"
)

// Questions that a comparison belongs to.
const (
	byClass   = "class"   // a localizer on one class against the other
	byModel   = "model"   // two networks on the same input
	byInput   = "input"   // two inputs of the same network
	byCenters = "centers" // patches at annotated against predicted centers
)

// Names of the comparisons.
const (
	medianDifference = "median_error_difference"
	aurocDifference  = "auroc_difference"
)

// A contrast is a comparison before its p-value is adjusted.
type contrast struct {
	name, question, family string
	a, b                   string // what is subtracted from what
	arm, group             string
	part                   Partition
	unit                   string
	patients               []string
	positive               []bool
	difference             stats.Statistic
	margin                 float64
	// bound is the half-width to fall back on where every draw is the same, which
	// would claim certainty; 0 if there is none.
	bound        float64
	pMannWhitney *float64
	pDeLong      *float64
}

// contrast appends one comparison: the percentile interval, whose p-values come
// from the same draws and so cannot contradict it.
func (a *analyst) contrast(c contrast) error {
	e := Estimate{
		Name: c.name, Arm: c.arm, Group: c.group, Partition: c.part, Unit: c.unit,
		NPatients: patientsOf(c.patients), NImages: len(c.patients),
	}
	grouped, err := a.clusters(c.patients, c.positive)
	if err != nil {
		return a.omit(e, err)
	}
	b, err := a.options.bootstrap(stats.Percentile).Interval(grouped, c.difference)
	if err != nil {
		return a.omit(e, err)
	}
	equivalence, err := b.Equivalence(c.margin)
	if err != nil {
		return err
	}
	low, high, err := b.Limits(1 - 2*a.options.alpha())
	if err != nil {
		return err
	}
	e = fill(e, b.Interval, methodName(b)+", paired")
	e.Comparison = &Comparison{
		Question: c.question, A: c.a, B: c.b, Family: c.family, P: b.PValue(0), Margin: c.margin,
		PEquivalence: equivalence, EquivalenceLow: low, EquivalenceHigh: high,
		PMannWhitney: c.pMannWhitney, PDeLong: c.pDeLong,
	}
	if c.question == byClass {
		e.Method = methodName(b) + ", two samples"
	}
	if b.Low == b.High && c.bound > 0 {
		e.Low, e.High = significant(b.Estimate-c.bound), significant(b.Estimate+c.bound)
		e.EquivalenceLow, e.EquivalenceHigh = e.Low, e.High
		e.P, e.Method = 1, "exact bound, no spread among resamples"
		if c.bound >= c.margin {
			e.PEquivalence = 1
		}
	}
	for _, p := range []*float64{&e.P, &e.PEquivalence, &e.EquivalenceLow, &e.EquivalenceHigh, e.PMannWhitney, e.PDeLong} {
		if p != nil {
			*p = significant(*p)
		}
	}
	var positives, negatives []string
	for i, p := range c.positive {
		if p {
			positives = append(positives, c.patients[i])
		} else {
			negatives = append(negatives, c.patients[i])
		}
	}
	e.NPositive, e.NNegative = patientsOf(positives), patientsOf(negatives)
	a.Metrics.Comparisons = append(a.Metrics.Comparisons, e)
	return nil
}

// compareClasses asks whether a localizer is as accurate on the positive class as
// on the rest: difference of median errors, patients resampled within each class.
func (a *analyst) compareClasses(l located) error {
	var rows [2][]int
	var errors [2][]float64
	perPatient := [2]map[string][]float64{{}, {}}
	for i, p := range l.positive {
		side := 1
		if p {
			side = 0
		}
		rows[side] = append(rows[side], i)
		errors[side] = append(errors[side], l.errors[i])
		perPatient[side][l.patients[i]] = append(perPatient[side][l.patients[i]], l.errors[i])
	}
	c := contrast{
		name: medianDifference, question: byClass, family: "localization, " + string(l.part),
		a: a.options.Positive, b: a.options.Negative, arm: l.arm, group: a.options.Positive + " − " + a.options.Negative,
		part: l.part, unit: l.unit.symbol, patients: l.patients, positive: l.positive, margin: a.margin(l.unit),
	}
	var medians [2]stats.Statistic
	for side := range medians {
		median, err := stats.Median(errors[side])
		if err != nil {
			return a.omit(Estimate{Name: c.name, Arm: c.arm, Group: c.group, Partition: c.part}, fmt.Errorf("%s: %w", []string{c.a, c.b}[side], err))
		}
		medians[side] = stats.OnRows(rows[side], median)
	}
	c.difference = stats.Difference(medians[0], medians[1])
	test, err := stats.MannWhitney(meanOfEach(perPatient[0]), meanOfEach(perPatient[1]))
	if err != nil {
		return err
	}
	c.pMannWhitney = &test.P
	return a.contrast(c)
}

// margin of equivalence for an error in a unit of comparisons.
func (a *analyst) margin(u unit) float64 {
	if u.name == "mm" {
		return a.options.MarginMM
	}
	return a.options.MarginPercent
}

// meanOfEach is the mean of each key's values, in order of the keys.
func meanOfEach(values map[string][]float64) []float64 {
	var out []float64
	for _, name := range sortedKeys(values) {
		sum := 0.0
		for _, v := range values[name] {
			sum += v
		}
		out = append(out, sum/float64(len(values[name])))
	}
	return out
}

// compareLocalizers compares two arms on the radiographs that both have, paired.
func (a *analyst) compareLocalizers(first, second []LocalizationRow, u unit) error {
	other := map[string]LocalizationRow{}
	for _, r := range second {
		other[r.Image] = r
	}
	var common, paired []LocalizationRow
	for _, r := range first {
		if s, ok := other[r.Image]; ok {
			common, paired = append(common, r), append(paired, s)
		}
	}
	armA, armB := first[0].Arm, second[0].Arm
	c := contrast{
		name: medianDifference, question: byModel, family: "localization, " + string(first[0].Partition),
		a: armA, b: armB, arm: armA + " − " + armB, group: "all", part: first[0].Partition, unit: u.symbol, margin: a.margin(u),
	}
	la, lb := locate(common, u, a.options), locate(paired, u, a.options)
	medianA, err := stats.Median(la.errors)
	if err != nil {
		return a.omit(Estimate{Name: c.name, Arm: c.arm, Group: c.group, Partition: c.part}, fmt.Errorf("radiographs in common: %w", err))
	}
	medianB, err := stats.Median(lb.errors)
	if err != nil {
		return a.omit(Estimate{Name: c.name, Arm: c.arm, Group: c.group, Partition: c.part}, fmt.Errorf("radiographs in common: %w", err))
	}
	c.patients, c.positive = la.patients, la.positive
	c.difference = stats.Difference(medianA, medianB)
	return a.contrast(c)
}

// A ResamplesError says that a family of comparisons is too large for the number of resamples.
type ResamplesError struct {
	Resamples   int // as the options have them
	Want        int // the least that will do
	Comparisons int // in the family
	Family      string
}

// Error implements error.
func (e *ResamplesError) Error() string {
	return fmt.Sprintf("%d resamples cannot show a difference among the %d comparisons of %s: want at least %d",
		e.Resamples, e.Comparisons, e.Family, e.Want)
}

// adjust applies Holm to each family of comparisons. The smallest p-value that n
// resamples can give is 2/(n+1): a family that could find nothing with it is a
// [ResamplesError], since "cannot tell" would then speak of the resamples, not of the patients.
func (a *analyst) adjust() error {
	families := map[string][]int{}
	for i, e := range a.Metrics.Comparisons {
		families[e.Family] = append(families[e.Family], i)
	}
	for _, family := range sortedKeys(families) {
		var p []float64
		for _, i := range families[family] {
			p = append(p, a.Metrics.Comparisons[i].P)
		}
		if least := 2 * float64(len(p)) / a.options.alpha(); float64(a.options.Resamples+1) < least {
			return &ResamplesError{Resamples: a.options.Resamples, Comparisons: len(p), Family: family, Want: int(math.Ceil(least))}
		}
		adjusted, err := stats.Holm(p)
		if err != nil {
			return fmt.Errorf("family %s: %w", family, err)
		}
		for k, i := range families[family] {
			a.Metrics.Comparisons[i].PAdjusted = significant(adjusted[k])
			a.Metrics.Comparisons[i].FamilySize = len(p)
		}
	}
	return nil
}
