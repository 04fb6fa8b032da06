package cohortreport

import (
	"fmt"
	"strings"

	"femur/internal/report/page"
)

// overviewSection says in short what there is.
func overviewSection(s Summary) page.Section {
	out := page.Section{ID: "overview", Title: "Overview", Terms: s.Facts()}
	out.Figures = []page.Figure{{
		Caption: "What became of the source.",
		Charts:  []page.Chart{Flow(s, nil)},
	}}
	return out
}

// Facts are the cohort in a few lines, each with its heading.
func (s Summary) Facts() []page.Term {
	var labels []string
	for _, c := range s.All.ByLabel {
		labels = append(labels, fmt.Sprintf("%s: %s, %s", labelName(c.Label), count(c.Patients, "patient"), count(c.Radiographs, "radiograph")))
	}
	d := s.Duplicates
	terms := []page.Term{
		{Name: "Cohort", Text: fmt.Sprintf("%s of %s.", count(s.Files.Used, "radiograph"), count(s.All.Patients, "patient"))},
		{Name: "Labels", Text: strings.Join(labels, "; ") + "."},
		{Name: "Size", Text: fmt.Sprintf("Median %s × %s px; %s to %s megapixels; %s.",
			number(s.Sizes.Width.Median), number(s.Sizes.Height.Median), number(s.Sizes.Megapixels.Min), number(s.Sizes.Megapixels.Max), count(s.Sizes.Different, "different size"))},
		{Name: "Pixel spacing", Text: s.spacingLine()},
		{Name: "Centers", Text: s.centersLine()},
		{Name: "Annotators", Text: s.annotatorsLine()},
		{Name: "Near-duplicates", Text: nearLine(d)},
		{Name: "Refused", Text: s.refusedLine()},
	}
	if s.Hashed {
		terms = append(terms, page.Term{Name: "Identifiers", Text: "Ids of radiographs, patients and sites are keyed hashes; femur identify leads back where the key is."})
	}
	return terms
}

func (s Summary) spacingLine() string {
	if s.Spacing.Known == 0 {
		return "Known of no radiograph."
	}
	var parts []string
	for _, x := range s.Spacing.BySource {
		parts = append(parts, x.Source+" "+grouped(x.Radiographs))
	}
	return fmt.Sprintf("Median %s mm; %s.", number(s.Spacing.PitchMM.Median), strings.Join(parts, ", "))
}

func (s Summary) centersLine() string {
	text := fmt.Sprintf("%s with one, %s without", count(s.Centers.Located, "radiograph"), grouped(s.Centers.Unlocated))
	several := 0
	for _, f := range s.Centers.Fractures {
		if f.Fractures > 1 {
			several += f.Radiographs
		}
	}
	if several > 0 {
		text += fmt.Sprintf("; %s with several fractures", grouped(several))
	}
	return text + "."
}

func (s Summary) annotatorsLine() string {
	a := s.Annotators
	switch {
	case a.Told == 0:
		return "Not told."
	case a.Repeated == 0:
		return "One for each radiograph: how far annotators differ is not known."
	}
	return fmt.Sprintf("%s marked by several; spread: median %s.", count(a.Repeated, "radiograph"), a.floor())
}

// floor is the median spread and the 90 percent quantile, in millimeters too where they are known.
func (a Annotators) floor() string {
	text := fmt.Sprintf("%s px, 90 %% below %s px", number(a.SpreadPX.Median), number(a.SpreadPX.Q90))
	if a.SpreadMM.N > 0 {
		text += fmt.Sprintf("; %s mm, 90 %% below %s mm (%s of %s)", number(a.SpreadMM.Median), number(a.SpreadMM.Q90), grouped(a.SpreadMM.N), grouped(a.SpreadPX.N))
	}
	return text
}

func nearLine(d Duplicates) string {
	if d.Groups == 0 {
		return "None found."
	}
	return fmt.Sprintf("%s of %s: %d of one patient, %d across patients; %d with contradicting annotations.",
		count(d.Groups, "group"), count(d.Radiographs, "radiograph"), d.Within, d.Across, d.Conflicts)
}

func (s Summary) refusedLine() string {
	text := fmt.Sprintf("%s of %s", grouped(s.Files.Refused), count(s.Files.Found, "file"))
	if s.Files.Skipped > 0 {
		text += fmt.Sprintf("; %s skipped on purpose", grouped(s.Files.Skipped))
	}
	return text + "."
}
