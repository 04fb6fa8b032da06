package cohortreport_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"femur/internal/cohort"
	"femur/internal/cohortreport"
)

func drawRows(t *rapid.T) []cohort.CohortRow {
	var rows []cohort.CohortRow
	for p := range rapid.IntRange(1, 40).Draw(t, "patients") {
		label := rapid.SampledFrom([]string{"AFF", "NFF", ""}).Draw(t, "label")
		for k := range rapid.IntRange(1, 4).Draw(t, "radiographs") {
			rows = append(rows, cohort.CohortRow{ID: fmt.Sprint(p, "/", k), Patient: fmt.Sprint(p), Label: label})
		}
	}
	return rows
}

func TestChooseIsFair(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := drawRows(t)
		n := rapid.IntRange(0, 60).Draw(t, "n")
		ids := cohortreport.Choose(rows, n)
		if len(ids) != min(n, len(rows)) {
			t.Fatalf("%d of %d radiographs chosen, want %d", len(ids), len(rows), min(n, len(rows)))
		}
		if !slices.Equal(ids, cohortreport.Choose(rapid.Permutation(rows).Draw(t, "order"), n)) {
			t.Fatal("another order gives another choice")
		}
		taken := map[string]bool{}
		for _, id := range ids {
			if taken[id] {
				t.Fatalf("%s is chosen twice", id)
			}
			taken[id] = true
		}
		chosen, all, perPatient := map[string]int{}, map[string]int{}, map[string]int{}
		patients := map[string]map[string]bool{}
		for _, r := range rows {
			all[r.Label]++
			if patients[r.Label] == nil {
				patients[r.Label] = map[string]bool{}
			}
			patients[r.Label][r.Patient] = true
			if taken[r.ID] {
				chosen[r.Label]++
				perPatient[r.Patient]++
			}
		}
		for label, k := range chosen {
			for other, m := range chosen {
				if k+1 < m && k < all[label] {
					t.Fatalf("%d of label %q and %d of %q", k, label, m, other)
				}
			}
			for p := range patients[label] {
				if k <= len(patients[label]) && perPatient[p] > 1 {
					t.Fatalf("patient %s is pictured %d times, and %d of %d patients of the label", p, perPatient[p], k, len(patients[label]))
				}
			}
		}
	})
}

// A new patient takes the place of one picture at most, beside what it adds.
func TestChooseIsStable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := drawRows(t)
		before := cohortreport.Choose(rows, 12)
		after := cohortreport.Choose(append(rows, cohort.CohortRow{ID: "new/0", Patient: "new", Label: "AFF"}), 12)
		lost := 0
		for _, id := range before {
			if !slices.Contains(after, id) {
				lost++
			}
		}
		if lost > 3 { // one of its label, and one of each other where shares change
			t.Fatalf("a new patient took %d pictures away", lost)
		}
	})
}
