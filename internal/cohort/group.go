package cohort

import (
	"cmp"
	"slices"

	"femur/cache"
)

// A GroupRow is a patient who is linked to others by radiographs of one exposure.
type GroupRow struct {
	Patient string `parquet:"patient"`
	Group   string `parquet:"group"` // the id of the patient who leads it
	Label   string `parquet:"label"`
	Kept    bool   `parquet:"kept"` // in the lists of the split
}

// Groups joins patients over the links between them, also by way of others, and returns the groups of two or more,
// each sorted, in the order of their first members. Links within a patient join nobody.
func Groups(links []LinkRow) [][]cache.PatientID {
	parent := map[cache.PatientID]cache.PatientID{}
	var find func(p cache.PatientID) cache.PatientID
	find = func(p cache.PatientID) cache.PatientID {
		q, ok := parent[p]
		if !ok || q == p {
			parent[p] = p
			return p
		}
		root := find(q)
		parent[p] = root
		return root
	}
	for _, l := range links {
		a, b := find(cache.PatientID(l.PatientA)), find(cache.PatientID(l.PatientB))
		parent[max(a, b)] = min(a, b)
	}
	members := map[cache.PatientID][]cache.PatientID{}
	for p := range parent {
		root := find(p)
		members[root] = append(members[root], p)
	}
	var out [][]cache.PatientID
	for _, group := range members {
		if len(group) > 1 {
			slices.Sort(group)
			out = append(out, group)
		}
	}
	slices.SortFunc(out, func(a, b []cache.PatientID) int { return cmp.Compare(a[0], b[0]) })
	return out
}

// Lead returns the member of a group by whose id the group is placed: that of the least seeded hash. Of several groups
// that a new patient joins, and that patient, one therefore leads them all, and who was led by it stays.
func (p Plan) Lead(group []cache.PatientID) cache.PatientID {
	return slices.MinFunc(group, func(a, b cache.PatientID) int {
		return cmp.Or(cmp.Compare(p.uniform("lead", a), p.uniform("lead", b)), cmp.Compare(a, b))
	})
}

// leader returns by whose id a patient is placed.
func (p Plan) leader(id cache.PatientID) cache.PatientID {
	if l, ok := p.Leaders[id]; ok {
		return l
	}
	return id
}

// units returns those patients who stand for themselves or lead a group, and how many patients each stands for. A group
// whose leader is not among the patients is led by the first who is.
func (p Plan) units(patients []Patient) (leaders []Patient, size map[cache.PatientID]int) {
	size = map[cache.PatientID]int{}
	for _, q := range patients {
		size[p.leader(q.ID)]++
	}
	seen := map[cache.PatientID]bool{}
	for _, q := range patients {
		if q.ID == p.leader(q.ID) {
			leaders = append(leaders, q)
			seen[q.ID] = true
		}
	}
	for _, q := range patients {
		if l := p.leader(q.ID); !seen[l] {
			leaders = append(leaders, Patient{ID: l, Label: q.Label})
			seen[l] = true
		}
	}
	return leaders, size
}
