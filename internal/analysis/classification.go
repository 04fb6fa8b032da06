package analysis

import (
	"maps"
	"slices"

	"femur/internal/stats"
)

// Groups of classification estimates: each radiograph a row, or each patient with
// the mean score of the radiographs.
const (
	perImage   = "per image"
	perPatient = "per patient"
)

// scored are the rows of one part and arm: one score for each image or patient, in
// order of name.
type scored struct {
	part              Partition
	arm, model, input string
	group             string
	names             []string
	patients          []string
	scores            []float64
	positive          []bool
	folds             []int
	images            int
}

// sortedKeys are the keys of a map in order.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// gather averages the scores of rows, which are of one part and arm, by image or by
// patient. A patient's score is the mean of the images' scores.
func gather(rows []ClassificationRow, group string) scored {
	s := scored{part: rows[0].Partition, arm: rows[0].Arm, model: rows[0].Model, input: rows[0].Input, group: group}
	byImage := map[string][]ClassificationRow{}
	for _, r := range rows {
		byImage[r.Image] = append(byImage[r.Image], r)
	}
	s.images = len(byImage)
	scores := map[string][]float64{}
	first := map[string]ClassificationRow{}
	for _, image := range sortedKeys(byImage) {
		folds := byImage[image]
		sum := 0.0
		for _, r := range folds {
			sum += r.Score
		}
		name := image
		if group == perPatient {
			name = folds[0].Patient
		}
		scores[name] = append(scores[name], sum/float64(len(folds)))
		if _, ok := first[name]; !ok {
			first[name] = folds[0]
		}
	}
	means := meanOfEach(scores)
	for i, name := range sortedKeys(scores) {
		r, mean := first[name], means[i]
		s.names = append(s.names, name)
		s.patients = append(s.patients, r.Patient)
		s.scores = append(s.scores, mean)
		s.positive = append(s.positive, r.Positive)
		s.folds = append(s.folds, r.Fold)
	}
	return s
}

func (s scored) estimate(name string) Estimate {
	return Estimate{Name: name, Arm: s.arm, Group: s.group, Partition: s.part, NPatients: patientsOf(s.patients), NImages: s.images}
}

// pick is the sample of the given rows.
func (s scored) pick(rows []int) scored {
	out := s
	out.names, out.patients, out.scores, out.positive, out.folds = nil, nil, nil, nil, nil
	for _, i := range rows {
		out.names = append(out.names, s.names[i])
		out.patients = append(out.patients, s.patients[i])
		out.scores = append(out.scores, s.scores[i])
		out.positive = append(out.positive, s.positive[i])
		out.folds = append(out.folds, s.folds[i])
	}
	out.images = len(rows)
	return out
}

// classify describes every arm on both parts and compares the arms.
func (a *analyst) classify(rows []ClassificationRow) error {
	validation := map[string]map[string]scored{} // arm, group
	for _, part := range []Partition{Validate, Test} {
		byArm := map[string][]ClassificationRow{}
		for _, r := range rows {
			if r.Partition == part {
				byArm[r.Arm] = append(byArm[r.Arm], r)
			}
		}
		if len(byArm) == 0 {
			continue
		}
		var arms []scored
		for _, arm := range sortedKeys(byArm) {
			image := gather(byArm[arm], perImage)
			patient := gather(byArm[arm], perPatient)
			if part == Validate {
				validation[arm] = map[string]scored{perImage: image, perPatient: patient}
			}
			arms = append(arms, image)
			for _, s := range []scored{image, patient} {
				if err := a.discriminate(s); err != nil {
					return err
				}
				if err := a.call(s, validation[arm][s.group]); err != nil {
					return err
				}
			}
			if err := a.chartScores(image); err != nil {
				return err
			}
		}
		a.countScores(part, arms)
		if err := a.compareArms(arms); err != nil {
			return err
		}
	}
	return nil
}

func (a *analyst) countScores(part Partition, arms []scored) {
	c := Count{Task: "classification", Partition: part}
	images, patients := map[string]bool{}, map[string]bool{}
	for _, s := range arms {
		c.Arms = append(c.Arms, s.arm)
		for i, name := range s.names {
			images[name], patients[s.patients[i]] = s.positive[i], s.positive[i]
		}
	}
	c.Images, c.Patients = len(images), len(patients)
	for _, positive := range images {
		if positive {
			c.PositiveImages++
		}
	}
	for _, positive := range patients {
		if positive {
			c.PositivePatients++
		}
	}
	a.Counts = append(a.Counts, c)
}

// discriminate estimates what needs no threshold.
func (a *analyst) discriminate(s scored) error {
	positives := 0
	for _, p := range s.positive {
		if p {
			positives++
		}
	}
	prevalence := float64(positives) / float64(len(s.positive))
	for _, metric := range []struct {
		name     string
		build    func([]float64, []bool) (stats.Statistic, error)
		baseline float64
	}{
		{"auroc", stats.AUROC, 0.5},
		{"auprc", stats.AUPRC, prevalence},
		{"brier", stats.Brier, prevalence * (1 - prevalence)},
	} {
		e := s.estimate(metric.name)
		baseline := significant(metric.baseline)
		e.Baseline = &baseline
		statistic, err := metric.build(s.scores, s.positive)
		if err != nil {
			if err := a.omit(e, err); err != nil {
				return err
			}
			continue
		}
		before := len(a.Metrics.Classification)
		if err := a.bootstrapped(&a.Metrics.Classification, e, s.patients, s.positive, statistic, stats.BCa); err != nil {
			return err
		}
		if metric.name == "auroc" && len(a.Metrics.Classification) > before {
			if err := widenPerfect(&a.Metrics.Classification[before], s); err != nil {
				return err
			}
		}
	}
	e := s.estimate("auroc_delong")
	area, err := stats.DeLong(s.scores, s.positive, s.patients, a.options.Level)
	if err != nil {
		return a.omit(e, err)
	}
	method := "DeLong"
	if s.group == perImage {
		method = "DeLong, clustered by patient (Obuchowski)"
	}
	a.Metrics.Classification = append(a.Metrics.Classification, fill(e, area.Interval, method))
	return nil
}

// widenPerfect replaces the empty interval of perfect separation by the exact
// bound.
func widenPerfect(e *Estimate, s scored) error {
	if e.Estimate != 0 && e.Estimate != 1 {
		return nil
	}
	bound, err := s.perfectBound(e.Level)
	if err != nil {
		return err
	}
	if e.Estimate == 1 {
		e.Low = significant(bound)
	} else {
		e.High = significant(1 - bound)
	}
	e.Method = "exact bound for perfect separation"
	return nil
}

// perfectBound is the lower limit of an area of 1 from the patients of s.
func (s scored) perfectBound(level float64) (float64, error) {
	var positives, negatives []string
	for i, p := range s.positive {
		if p {
			positives = append(positives, s.patients[i])
		} else {
			negatives = append(negatives, s.patients[i])
		}
	}
	return stats.PerfectBound(patientsOf(positives), patientsOf(negatives), level)
}
