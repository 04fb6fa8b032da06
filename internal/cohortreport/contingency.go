package cohortreport

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
)

// ofWords measures the association of a property of words with the label.
func ofWords(p property, units []unit, names []string) Association {
	a := Association{Property: p.name, Title: p.title, Measure: CramersV, Threshold: thresholdV, Patients: len(units), Omitted: tooFew(names)}
	t := newContingency(p, units, len(names))
	if a.Omitted == "" && len(t.values) < 2 {
		a.Omitted = "all radiographs have the same value"
		if len(t.values) == 1 && t.values[0] == "" {
			a.Omitted = "not stated"
		}
	}
	if a.Omitted != "" {
		return a
	}
	label := labelsOfUnits(units)
	chi2 := t.chi2(label)
	a.Effect = rounded(correctedV(chi2, float64(len(units)), len(t.values), len(names)))
	a.P = pValue(label, t.chi2)
	a.Reading = t.reading(label, names)
	return a
}

// A contingency has the weight of each value in each unit.
type contingency struct {
	values  []string
	total   []float64   // of each value
	entries [][]weighed // of each unit
	labels  int
	cells   []float64 // of label·values, reused
}

type weighed struct {
	value  int
	weight float64
}

func newContingency(p property, units []unit, labels int) *contingency {
	t := &contingency{labels: labels}
	at := map[string]int{}
	for _, u := range units {
		for _, r := range u.rows {
			if v := p.value(r); at[v] == 0 {
				t.values = append(t.values, v)
				at[v] = 1
			}
		}
	}
	slices.SortFunc(t.values, statedFirst)
	for i, v := range t.values {
		at[v] = i
	}
	t.total, t.cells = make([]float64, len(t.values)), make([]float64, labels*len(t.values))
	for _, u := range units {
		count := map[int]int{}
		for _, r := range u.rows {
			count[at[p.value(r)]]++
		}
		var own []weighed
		for v := range t.values {
			if n := count[v]; n > 0 {
				own = append(own, weighed{v, float64(n) / float64(len(u.rows))})
				t.total[v] += float64(n) / float64(len(u.rows))
			}
		}
		t.entries = append(t.entries, own)
	}
	return t
}

// fill sums the weights in each cell and returns the number of units of each label.
func (t *contingency) fill(label []int) (of []float64) {
	clear(t.cells)
	of = make([]float64, t.labels)
	for i, own := range t.entries {
		of[label[i]]++
		for _, e := range own {
			t.cells[label[i]*len(t.values)+e.value] += e.weight
		}
	}
	return of
}

// chi2 is Pearson's statistic.
func (t *contingency) chi2(label []int) float64 {
	of, n, sum := t.fill(label), float64(len(t.entries)), 0.0
	for l := range of {
		for v, total := range t.total {
			expected := of[l] * total / n
			d := t.cells[l*len(t.values)+v] - expected
			sum += d * d / expected
		}
	}
	return sum
}

// correctedV is Cramér's V with Bergsma's correction, of n units in a table of k by r.
func correctedV(chi2, n float64, k, r int) float64 {
	corrected := func(m int) float64 { return float64(m) - float64((m-1)*(m-1))/(n-1) }
	phi2 := max(0, chi2/n-float64((k-1)*(r-1))/(n-1))
	if least := min(corrected(k), corrected(r)) - 1; least > 0 {
		return min(1, math.Sqrt(phi2/least))
	}
	return 0
}

// reading names the cell that is farthest from what it would be by chance, and so much that it matters.
func (t *contingency) reading(label []int, names []string) string {
	of, n := t.fill(label), float64(len(t.entries))
	best, bestAt, bestLabel := -1.0, 0, 0
	for v, total := range t.total {
		for l := range of {
			expected := of[l] * total / n
			d := t.cells[l*len(t.values)+v] - expected
			if d > 0 && d*d/expected > best {
				best, bestAt, bestLabel = d*d/expected, v, l
			}
		}
	}
	share := t.cells[bestLabel*len(t.values)+bestAt] / t.total[bestAt]
	return fmt.Sprintf("%s is the label of %s of the patients where it is %s, and of %s of all",
		names[bestLabel], percent(share), quoted(t.values[bestAt]), percent(of[bestLabel]/n))
}

// percent prints a share: "23 %", "0.4 %".
func percent(share float64) string {
	digits := 0
	if v := 100 * share; v > 0 && v < 1 || v > 99 && v < 100 {
		digits = 1
	}
	return strconv.FormatFloat(100*share, 'f', digits, 64) + " %"
}

// quoted is a value in a sentence.
func quoted(value string) string {
	if value == "" {
		return "not stated"
	}
	return "“" + value + "”"
}

// orNotStated is a value in a table.
func orNotStated(value string) string { return cmp.Or(value, "not stated") }
