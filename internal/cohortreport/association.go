package cohortreport

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"

	"femur/internal/cohort"
	"femur/internal/stats"
)

// An Association says how closely a property of the acquisition goes with the label. The unit is the
// patient: one with n radiographs gives each of them a weight of 1/n, or their mean. A patient with
// radiographs of two labels counts once for each.
type Association struct {
	Property string  `json:"property"`
	Title    string  `json:"title"`
	Measure  Measure `json:"measure"`
	Patients int     `json:"patients"` // for which the property is known, or may be not stated
	// Effect is 0 (V) or ½ (AUROC) where property and label have nothing to do with each other, and 1 where one tells the other.
	Effect    float64 `json:"effect"`
	Threshold float64 `json:"threshold"` // from which an effect is called large
	// P is the share of 999 shuffles of the labels, and the data themselves, with an effect as large; PAdjusted is Holm's.
	P         float64 `json:"p"`
	PAdjusted float64 `json:"p_adjusted"`
	Verdict   Verdict `json:"verdict"`
	Reading   string  `json:"reading"`           // what goes with what, in words
	Omitted   string  `json:"omitted,omitempty"` // why nothing was computed
}

// A Measure is how an effect is measured.
type Measure string

// The measures.
const (
	// CramersV is that of Cramér with the correction of Bergsma (2013) for small samples, of a property of words.
	CramersV Measure = "Cramér's V"
	// AUROC is the area by which the property alone tells a label from the others, of a property of numbers; of
	// several labels, the greatest. Below ½ it is turned around.
	AUROC Measure = "AUROC"
)

// A Verdict sums an association up.
type Verdict string

// The verdicts.
const (
	Confounded Verdict = "confounded" // large, and more than chance
	Slight     Verdict = "slight"     // more than chance, but not large
	Unclear    Verdict = "unclear"    // large, but so few patients that it can be chance
	NoneSeen   Verdict = "none seen"
	NotTested  Verdict = "not tested"
)

const (
	// thresholdV and thresholdAUROC are what Cohen (1988) calls a medium effect: w = 0.3, and d = 0.5, which is
	// an area of Φ(0.5/√2) = 0.64.
	thresholdV     = 0.3
	thresholdAUROC = 0.64
	shuffles       = 999
	// leastOfLabel is the number of patients below which a label cannot be compared.
	leastOfLabel = 5
	significance = 0.05
)

// A unit is a patient with the radiographs of one label.
type unit struct {
	patient string
	label   int
	rows    []cohort.CohortRow
}

// associations looks at each property, the closest first.
func associations(rows []cohort.CohortRow, labels []string) []Association {
	units, names := unitsOf(rows, labels)
	out := []Association{}
	for _, p := range append(properties(), property{"pitch_source", "Source of the pixel spacing", func(r cohort.CohortRow) string { return string(sourceOf(r)) }}) {
		if p.name != "study_year" { // which is a number
			out = append(out, ofWords(p, units, names))
		}
	}
	for _, q := range quantities() {
		out = append(out, ofNumbers(q, units, names))
	}
	adjust(out)
	slices.SortStableFunc(out, func(a, b Association) int {
		return cmp.Or(cmp.Compare(a.rank(), b.rank()), cmp.Compare(b.share(), a.share()))
	})
	return out
}

func (a Association) rank() int {
	return slices.Index([]Verdict{Confounded, Unclear, Slight, NoneSeen, NotTested}, a.Verdict)
}

// share is the effect in parts of its threshold, by which effects of both measures can be ordered.
func (a Association) share() float64 {
	if a.Measure == AUROC {
		return (a.Effect - 0.5) / (a.Threshold - 0.5)
	}
	return a.Effect / a.Threshold
}

// unitsOf leaves out radiographs without a label, and labels of too few patients.
func unitsOf(rows []cohort.CohortRow, labels []string) (units []unit, names []string) {
	at := map[[2]string]int{}
	byLabel := make([][]unit, len(labels))
	for _, r := range rows {
		if r.Label == "" {
			continue
		}
		i := slices.Index(labels, r.Label)
		key := [2]string{r.Label, r.Patient}
		k, ok := at[key]
		if !ok {
			k = len(byLabel[i])
			at[key] = k
			byLabel[i] = append(byLabel[i], unit{patient: r.Patient})
		}
		byLabel[i][k].rows = append(byLabel[i][k].rows, r)
	}
	for i, list := range byLabel {
		if len(list) < leastOfLabel {
			continue
		}
		for _, u := range list {
			u.label = len(names)
			units = append(units, u)
		}
		names = append(names, labels[i])
	}
	slices.SortFunc(units, func(a, b unit) int {
		return cmp.Or(cmp.Compare(a.patient, b.patient), cmp.Compare(a.label, b.label))
	})
	return units, names
}

// tooFew says why labels cannot be compared; empty where they can.
func tooFew(names []string) string {
	if len(names) < 2 {
		return fmt.Sprintf("fewer than two labels have %d patients", leastOfLabel)
	}
	return ""
}

// adjust gives all tests of the family Holm's p-values, and with them the verdicts.
func adjust(list []Association) {
	var p []float64
	for _, a := range list {
		if a.Omitted == "" {
			p = append(p, a.P)
		}
	}
	adjusted, err := stats.Holm(p)
	if err != nil {
		adjusted = p // of no test
	}
	for i := range list {
		a := &list[i]
		if a.Omitted != "" {
			a.Verdict = NotTested
			continue
		}
		a.PAdjusted, adjusted = rounded(adjusted[0]), adjusted[1:]
		large, real := a.Effect >= a.Threshold, a.PAdjusted <= significance
		switch {
		case large && real:
			a.Verdict = Confounded
		case large:
			a.Verdict = Unclear
		case real:
			a.Verdict = Slight
		default:
			a.Verdict = NoneSeen
		}
	}
}

// pValue shuffles the labels between units and counts effects that reach that of the data.
func pValue(label []int, effect func(label []int) float64) float64 {
	random := rand.New(rand.NewPCG(2026, 4)) // fixed: equal rows give an equal p-value
	shuffled := slices.Clone(label)
	reached, found := 1, effect(label)
	for range shuffles {
		random.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		if effect(shuffled) >= found*(1-1e-12) {
			reached++
		}
	}
	return float64(reached) / (shuffles + 1)
}

func labelsOfUnits(units []unit) []int {
	out := make([]int, len(units))
	for i, u := range units {
		out[i] = u.label
	}
	return out
}
