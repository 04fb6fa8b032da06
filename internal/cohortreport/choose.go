package cohortreport

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"femur/internal/cohort"
)

// Choose returns the ids of n radiographs to picture, or of all where there are fewer: the same number of
// each label as far as there are so many, each of another patient before a patient comes twice. The choice
// hangs on the ids alone, so that a new patient changes few pictures. The ids of a label stand together.
func Choose(rows []cohort.CohortRow, n int) []string {
	queues := map[string][]cohort.CohortRow{}
	for _, r := range rows {
		queues[r.Label] = append(queues[r.Label], r)
	}
	labels := labelsOf(rows)
	for _, label := range labels {
		queues[label] = patientsFirst(queues[label])
	}
	taken := map[string][]string{}
	for left := min(n, len(rows)); left > 0; {
		for _, label := range labels {
			if k := len(taken[label]); left > 0 && k < len(queues[label]) {
				taken[label] = append(taken[label], queues[label][k].ID)
				left--
			}
		}
	}
	var out []string
	for _, label := range labels {
		slices.Sort(taken[label])
		out = append(out, taken[label]...)
	}
	return out
}

// patientsFirst orders rows so that each patient's first comes before any patient's second, in the order
// of hashes.
func patientsFirst(rows []cohort.CohortRow) []cohort.CohortRow {
	type place struct {
		row          cohort.CohortRow
		turn         int // of the radiograph among the patient's
		patient, own uint64
	}
	places := make([]place, len(rows))
	for i, r := range rows {
		places[i] = place{row: r, patient: hash(r.Patient), own: hash(r.ID)}
	}
	slices.SortFunc(places, func(a, b place) int {
		return cmp.Or(cmp.Compare(a.own, b.own), cmp.Compare(a.row.ID, b.row.ID))
	})
	seen := map[string]int{}
	for i := range places {
		places[i].turn = seen[places[i].row.Patient]
		seen[places[i].row.Patient]++
	}
	slices.SortStableFunc(places, func(a, b place) int {
		return cmp.Or(cmp.Compare(a.turn, b.turn), cmp.Compare(a.patient, b.patient))
	})
	out := make([]cohort.CohortRow, len(places))
	for i, p := range places {
		out[i] = p.row
	}
	return out
}

// hash spreads ids evenly and without regard to what they mean.
func hash(id string) uint64 {
	sum := sha256.Sum256([]byte(id))
	return binary.BigEndian.Uint64(sum[:8])
}

// labelsOf lists the labels in alphabetical order, that of unlabeled radiographs last.
func labelsOf(rows []cohort.CohortRow) []string {
	var out []string
	seen := map[string]bool{}
	for _, r := range rows {
		if !seen[r.Label] {
			seen[r.Label] = true
			out = append(out, r.Label)
		}
	}
	slices.SortFunc(out, statedFirst)
	return out
}

// statedFirst orders values, the empty one last.
func statedFirst(a, b string) int {
	if (a == "") != (b == "") {
		return cmp.Compare(len(b), len(a))
	}
	return cmp.Compare(a, b)
}
