package cohortreport

import (
	"cmp"
	"slices"

	"femur/internal/cohort"
)

// Duplicates counts groups of radiographs that show the same exposure.
type Duplicates struct {
	Links       int `json:"links"`
	Groups      int `json:"groups"`
	Radiographs int `json:"radiographs"` // in groups
	Surplus     int `json:"surplus"`     // radiographs beyond one of each group
	Exact       int `json:"exact"`       // groups of equal pixels throughout
	Within      int `json:"within"`      // groups of one patient
	Across      int `json:"across"`      // groups of several patients
	Patients    int `json:"patients"`    // that share a group with another
	Conflicts   int `json:"conflicts"`   // groups whose annotations contradict each other
	// List has the groups: those that contradict themselves first, then those across patients, at most [listedGroups].
	List []DuplicateGroup `json:"list"`
	// Pairs are the most telling links of the first groups, to be pictured.
	Pairs []Pair `json:"pairs"`
}

// A DuplicateGroup is radiographs that links join.
type DuplicateGroup struct {
	Members  []Member `json:"members"` // by id
	Patients int      `json:"patients"`
	Exact    bool     `json:"exact"`    // equal pixels throughout
	Conflict string   `json:"conflict"` // "", "label", "center" or "label and center"
}

// A Member is a radiograph of a group.
type Member struct {
	ID      string `json:"id"`
	Patient string `json:"patient"`
	Label   string `json:"label"`
}

// A Pair is a link with what is known of both radiographs; the fields are those of [cohort.LinkRow].
type Pair struct {
	A           string  `json:"a"`
	PatientA    string  `json:"patient_a"`
	LabelA      string  `json:"label_a"`
	B           string  `json:"b"`
	PatientB    string  `json:"patient_b"`
	LabelB      string  `json:"label_b"`
	Exact       bool    `json:"exact"`
	Mirrored    string  `json:"mirrored,omitempty"`
	Inverted    bool    `json:"inverted,omitempty"`
	Distance    int     `json:"distance"`
	Correlation float64 `json:"correlation"`
	Conflict    string  `json:"conflict,omitempty"`
}

const (
	listedGroups = 200
	picturedPair = 12
)

func duplicates(links []cohort.LinkRow, rows []cohort.CohortRow) Duplicates {
	links = slices.Clone(links)
	slices.SortFunc(links, func(a, b cohort.LinkRow) int {
		return cmp.Or(cmp.Compare(a.A, b.A), cmp.Compare(a.B, b.B), cmp.Compare(a.PatientA, b.PatientA), cmp.Compare(a.PatientB, b.PatientB))
	})
	label := make(map[string]string, len(rows))
	for _, r := range rows {
		label[r.ID] = r.Label
	}
	d := Duplicates{Links: len(links), List: []DuplicateGroup{}, Pairs: []Pair{}}
	groups := join(links, label)
	patients := map[string]bool{}
	for _, g := range groups {
		d.Groups++
		d.Radiographs += len(g.Members)
		d.Surplus += len(g.Members) - 1
		if g.Exact {
			d.Exact++
		}
		if g.Conflict != "" {
			d.Conflicts++
		}
		if g.Patients == 1 {
			d.Within++
			continue
		}
		d.Across++
		for _, m := range g.Members {
			patients[m.Patient] = true
		}
	}
	d.Patients = len(patients)
	for _, g := range groups[:min(len(groups), listedGroups)] {
		d.List = append(d.List, g.DuplicateGroup)
	}
	for _, g := range groups[:min(len(groups), picturedPair)] {
		d.Pairs = append(d.Pairs, pairOf(g.links, label))
	}
	return d
}

// A joined group keeps its links.
type joined struct {
	DuplicateGroup
	links []cohort.LinkRow
}

// join finds the groups that links make, the most telling first. Links come sorted.
func join(links []cohort.LinkRow, label map[string]string) []joined {
	parent := map[string]string{}
	var root func(id string) string
	root = func(id string) string {
		up, ok := parent[id]
		if !ok || up == id {
			return id
		}
		top := root(up)
		parent[id] = top
		return top
	}
	patient := map[string]string{}
	for _, l := range links {
		patient[l.A], patient[l.B] = l.PatientA, l.PatientB
		a, b := root(l.A), root(l.B)
		parent[a], parent[b] = min(a, b), min(a, b)
	}
	by := map[string]*joined{}
	for _, l := range links {
		top := root(l.A)
		if by[top] == nil {
			by[top] = &joined{DuplicateGroup: DuplicateGroup{Exact: true}}
		}
		by[top].links = append(by[top].links, l)
	}
	for id := range patient {
		g := by[root(id)]
		g.Members = append(g.Members, Member{ID: id, Patient: patient[id], Label: label[id]})
	}
	var out []joined
	for _, g := range by {
		slices.SortFunc(g.Members, func(a, b Member) int { return cmp.Compare(a.ID, b.ID) })
		patients := map[string]bool{}
		for _, m := range g.Members {
			patients[m.Patient] = true
		}
		g.Patients = len(patients)
		for _, l := range g.links {
			g.Exact = g.Exact && l.Exact
			g.Conflict = both(g.Conflict, l.Conflict)
		}
		out = append(out, *g)
	}
	slices.SortFunc(out, func(a, b joined) int {
		return cmp.Or(falseFirst(a.Conflict == "", b.Conflict == ""), falseFirst(a.Patients < 2, b.Patients < 2),
			cmp.Compare(len(b.Members), len(a.Members)), cmp.Compare(a.Members[0].ID, b.Members[0].ID))
	})
	return out
}

// both joins what two links contradict each other in.
func both(a, b string) string {
	switch {
	case a == "" || a == b:
		return b
	case b == "":
		return a
	}
	return "label and center"
}

func falseFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// pairOf is the link that tells most of its group: a contradiction, then another patient, then the least alike.
func pairOf(links []cohort.LinkRow, label map[string]string) Pair {
	l := slices.MinFunc(links, func(a, b cohort.LinkRow) int {
		return cmp.Or(falseFirst(a.Conflict == "", b.Conflict == ""), falseFirst(a.PatientA == a.PatientB, b.PatientA == b.PatientB),
			falseFirst(a.Exact, b.Exact), cmp.Compare(b.Distance, a.Distance), cmp.Compare(a.A, b.A), cmp.Compare(a.B, b.B))
	})
	return Pair{
		A: l.A, PatientA: l.PatientA, LabelA: label[l.A], B: l.B, PatientB: l.PatientB, LabelB: label[l.B], Exact: l.Exact,
		Mirrored: l.Mirrored, Inverted: l.Inverted, Distance: int(l.Distance), Correlation: finite(l.Correlation), Conflict: l.Conflict,
	}
}

// finite is v to six digits; 0 stands for what is no number and could not be stored.
func finite(v float64) float64 {
	if v-v != 0 {
		return 0
	}
	return rounded(v)
}
