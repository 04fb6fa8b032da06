package main

import (
	"slices"
	"strings"
	"unicode"

	"femur/internal/cohortreport"
	"femur/internal/report/page"
	"femur/internal/view"
)

// readDocument lays the summary of a cohort out for people; other JSON gives nil.
func readDocument(b []byte) *view.Document {
	s, err := cohortreport.Decode(b)
	if err != nil {
		return nil
	}
	var d view.Document
	for _, section := range cohortreport.Outline(s) {
		part := view.Part{Title: section.Title, Text: section.Text, List: section.List}
		for _, t := range section.Terms {
			part.Terms = append(part.Terms, view.Term(t))
		}
		for _, t := range section.Tables {
			part.Tables = append(part.Tables, documentTable(t))
		}
		d.Parts = append(d.Parts, part)
	}
	return &d
}

// documentTable sets columns of numbers to the right.
func documentTable(t page.Table) view.DocumentTable {
	out := view.DocumentTable{Rows: t.Rows, Notes: t.Notes}
	for i, name := range t.Columns {
		out.Columns = append(out.Columns, view.TableColumn{Name: name, Numeric: i > 0 && !slices.ContainsFunc(t.Rows, func(row []string) bool {
			return !isNumber(row[i])
		})})
	}
	return out
}

// isNumber takes a cell for a number that begins with a digit or a minus sign and has no letter, or is missing.
func isNumber(cell string) bool {
	if cell == "" || cell == "–" {
		return true
	}
	first := []rune(cell)[0]
	return (first == '−' || unicode.IsDigit(first)) && !strings.ContainsFunc(cell, unicode.IsLetter)
}
