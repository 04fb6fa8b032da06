package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"femur/internal/analysis"
	"femur/internal/report/page"
)

// comparisonSection draws every paired difference and gives its numbers and its
// conclusion.
func comparisonSection(r analysis.Result) (page.Section, bool) {
	s := page.Section{ID: "comparisons", Title: "Comparisons"}
	if len(r.Metrics.Comparisons) == 0 {
		return s, false
	}
	s.Text = append(s.Text,
		"Each line is one difference with its interval by resampling patients. Zero means no difference; the shaded margin is the difference that the study declares not to matter. A line that crosses zero does not show a difference, and one that also leaves the margin does not show equality either.")
	var families []string
	for _, e := range r.Metrics.Comparisons {
		if !contains(families, e.Family) {
			families = append(families, e.Family)
		}
	}
	for i, family := range families {
		var members []analysis.Estimate
		for _, e := range r.Metrics.Comparisons {
			if e.Family == family {
				members = append(members, e)
			}
		}
		s.Figures = append(s.Figures, page.Figure{
			Caption: forestCaption(members[0], len(members)),
			Charts:  []page.Chart{forest(members, fmt.Sprintf("forest-%d", i))},
			Data:    comparisonTable(members, fmt.Sprintf("comparisons-%d", i)), Open: true,
		})
	}
	// The conclusions behind the answers stand there; the others stand here.
	for _, e := range r.Metrics.Comparisons {
		answered := slices.ContainsFunc(r.Metrics.Answers, func(a analysis.Answer) bool { return a.Partition == e.Partition })
		if !answered {
			s.List = append(s.List, fmt.Sprintf("%s: %s", sentenceCase(partName(e.Partition)), e.Conclusion))
		}
	}
	return s, true
}

func sentenceCase(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// quantityOf is what a comparison subtracts.
func quantityOf(e analysis.Estimate) string {
	if e.Name == "auroc_difference" {
		return "AUROC"
	}
	return "median error"
}

func forestCaption(e analysis.Estimate, n int) string {
	better := "To the right of zero, the first is better."
	if quantityOf(e) == "median error" {
		better = "To the right of zero, the first has the larger error."
	}
	return fmt.Sprintf("Differences in %s, %s. %s Green lies within the margin, gray decides nothing. The p-values are adjusted by Holm over the %d.", quantityOf(e), partName(e.Partition), better, n)
}

// label names a comparison: both arms, or the arm and the two classes.
func label(e analysis.Estimate) string {
	if e.Question == "class" {
		return e.Arm + ": " + e.Group
	}
	return e.Arm
}

func forest(members []analysis.Estimate, id string) page.Chart {
	first := members[0]
	c := page.Chart{ID: id, Wide: true, Title: fmt.Sprintf("Differences in %s, %s", quantityOf(first), partName(first.Partition))}
	const top, pitch = 30.0, 28.0
	longest := 0
	for _, e := range members {
		longest = max(longest, len([]rune(label(e))))
	}
	left := 20 + 7*float64(longest)
	right := left + 360
	c.Width = int(right) + 230
	bottom := top + pitch*float64(len(members))
	c.Height = int(bottom) + 46
	reach := 1.25 * first.Margin
	for _, e := range members {
		reach = max(reach, math.Abs(e.Low)*1.05, math.Abs(e.High)*1.05)
	}
	x := page.Scale{Low: -reach, High: reach, From: left, To: right}
	c.Rectangle("margin", x.At(-first.Margin), top, x.At(first.Margin)-x.At(-first.Margin), bottom-top)
	for _, v := range x.Ticks() {
		c.Path("grid", "M# #V#", x.At(v), top, bottom)
		c.Text("mid soft", x.At(v), bottom+17, page.TickText(v))
	}
	c.Path("zero", "M# #V#", x.At(0), top, bottom)
	unit := ""
	if first.Unit != "" {
		unit = ", " + first.Unit
	}
	c.Text("mid", (left+right)/2, bottom+36, "difference in "+quantityOf(first)+unit)
	edge := float64(c.Width) - 4
	c.Text("soft", right+14, top-10, "difference (interval)")
	c.Text("end soft", edge, top-10, "adjusted p")
	var told []string
	for i, e := range members {
		y := top + pitch*(float64(i)+0.5)
		class := map[analysis.Verdict]string{analysis.Higher: "0", analysis.Lower: "1", analysis.Equivalent: "2"}[e.Verdict]
		if class == "" {
			class = "n"
		}
		c.Text("end", left-12, y+4, label(e))
		c.Path("whisker s"+class, "M# #H#M# #v10M# #v10", x.At(e.Low), y, x.At(e.High), x.At(e.Low), y-5, x.At(e.High), y-5)
		c.Dot("f"+class, x.At(e.Estimate), y, 5)
		c.Text("", right+14, y+4, interval(e))
		c.Text("end", edge, y+4, strings.TrimPrefix(analysis.FormatP(e.PAdjusted), "= "))
		told = append(told, fmt.Sprintf("%s %s, %s", label(e), interval(e), e.Verdict))
	}
	c.Description = fmt.Sprintf("Forest plot with a margin of %s. %s.", page.TickText(first.Margin), strings.Join(told, "; "))
	return c
}

func comparisonTable(members []analysis.Estimate, id string) page.Table {
	first := members[0]
	t := page.Table{
		ID: id, Caption: fmt.Sprintf("Differences in %s with all p-values, %s", quantityOf(first), partName(first.Partition)),
		Columns: []string{"comparison", "patients, radiographs", "difference", "p", "p, Holm", "p, second test", "p, equivalence", "verdict"},
	}
	for _, e := range members {
		second := "–"
		switch {
		case e.PMannWhitney != nil:
			second = bare(*e.PMannWhitney)
		case e.PDeLong != nil:
			second = bare(*e.PDeLong)
		}
		t.Rows = append(t.Rows, []string{
			label(e), size(e), interval(e),
			bare(e.P), bare(e.PAdjusted), second, bare(e.PEquivalence), string(e.Verdict),
		})
	}
	note := "Second test: paired DeLong, clustered by patient."
	if quantityOf(first) == "median error" {
		note = "Second test: Mann–Whitney on one mean error a patient, for the comparison of classes."
	}
	margin := page.TickText(first.Margin)
	if first.Unit != "" {
		margin += " " + first.Unit
	}
	t.Notes = []string{fmt.Sprintf("%s Equivalence: two one-sided tests at a margin of %s.", note, margin)}
	return t
}

// bare is a p-value without its equals sign.
func bare(p float64) string { return strings.TrimPrefix(analysis.FormatP(p), "= ") }
