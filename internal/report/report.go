package report

import (
	"fmt"
	"html/template"
	"io"

	"femur/internal/analysis"
)

// A Report is what the page is made of.
type Report struct {
	Title  string
	Notice string // shown as a banner, such as that the radiographs are synthetic; may be empty

	Analysis   analysis.Result
	Cohort     []Radiograph
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
	p, err := newPage(r)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	t, err := template.New("page").Parse(pageTemplate)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	for _, text := range []string{sectionTemplate, chartTemplate, galleryTemplate} {
		if _, err := t.Parse(text); err != nil {
			return fmt.Errorf("report: %w", err)
		}
	}
	if err := t.Execute(w, p); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}

// A page is the report as the template sees it.
type page struct {
	Title, Notice string
	Style         template.CSS
	Answers       []analysis.Answer
	Sections      []section
	Examples      []example
	GalleryNote   string
	Closing       []section
}

// A section is a heading with text, figures and tables.
type section struct {
	ID, Title string
	Text      []string
	Terms     []term
	Figures   []figure
	Tables    []table
	List      []string
}

// A term is a paragraph with the word it is about.
type term struct{ Name, Text string }

// A figure is charts with one caption and the numbers they draw.
type figure struct {
	Caption string
	Charts  []chart
	Data    table
	Open    bool // the numbers are shown without asking
}

// A table has a header row, and row headers in its first column.
type table struct {
	ID, Caption string
	Columns     []string
	Rows        [][]string
	Notes       []string
	Text        bool // cells are words, not numbers
}

func newPage(r Report) (page, error) {
	examples, err := newExamples(r.Gallery)
	if err != nil {
		return page{}, err
	}
	leakage, err := leakageSection(r.Leakage)
	if err != nil {
		return page{}, err
	}
	p := page{
		Title: r.Title, Notice: r.Notice, Style: styleSheet, Answers: r.Analysis.Metrics.Answers,
		Examples: examples, GalleryNote: galleryNote(r.Analysis.Options),
	}
	p.add(cohortSection(r))
	for _, part := range []analysis.Partition{analysis.Test, analysis.Development} {
		p.add(localizationSection(r.Analysis, part))
	}
	for _, part := range []analysis.Partition{analysis.Test, analysis.Validate} {
		p.add(classificationSection(r.Analysis, part))
	}
	p.add(comparisonSection(r.Analysis))
	p.Closing = []section{methodsSection(r), leakage}
	if s, ok := omittedSection(r.Analysis); ok {
		p.Closing = append(p.Closing, s)
	}
	p.Closing = append(p.Closing, provenanceSection(r.Provenance))
	return p, nil
}

// add appends a section unless there is nothing to say in it.
func (p *page) add(s section, ok bool) {
	if ok {
		p.Sections = append(p.Sections, s)
	}
}
