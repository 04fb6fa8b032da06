package view_test

import (
	"encoding/json"
	"strings"
	"testing"

	"femur/internal/view"
)

// document has each thing that a document can have; ids and values are as long as hashes are.
func document() view.Document {
	hash := strings.Repeat("0123456789abcdef", 4)
	return view.Document{Parts: []view.Part{
		{
			Title: "Cohort of the study", Terms: []view.Term{{Name: "Cohort", Text: "4,300 radiographs of 1,400 patients."}, {Name: "Near-duplicates", Text: strings.Repeat("many of them ", 8)}},
			Text: []string{"These radiographs are synthetic.", strings.Repeat("A second paragraph. ", 6)},
		},
		{
			Title: "Composition", Text: []string{"Patients."},
			Tables: []view.DocumentTable{
				{
					Columns: []view.TableColumn{{Name: "property"}, {Name: "value"}, {Name: "patients", Numeric: true}, {Name: ""}},
					Rows:    [][]string{{"Site", hash, "12 (30)", "▇▇▇▇▇▇▇▇▇▇"}, {"", "site 2", "1,000 (3,000)", "▇"}},
					Notes:   []string{"A patient is counted in each."},
				},
				{Columns: []view.TableColumn{{Name: "quantity"}, {Name: "median", Numeric: true}}, Rows: [][]string{{"width", "2,048"}}},
			},
		},
		{Title: "What to look at first", List: []string{"problem: " + hash + " and " + hash + " are one exposure.", "caution: few patients."}},
	}}
}

func TestDocument(t *testing.T) {
	d := document()
	c := view.Content{
		Artifact: view.Artifact{Artifact: "ingest.cohort.summary", Type: "application/json", Bytes: 1234, Digest: strings.Repeat("ab", 32)},
		JSON:     json.RawMessage(`{"kind":"cohort-summary"}`), Document: &d,
	}
	for _, name := range []string{"document.txt", "document.json"} {
		golden(t, name, func(s view.Stream) error { return view.NewShow(s).Show(c) })
	}
	var b strings.Builder
	if err := view.NewShow(view.Stream{Out: &b, Width: 48, Color: true}).Show(c); err != nil {
		t.Fatal(err)
	}
	if text := b.String(); strings.Contains(text, "▇") || !strings.Contains(text, "\x1b[1mComposition\x1b[0m") {
		t.Errorf("a narrow page should drop what is drawn, and headings should stand out:\n%s", text)
	}
}
