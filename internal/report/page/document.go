package page

import (
	"errors"
	"fmt"
	"html/template"
	"io"
	"strings"
)

// A Document is a page. It needs one section at least.
type Document struct {
	Title    string
	Notice   string // shown as a banner; may be empty
	Sections []Section
}

// A Section is a heading with what stands below it, in the order of the fields.
type Section struct {
	ID, Title string
	Text      []string
	Terms     []Term
	Body      template.HTML // made by [Render] from the caller's own template; may be empty
	Pictures  []Picture
	Small     bool // many pictures of the same kind, that need little room each
	Figures   []Figure
	Tables    []Table
	List      []string
}

// A Term is a paragraph with the word it is about.
type Term struct{ Name, Text string }

// A Figure is charts with one caption and the numbers they draw.
type Figure struct {
	Caption string
	Charts  []Chart
	Data    Table
	Open    bool // the numbers are shown without asking
	Packed  bool // many charts of the same width and different heights, set in columns
}

// A Table has a header row, and row headers in its first column.
type Table struct {
	ID, Caption string
	Columns     []string
	Rows        [][]string
	Notes       []string
	Text        bool // cells are words, not numbers
}

// Write renders the document. It wraps w's error.
func Write(w io.Writer, d Document) error {
	if len(d.Sections) == 0 {
		return errors.New("page: document has no section")
	}
	t, err := templates()
	if err != nil {
		return err
	}
	style := struct {
		Document
		Style template.CSS
	}{d, StyleSheet}
	if err := t.ExecuteTemplate(w, "page", style); err != nil {
		return fmt.Errorf("page: %w", err)
	}
	return nil
}

// Render executes the caller's own template, which may use those of this package: "section", "figure",
// "table", "chart" and "picture".
func Render(text string, value any) (template.HTML, error) {
	t, err := templates()
	if err != nil {
		return "", err
	}
	if t, err = t.New("own").Parse(text); err != nil {
		return "", fmt.Errorf("page: %w", err)
	}
	var out strings.Builder
	if err := t.Execute(&out, value); err != nil {
		return "", fmt.Errorf("page: %w", err)
	}
	return template.HTML(out.String()), nil
}

func templates() (*template.Template, error) {
	t := template.New("")
	for _, text := range []string{frameTemplate, sectionTemplate, chartTemplate, pictureTemplate} {
		if _, err := t.Parse(text); err != nil {
			return nil, fmt.Errorf("page: %w", err)
		}
	}
	return t, nil
}
