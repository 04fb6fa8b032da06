package cohortreport

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"femur/internal/cohort"
	"femur/internal/report/page"
)

// A quantity is what a radiograph was made or stored with, as a number.
type quantity struct {
	name, title, unit string
	value             func(cohort.CohortRow) (float64, bool)
}

func quantities() []quantity {
	return []quantity{
		{"width", "Width", "px", func(r cohort.CohortRow) (float64, bool) { return float64(r.Width), true }},
		{"height", "Height", "px", func(r cohort.CohortRow) (float64, bool) { return float64(r.Height), true }},
		{"pitch", "Pixel spacing", "mm", func(r cohort.CohortRow) (float64, bool) { return r.Pitch, usable(r.Pitch) }},
		{"study_year", titleOf("study_year"), "", func(r cohort.CohortRow) (float64, bool) {
			year, err := strconv.Atoi(yearOf(r.StudyDate))
			return float64(year), err == nil
		}},
	}
}

// ofNumbers measures the association of a number, the mean over each patient's radiographs, with the label.
func ofNumbers(q quantity, units []unit, names []string) Association {
	a := Association{Property: q.name, Title: q.title, Measure: AUROC, Threshold: thresholdAUROC, Omitted: tooFew(names)}
	if a.Omitted != "" {
		return a
	}
	var values []float64
	var label []int
	of := make([]int, len(names))
	for _, u := range units {
		sum, n := 0.0, 0
		for _, r := range u.rows {
			if v, ok := q.value(r); ok {
				sum += v
				n++
			}
		}
		if n > 0 {
			values, label = append(values, rounded(sum/float64(n))), append(label, u.label)
			of[u.label]++
		}
	}
	a.Patients = len(values)
	switch {
	case len(values) == 0:
		a.Omitted = "not stated"
	case slices.Max(values) == slices.Min(values):
		a.Omitted = "all patients have the same value"
	case slices.ContainsFunc(of, func(n int) bool { return n < leastOfLabel }):
		a.Omitted = fmt.Sprintf("a label has fewer than %d patients of whom it is known", leastOfLabel)
	}
	if a.Omitted != "" {
		return a
	}
	r := ranks{rank: midranks(values), of: of}
	effect, which, above := r.greatest(label)
	a.Effect = rounded(effect)
	a.P = pValue(label, func(label []int) float64 { e, _, _ := r.greatest(label); return e })
	a.Reading = reading(q, values, label, names[which], which, above)
	return a
}

// reading compares the median of a label with that of the others.
func reading(q quantity, values []float64, label []int, name string, which int, above bool) string {
	var own, others []float64
	for i, v := range values {
		if label[i] == which {
			own = append(own, v)
		} else {
			others = append(others, v)
		}
	}
	word := "smaller"
	if above {
		word = "greater"
	}
	text := func(list []float64) string {
		v := distribution(list).Median
		if q.unit == "" {
			return page.TickText(math.Round(10*v) / 10)
		}
		return number(v) + " " + q.unit
	}
	return fmt.Sprintf("it is %s in patients with %s: median %s, others %s", word, name, text(own), text(others))
}

// ranks are what an area is computed from.
type ranks struct {
	rank []float64
	of   []int // units of each label
}

// greatest is the area of the label that its ranks tell best from the others, and whether it has the
// greater values.
func (r ranks) greatest(label []int) (area float64, which int, above bool) {
	sums := make([]float64, len(r.of))
	for i, l := range label {
		sums[l] += r.rank[i]
	}
	for l, n := range r.of {
		m := float64(n)
		a := (sums[l] - m*(m+1)/2) / (m * (float64(len(label)) - m))
		if turned := 0.5 + math.Abs(a-0.5); turned > area {
			area, which, above = turned, l, a > 0.5
		}
	}
	return area, which, above
}

// midranks counts from 1; equal values share the mean of their ranks.
func midranks(values []float64) []float64 {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		switch {
		case values[a] < values[b]:
			return -1
		case values[a] > values[b]:
			return 1
		}
		return a - b
	})
	out := make([]float64, len(values))
	for i := 0; i < len(order); {
		j := i
		for j < len(order) && values[order[j]] == values[order[i]] {
			j++
		}
		for _, k := range order[i:j] {
			out[k] = float64(i+j+1) / 2
		}
		i = j
	}
	return out
}

// number prints three significant digits and all digits before the point, in groups of three.
func number(v float64) string {
	if math.Abs(v) >= 99.5 {
		return grouped(int(math.Round(v)))
	}
	r, err := strconv.ParseFloat(strconv.FormatFloat(v, 'e', 2, 64), 64)
	if err != nil {
		r = v
	}
	return page.TickText(r)
}

// grouped prints an integer with a comma between thousands.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// count is a number with its noun: "1 patient", "1,200 patients".
func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return grouped(n) + " " + noun
}
