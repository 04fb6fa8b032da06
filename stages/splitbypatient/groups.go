package splitbypatient

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"femur/cache"
	"femur/dag"
	"femur/internal/cohort"
	"femur/internal/table"
)

// The values of linked.
const (
	together = "together"
	drop     = "drop"
	fail     = "fail"
)

// A group is patients who share an exposure, sorted by id; at least two.
type group []cohort.Patient

// contradicts reports whether the members' labels differ.
func (g group) contradicts() bool {
	return slices.ContainsFunc(g, func(p cohort.Patient) bool { return p.Label != g[0].Label })
}

func (g group) ids() []cache.PatientID {
	out := make([]cache.PatientID, len(g))
	for i, p := range g {
		out[i] = p.ID
	}
	return out
}

// lead returns the member by whose id the group is placed: with drop the only one who may stay.
func (s *stage) lead(plan cohort.Plan, g group) cache.PatientID {
	if s.Linked == drop {
		return g[0].ID
	}
	return plan.Lead(g.ids())
}

// readLinks returns the links between different patients; none when the port is unbound.
func readLinks(t dag.Task) ([]cohort.LinkRow, error) {
	for it, err := range t.Items("links") {
		if err != nil {
			return nil, err
		}
		b, err := dag.ReadAll(t, it.Artifact)
		if err != nil {
			return nil, err
		}
		links, err := table.Read[cohort.LinkRow](b)
		if err != nil {
			return nil, fmt.Errorf("links: %w", err)
		}
		return slices.DeleteFunc(links, func(l cohort.LinkRow) bool { return l.PatientA == l.PatientB }), nil
	}
	return nil, nil
}

// groupsOf joins the patients over the links. A patient who is linked but not in the cohort still joins others.
func groupsOf(patients []cohort.Patient, links []cohort.LinkRow) []group {
	known := map[cache.PatientID]cohort.Patient{}
	for _, p := range patients {
		known[p.ID] = p
	}
	var out []group
	for _, ids := range cohort.Groups(links) {
		var g group
		for _, id := range ids {
			if p, ok := known[id]; ok {
				g = append(g, p)
			}
		}
		if len(g) > 1 {
			out = append(out, g)
		}
	}
	slices.SortFunc(out, func(a, b group) int { return cmp.Compare(a[0].ID, b[0].ID) })
	return out
}

// mostNamed bounds how many pairs an error names.
const mostNamed = 20

// checkGroups refuses linked patients when they are to fail, and assignments by hand that tear a group apart or put
// somewhere who is dropped.
func (s *stage) checkGroups(plan cohort.Plan, groups []group, links []cohort.LinkRow) error {
	if s.Linked == fail && len(groups) > 0 {
		return linkedPatients(groups, links)
	}
	kept := s.keep(groups)
	for _, g := range groups {
		var first *cohort.Patient
		for i, p := range g {
			fold, fixed := plan.Fixed[p.ID]
			if !fixed {
				continue
			}
			if out(kept, p.ID) {
				return &dag.BadInput{
					Record:  string(p.ID),
					Summary: fmt.Sprintf("the patient is assigned to %s by hand and dropped as linked with %s", partName(fold), others(g, p.ID)),
					Detail:  `Remove the patient from the assign block, or say linked = "together".`,
				}
			}
			if first != nil && plan.Fixed[first.ID] != fold {
				return &dag.BadInput{
					Record:  string(p.ID),
					Summary: fmt.Sprintf("the patient is assigned to %s, and patient %s, who shares an exposure, to %s", partName(fold), first.ID, partName(plan.Fixed[first.ID])),
					Detail:  "The same exposure on two sides is a leak. Assign both to one part, or correct the patient ids in the source.",
				}
			}
			if first == nil {
				first = &g[i]
			}
		}
	}
	return nil
}

// linkedPatients is the refusal that names the pairs of radiographs.
func linkedPatients(groups []group, links []cohort.LinkRow) error {
	member := map[string]bool{}
	for _, g := range groups {
		for _, p := range g {
			member[string(p.ID)] = true
		}
	}
	var pairs []string
	for _, l := range links {
		if member[l.PatientA] || member[l.PatientB] {
			pairs = append(pairs, fmt.Sprintf("%s of patient %s is %s of patient %s", l.A, l.PatientA, l.B, l.PatientB))
		}
	}
	summary := "one exposure stands under two patients"
	if len(groups) > 1 {
		summary = fmt.Sprintf("exposures are shared by patients in %d groups", len(groups))
	}
	if n := len(pairs) - mostNamed; n > 0 {
		pairs = append(pairs[:mostNamed], fmt.Sprintf("and %d more pairs", n))
	}
	return &dag.BadInput{
		Summary: summary + ": " + strings.Join(pairs, "; "),
		Detail:  `Correct the patient ids or remove the copies in the source, or say linked = "together" or "drop".`,
	}
}

// keep says of each patient of a group whether the lists hold the patient.
func (s *stage) keep(groups []group) map[cache.PatientID]bool {
	kept := map[cache.PatientID]bool{}
	for _, g := range groups {
		for i, p := range g {
			kept[p.ID] = s.Linked != drop || i == 0 && !g.contradicts()
		}
	}
	return kept
}

// out reports whether a patient is left out of all lists.
func out(kept map[cache.PatientID]bool, p cache.PatientID) bool {
	k, grouped := kept[p]
	return grouped && !k
}

// warn names the groups whose members have several labels: one exposure cannot be both.
func (s *stage) warn(t dag.Task, groups []group) {
	for _, g := range groups {
		if !g.contradicts() {
			continue
		}
		var labels []string
		for _, p := range g {
			labels = append(labels, p.Label)
		}
		fate := "they stay on one side, by the label of the leader"
		if s.Linked == drop {
			fate = "all are dropped"
		}
		t.Log().Warn("patients who share an exposure have different labels; "+fate, "patients", g.ids(), "labels", labels)
	}
}

// groupRows lists the groups as a table.
func (s *stage) groupRows(plan cohort.Plan, groups []group, kept map[cache.PatientID]bool) []cohort.GroupRow {
	rows := []cohort.GroupRow{}
	for _, g := range groups {
		leader := s.lead(plan, g)
		for _, p := range g {
			rows = append(rows, cohort.GroupRow{Patient: string(p.ID), Group: string(leader), Label: p.Label, Kept: kept[p.ID]})
		}
	}
	return rows
}

// others names the members of a group beside one.
func others(g group, id cache.PatientID) string {
	var names []string
	for _, p := range g {
		if p.ID != id {
			names = append(names, string(p.ID))
		}
	}
	return strings.Join(names, ", ")
}

// partName writes a fold as an assign block does.
func partName(fold int) string {
	if fold == cohort.TestFold {
		return cohort.Test
	}
	return fmt.Sprintf("fold-%d", fold)
}
