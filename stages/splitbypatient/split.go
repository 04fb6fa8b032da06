// Package splitbypatient puts each patient, never an image, into a held-out test part or one of K folds.
//
// Words: the test part is looked at by compare alone; the rest is the development part. For each fold
// there are three lists of radiographs: held-out (the fold's own patients), train and validate (everybody
// else of the development part; validate serves early stopping).
//
// Guarantee: no patient stands on two sides, every list that a network is fitted or scored on holds each
// label, and, unless assignment is "balanced", a new patient moves nobody else. Nor does an exposure: patients whose
// radiographs are linked as the same exposure form a group, which stands on one side (linked says what else may be done).
//
// Limits: a new patient whose radiographs link to old ones may move the group that is joined, and only that.
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
	Test        float64  `hcl:"test,optional" doc:"Share of the patients in the test part."`
	Folds       int      `hcl:"folds,optional" doc:"Number of development folds."`
	Validate    float64  `hcl:"validate,optional" doc:"Share of a fold's training patients set aside for early stopping."`
	Assignment  string   `hcl:"assignment,optional" doc:"stable: by a seeded hash of the patient alone, so that a new patient moves nobody else; balanced: equal counts of each label, which a new patient may change."`
	Linked      string   `hcl:"linked,optional" doc:"What becomes of patients who share an exposure, by links: together: they stand on one side; drop: of each group only the patient of the smallest id stays, and of one with several labels nobody; fail: the stage refuses them."`
	SingleLabel bool     `hcl:"single_label,optional" doc:"true: one label is enough, since the study localizes and does not classify."`
	Assign      []Assign `hcl:"assign,block"`
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
			s := &stage{Params: Params{Test: 0.25, Folds: 5, Validate: 0.15, Assignment: "stable", Linked: together}}
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
	in = []dag.Port{
		{Name: "index", From: "radiographs", Media: cache.MediaParquet, Doc: "Patient, label and view of each radiograph."},
		{Name: "links", From: "radiographs", Media: cache.MediaParquet, Optional: true, Doc: "Radiographs that show the same exposure."},
	}
	out = []dag.Port{
		{Name: "split", Media: cache.MediaItemList, Many: true, Doc: "The lists fold=K/train, fold=K/validate, fold=K/held-out, development and test."},
		{Name: "table", Media: cache.MediaParquet, Doc: "Part and fold of each radiograph."},
		{Name: "groups", Media: cache.MediaParquet, Doc: "The patients who share an exposure with another, by group, and who of them is kept."},
	}
	return in, out
}

// Describe implements [dag.Stage].
func (s *stage) Describe(r *cache.Recipe) {
	r.Add(cache.Params, "test", s.Test)
	r.Add(cache.Params, "folds", s.Folds)
	r.Add(cache.Params, "validate", s.Validate)
	r.Add(cache.Params, "assignment", s.Assignment)
	r.Add(cache.Params, "single_label", s.SingleLabel)
	r.Add(cache.Params, "linked", s.Linked)
	for _, a := range s.Assign {
		r.Add(cache.Params, "assign."+a.Part, slices.Sorted(slices.Values(a.Patients)))
	}
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
	links, err := readLinks(t)
	if err != nil {
		return err
	}
	plan, err := s.plan(t.Seed(), patients)
	if err != nil {
		return err
	}
	groups := groupsOf(patients, links)
	if err := s.checkGroups(plan, groups, links); err != nil {
		return err
	}
	kept := s.keep(groups)
	s.warn(t, groups)
	if err := table.Put(t, "groups", s.groupRows(plan, groups, kept)); err != nil {
		return err
	}
	patients = slices.DeleteFunc(patients, func(p cohort.Patient) bool { return out(kept, p.ID) })
	rows = slices.DeleteFunc(rows, func(r cohort.IndexRow) bool { return out(kept, cache.PatientID(r.Patient)) })
	for _, g := range groups {
		leader := s.lead(plan, g)
		for _, p := range g {
			plan.Leaders[p.ID] = leader
		}
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
		Balanced: s.Assignment == "balanced", Fixed: map[cache.PatientID]int{}, Leaders: map[cache.PatientID]cache.PatientID{},
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
