package cohortreport

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"femur/internal/cohort"
)

// grid makes one radiograph for each patient of counts[label][site].
func grid(counts ...[]int) []cohort.CohortRow {
	var rows []cohort.CohortRow
	for l, of := range counts {
		for s, n := range of {
			for range n {
				rows = append(rows, cohort.CohortRow{ID: fmt.Sprint("r", len(rows)), Patient: fmt.Sprint("p", len(rows)), Label: fmt.Sprint("L", l), Site: fmt.Sprint("S", s), Width: 10, Height: 10})
			}
		}
	}
	return rows
}

func find(t *testing.T, rows []cohort.CohortRow, property string) Association {
	t.Helper()
	list := associations(rows, labelsOf(rows))
	i := slices.IndexFunc(list, func(a Association) bool { return a.Property == property })
	if i < 0 {
		t.Fatalf("no association of %s", property)
	}
	return list[i]
}

// Values worked out by hand from Bergsma's formulas.
func TestCorrectedVByHand(t *testing.T) {
	for _, c := range []struct {
		counts [][]int
		want   float64
	}{
		{[][]int{{30, 10}, {10, 30}}, 0.490290},        // χ² = 20, φ² = 0.25 − 1/79, over 1 − 1/79
		{[][]int{{10, 20}, {30, 40}}, 0},               // χ² = 0.79, less than chance alone gives
		{[][]int{{20, 0}, {0, 20}}, 1},                 // one tells the other
		{[][]int{{25, 25}, {25, 25}}, 0},               // nothing to do with each other
		{[][]int{{20, 0, 0}, {0, 20, 20}}, 0.991342},   // φ² = 1 − 2/59, over 1 − 1/59
		{[][]int{{20, 5}, {20, 5}, {5, 20}}, 0.557227}, // χ² = 25, φ² = 1/3 − 2/74, over 1 − 1/74
	} {
		a := find(t, grid(c.counts...), "site")
		if math.Abs(a.Effect-c.want) > 1e-6 {
			t.Errorf("%v: V is %v, want %v", c.counts, a.Effect, c.want)
		}
	}
}

func TestVerdicts(t *testing.T) {
	for _, c := range []struct {
		name   string
		counts [][]int
		want   Verdict
	}{
		{"one site for each label", [][]int{{30, 0}, {0, 30}}, Confounded},
		{"no relation", [][]int{{30, 30}, {30, 30}}, NoneSeen},
		{"little relation in many patients", [][]int{{500, 400}, {400, 500}}, Slight},
		{"close relation in few patients", [][]int{{5, 2}, {1, 5}}, Unclear},
		{"one site", [][]int{{30}, {30}}, NotTested},
		{"too few patients", [][]int{{4, 0}, {0, 30}}, NotTested},
		{"one label", [][]int{{30, 30}}, NotTested},
	} {
		if a := find(t, grid(c.counts...), "site"); a.Verdict != c.want {
			t.Errorf("%s: verdict %s of %+v, want %s", c.name, a.Verdict, a, c.want)
		}
	}
	rows := grid([]int{30, 1}, []int{2, 27})
	if got, want := find(t, rows, "site").Reading, "L1 is the label of 96 % of the patients where it is “S1”, and of 48 % of all"; got != want {
		t.Errorf("reading %q, want %q", got, want)
	}
}

// Where the label has nothing to do with anything, a cohort in twenty at most may be called confounded.
func TestChanceIsNotConfounding(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	alarms := 0
	for range 40 {
		var rows []cohort.CohortRow
		for p := range 60 {
			label := []string{"AFF", "NFF"}[random.IntN(2)]
			site, modality := fmt.Sprint(random.IntN(6)), []string{"CR", "DX"}[random.IntN(2)]
			for k := range 1 + random.IntN(3) {
				rows = append(rows, cohort.CohortRow{
					ID: fmt.Sprint(p, "-", k), Patient: fmt.Sprint(p), Label: label, Site: site, Modality: modality, View: []string{"AP", "LAT"}[random.IntN(2)],
					Width: int32(1500 + random.IntN(900)), Height: int32(2000 + random.IntN(900)), Pitch: 0.1 + 0.1*random.Float64(), StudyDate: fmt.Sprint(2010 + random.IntN(10)),
				})
			}
		}
		if slices.ContainsFunc(associations(rows, labelsOf(rows)), func(a Association) bool { return a.Verdict == Confounded || a.Verdict == Slight }) {
			alarms++
		}
	}
	if alarms > 6 { // the binomial probability of more, at 5 % each, is 0.3 %
		t.Errorf("%d of 40 cohorts made by chance raise an alarm", alarms)
	}
}

func TestNumbersTellLabels(t *testing.T) {
	rows := grid([]int{12}, []int{12})
	for i := range rows {
		rows[i].Width = int32(1000 + 10*i) // all of L1 are wider
	}
	a := find(t, rows, "width")
	if a.Effect != 1 || a.Verdict != Confounded {
		t.Errorf("got %+v, want an area of 1, confounded", a)
	}
	if want := "it is smaller in patients with L0: median 1,055 px, others 1,175 px"; a.Reading != want {
		t.Errorf("reading %q, want %q", a.Reading, want)
	}
	for i := range rows {
		rows[i].Width = int32(1000 + i%2)
	}
	if a := find(t, rows, "width"); a.Effect != 0.5 {
		t.Errorf("half of the ties are an area of %v, want 0.5", a.Effect)
	}
}

// The patient is the unit: more radiographs of the same kind change nothing.
func TestPatientIsTheUnit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.IntRange(3, 12)
		rows := grid([]int{cell.Draw(t, "a"), cell.Draw(t, "b")}, []int{cell.Draw(t, "c"), cell.Draw(t, "d")})
		more := slices.Clone(rows)
		for i, r := range rows {
			for k := range rapid.IntRange(0, 3).Draw(t, fmt.Sprint("copies of ", i)) {
				r.ID = fmt.Sprint(r.ID, "-", k)
				more = append(more, r)
			}
		}
		labels := labelsOf(rows)
		a, b := associations(rows, labels), associations(more, labels)
		for i := range a {
			if a[i] != b[i] {
				t.Fatalf("with copies %+v became %+v", a[i], b[i])
			}
		}
	})
}

// Hanley and McNeil (1982) give a standard error of 0.032 for an area of 0.893 of 51 and 58 patients.
func TestHalfWidthOfThePaper(t *testing.T) {
	if got, want := halfWidth(0.893, 51, 58), 1.96*0.0325; math.Abs(got-want) > 0.0002 {
		t.Errorf("half width %v, want %v", got, want)
	}
}

// A histogram loses no value and puts each where its edges say.
func TestHistogramHoldsEveryValue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Float64Range(0.01, 5000), 1, 60).Draw(t, "values")
		if rapid.Bool().Draw(t, "whole") {
			for i := range values {
				values[i] = math.Ceil(values[i])
			}
		}
		h := histogram([][]float64{values}, []string{"L"})
		bins := h.ByLabel[0].Bins
		if total(bins) != len(values) {
			t.Fatalf("%d of %d values are counted", total(bins), len(values))
		}
		if len(bins) > 3*leastBins {
			t.Fatalf("%d bins", len(bins))
		}
		for k, n := range bins {
			from, to := h.From+float64(k)*h.Width, h.From+float64(k+1)*h.Width
			inside := 0
			for _, v := range values {
				if v >= from-1e-6*h.Width && v <= to+1e-6*h.Width {
					inside++
				}
			}
			if n > inside {
				t.Fatalf("bin %d from %v to %v counts %d of %d values", k, from, to, n, inside)
			}
		}
	})
}
