package report

import (
	"fmt"
	"io"

	"femur/internal/analysis"
	"femur/internal/cohortreport"
	"femur/internal/report/page"
)

// A Report is what the page is made of.
type Report struct {
	Title  string
	Notice string // shown as a banner, such as that the radiographs are synthetic; may be empty

	Analysis   analysis.Result
	Cohort     []Radiograph
	Summary    *cohortreport.Summary // of the cohort, of which the study's radiographs are a part; may be nil
	Leakage    Leakage
	Provenance []Input
	Gallery    []Example
	// Settings are shown with the methods: what the networks and patches were.
	Settings []Setting
}

// A Radiograph is what the cohort table counts. An empty Site or View is counted as
// not stated.
type Radiograph struct {
	Patient, Label, Partition, Site, View string
}

// Leakage says what the engine checked before it stored a prediction.
type Leakage struct {
	Rule        string // "direct" or "strict"
	Predictions int    // localizations and scores that were checked
}

// An Input is an artifact that the comparison read.
type Input struct {
	Name   string // the port, such as "scores"
	Source string // the address of the instance that made it
	Digest string // hexadecimal
	Bytes  int64
}

// A Setting is one line of the settings table.
type Setting struct{ Name, Value string }

// Write renders r. It wraps w's error, and refuses a gallery picture that is not a
// PNG and a leakage rule without a definition.
func Write(w io.Writer, r Report) error {
	d, err := newDocument(r)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	if err := page.Write(w, d); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}

func newDocument(r Report) (page.Document, error) {
	d := page.Document{Title: r.Title, Notice: r.Notice}
	answers, err := page.Render(answersTemplate, r.Analysis.Metrics.Answers)
	if err != nil {
		return d, err
	}
	d.Sections = append(d.Sections, page.Section{ID: "answers", Title: "Answers", Body: answers})
	add := func(s page.Section, ok bool) { // unless there is nothing to say in it
		if ok {
			d.Sections = append(d.Sections, s)
		}
	}
	add(cohortSection(r))
	findings, ok, err := findingsSection(r)
	if err != nil {
		return d, err
	}
	add(findings, ok)
	for _, part := range []analysis.Partition{analysis.Test, analysis.Development} {
		add(localizationSection(r.Analysis, part))
	}
	for _, part := range []analysis.Partition{analysis.Test, analysis.Validate} {
		add(classificationSection(r.Analysis, part))
	}
	add(comparisonSection(r.Analysis))
	examples, err := newExamples(r.Gallery)
	if err != nil {
		return d, err
	}
	add(page.Section{ID: "examples", Title: "Examples", Text: []string{galleryNote(r.Gallery, r.Analysis.Options)}, Pictures: examples}, len(examples) > 0)
	leakage, err := leakageSection(r.Leakage)
	if err != nil {
		return d, err
	}
	d.Sections = append(d.Sections, methodsSection(r), leakage)
	add(omittedSection(r.Analysis))
	d.Sections = append(d.Sections, provenanceSection(r.Provenance))
	return d, nil
}
