package view

import "unicode/utf8"

// A Document is an artifact laid out for people by the package that knows what it means.
type Document struct{ Parts []Part }

// A Part is a heading with what stands below it, in the order of the fields.
type Part struct {
	Title  string
	Terms  []Term
	Text   []string
	Tables []DocumentTable
	List   []string
}

// A Term is a text with the word it is about.
type Term struct{ Name, Text string }

// A DocumentTable is a table that is shown whole, with notes below.
type DocumentTable struct {
	Columns []TableColumn
	Rows    [][]string
	Notes   []string
}

func (p *page) document(d Document) {
	for i, part := range d.Parts {
		if i > 0 {
			p.linef("")
		}
		for _, line := range wrap(part.Title, p.width) {
			p.linef("%s", p.bold(line))
		}
		p.linef("")
		p.terms(part.Terms)
		for k, text := range part.Text {
			if k > 0 || len(part.Terms) > 0 {
				p.linef("")
			}
			p.wrapped("  ", text)
		}
		for k, t := range part.Tables {
			if k > 0 || len(part.Text) > 0 {
				p.linef("")
			}
			p.documentTable(t)
		}
		for _, line := range part.List {
			p.wrapped("  · ", line)
		}
	}
}

// terms sets the words in a column of their own.
func (p *page) terms(terms []Term) {
	width := 0
	for _, t := range terms {
		width = max(width, utf8.RuneCountInString(t.Name))
	}
	for _, t := range terms {
		p.wrapped("  "+pad(t.Name, width)+"  ", t.Text)
	}
}

func (p *page) documentTable(t DocumentTable) {
	g := grid{rows: t.Rows, indent: "  "}
	for _, c := range t.Columns {
		g.columns = append(g.columns, column{title: c.Name, right: c.Numeric, spare: c.Name == "", least: leastText})
	}
	g.print(p)
	for _, note := range t.Notes {
		p.wrapped("  ", note)
	}
}
