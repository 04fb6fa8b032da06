package cohortreport

import (
	"fmt"
	"strings"

	"femur/internal/report/page"
)

// Outline is the report without pictures, short enough for a terminal: of its sections only the title,
// terms, text, tables and list are used. A column without a name is drawn, not numbers.
func Outline(s Summary) []page.Section {
	first := page.Section{Title: s.Title, Terms: s.Facts()}
	if s.Notice != "" {
		first.Text = []string{s.Notice}
	}
	out := []page.Section{first}
	if len(s.Warnings) > 0 {
		w := page.Section{Title: "What to look at first"}
		for _, x := range s.Warnings {
			w.List = append(w.List, fmt.Sprintf("%s, %s: %s", x.Level, x.Topic, x.Text))
		}
		out = append(out, w)
	}
	if s.Files.Used > 0 {
		out = append(out,
			page.Section{Title: "Composition", Text: []string{"Patients, their radiographs in parentheses."}, Tables: []page.Table{outlineComposition(s)}},
			page.Section{Title: "What else tells the labels apart", Tables: []page.Table{outlineAssociations(s)}, Text: []string{
				"Effects of single properties, the patient as unit; confounded is at least medium and more than chance (Holm), unclear is at least medium and can be chance.",
			}},
			page.Section{Title: "Sizes and distances", Tables: []page.Table{outlineQuantiles(s)}},
		)
	}
	out = append(out, outlineLeftOut(s)...)
	return out
}

// barCells is how long the longest bar of a table is.
const barCells = 14

// outlineComposition has a row for each value of each property that is stated; the property stands in its
// first row.
func outlineComposition(s Summary) page.Table {
	t := page.Table{Columns: []string{"property", "value", "patients"}}
	for _, label := range s.Labels {
		t.Columns = append(t.Columns, labelName(label))
	}
	t.Columns = append(t.Columns, "")
	add := func(title string, names []string, groups []Group) {
		most := 1
		for _, g := range groups {
			most = max(most, g.Patients)
		}
		for i, g := range groups {
			if i == shownBars && len(groups) > shownBars+1 {
				row := make([]string, len(t.Columns))
				row[1] = fmt.Sprintf("and %d more", len(groups)-i)
				t.Rows = append(t.Rows, row)
				break
			}
			row := []string{title, names[i], countPair(g.Patients, g.Radiographs)}
			for _, c := range g.ByLabel {
				row = append(row, grouped(c.Patients))
			}
			t.Rows = append(t.Rows, append(row, strings.Repeat("▇", (g.Patients*barCells+most-1)/most)))
			title = ""
		}
	}
	for _, b := range s.Breakdowns {
		if !b.Stated() {
			continue
		}
		var names []string
		for _, g := range b.Groups {
			names = append(names, orNotStated(g.Value))
		}
		add(titleOf(b.Property), names, b.Groups)
	}
	var names []string
	var groups []Group
	for _, p := range s.PerPatient {
		names = append(names, grouped(p.Radiographs))
		groups = append(groups, Group{Patients: p.Patients, Radiographs: p.Patients * p.Radiographs, ByLabel: p.ByLabel})
	}
	add("Radiographs each", names, groups)
	return t
}

func outlineAssociations(s Summary) page.Table {
	t := page.Table{Columns: []string{"property", "effect", "p, Holm", "verdict"}, Text: true}
	for _, a := range s.Associations {
		row := []string{a.Title, fmt.Sprintf("%s %.2f", a.Measure, a.Effect), pText(a.PAdjusted), string(a.Verdict)}
		if a.Verdict == NotTested {
			row = []string{a.Title, "–", "–", string(a.Verdict)}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func outlineQuantiles(s Summary) page.Table {
	t := page.Table{Columns: []string{"quantity", "n", "least", "25 %", "median", "75 %", "greatest"}}
	for _, r := range []named{
		{"width, px", s.Sizes.Width}, {"height, px", s.Sizes.Height}, {"megapixels", s.Sizes.Megapixels},
		{"spacing, mm", s.Spacing.PitchMM}, {"longer side, mm", s.Spacing.FieldMM},
		{"annotators' spread, px", s.Annotators.SpreadPX}, {"annotators' spread, mm", s.Annotators.SpreadMM},
		{"median place off by, %", s.Centers.GuessPercent},
	} {
		if r.of.N == 0 {
			continue
		}
		row := []string{r.name, grouped(r.of.N)}
		for _, v := range []float64{r.of.Min, r.of.Q25, r.of.Median, r.of.Q75, r.of.Max} {
			row = append(row, number(v))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// outlineLeftOut lists refusals and near-duplicates.
func outlineLeftOut(s Summary) []page.Section {
	var out []page.Section
	for _, x := range []struct {
		title   string
		reasons []Reason
	}{{"Refused files", s.Refusals}, {"Skipped on purpose", s.Skipped}} {
		section := page.Section{Title: x.title}
		for _, r := range x.reasons {
			line := fmt.Sprintf("%s: %s.", count(r.Files, "file"), sentenceEnd(r.Summary))
			if r.Detail != "" {
				line += " " + r.Detail
			}
			section.List = append(section.List, line+" Such as "+some(r.Examples, r.Files))
		}
		if len(section.List) > 0 {
			out = append(out, section)
		}
	}
	if s.Duplicates.Groups == 0 {
		return out
	}
	near := page.Section{Title: "Near-duplicates"}
	for i, g := range s.Duplicates.List {
		if i == examples {
			near.Text = []string{fmt.Sprintf("The first %d of %d groups; the output links of the stage has all.", i, s.Duplicates.Groups)}
			break
		}
		var ids []string
		for _, m := range g.Members {
			ids = append(ids, fmt.Sprintf("%s (%s)", m.ID, labelName(m.Label)))
		}
		line := some(ids, len(ids))
		if g.Patients > 1 {
			line += fmt.Sprintf("; %d patients", g.Patients)
		}
		if g.Exact {
			line += "; equal pixels"
		}
		if g.Conflict != "" {
			line += "; another " + g.Conflict
		}
		near.List = append(near.List, line)
	}
	return append(out, near)
}
