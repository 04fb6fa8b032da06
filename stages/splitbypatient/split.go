// Package splitbypatient puts each patient, never an image, into a held-out test part or one of K folds.
//
// Words: the test part is looked at by compare alone; the rest is the development part. For each fold
// there are three lists of radiographs: held-out (the fold's own patients), train and validate (everybody
// else of the development part; validate serves early stopping).
//
// Guarantee: no patient stands on two sides, every list that a network is fitted or scored on holds each
// label, and, unless assignment is "balanced", a new patient moves nobody else.
package splitbypatient

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"femur/cache"
	"femur/dag"
	"femur/internal/cohort"
	"femur/internal/table"
)

// Params are the attributes of the block.
type Params struct {
	Test       float64  `hcl:"test,optional" doc:"Share of the patients in the test part."`
	Folds      int      `hcl:"folds,optional" doc:"Number of development folds."`
	Validate   float64  `hcl:"validate,optional" doc:"Share of a fold's training patients set aside for early stopping."`
	Assignment string   `hcl:"assignment,optional" doc:"stable: by a seeded hash of the patient alone, so that a new patient moves nobody else; balanced: equal counts of each label, which a new patient may change."`
	Assign     []Assign `hcl:"assign,block"`
}

// Assign puts patients by hand.
type Assign struct {
	Part     string   `hcl:"part,label" doc:"test, or fold-0, fold-1, …"`
	Patients []string `hcl:"patients" doc:"Patient ids."`
}

// Kind describes the stage.
func Kind() dag.Kind {
	return dag.Kind{
		Type:    "split-by-patient",
		Package: "stages/splitbypatient",
		Doc:     "Puts each patient into the test part or one development fold, stratified by label.",
		New: func() (dag.Stage, any) {
			s := &stage{Params: Params{Test: 0.25, Folds: 5, Validate: 0.15, Assignment: "stable"}}
			return s, &s.Params
		},
	}
}

type stage struct{ Params }

var (
	_ dag.Seeded  = (*stage)(nil)
	_ dag.Checked = (*stage)(nil)
)

// Seeded implements [dag.Seeded].
func (s *stage) Seeded() bool { return true }

// Ports implements [dag.Stage].
func (s *stage) Ports() (in, out []dag.Port) {
	in = []dag.Port{{Name: "index", From: "radiographs", Media: cache.MediaParquet, Doc: "Patient, label and view of each radiograph."}}
	out = []dag.Port{
		{Name: "split", Media: cache.MediaItemList, Many: true, Doc: "The lists fold=K/train, fold=K/validate, fold=K/held-out, development and test."},
		{Name: "table", Media: cache.MediaParquet, Doc: "Part and fold of each radiograph."},
	}
	return in, out
}

// Describe implements [dag.Stage].
func (s *stage) Describe(r *cache.Recipe) {
	r.Add(cache.Params, "test", s.Test)
	r.Add(cache.Params, "folds", s.Folds)
	r.Add(cache.Params, "validate", s.Validate)
	r.Add(cache.Params, "assignment", s.Assignment)
	for _, a := range s.Assign {
		r.Add(cache.Params, "assign."+a.Part, slices.Sorted(slices.Values(a.Patients)))
	}
}

// Check implements [dag.Checked].
func (s *stage) Check() []dag.Problem {
	var problems []dag.Problem
	bad := func(attribute, summary, detail string, args ...any) {
		problems = append(problems, dag.Problem{Attribute: attribute, Summary: summary, Detail: fmt.Sprintf(detail, args...)})
	}
	if s.Test <= 0 || s.Test >= 1 {
		bad("test", "Invalid share", "The test part's share must lie between 0 and 1, not at %g.", s.Test)
	}
	if s.Folds < 2 {
		bad("folds", "Invalid number of folds", "Out-of-fold predictions need at least 2 folds, not %d.", s.Folds)
	}
	if s.Validate <= 0 || s.Validate >= 0.5 {
		bad("validate", "Invalid share", "The validation share must lie between 0 and 0.5, not at %g.", s.Validate)
	}
	if s.Assignment != "stable" && s.Assignment != "balanced" {
		bad("assignment", "Unknown assignment", "%q is neither stable nor balanced.", s.Assignment)
	}
	seen := map[string]string{}
	parts := map[string]bool{}
	for _, a := range s.Assign {
		if _, err := s.parsePart(a.Part); err != nil {
			bad("assign", "Unknown part", "%s.", err)
		}
		if parts[a.Part] {
			bad("assign", "Duplicate assignment", "There are two assign blocks for %q. Merge them.", a.Part)
		}
		parts[a.Part] = true
		for _, p := range a.Patients {
			if before, ok := seen[p]; ok {
				bad("assign.patients", "Patient assigned twice", "Patient %q is assigned to %s and to %s. A patient stands on one side only: remove one of the two.", p, before, a.Part)
			}
			seen[p] = a.Part
		}
	}
	return problems
}

// parsePart reads "test" or "fold-K".
func (s *stage) parsePart(part string) (int, error) {
	if part == cohort.Test {
		return cohort.TestFold, nil
	}
	for k := range s.Folds {
		if part == fmt.Sprintf("fold-%d", k) {
			return k, nil
		}
	}
	return 0, fmt.Errorf("%q is no part of this split; use test, or fold-0 to fold-%d", part, s.Folds-1)
}

// Run implements [dag.Stage].
func (s *stage) Run(ctx context.Context, t dag.Task) error {
	_, b, err := dag.ReadOne(t, "index")
	if err != nil {
		return err
	}
	rows, err := table.Read[cohort.IndexRow](b)
	if err != nil {
		return err
	}
	patients, err := patientsOf(rows)
	if err != nil {
		return err
	}
	plan, err := s.plan(t.Seed(), patients)
	if err != nil {
		return err
	}
	folds := plan.Assign(patients)
	lists := s.lists(plan, patients, folds, rows)
	if err := s.checkClasses(patients, lists); err != nil {
		return err
	}
	for _, id := range sortedIDs(lists) {
		if err := dag.WriteBytes(t, "split", cache.ItemRef{ID: id}, lists[id].Encode()); err != nil {
			return err
		}
		t.Log().Info("list", "name", id, "radiographs", len(lists[id]), "patients", countPatients(lists[id]))
	}
	return table.Put(t, "table", splitRows(rows, folds))
}

// plan turns the parameters into a plan; patients assigned by hand must exist.
func (s *stage) plan(seed uint64, patients []cohort.Patient) (cohort.Plan, error) {
	p := cohort.Plan{
		Seed: seed, Test: s.Test, Folds: s.Folds, Validate: s.Validate,
		Balanced: s.Assignment == "balanced", Fixed: map[cache.PatientID]int{},
	}
	known := map[string]bool{}
	for _, q := range patients {
		known[string(q.ID)] = true
	}
	for _, a := range s.Assign {
		fold, err := s.parsePart(a.Part)
		if err != nil {
			return p, err
		}
		for _, id := range a.Patients {
			if !known[id] {
				return p, &dag.BadInput{Record: id, Summary: "the patient assigned to " + a.Part + " is not in the cohort", Detail: "Correct the id in the assign block or remove it."}
			}
			p.Fixed[cache.PatientID(id)] = fold
		}
	}
	return p, nil
}

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
	if len(labels) < 2 {
		return &dag.BadInput{Summary: fmt.Sprintf("all radiographs are labeled %s", strings.Join(labels, "")), Detail: "A classification needs two labels. Check the labels of the source."}
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

// patientsOf lists the patients with their labels, sorted by id.
func patientsOf(rows []cohort.IndexRow) ([]cohort.Patient, error) {
	label := map[string]string{}
	var out []cohort.Patient
	for _, r := range rows {
		if l, ok := label[r.Patient]; ok {
			if l != r.Label {
				return nil, &dag.BadInput{Record: r.ID, Summary: fmt.Sprintf("patient %s is labeled %s here and %s elsewhere", r.Patient, r.Label, l), Detail: "A patient has one label. Correct the source."}
			}
			continue
		}
		label[r.Patient] = r.Label
		out = append(out, cohort.Patient{ID: cache.PatientID(r.Patient), Label: r.Label})
	}
	slices.SortFunc(out, func(a, b cohort.Patient) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return out, nil
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
