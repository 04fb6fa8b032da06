package main

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"femur"
	"femur/internal/survey"
)

// template writes the pipeline for what was found. All of them are the default study: only where the
// radiographs come from differs, and what nothing could learn is left out, so that a change of the study
// reaches every template. The prefix leads from the pipeline's folder to the one that was looked at.
func template(f survey.Finding, prefix string) string {
	text := cutHead(femur.DefaultPipeline)
	text = replaceBlock(text, `variable "patients"`, "")
	text = replaceBlock(text, `variable "scale"`, "")
	text = replaceBlock(text, `stage "ingest" "cohort"`, ingestBlock(f, prefix))
	text = strings.Replace(text, `"aff-vs-nff"`, `"study"`, 1)
	if !f.Localizes() {
		text = withoutCenters(text)
	}
	if !f.Classifies() {
		text = withoutClasses(text)
	} else if f.Positive != "" {
		text = nameLabels(text, f.Positive, f.Negative)
	}
	text = fitCohort(text, f)
	if title := studyTitle(f); title != "" {
		text = insertAfter(text, `stage "compare" "main" {`, `stage "compare"`, fmt.Sprintf("  title       = %s\n", quote(title)))
	}
	return templateHead(f) + text
}

// splitHeader opens the block of the split.
const splitHeader = `stage "split-by-patient" "folds" {`

// studyTitle is the title of the report, where the default one says what the study is not; else empty.
func studyTitle(f survey.Finding) string {
	switch {
	case !f.Classifies():
		return "Localization of fractures"
	case !f.Localizes():
		return fmt.Sprintf("Classification of radiographs: %s and %s", f.Positive, f.Negative)
	case f.Positive != "" && !f.AFFLike:
		return fmt.Sprintf("Localization and classification: %s and %s", f.Positive, f.Negative)
	}
	return ""
}

func templateHead(f survey.Finding) string {
	question := `# Question 1: how accurately is the center of the fracture found, and equally well for both labels?
# Question 2: are the labels told apart better on a native-resolution patch around the center that was
# found, or on the whole radiograph scaled down to the same size?
`
	switch {
	case !f.Localizes():
		question = `# No centers are annotated. Question: are the labels told apart better on the whole radiograph, scaled
# down, or on its middle at native resolution?
`
	case !f.Classifies():
		question = "# There are no two labels. Question: how accurately is the center of the fracture found?\n"
	}
	return fmt.Sprintf(`# A study on radiographs, from %s.
#
#   femur validate      check this file
#   femur plan          what would run, and why
#   femur run           everything that is not up to date
#
%s
`, f.Title(), question)
}

// ingestBlock is the stage that reads what was found.
func ingestBlock(f survey.Finding, prefix string) string {
	s := f.Source
	var lines [][2]string
	add := func(name, value string) {
		if value != "" {
			lines = append(lines, [2]string{name, quote(value)})
		}
	}
	place := func(p string) string {
		if p == "" {
			return ""
		}
		return path.Join(prefix, p)
	}
	add("path", place(s.Path))
	add("images", place(s.ImagesFolder()))
	add("labels", place(s.Labels))
	if s.Labels != "" {
		add("label_key", s.LabelKey)
	}
	add("label", s.Label)
	add("patient", s.Patient)
	add("pattern", s.Pattern)
	if s.PatientPerImage {
		lines = append(lines, [2]string{"patient_per_image", "true"})
	}
	add("choose", s.Choose)
	add("unannotated", s.Unannotated)
	if len(s.Rename) > 0 {
		var pairs []string
		for from, to := range s.Rename {
			pairs = append(pairs, quote(from)+" = "+quote(to))
		}
		slices.Sort(pairs)
		lines = append(lines, [2]string{"rename", "{ " + strings.Join(pairs, ", ") + " }"})
	}
	widest := 0
	for _, l := range lines {
		widest = max(widest, len(l[0]))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "stage \"ingest\" \"cohort\" {\n  source %q {\n", s.Kind)
	for _, l := range lines {
		fmt.Fprintf(&b, "    %-*s = %s\n", widest, l[0], l[1])
	}
	b.WriteString("  }\n}\n")
	return b.String()
}

// quote writes a text as the pipeline's language has it: interpolation is not meant.
func quote(text string) string {
	return strings.NewReplacer("${", "$${", "%{", "%%{").Replace(fmt.Sprintf("%q", text))
}

// withoutCenters leaves out what learns from centers: the patch is the middle of the image.
func withoutCenters(text string) string {
	text = replaceBlock(text, `stage "train-localizer" "main"`, "")
	text = replaceBlock(text, `stage "predict-centers" "main"`, "")
	text = strings.Replace(text, `inputs = ["patch", "whole"]`, `inputs = ["center", "whole"]`, 1)
	return dropLines(text, "select(predict-centers.", "= predict-centers.")
}

// withoutClasses leaves out what learns from labels.
func withoutClasses(text string) string {
	for _, kind := range []string{"crop-patches", "train-classifiers", "score-patches"} {
		text = replaceBlock(text, fmt.Sprintf("stage %q \"main\"", kind), "")
	}
	text = insertAfter(text, splitHeader, "  folds ", "  single_label = true\n")
	return dropLines(text, "= score-patches.", "= crop-patches.", "  inputs = ")
}

// dropLines drops the lines that hold one of several texts.
func dropLines(text string, parts ...string) string {
	lines := slices.DeleteFunc(strings.SplitAfter(text, "\n"), func(line string) bool {
		return slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(line, p) })
	})
	return strings.Join(lines, "")
}

// nameLabels says which label is the positive one, where it is not the default.
func nameLabels(text, positive, negative string) string {
	if positive == "AFF" && negative == "NFF" {
		return text
	}
	text = insertAfter(text, `stage "train-classifiers" "main" {`, `  epochs `, fmt.Sprintf("  positive    = %s\n", quote(positive)))
	return insertAfter(text, `stage "compare" "main" {`, `stage "compare"`, fmt.Sprintf("  positive    = %s\n  negative    = %s\n", quote(positive), quote(negative)))
}

// insertAfter inserts lines behind the first line with a text, from the header on.
func insertAfter(text, header, line, more string) string {
	start := strings.Index(text, header)
	if start < 0 {
		return text
	}
	at := strings.Index(text[start:], line)
	if at < 0 {
		return text
	}
	end := start + at + strings.Index(text[start+at:], "\n") + 1
	return text[:end] + more + text[end:]
}

// cutHead drops the comment that opens a pipeline.
func cutHead(text string) string {
	for strings.HasPrefix(text, "#") {
		_, text, _ = strings.Cut(text, "\n")
	}
	return strings.TrimLeft(text, "\n")
}

// blankLines are the empty lines that a block leaves behind at the end of a file.
var blankLines = regexp.MustCompile(`\n\n+$`)

// replaceBlock replaces the block whose first line begins with the header, up to the closing brace at
// the start of a line; an empty replacement takes the blank line behind it, too.
func replaceBlock(text, header, replacement string) string {
	start := strings.Index(text, header)
	if start < 0 {
		return text
	}
	end := strings.Index(text[start:], "\n}\n")
	if end < 0 {
		return text
	}
	rest := text[start+end+len("\n}\n"):]
	if replacement == "" {
		rest = strings.TrimPrefix(rest, "\n")
	}
	return blankLines.ReplaceAllString(text[:start]+replacement+rest, "\n")
}
