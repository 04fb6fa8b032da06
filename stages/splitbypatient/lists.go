package splitbypatient

import (
	"fmt"
	"slices"
	"strings"

	"femur/cache"
	"femur/dag"
	"femur/internal/cohort"
)

// lists makes the lists of radiographs of all parts.
func (s *stage) lists(plan cohort.Plan, patients []cohort.Patient, folds map[cache.PatientID]int, rows []cohort.IndexRow) map[cache.ItemID]cache.ItemList {
	lists := map[cache.ItemID]cache.ItemList{cohort.Test: nil, cohort.Development: nil}
	validates := make([]map[cache.PatientID]bool, s.Folds)
	for k := range s.Folds {
		var training []cohort.Patient
		for _, p := range patients {
			if f := folds[p.ID]; f != cohort.TestFold && f != k {
				training = append(training, p)
			}
		}
		validates[k] = plan.ValidationSet(k, training)
		for _, list := range []string{cohort.Train, cohort.Validate, cohort.HeldOut} {
			lists[cohort.PartID(k, list)] = nil
		}
	}
	for _, r := range rows {
		ref := cache.ItemRef{ID: cache.ItemID(r.ID), Patient: cache.PatientID(r.Patient)}
		fold := folds[ref.Patient]
		if fold == cohort.TestFold {
			lists[cohort.Test] = append(lists[cohort.Test], ref)
			continue
		}
		lists[cohort.Development] = append(lists[cohort.Development], ref)
		for k := range s.Folds {
			list := cohort.Train
			switch {
			case fold == k:
				list = cohort.HeldOut
			case validates[k][ref.Patient]:
				list = cohort.Validate
			}
			id := cohort.PartID(k, list)
			lists[id] = append(lists[id], ref)
		}
	}
	return lists
}

// checkClasses refuses a split in which a list lacks a label. Validation lists may: they steer early
// stopping by the loss, which is defined for one class as well, but they must not be empty.
func (s *stage) checkClasses(patients []cohort.Patient, lists map[cache.ItemID]cache.ItemList) error {
	label := map[cache.PatientID]string{}
	var labels []string
	for _, p := range patients {
		label[p.ID] = p.Label
		if !slices.Contains(labels, p.Label) {
			labels = append(labels, p.Label)
		}
	}
	slices.Sort(labels)
	const remedy = `Take fewer folds, a larger test share, assignment = "balanced", another seed, or assign patients by hand.`
	if len(labels) < 2 && !s.SingleLabel {
		return &dag.BadInput{
			Summary: fmt.Sprintf("all radiographs are labeled %s", strings.Join(labels, "")),
			Detail:  "A classification needs two labels. Check the labels of the source, or set single_label = true where the study localizes and does not classify.",
		}
	}
	for _, id := range sortedIDs(lists) {
		have := map[string]bool{}
		for _, ref := range lists[id] {
			have[label[ref.Patient]] = true
		}
		if strings.HasSuffix(string(id), "/"+cohort.Validate) {
			if len(have) == 0 {
				return &dag.BadInput{Record: string(id), Summary: "no patient is left for early stopping", Detail: "Raise validate, or take another seed."}
			}
			continue
		}
		for _, l := range labels {
			if !have[l] {
				return &dag.BadInput{Record: string(id), Summary: fmt.Sprintf("no radiograph labeled %s among its %d", l, len(lists[id])), Detail: remedy}
			}
		}
	}
	return nil
}

func splitRows(rows []cohort.IndexRow, folds map[cache.PatientID]int) []cohort.SplitRow {
	out := make([]cohort.SplitRow, len(rows))
	for i, r := range rows {
		fold, part := folds[cache.PatientID(r.Patient)], cohort.Development
		if fold == cohort.TestFold {
			part = cohort.Test
		}
		out[i] = cohort.SplitRow{ID: r.ID, Patient: r.Patient, Label: r.Label, Part: part, Fold: int32(fold)}
	}
	return out
}

func sortedIDs(lists map[cache.ItemID]cache.ItemList) []cache.ItemID {
	ids := make([]cache.ItemID, 0, len(lists))
	for id := range lists {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

func countPatients(l cache.ItemList) int {
	seen := map[cache.PatientID]bool{}
	for _, r := range l {
		seen[r.Patient] = true
	}
	return len(seen)
}
