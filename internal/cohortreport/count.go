package cohortreport

import (
	"cmp"
	"slices"
	"strconv"

	"femur/internal/cohort"
)

// A Group counts the radiographs that share a value, and their patients. A patient whose radiographs have
// several values is counted in each.
type Group struct {
	Value       string       `json:"value"` // "" where it is not stated
	Patients    int          `json:"patients"`
	Radiographs int          `json:"radiographs"`
	ByLabel     []LabelCount `json:"by_label"` // in the order of [Summary.Labels]
}

// A LabelCount counts a label.
type LabelCount struct {
	Label       string `json:"label"`
	Patients    int    `json:"patients"`
	Radiographs int    `json:"radiographs"`
}

// A Breakdown counts by one property: years in order, other values the most frequent first, what is not
// stated last.
type Breakdown struct {
	Property string  `json:"property"` // a name of [properties]
	Groups   []Group `json:"groups"`
}

// A PerPatient says how many patients have a number of radiographs.
type PerPatient struct {
	Radiographs int          `json:"radiographs"`
	Patients    int          `json:"patients"`
	ByLabel     []LabelCount `json:"by_label"` // a patient of several labels is counted in each
}

// A property is what a radiograph was made or stored with, as a word.
type property struct {
	name, title string
	value       func(cohort.CohortRow) string
}

// properties are those that the cohort is counted by, in the order they are shown.
func properties() []property {
	return []property{
		{"site", "Site", func(r cohort.CohortRow) string { return r.Site }},
		{"modality", "Modality", func(r cohort.CohortRow) string { return r.Modality }},
		{"view", "View", func(r cohort.CohortRow) string { return r.View }},
		{"side", "Side", func(r cohort.CohortRow) string { return r.Side }},
		{"implant", "Implant", func(r cohort.CohortRow) string { return r.Implant }},
		{"format", "File format", func(r cohort.CohortRow) string { return r.Format }},
		{"bits", "Bits per pixel", func(r cohort.CohortRow) string {
			if r.Bits <= 0 {
				return ""
			}
			return strconv.Itoa(int(r.Bits))
		}},
		{"study_year", "Study year", func(r cohort.CohortRow) string { return yearOf(r.StudyDate) }},
	}
}

// titleOf is how a property is called in a heading.
func titleOf(name string) string {
	for _, p := range properties() {
		if p.name == name {
			return p.title
		}
	}
	return name
}

// yearOf is the year of a date of the form YYYYMMDD or YYYY; "" for anything else.
func yearOf(date string) string {
	if len(date) < 4 {
		return ""
	}
	if year, err := strconv.Atoi(date[:4]); err != nil || year < 1895 {
		return ""
	}
	return date[:4]
}

func breakdowns(rows []cohort.CohortRow, labels []string) []Breakdown {
	var out []Breakdown
	for _, p := range properties() {
		by := map[string][]cohort.CohortRow{}
		for _, r := range rows {
			by[p.value(r)] = append(by[p.value(r)], r)
		}
		b := Breakdown{Property: p.name, Groups: []Group{}}
		for value, members := range by {
			b.Groups = append(b.Groups, groupOf(value, members, labels))
		}
		slices.SortFunc(b.Groups, func(x, y Group) int {
			if p.name == "study_year" || (x.Value == "") != (y.Value == "") {
				return statedFirst(x.Value, y.Value)
			}
			return cmp.Or(cmp.Compare(y.Patients, x.Patients), cmp.Compare(y.Radiographs, x.Radiographs), cmp.Compare(x.Value, y.Value))
		})
		out = append(out, b)
	}
	return out
}

// Stated reports whether any radiograph tells the property.
func (b Breakdown) Stated() bool {
	return slices.ContainsFunc(b.Groups, func(g Group) bool { return g.Value != "" })
}

func groupOf(value string, rows []cohort.CohortRow, labels []string) Group {
	g := Group{Value: value, Radiographs: len(rows), ByLabel: newCounts(labels)}
	patients, ofLabel := map[string]bool{}, map[[2]string]bool{}
	for _, r := range rows {
		i := slices.Index(labels, r.Label)
		g.ByLabel[i].Radiographs++
		if key := [2]string{r.Label, r.Patient}; !ofLabel[key] {
			ofLabel[key] = true
			g.ByLabel[i].Patients++
		}
		patients[r.Patient] = true
	}
	g.Patients = len(patients)
	return g
}

func newCounts(labels []string) []LabelCount {
	out := make([]LabelCount, len(labels))
	for i, label := range labels {
		out[i].Label = label
	}
	return out
}

// severalLabels counts the patients whose radiographs do not all have the same label.
func severalLabels(rows []cohort.CohortRow) int {
	first, mixed := map[string]string{}, map[string]bool{}
	for _, r := range rows {
		if label, ok := first[r.Patient]; ok && label != r.Label {
			mixed[r.Patient] = true
		}
		first[r.Patient] = r.Label
	}
	return len(mixed)
}

func perPatient(rows []cohort.CohortRow, labels []string) []PerPatient {
	number, labelsOf := map[string]int{}, map[string]map[string]bool{}
	for _, r := range rows {
		number[r.Patient]++
		if labelsOf[r.Patient] == nil {
			labelsOf[r.Patient] = map[string]bool{}
		}
		labelsOf[r.Patient][r.Label] = true
	}
	by := map[int]*PerPatient{}
	for patient, n := range number {
		if by[n] == nil {
			by[n] = &PerPatient{Radiographs: n, ByLabel: newCounts(labels)}
		}
		by[n].Patients++
		for i, label := range labels {
			if labelsOf[patient][label] {
				by[n].ByLabel[i].Patients++
				by[n].ByLabel[i].Radiographs += n
			}
		}
	}
	out := []PerPatient{}
	for _, p := range by {
		out = append(out, *p)
	}
	slices.SortFunc(out, func(a, b PerPatient) int { return cmp.Compare(a.Radiographs, b.Radiographs) })
	return out
}
