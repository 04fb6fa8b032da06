package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"femur/internal/analysis"
	"femur/internal/cohortreport"
	"femur/internal/report/page"
)

// cohortSection tells where the radiographs come from, as far as a summary of the cohort is there, and counts
// patients and radiographs by part, site and view.
func cohortSection(r Report) (page.Section, bool) {
	s := page.Section{ID: "cohort", Title: "Cohort"}
	if len(r.Cohort) == 0 {
		return s, false
	}
	o := r.Analysis.Options
	all := tally(r.Cohort, func(Radiograph) string { return "" })[0]
	labels := distinctLabels(r.Cohort, o)
	positive := ""
	if len(labels) > 1 || labels[0] == o.Positive {
		positive = fmt.Sprintf("; %s with %s", analysis.FormatCount(all.positive(o), "patient"), o.Positive)
	}
	s.Text = append(s.Text, fmt.Sprintf("%s of %s%s. The patient is the unit of the study: all radiographs of a patient are in the same part and fold.",
		analysis.FormatCount(all.images, "radiograph"), analysis.FormatCount(all.patients, "patient"), positive))
	describe(&s, r)
	t := page.Table{ID: "cohort-table", Caption: "Patients and radiographs", Columns: []string{"by", "patients", "radiographs"}}
	for _, label := range labels {
		t.Columns = append(t.Columns, label+" patients", label+" radiographs")
	}
	for _, by := range []struct {
		name  string
		value func(Radiograph) string
	}{
		{"all", func(Radiograph) string { return "" }},
		{"part", func(x Radiograph) string { return x.Partition }},
		{"site", func(x Radiograph) string { return cmp.Or(x.Site, "not stated") }},
		{"view", func(x Radiograph) string { return cmp.Or(x.View, "not stated") }},
	} {
		for _, g := range tally(r.Cohort, by.value) {
			name := by.name
			if g.value != "" {
				name += ": " + g.value
			}
			row := []string{name, strconv.Itoa(g.patients), strconv.Itoa(g.images)}
			for _, label := range labels {
				row = append(row, strconv.Itoa(len(g.labelPatients[label])), strconv.Itoa(g.labelImages[label]))
			}
			t.Rows = append(t.Rows, row)
		}
	}
	t.Notes = []string{"A patient with radiographs of several views or sites is counted in each."}
	s.Tables = append(s.Tables, t)
	return s, true
}

// describe says what the summary of the cohort knows: how the files of the source became the parts of the
// study, and how good the truth is.
func describe(s *page.Section, r Report) {
	if r.Summary == nil {
		return
	}
	var parts []cohortreport.FlowPart
	for _, g := range tally(r.Cohort, func(x Radiograph) string { return x.Partition }) {
		parts = append(parts, cohortreport.FlowPart{Name: g.value, Patients: g.patients, Radiographs: g.images})
	}
	if left := r.Summary.Files.Used - len(r.Cohort); left > 0 {
		s.Text = append(s.Text, fmt.Sprintf("Radiographs of the cohort that are in no part of the study, since the split left them out: %d.", left))
	}
	for _, f := range r.Summary.Facts() {
		if f.Name != "Cohort" && f.Name != "Labels" { // which the table has
			s.Terms = append(s.Terms, f)
		}
	}
	s.Figures = append(s.Figures, page.Figure{
		Caption: "From the files of the source to the parts of the study; what was refused or skipped is told with its reasons.",
		Charts:  []page.Chart{cohortreport.Flow(*r.Summary, parts)},
	})
}

// findingsSection says what the data contradict themselves in, and what limits the conclusions.
func findingsSection(r Report) (page.Section, bool, error) {
	s := page.Section{ID: "findings", Title: "What limits the data"}
	if r.Summary == nil || len(r.Summary.Warnings) == 0 {
		return s, false, nil
	}
	s.Text = []string{"Found in the cohort as a whole, before it was split. Problems are contradictions in the data; cautions limit what can be concluded."}
	body, err := r.Summary.Findings()
	s.Body = body
	return s, true, err
}

// A group counts the radiographs that share a value.
type group struct {
	value            string
	patients, images int
	labelPatients    map[string]map[string]bool
	labelImages      map[string]int
}

func (g group) positive(o analysis.Options) int { return len(g.labelPatients[o.Positive]) }

// tally groups radiographs by a property, in order of its value.
func tally(cohort []Radiograph, value func(Radiograph) string) []group {
	byValue := map[string]*group{}
	patients := map[string]map[string]bool{}
	var values []string
	for _, x := range cohort {
		v := value(x)
		g := byValue[v]
		if g == nil {
			g = &group{value: v, labelPatients: map[string]map[string]bool{}, labelImages: map[string]int{}}
			byValue[v], patients[v] = g, map[string]bool{}
			values = append(values, v)
		}
		g.images++
		g.labelImages[x.Label]++
		if g.labelPatients[x.Label] == nil {
			g.labelPatients[x.Label] = map[string]bool{}
		}
		g.labelPatients[x.Label][x.Patient] = true
		patients[v][x.Patient] = true
	}
	slices.Sort(values)
	var out []group
	for _, v := range values {
		byValue[v].patients = len(patients[v])
		out = append(out, *byValue[v])
	}
	return out
}

// distinctLabels has the positive label first.
func distinctLabels(cohort []Radiograph, o analysis.Options) []string {
	var labels []string
	for _, g := range tally(cohort, func(x Radiograph) string { return x.Label }) {
		labels = append(labels, g.value)
	}
	slices.SortStableFunc(labels, func(a, b string) int {
		switch {
		case a == o.Positive && b != o.Positive:
			return -1
		case b == o.Positive && a != o.Positive:
			return 1
		}
		return 0
	})
	return labels
}
