package main

import (
	"fmt"
	"strings"

	"femur"
)

// A dataForm is what kind of data a pipeline starts from.
type dataForm string

// The templates of femur init.
const (
	fromSynthetic   dataForm = "synthetic"
	fromFolder      dataForm = "folder"
	fromCSV         dataForm = "csv"
	fromLabelStudio dataForm = "label-studio"
	fromCOCO        dataForm = "coco"
)

// annotationsFile is the table that a csv source reads by default.
const annotationsFile = "annotations.csv"

// template writes the pipeline for a form of data. All of them are the default study: only where the
// radiographs come from differs, so that a change of the study reaches every template.
func template(from dataForm) string {
	if from == fromSynthetic {
		return femur.DefaultPipeline
	}
	text := cutHead(femur.DefaultPipeline)
	text = replaceBlock(text, `variable "patients"`, "")
	text = replaceBlock(text, `variable "scale"`, "")
	text = replaceBlock(text, `stage "ingest" "cohort"`, sourceBlock(from))
	text = strings.Replace(text, `"aff-vs-nff"`, `"study"`, 1)
	return templateHead(from) + variableBlock(from) + text
}

func templateHead(from dataForm) string {
	return fmt.Sprintf(`# A study on radiographs, from %s.
#
#   femur validate      check this file
#   femur plan          what would run, and why
#   femur run           everything that is not up to date
#
# Labels are AFF and NFF here; where yours are called otherwise, rename them in the source, as in
# rename = { CONTROL = "NFF" }.

`, map[dataForm]string{
		fromFolder: "a folder of images", fromCSV: "a table of annotations",
		fromLabelStudio: "annotations made in Label Studio", fromCOCO: "annotations in COCO form",
	}[from])
}

func variableBlock(from dataForm) string {
	name, file, what := "annotations", annotationsFile, "Table with path, patient, label, x, y and spacing (mm per pixel; may be empty)."
	switch from {
	case fromLabelStudio:
		file, what = "label-studio.json", "Export of Label Studio; x and y in percent."
	case fromCOCO:
		file, what = "coco.json", "COCO annotations; the center of the largest box is the center of the fracture."
	}
	text := fmt.Sprintf("variable %q {\n  type        = string\n  default     = %q\n  description = %q\n}\n\n", name, file, what)
	if from == fromCOCO {
		text += fmt.Sprintf("variable %q {\n  type        = string\n  default     = %q\n  description = %q\n}\n\n",
			"labels", "dataset.csv", "Table with a label for each image: columns image_id and label.")
	}
	return text
}

func sourceBlock(from dataForm) string {
	source := "  source \"csv\" {\n    path = var.annotations\n  }\n"
	switch from {
	case fromLabelStudio:
		source = "  source \"label-studio\" {\n    path   = var.annotations\n    rename = { CONTROL = \"NFF\" }\n  }\n"
	case fromCOCO:
		source = "  source \"coco\" {\n    path   = var.annotations\n    labels = var.labels\n    label  = \"label\"\n    choose = \"largest\"\n  }\n"
	}
	return "stage \"ingest\" \"cohort\" {\n" + source + "}\n"
}

// cutHead drops the comment that opens a pipeline.
func cutHead(text string) string {
	for strings.HasPrefix(text, "#") {
		_, text, _ = strings.Cut(text, "\n")
	}
	return strings.TrimLeft(text, "\n")
}

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
	return text[:start] + replacement + rest
}
