package cohortreport

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"femur/internal/cohort"
)

// A Warning is what a reader must know before believing a result, in whole sentences.
type Warning struct {
	Level Level  `json:"level"`
	Topic string `json:"topic"`
	Text  string `json:"text"`
}

// A Level says what to do about a warning.
type Level string

// The levels.
const (
	Problem Level = "problem" // the data contradict themselves: mend them
	Caution Level = "caution" // it limits what can be concluded: say so
)

const (
	// fewPatients of a label make wide intervals; the text says how wide.
	fewPatients = 100
	// rareLabel is the share of patients below which accuracy says little.
	rareLabel = 0.25
)

// warnings draws them from all else, problems first.
func warnings(s Summary) []Warning {
	out := slices.Concat(problems(s), labelCautions(s), shortcuts(s), copyCautions(s), measureCautions(s))
	if out == nil {
		return []Warning{}
	}
	return out
}

func problems(s Summary) []Warning {
	var w list
	if s.Files.Used == 0 {
		w.add(Problem, "cohort", "No radiograph is part of the cohort.")
		return w
	}
	if n := s.Duplicates.Conflicts; n > 0 {
		w.add(Problem, "near-duplicates", fmt.Sprintf("%s of radiographs that show the same exposure %s different annotations: %s. One of them is wrong; decide, and mend the source.",
			count(n, "group"), oneOr(n, "has", "have"), conflictNames(s.Duplicates.List)))
	}
	if i := slices.Index(s.Labels, ""); i >= 0 {
		w.add(Problem, "labels", fmt.Sprintf("%s no label.", have(s.All.ByLabel[i].Radiographs, "radiograph")))
	}
	if n := s.Centers.Outside; n > 0 {
		w.add(Problem, "centers", fmt.Sprintf("%s a center outside of the picture: %s. Is the annotation from another size or orientation?", have(n, "radiograph"), some(s.Centers.Examples, n)))
	}
	if n := s.Pixels.Blank; n > 0 {
		w.add(Problem, "pixels", fmt.Sprintf("On %s all pixels are alike, so there is nothing to see: %s. Is it an empty exposure, or does the file's own window lie beside its values?",
			count(n, "radiograph"), some(s.Pixels.BlankExamples, n)))
	}
	if n := s.Pixels.Truncated; n > 0 {
		w.add(Problem, "pixels", fmt.Sprintf("The files of %s end too early, and are used as far as they go: %s. Copy them again, or refuse them (truncated).",
			count(n, "radiograph"), some(s.Pixels.TruncatedExamples, n)))
	}
	if n := s.Spacing.Doubtful; n > 0 {
		w.add(Problem, "spacing", fmt.Sprintf("By their pixel spacing, %s would show less than %d mm or more than %s mm of a patient: %s. Is it in another unit, or that of another picture?",
			count(n, "radiograph"), LeastFieldMM, grouped(GreatestFieldMM), some(s.Spacing.Examples, n)))
	}
	return w
}

// conflictNames are the first groups, by their first member.
func conflictNames(groups []DuplicateGroup) string {
	var names []string
	n := 0
	for _, g := range groups {
		if g.Conflict == "" {
			continue
		}
		if n++; n <= 3 {
			var ids []string
			for _, m := range g.Members {
				ids = append(ids, m.ID)
			}
			names = append(names, fmt.Sprintf("%s (%s)", some(ids, len(ids)), g.Conflict))
		}
	}
	if n > 3 {
		names = append(names, "and others")
	}
	return strings.Join(names, "; ")
}

func labelCautions(s Summary) []Warning {
	var w list
	if s.Several > 0 {
		w.add(Caution, "labels", fmt.Sprintf("%s radiographs of more than one label. That is right for a patient with two fractures, and a slip else.", have(s.Several, "patient")))
	}
	stated := s.stated()
	if len(stated) == 1 {
		w.add(Caution, "labels", fmt.Sprintf("All radiographs have the label %s: there is nothing to tell apart.", stated[0].Label))
	}
	if len(stated) < 2 {
		return w
	}
	total := 0
	rarest, commonest := stated[0], stated[0]
	for _, c := range stated {
		total += c.Patients
		if c.Patients < rarest.Patients {
			rarest = c
		}
		if c.Patients > commonest.Patients {
			commonest = c
		}
	}
	if share := float64(rarest.Patients) / float64(total); share < rareLabel {
		w.add(Caution, "labels", fmt.Sprintf("%s is the label of %s of the patients (%d of %d): always naming %s is right in %s. Judge by sensitivity, specificity and AUROC, not by accuracy.",
			rarest.Label, percent(share), rarest.Patients, total, commonest.Label, percent(float64(commonest.Patients)/float64(total))))
	}
	if n := rarest.Patients; n < fewPatients {
		w.add(Caution, "labels", fmt.Sprintf("%s the label %s, %d another. Around an AUROC of 0.85 over all of them, a 95 %% interval reaches ±%.2f (Hanley and McNeil); in a test part with a quarter of them, ±%.2f.",
			have(n, "patient"), rarest.Label, total-n, halfWidth(0.85, float64(n), float64(total-n)), halfWidth(0.85, float64(n)/4, float64(total-n)/4)))
	}
	return w
}

// stated are the counts of radiographs that have a label.
func (s Summary) stated() []LabelCount {
	return slices.DeleteFunc(slices.Clone(s.All.ByLabel), func(c LabelCount) bool { return c.Label == "" })
}

// halfWidth is half of the 95 % interval of an AUROC of n positive and m negative patients, by Hanley and
// McNeil (1982).
func halfWidth(a, n, m float64) float64 {
	n, m = max(n, 1), max(m, 1)
	q1, q2 := a/(2-a), 2*a*a/(1+a)
	return min(1.96*math.Sqrt((a*(1-a)+(n-1)*(q1-a*a)+(m-1)*(q2-a*a))/(n*m)), 0.5)
}

func shortcuts(s Summary) []Warning {
	var w list
	for _, a := range s.Associations {
		if a.Verdict != Confounded {
			continue
		}
		w.add(Caution, "shortcut", fmt.Sprintf("%s goes with the label (%s %.2f, adjusted p %s): %s. A network can learn this in place of the fracture; compare within, or balance by it.",
			a.Title, a.Measure, a.Effect, pText(a.PAdjusted), a.Reading))
	}
	for _, b := range s.Breakdowns {
		if b.Property != "site" {
			continue
		}
		switch {
		case !b.Stated():
			w.add(Caution, "site", "No site is stated: whether the label goes with the hospital cannot be told, nor whether a result holds in another one.")
		case len(b.Groups) == 1:
			w.add(Caution, "site", "All radiographs are from one site: results speak of this one.")
		}
	}
	return w
}

// pText prints a p-value with three digits.
func pText(p float64) string {
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.3f", p), "0"), ".")
}

func copyCautions(s Summary) []Warning {
	var w list
	if n := s.Duplicates.Across; n > 0 {
		w.add(Caution, "near-duplicates", fmt.Sprintf("%s of radiographs that show the same exposure %s of different patients, %s in all. They must be on one side of every split (linked patients, in split-by-patient); if the patients are one person, mend the ids.",
			count(n, "group"), oneOr(n, "is", "are"), count(s.Duplicates.Patients, "patient")))
	}
	if n := s.Files.Refused; n > 0 {
		most := s.Refusals[0]
		w.add(Caution, "refusals", fmt.Sprintf("%s of %s (%s) %s refused; the most frequent reason, of %s: %s. Who is missing may not be missing by chance.",
			grouped(n), count(s.Files.Used+n, "file"), percent(float64(n)/float64(s.Files.Used+n)), oneOr(n, "was", "were"), grouped(most.Files), sentenceEnd(most.Summary)))
	}
	return w
}

func measureCautions(s Summary) []Warning {
	var w list
	used := s.Files.Used
	if used == 0 {
		return w
	}
	if n := s.Centers.Unlocated; n > 0 {
		w.add(Caution, "centers", fmt.Sprintf("%s (%s) without an annotated center: %s. They can be classified, but neither teach nor test a localizer.",
			count(n, "radiograph"), percent(float64(n)/float64(used)), unlocatedByLabel(s.Centers.ByLabel)))
	}
	if n := s.Spacing.Of(cohort.PitchUnknown); n > 0 {
		w.add(Caution, "spacing", fmt.Sprintf("%s (%s) without a known pixel spacing: errors and patches in millimeters leave them out.", count(n, "radiograph"), percent(float64(n)/float64(used))))
	}
	if n := s.Spacing.Of(cohort.PitchDetector); n > 0 {
		w.add(Caution, "spacing", fmt.Sprintf("The pixel spacing of %s (%s) is that of the detector: what lies in the body is smaller than it says, where the magnification is not known.", count(n, "radiograph"), percent(float64(n)/float64(used))))
	}
	a := s.Annotators
	switch {
	case s.Centers.Located == 0:
	case a.Repeated == 0:
		w.add(Caution, "annotators", "No center is known to be marked by two people: how far annotators differ, and so how exact a localizer could be, is not known.")
	case a.Repeated < s.Centers.Located/10:
		w.add(Caution, "annotators", fmt.Sprintf("Only %d of %s %s marked by two people or more: their spread is that of a part.", a.Repeated, count(s.Centers.Located, "center"), oneOr(a.Repeated, "was", "were")))
	}
	return w
}

func unlocatedByLabel(list []LabelCenters) string {
	var parts []string
	for _, c := range list {
		if c.Unlocated > 0 {
			parts = append(parts, fmt.Sprintf("%s of %s with %s", grouped(c.Unlocated), grouped(c.Located+c.Unlocated), labelName(c.Label)))
		}
	}
	return strings.Join(parts, ", ")
}

// labelName is how a label is printed.
func labelName(label string) string {
	if label == "" {
		return "no label"
	}
	return label
}

type list []Warning

func (w *list) add(level Level, topic, text string) {
	*w = append(*w, Warning{Level: level, Topic: topic, Text: text})
}

// some names the first of n.
func some(ids []string, n int) string {
	shown := min(len(ids), 4)
	text := strings.Join(ids[:shown], ", ")
	if n > shown {
		text += fmt.Sprintf(" and %s more", grouped(n-shown))
	}
	return text
}

func oneOr(n int, one, more string) string {
	if n == 1 {
		return one
	}
	return more
}

// have is "1 patient has", "3 patients have".
func have(n int, noun string) string { return count(n, noun) + " " + oneOr(n, "has", "have") }

// sentenceEnd drops the period that a sentence around it will have.
func sentenceEnd(text string) string { return strings.TrimSuffix(text, ".") }
