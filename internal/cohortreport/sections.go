package cohortreport

import (
	"fmt"
	"strings"

	"femur/internal/cohort"
	"femur/internal/report/page"
)

// compositionSection counts by each property.
func compositionSection(s Summary) page.Section {
	out := page.Section{ID: "composition", Title: "Composition", Text: []string{
		"Bars are patients; a patient whose radiographs have several values is counted in each. Tables have patients and radiographs.",
	}}
	var charts []page.Chart
	var unstated []string
	for _, b := range s.Breakdowns {
		if !b.Stated() {
			unstated = append(unstated, strings.ToLower(titleOf(b.Property)))
			continue
		}
		charts = append(charts, barChart("bars-"+b.Property, titleOf(b.Property), barsOf(b), s.Labels))
	}
	if len(unstated) > 0 && s.Files.Used > 0 {
		out.Text = append(out.Text, "Not stated for any radiograph: "+strings.Join(unstated, ", ")+".")
	}
	charts = append(charts, barChart("bars-per-patient", "Radiographs of a patient", perPatientBars(s), s.Labels))
	out.Figures = []page.Figure{{Caption: "Patients by property and label.", Charts: charts, Data: compositionTable(s), Packed: true}}
	return out
}

// compositionTable has a row for each value of each property.
func compositionTable(s Summary) page.Table {
	t := page.Table{ID: "composition-table", Caption: "Patients (radiographs) by property and label", Columns: []string{"property", "all"}}
	for _, label := range s.Labels {
		t.Columns = append(t.Columns, labelName(label))
	}
	add := func(name string, g Group) {
		row := []string{name, countPair(g.Patients, g.Radiographs)}
		for _, c := range g.ByLabel {
			row = append(row, countPair(c.Patients, c.Radiographs))
		}
		t.Rows = append(t.Rows, row)
	}
	add("all", s.All)
	for _, b := range s.Breakdowns {
		if !b.Stated() {
			continue
		}
		for _, g := range b.Groups {
			add(titleOf(b.Property)+": "+orNotStated(g.Value), g)
		}
	}
	for _, p := range s.PerPatient {
		add("Radiographs of a patient: "+grouped(p.Radiographs), Group{Patients: p.Patients, Radiographs: p.Patients * p.Radiographs, ByLabel: p.ByLabel})
	}
	return t
}

func countPair(patients, radiographs int) string {
	return fmt.Sprintf("%s (%s)", grouped(patients), grouped(radiographs))
}

// shortcutSection shows how closely each property goes with the label.
func shortcutSection(s Summary) page.Section {
	out := page.Section{ID: "shortcuts", Title: "What else tells the labels apart", Text: []string{
		"A network learns whatever goes with the label: a site, a size, a bit depth. Each property was compared with the label alone, the patient as unit. An effect above 1 is what Cohen calls at least medium; a filled dot is more than chance by the p-value adjusted for all properties (Holm).",
	}}
	if tested := testedAssociations(s); len(tested) > 0 {
		out.Figures = []page.Figure{{
			Caption: "Effect in parts of a medium one (Cramér's V of 0.3, AUROC of 0.64). Filled: more than chance; open: can be chance.",
			Charts:  []page.Chart{associationChart(tested)}, Data: associationTable(s), Open: true,
		}}
	} else if len(s.Associations) > 0 {
		out.Tables = []page.Table{associationTable(s)}
	}
	return out
}

func testedAssociations(s Summary) []Association {
	var out []Association
	for _, a := range s.Associations {
		if a.Verdict != NotTested {
			out = append(out, a)
		}
	}
	return out
}

func associationTable(s Summary) page.Table {
	t := page.Table{ID: "shortcuts-table", Caption: "Properties of the acquisition and the label", Text: true,
		Columns: []string{"property", "patients", "effect", "p", "p, Holm", "verdict", "reading"}}
	for _, a := range s.Associations {
		row := []string{a.Title, grouped(a.Patients), fmt.Sprintf("%s %.2f", a.Measure, a.Effect), pText(a.P), pText(a.PAdjusted), string(a.Verdict), ""}
		switch a.Verdict {
		case NotTested:
			row = []string{a.Title, "–", "–", "–", "–", string(a.Verdict), a.Omitted}
		case NoneSeen:
			row[6] = "–"
		default:
			row[6] = a.Reading
		}
		t.Rows = append(t.Rows, row)
	}
	t.Notes = []string{"Confounded: a medium effect or a larger one, and more than chance. Slight: more than chance, but smaller. Unclear: medium or larger, but with so few patients that it can be chance."}
	return t
}

// sizesSection has the sizes in pixels.
func sizesSection(s Summary) page.Section {
	out := page.Section{ID: "sizes", Title: "Sizes"}
	if s.Files.Used == 0 {
		out.Text = []string{"No radiograph."}
		return out
	}
	common := page.Table{ID: "sizes-common", Caption: "The most frequent sizes", Columns: []string{"width × height, px", "radiographs"}}
	for _, x := range s.Sizes.Common {
		common.Rows = append(common.Rows, []string{fmt.Sprintf("%s × %s", grouped(x.Width), grouped(x.Height)), grouped(x.Radiographs)})
	}
	common.Notes = []string{fmt.Sprintf("%s in all.", count(s.Sizes.Different, "different size"))}
	out.Figures = []page.Figure{{
		Caption: "Longer side of the radiographs, in percent of each label's.",
		Charts:  []page.Chart{histogramChart("longer-side", "Longer side of the radiographs", "longer side, px", s.Sizes.LongerSide)},
		Data:    histogramTable("longer-side-data", "Radiographs by longer side", "longer side from, px", s.Sizes.LongerSide),
	}}
	out.Tables = []page.Table{
		distributionTable("sizes-table", "Sizes of the radiographs", "", []named{
			{"width, px", s.Sizes.Width}, {"height, px", s.Sizes.Height}, {"megapixels", s.Sizes.Megapixels},
		}),
		common,
	}
	return out
}

// spacingSection has the pixel spacing by source.
func spacingSection(s Summary) page.Section {
	out := page.Section{ID: "spacing", Title: "Pixel spacing", Terms: []page.Term{
		{Name: "calibrated", Text: "The distance in the patient, from a calibration (DICOM Pixel Spacing)."},
		{Name: "detector", Text: "The distance on the detector over the magnification where it is told (Imager Pixel Spacing): lengths in the body come out too large where it is not."},
		{Name: "stated", Text: "What the pipeline or a table of annotations states."},
		{Name: "unknown", Text: "No spacing: errors in millimeters leave these radiographs out."},
	}}
	t := page.Table{ID: "spacing-table", Caption: "Pixel spacing by source, mm per pixel", Columns: []string{"source", "patients (radiographs)"}}
	for _, label := range s.Labels {
		t.Columns = append(t.Columns, labelName(label))
	}
	t.Columns = append(t.Columns, "least", "25 %", "median", "75 %", "greatest")
	for _, x := range s.Spacing.BySource {
		row := []string{x.Source, countPair(x.Patients, x.Radiographs)}
		for _, c := range x.ByLabel {
			row = append(row, countPair(c.Patients, c.Radiographs))
		}
		d := x.PitchMM
		for _, v := range []float64{d.Min, d.Q25, d.Median, d.Q75, d.Max} {
			if d.N == 0 {
				row = append(row, "–")
			} else {
				row = append(row, number(v))
			}
		}
		t.Rows = append(t.Rows, row)
	}
	out.Tables = []page.Table{t}
	if s.Spacing.Known == 0 {
		return out
	}
	out.Figures = []page.Figure{{
		Caption: "Known pixel spacing, in percent of each label's radiographs of which it is known.",
		Charts:  []page.Chart{histogramChart("pitches", "Pixel spacing of the radiographs", "mm per pixel", s.Spacing.Pitches)},
		Data:    histogramTable("pitches-data", "Radiographs by pixel spacing", "from, mm per pixel", s.Spacing.Pitches),
	}}
	f := s.Spacing.FieldMM
	out.Text = []string{fmt.Sprintf("By it, the longer side shows %s to %s mm of a patient, half of the radiographs between %s and %s mm.", number(f.Min), number(f.Max), number(f.Q25), number(f.Q75))}
	return out
}

// centersSection shows where centers lie.
func centersSection(s Summary) page.Section {
	c := s.Centers
	out := page.Section{ID: "centers", Title: "Centers of the fractures"}
	t := page.Table{ID: "centers-table", Caption: "Radiographs with and without an annotated center", Columns: []string{"label", "with", "without"}}
	for _, x := range c.ByLabel {
		t.Rows = append(t.Rows, []string{labelName(x.Label), grouped(x.Located), grouped(x.Unlocated)})
	}
	out.Tables = []page.Table{t}
	if len(c.Fractures) > 1 || len(c.Fractures) == 1 && c.Fractures[0].Fractures > 1 {
		f := page.Table{ID: "fractures-table", Caption: "Annotated fractures of a radiograph", Columns: []string{"fractures", "radiographs"}}
		for _, x := range c.Fractures {
			f.Rows = append(f.Rows, []string{grouped(x.Fractures), grouped(x.Radiographs)})
		}
		out.Tables = append(out.Tables, f)
	}
	if c.GuessPercent.N == 0 {
		out.Text = []string{"No radiograph has a center inside of it."}
		return out
	}
	guess := fmt.Sprintf("%s %% of the diagonal", number(c.GuessPercent.Median))
	if c.GuessMM.N > 0 {
		guess += fmt.Sprintf(", %s mm where the spacing is known", number(c.GuessMM.Median))
	}
	out.Text = []string{fmt.Sprintf("Half of the centers lie between %.0f and %.0f percent of the width, and between %.0f and %.0f percent of the height. Whoever always points at the median place is off by %s (median): a localizer must be better than that.",
		100*c.Across.Q25, 100*c.Across.Q75, 100*c.Down.Q25, 100*c.Down.Q75, guess)}
	caption := "Where the centers lie, in parts of the radiograph; the cross of lines is the median place."
	if len(c.Places) < c.GuessPercent.N {
		caption += fmt.Sprintf(" %s of %s are shown, chosen by a hash of their ids.", grouped(len(c.Places)), grouped(c.GuessPercent.N))
	}
	out.Figures = []page.Figure{{Caption: caption, Charts: []page.Chart{scatterChart(s)}, Data: distributionTable("places-table", "Places of the centers", "", []named{
		{"from the left, parts of the width", c.Across}, {"from the top, parts of the height", c.Down}, {"from the median place, % of diagonal", c.GuessPercent},
	})}}
	return out
}

// annotatorsSection has the error that annotators make among themselves.
func annotatorsSection(s Summary) page.Section {
	a := s.Annotators
	out := page.Section{ID: "annotators", Title: "Annotators"}
	if a.Told == 0 {
		out.Text = []string{"The source does not tell how many people marked a center."}
		return out
	}
	t := page.Table{ID: "annotators-table", Caption: "Radiographs by number of annotators", Columns: []string{"annotators", "radiographs"}}
	for _, x := range a.ByNumber {
		t.Rows = append(t.Rows, []string{grouped(x.Annotators), grouped(x.Radiographs)})
	}
	out.Tables = []page.Table{t}
	if a.Repeated == 0 {
		out.Text = []string{"No center was marked by two people: how far annotators differ is not known."}
		return out
	}
	out.Text = []string{
		fmt.Sprintf("%s of %s %s marked by two people or more. Their spread, the root mean square distance of the marks from their mean, has the median %s. A localizer that is measured against these marks cannot be shown to be more exact than they are.",
			count(a.Repeated, "radiograph"), count(a.Patients, "patient"), oneOr(a.Repeated, "was", "were"), a.floor()),
		"For two annotators the spread is half of the distance between their marks.",
	}
	spreads, boxes := []named{{"all, px", a.SpreadPX}}, []named{{"all", a.SpreadPX}}
	unit := "px"
	if a.SpreadMM.N > 0 {
		spreads = append(spreads, named{"all, mm", a.SpreadMM})
		if 2*a.SpreadMM.N >= a.SpreadPX.N {
			unit, boxes = "mm", []named{{"all", a.SpreadMM}}
		}
	}
	for _, x := range a.ByLabel {
		for _, d := range []struct {
			unit string
			of   Distribution
		}{{"px", x.SpreadPX}, {"mm", x.SpreadMM}} {
			if d.of.N == 0 {
				continue
			}
			spreads = append(spreads, named{labelName(x.Label) + ", " + d.unit, d.of})
			if d.unit == unit {
				boxes = append(boxes, named{labelName(x.Label), d.of})
			}
		}
	}
	out.Figures = []page.Figure{{
		Caption: "Spread of the annotators' marks: boxes span the middle half of the radiographs, whiskers the middle 90 percent, the thick line is the median.",
		Charts:  []page.Chart{boxChart("spread", "Spread of the annotators' marks", "spread, "+unit, boxes)},
		Data:    distributionTable("spread-table", "Spread of the annotators' marks", "", spreads),
	}}
	return out
}

// duplicatesSection shows exposures that come more than once.
func duplicatesSection(s Summary, pictures []Picture) (page.Section, error) {
	d := s.Duplicates
	out := page.Section{ID: "near-duplicates", Title: "Near-duplicates", Text: []string{nearLine(d)}}
	if d.Groups == 0 {
		return out, nil
	}
	out.Text = append(out.Text, fmt.Sprintf("A group is radiographs that show the same exposure: equal pixels, or another window, size, side or polarity of it. Beyond one of each group, %s %s left. Patients who share an exposure must not be split.", count(d.Surplus, "radiograph"), oneOr(d.Surplus, "is", "are")))
	t := page.Table{ID: "near-duplicates-table", Caption: "Groups of the same exposure", Text: true, Columns: []string{"group", "radiographs", "patients", "pixels", "contradict in"}}
	for i, g := range d.List {
		var ids []string
		for _, m := range g.Members {
			ids = append(ids, fmt.Sprintf("%s (%s, patient %s)", m.ID, labelName(m.Label), m.Patient))
		}
		pixels := "alike"
		if g.Exact {
			pixels = "equal"
		}
		conflict := g.Conflict
		if conflict == "" {
			conflict = "–"
		}
		t.Rows = append(t.Rows, []string{grouped(i + 1), some(ids, len(ids)), grouped(g.Patients), pixels, conflict})
	}
	if len(d.List) < d.Groups {
		t.Notes = []string{fmt.Sprintf("The first %d of %d groups; the output links of the stage has all.", len(d.List), d.Groups)}
	}
	out.Tables = []page.Table{t}
	body, err := drawnPairs(s, pictures)
	out.Body = body
	return out, err
}

// refusalsSection lists reasons.
func refusalsSection(s Summary) page.Section {
	out := page.Section{ID: "refusals", Title: "Refused files", Text: []string{s.refusedLine()}}
	add := func(id, caption string, reasons []Reason) {
		if len(reasons) == 0 {
			return
		}
		t := page.Table{ID: id, Caption: caption, Columns: []string{"reason", "files", "what to do", "such as"}, Text: true}
		for _, r := range reasons {
			detail := r.Detail
			if detail == "" {
				detail = "–"
			}
			t.Rows = append(t.Rows, []string{r.Summary, grouped(r.Files), detail, some(r.Examples, r.Files)})
		}
		out.Tables = append(out.Tables, t)
	}
	add("refusals-table", "Refused", s.Refusals)
	add("skipped-table", "Skipped on purpose", s.Skipped)
	return out
}

// methodsSection says how the numbers came about.
func methodsSection() page.Section {
	return page.Section{ID: "methods", Title: "Methods", Terms: []page.Term{
		{Name: "Quantiles", Text: "Of type 7 (Hyndman and Fan), over radiographs."},
		{Name: "Properties of words", Text: "Cramér's V with Bergsma's correction. Each patient has the weight 1, shared by the radiographs; what is not stated counts as a value, since a missing entry can tell the label too."},
		{Name: "Numbers", Text: "The area under the ROC curve of the patient's mean for each label against the others; the greatest counts, below one half turned around."},
		{Name: "p-values", Text: fmt.Sprintf("Labels shuffled between patients %d times, from a fixed seed; adjusted by Holm over all properties. Labels with fewer than %d patients are left out.", shuffles, leastOfLabel)},
		{Name: "Limits", Text: "One property at a time: two that tell the label only together are not found, nor is what only the pixels hold, such as a marker or text. An effect that is not seen in few patients can be there."},
		{Name: "Pitch sources", Text: fmt.Sprintf("From the most trusted: %s, %s, %s.", cohort.PitchCalibrated, cohort.PitchDetector, cohort.PitchStated)},
	}}
}
