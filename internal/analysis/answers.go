package analysis

import (
	"fmt"
	"strings"
)

// QuestionLocalization is the study's first question. The second one names the inputs that are compared.
const QuestionLocalization = "How accurately does a network find the center of the fracture?"

// answer writes the two answers from the intervals.
func (a *analyst) answer() {
	a.Metrics.Answers = append(a.Metrics.Answers, a.answerLocalization(), a.answerClassification())
}

// answerLocalization speaks of the test part, or of the development part if there
// are no test rows.
func (a *analyst) answerLocalization() Answer {
	part, ok := a.partOf("localization", func(Count) bool { return true })
	out := Answer{Question: QuestionLocalization, Points: []Point{}}
	if !ok {
		out.Headline = "Cannot tell: there are no localization results."
		return out
	}
	out.Partition, out.Basis = part.Partition, a.basis(part)
	unit := "mm"
	if part.CalibratedImages < part.Images {
		unit = "diagonal"
	}
	var heads []string
	accuracy := Point{Title: "Accuracy"}
	guess := Point{Title: "Against the constant-mean guess"}
	for _, arm := range part.Arms {
		median, okMedian := a.find(a.Metrics.Localization, part.Partition, arm, "all", "error_"+unit+"_median")
		p90, okP90 := a.find(a.Metrics.Localization, part.Partition, arm, "all", "error_"+unit+"_p90")
		if !okMedian || !okP90 {
			accuracy.Findings = append(accuracy.Findings, fmt.Sprintf("Cannot tell how accurate %s is: too few patients for an interval.", arm))
			continue
		}
		heads = append(heads, fmt.Sprintf("%s %s", arm, median.Text()))
		accuracy.Findings = append(accuracy.Findings, fmt.Sprintf("%s: half of the centers lie within %s and nine of ten within %s.", arm, median.Text(), p90.Text()))
		if ratio, ok := a.find(a.Metrics.Localization, part.Partition, arm, "all", "median_error_ratio_to_constant_mean"); ok {
			guess.Findings = append(guess.Findings, a.againstGuess(arm, ratio))
		}
	}
	out.Headline = "Median error: " + strings.Join(heads, "; ") + "."
	if len(heads) == 0 {
		out.Headline = "Cannot tell: too few patients."
	}
	out.Points = points(accuracy, guess,
		Point{fmt.Sprintf("%s against %s", a.options.Positive, a.options.Negative), a.conclusions(medianDifference, byClass, part.Partition)},
		Point{"Network against network", a.conclusions(medianDifference, byModel, part.Partition)},
		a.outOfFold(medianDifference, byClass, part.Partition, Development),
	)
	return out
}

// outOfFold adds what the development part says on the main comparison where the
// test part has too few patients to say anything. It stays apart: it is no answer.
func (a *analyst) outOfFold(name, question string, part, other Partition) Point {
	for _, e := range a.Metrics.Comparisons {
		if e.Name == name && e.Question == question && e.Partition == part && part == Test && e.Verdict == TooFew {
			return Point{"Out of fold, where there are more patients", a.conclusions(name, question, other)}
		}
	}
	return Point{}
}

// points drops those without findings.
func points(all ...Point) []Point {
	out := []Point{}
	for _, p := range all {
		if len(p.Findings) > 0 {
			out = append(out, p)
		}
	}
	return out
}

// againstGuess says whether the network beats the guess that sees nothing.
func (a *analyst) againstGuess(arm string, ratio Estimate) string {
	switch {
	case ratio.High < 1:
		return fmt.Sprintf("The median error of %s is %s times that of the constant-mean guess: better than not looking at the image.", arm, ratio.Text())
	case ratio.Low > 1:
		return fmt.Sprintf("The median error of %s is %s times that of the constant-mean guess: worse than not looking at the image.", arm, ratio.Text())
	}
	return fmt.Sprintf("The median error of %s is %s times that of the constant-mean guess: the interval includes 1, so it is not shown to be better than not looking at the image.", arm, ratio.Text())
}

// answerClassification speaks of the test part where it has both classes.
func (a *analyst) answerClassification() Answer {
	both := func(c Count) bool { return c.PositivePatients > 0 && c.PositivePatients < c.Patients }
	part, ok := a.partOf("classification", both)
	out := Answer{Question: a.options.question(a.options.PatchInput), Points: []Point{}}
	if !ok {
		out.Headline = "Cannot tell: no part of the cohort has scores of both classes."
		return out
	}
	out.Partition, out.Basis = part.Partition, a.basis(part)
	areas := Point{Title: "AUROC, a radiograph a row"}
	for _, arm := range part.Arms {
		if area, ok := a.find(a.Metrics.Classification, part.Partition, arm, perImage, "auroc"); ok {
			areas.Findings = append(areas.Findings, fmt.Sprintf("%s: %s.", arm, area.Text()))
		}
	}
	input := a.proposed(part.Partition)
	out.Question = a.options.question(input)
	out.Headline = a.headline(input, a.againstWhole(input, part.Partition))
	out.Points = points(areas,
		Point{a.options.name(input).others, a.conclusions(aurocDifference, byInput, part.Partition)},
		Point{"Annotated against predicted centers", a.conclusions(aurocDifference, byCenters, part.Partition)},
		Point{"Network against network", a.conclusions(aurocDifference, byModel, part.Partition)},
		a.outOfFold(aurocDifference, byInput, part.Partition, Validate),
	)
	return out
}

// headline sums up an input against the whole image over the networks.
func (a *analyst) headline(input string, against []Estimate) string {
	if len(against) == 0 {
		return fmt.Sprintf("Cannot tell: no network was trained on both %q and %q.", input, a.options.WholeInput)
	}
	subject := a.options.name(input).subject
	said := map[Verdict][]string{}
	for _, e := range against {
		said[e.Verdict] = append(said[e.Verdict], fmt.Sprintf("%s %s", a.chartOf(e.A, e.Partition).Model, e.Text()))
	}
	words := []struct {
		verdict Verdict
		text    string
	}{
		{Higher, subject + " is better"},
		{Lower, "The whole image is better"},
		{Equivalent, subject + " and the whole image are equally good within the margin"},
		{Undecided, "Cannot tell which is better"},
		{TooFew, "Cannot tell: too few patients"},
	}
	var parts []string
	for _, w := range words {
		if list := said[w.verdict]; len(list) > 0 {
			parts = append(parts, fmt.Sprintf("%s. Difference in AUROC: %s.", w.text, strings.Join(list, "; ")))
		}
	}
	return strings.Join(parts, " ")
}

// partOf is the count of the part that answers a task: test if it will do, else out
// of fold.
func (a *analyst) partOf(task string, usable func(Count) bool) (Count, bool) {
	var fallback Count
	found := false
	for _, c := range a.Counts {
		if c.Task != task || !usable(c) {
			continue
		}
		if c.Partition == Test {
			return c, true
		}
		fallback, found = c, true
	}
	return fallback, found
}

// basis says what the answer rests on.
func (a *analyst) basis(c Count) string {
	what := "the held-out test part"
	if c.Partition != Test {
		what = "the out-of-fold predictions of the development part, since the test part cannot answer this"
	}
	who := fmt.Sprintf("From %s: %s of %s", what, FormatCount(c.Images, "radiograph"), FormatCount(c.Patients, "patient"))
	if a.singleLabel && c.Task == "localization" {
		return who + "."
	}
	return fmt.Sprintf("%s (%d with %s).", who, c.PositivePatients, a.options.Positive)
}

func (a *analyst) conclusions(name, question string, part Partition) []string {
	var out []string
	for _, e := range a.Metrics.Comparisons {
		if e.Name == name && e.Question == question && e.Partition == part {
			out = append(out, e.Conclusion)
		}
	}
	return out
}

func (a *analyst) find(in []Estimate, part Partition, arm, group, name string) (Estimate, bool) {
	for _, e := range in {
		if e.Partition == part && e.Arm == arm && e.Group == group && e.Name == name {
			return e, true
		}
	}
	return Estimate{}, false
}

// chartOf is what is known of a classification arm.
func (a *analyst) chartOf(arm string, part Partition) ScoreChart {
	for _, s := range a.Charts.Scores {
		if s.Arm == arm && s.Partition == part {
			return s
		}
	}
	return ScoreChart{}
}
