package main

import (
	"regexp"
	"strings"

	"femur/internal/survey"
)

// fullSize is the median longer side, in pixels, from which on radiographs count as full-size.
const fullSize = 1500

// fitCohort adapts the study to how many patients there are and how large their radiographs.
func fitCohort(text string, f survey.Finding) string {
	if f.Images.LongerSide >= fullSize {
		text = sideLine.ReplaceAllString(text, "  size   = 224 # side of every network's input in pixels; 96 runs five times as fast, and sees less")
	}
	if fewPatients(f) {
		text = insertAfter(text, splitHeader, "  folds ", "  assignment  = \"balanced\" # few patients; \"stable\" is for many, and moves nobody when one is added\n")
	}
	return alignBlock(text, splitHeader)
}

// sideLine is the line that sets the side of the inputs. At the pitch of a full-size radiograph, about 0.14 mm, 96
// pixels are 13 mm, less than a femur is wide; 224 are 31 mm.
var sideLine = regexp.MustCompile(`(?m)^  size   = \d+ .*$`)

// fewPatients reports whether the stable assignment, which draws each patient by itself, could fail by bad luck.
//
// With the template's shares (a quarter in the test part and in each of three folds) the chance that one of the four
// lacks a label of r patients is at most 4 × 0.75^r: 1 % at r = 21, and 2 × 10⁻⁶ at 50, where the test part can also be
// expected to hold 12 of them, beside the 10 that compare asks for. The chance that a fold of n patients has none for
// early stopping is at most 3 × 0.925^n, which is 3 × 10⁻⁴ at 120. Where nothing is known of the labels, a fifth of the
// patients is taken to have the rarer one, so that 250 have 50 of it. More patients than these had better stay where
// they are when others come.
func fewPatients(f survey.Finding) bool {
	const (
		leastRarest    = 50
		leastPatients  = 120
		leastUnlabeled = 250
	)
	switch s := f.Studied; {
	case !f.Classifies():
		return s.Patients < leastPatients
	case s.Rarest == 0:
		return s.Patients < leastUnlabeled
	default:
		return s.Rarest < leastRarest || s.Patients < leastPatients
	}
}

// attribute is a line of a block with its name and the rest.
var attribute = regexp.MustCompile(`^  ([a-z_]+) *= (.*)$`)

// alignBlock aligns the equals signs of a block without blocks within, as the language's formatter would.
func alignBlock(text, header string) string {
	start := strings.Index(text, header)
	if start < 0 {
		return text
	}
	end := start + strings.Index(text[start:], "\n}\n")
	lines := strings.Split(text[start:end], "\n")
	widest := 0
	for _, line := range lines {
		if m := attribute.FindStringSubmatch(line); m != nil {
			widest = max(widest, len(m[1]))
		}
	}
	for i, line := range lines {
		if m := attribute.FindStringSubmatch(line); m != nil {
			lines[i] = "  " + m[1] + strings.Repeat(" ", widest-len(m[1])) + " = " + m[2]
		}
	}
	return text[:start] + strings.Join(lines, "\n") + text[end:]
}
