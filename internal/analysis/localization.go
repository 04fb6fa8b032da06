package analysis

import (
	"fmt"
	"math"
	"slices"

	"femur/internal/stats"
)

// ConstantMean is the arm of the guess that knows only the mean relative position
// of the training centers.
const ConstantMean = "constant mean"

// A unit is a way to express a localization error.
type unit struct {
	name, symbol string
	scale        func(LocalizationRow) float64 // per pixel; 0 where it is not defined
}

var units = []unit{
	{"mm", "mm", func(r LocalizationRow) float64 { return r.Pitch }},
	{"px", "px", func(LocalizationRow) float64 { return 1 }},
	{"diagonal", "% of diagonal", func(r LocalizationRow) float64 { return 100 / math.Hypot(r.Width, r.Height) }},
}

// errorPX is the distance of prediction from truth in oriented pixels.
func (r LocalizationRow) errorPX() float64 { return math.Hypot(r.PredX-r.TrueX, r.PredY-r.TrueY) }

// guess is the row of the constant-mean arm.
func (r LocalizationRow) guess() LocalizationRow {
	r.Arm, r.PredX, r.PredY = ConstantMean, r.ConstX, r.ConstY
	return r
}

// located are the rows of one part and arm that a unit is defined for, with their
// errors in that unit.
type located struct {
	part          Partition
	arm           string
	unit          unit
	rows          []LocalizationRow
	errors        []float64
	patients      []string
	positive      []bool
	guesses       []float64 // errors of the constant-mean guess
	positiveLabel string
}

func locate(rows []LocalizationRow, u unit, o Options) located {
	l := located{unit: u, positiveLabel: o.Positive}
	for _, r := range rows {
		scale := u.scale(r)
		if scale == 0 {
			continue
		}
		l.part, l.arm = r.Partition, r.Arm
		l.rows = append(l.rows, r)
		l.errors = append(l.errors, scale*r.errorPX())
		l.guesses = append(l.guesses, scale*r.guess().errorPX())
		l.patients = append(l.patients, r.Patient)
		l.positive = append(l.positive, r.Label == o.Positive)
	}
	return l
}

// primary is the unit that comparisons are made in: mm if the pitch of every row is
// known, else percent of the diagonal, so that one number covers all rows.
func primary(rows []LocalizationRow) unit {
	for _, r := range rows {
		if r.Pitch == 0 {
			return units[2]
		}
	}
	return units[0]
}

// localize describes every arm on every part and makes the comparisons.
func (a *analyst) localize(rows []LocalizationRow) error {
	a.singleLabel = len(distinct(rows, func(r LocalizationRow) string { return r.Label })) == 1
	for _, part := range []Partition{Test, Development} {
		byArm := map[string][]LocalizationRow{}
		var all []LocalizationRow
		for _, r := range rows {
			if r.Partition == part {
				byArm[r.Arm] = append(byArm[r.Arm], r)
				all = append(all, r)
			}
		}
		if len(all) == 0 {
			continue
		}
		arms := distinct(all, func(r LocalizationRow) string { return r.Arm })
		byArm[ConstantMean] = guesses(all)
		a.count(part, byArm[ConstantMean], arms)
		for _, arm := range append(slices.Clone(arms), ConstantMean) {
			if err := a.describeArm(byArm[arm]); err != nil {
				return err
			}
			a.chartErrors(locate(byArm[arm], primary(all), a.options))
		}
		for _, arm := range arms {
			l := locate(byArm[arm], primary(all), a.options)
			if err := a.ratioToGuess(l); err != nil {
				return err
			}
			if a.singleLabel {
				continue
			}
			if err := a.compareClasses(l); err != nil {
				return err
			}
		}
		for i, arm := range arms {
			for _, other := range arms[i+1:] {
				if err := a.compareLocalizers(byArm[arm], byArm[other], primary(all)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// guesses has one row of the constant-mean arm for each image, from the first arm
// that has the image.
func guesses(rows []LocalizationRow) []LocalizationRow {
	seen := map[string]bool{}
	var out []LocalizationRow
	for _, r := range rows {
		if !seen[r.Image] {
			seen[r.Image] = true
			out = append(out, r.guess())
		}
	}
	return out
}

func (a *analyst) count(part Partition, images []LocalizationRow, arms []string) {
	c := Count{Task: "localization", Partition: part, Images: len(images), Arms: arms}
	var all, positive []string
	for _, r := range images {
		all = append(all, r.Patient)
		if r.Label == a.options.Positive {
			positive = append(positive, r.Patient)
			c.PositiveImages++
		}
		if r.Pitch > 0 {
			c.CalibratedImages++
		}
	}
	c.Patients, c.PositivePatients = patientsOf(all), patientsOf(positive)
	a.Counts = append(a.Counts, c)
}

// describeArm estimates the errors of one arm on one part in every unit, for all
// rows and for each label.
func (a *analyst) describeArm(rows []LocalizationRow) error {
	groups := append([]string{"all"}, a.labels(rows)...)
	for _, group := range groups {
		var part []LocalizationRow
		for _, r := range rows {
			if group == "all" || r.Label == group {
				part = append(part, r)
			}
		}
		if len(part) == 0 {
			continue
		}
		for _, u := range units {
			l := locate(part, u, a.options)
			if len(l.rows) == 0 {
				continue
			}
			if err := a.describeErrors(l, group); err != nil {
				return err
			}
		}
		calibrated := locate(part, units[0], a.options)
		if len(calibrated.rows) > 0 {
			if err := a.describeSuccess(calibrated, group, a.options.SuccessMM, "mm"); err != nil {
				return err
			}
		}
		if len(calibrated.rows) < len(part) {
			if err := a.describeSuccess(locate(part, units[2], a.options), group, a.options.SuccessPercent, "percent"); err != nil {
				return err
			}
		}
	}
	return nil
}

// labels are the labels of rows, the positive one first; none where the study has a single one, since all rows are its.
func (a *analyst) labels(rows []LocalizationRow) []string {
	if a.singleLabel {
		return nil
	}
	set := distinct(rows, func(r LocalizationRow) string { return r.Label })
	if i := slices.Index(set, a.options.Positive); i > 0 {
		set = append([]string{a.options.Positive}, slices.Delete(set, i, i+1)...)
	}
	return set
}

func (l located) estimate(name, group string) Estimate {
	return Estimate{
		Name: name, Arm: l.arm, Group: group, Partition: l.part, Unit: l.unit.symbol,
		NPatients: patientsOf(l.patients), NImages: len(l.rows),
	}
}

func (a *analyst) describeErrors(l located, group string) error {
	for _, s := range []struct {
		name   string
		build  func([]float64) (stats.Statistic, error)
		method stats.Method
	}{
		// Quantiles by percentile: their jackknife does not estimate an acceleration.
		{"median", stats.Median, stats.Percentile},
		{"p90", func(v []float64) (stats.Statistic, error) { return stats.Quantile(v, 0.9) }, stats.Percentile},
		{"mean", stats.Mean, stats.BCa},
	} {
		e := l.estimate(fmt.Sprintf("error_%s_%s", l.unit.name, s.name), group)
		statistic, err := s.build(l.errors)
		if err != nil {
			return err
		}
		if err := a.bootstrapped(&a.Metrics.Localization, e, l.patients, l.positive, statistic, s.method); err != nil {
			return err
		}
	}
	return nil
}

// bootstrapped appends the estimate of a statistic, or an omission.
func (a *analyst) bootstrapped(to *[]Estimate, e Estimate, patients []string, positive []bool, s stats.Statistic, m stats.Method) error {
	c, err := a.clusters(patients, positive)
	if err != nil {
		return a.omit(e, err)
	}
	b, err := a.options.bootstrap(m).Interval(c, s)
	if err != nil {
		return a.omit(e, err)
	}
	*to = append(*to, fill(e, b.Interval, methodName(b)))
	return nil
}

func (a *analyst) describeSuccess(l located, group string, radii []float64, suffix string) error {
	c, err := a.clusters(l.patients, l.positive)
	if err != nil {
		return err
	}
	for _, radius := range radii {
		e := l.estimate(fmt.Sprintf("success_within_%g%s", radius, suffix), group)
		e.Unit = ""
		hit := make([]bool, len(l.errors))
		for i, v := range l.errors {
			hit[i] = v <= radius
		}
		interval, method, err := a.proportion(c, l.patients, hit, nil)
		if err != nil {
			if err := a.omit(e, err); err != nil {
				return err
			}
			continue
		}
		a.Metrics.Localization = append(a.Metrics.Localization, fill(e, interval, method))
	}
	return nil
}

// ratioToGuess is the arm's median error over that of the constant-mean guess on
// the same radiographs: below 1 the network has learned something.
func (a *analyst) ratioToGuess(l located) error {
	e := l.estimate("median_error_ratio_to_constant_mean", "all")
	e.Unit = ""
	own, err := stats.Median(l.errors)
	if err != nil {
		return err
	}
	guess, err := stats.Median(l.guesses)
	if err != nil {
		return err
	}
	return a.bootstrapped(&a.Metrics.Localization, e, l.patients, l.positive, stats.Ratio(own, guess), stats.Percentile)
}
