package view

import (
	"encoding/json"
	"fmt"
	"strings"
)

// A Content is what an artifact holds, in one of the forms that can be printed.
type Content struct {
	Version  string   `json:"version"`
	Artifact Artifact `json:"artifact"`

	Table   *Table   `json:"table,omitempty"`
	Metrics *Metrics `json:"-"`
	// Document is the JSON laid out for people.
	Document *Document       `json:"-"`
	JSON     json.RawMessage `json:"json,omitempty"`
	Text     string          `json:"text,omitempty"`
	Members  []Member        `json:"items,omitempty"` // of a manifest
	Model    *Model          `json:"model,omitempty"`
	Picture  *Picture        `json:"picture,omitempty"`
	Note     string          `json:"note,omitempty"` // what to do with what cannot be printed

	// All asks for every part of metrics, and not only for that which the answers rest on.
	All bool `json:"-"`
}

// A Table is rows of cells, as text.
type Table struct {
	Columns []TableColumn `json:"columns"`
	Rows    [][]string    `json:"rows"`
	Total   int           `json:"total"` // rows there are; Rows may be the first of them
}

// A TableColumn is a column of a table.
type TableColumn struct {
	Name    string `json:"name"`
	Type    string `json:"type"`
	Numeric bool   `json:"-"`
}

// A Member is one item of a manifest.
type Member struct {
	ID      string `json:"id"`
	Patient string `json:"patient,omitempty"`
	Digest  string `json:"digest"`
	Type    string `json:"type"`
	Bytes   int64  `json:"bytes"`
}

// A Model is what the header of a file of weights says.
type Model struct {
	Metadata map[string]string `json:"metadata"`
	Tensors  []Tensor          `json:"tensors"`
}

// A Tensor is one array of weights.
type Tensor struct {
	Name  string `json:"name"`
	DType string `json:"dtype"`
	Shape []int  `json:"shape"`
}

// A Picture is gray pixels, already as small as they are printed, row-major, 0 black.
type Picture struct {
	Width  int    `json:"width"` // of the original
	Height int    `json:"height"`
	Small  []byte `json:"-"`
	Across int    `json:"-"` // pixels in a row of Small
}

// A Show prints a content.
type Show interface{ Show(Content) error }

var (
	_ Show = (*ShowHuman)(nil)
	_ Show = (*ShowJSON)(nil)
)

// NewShow returns the view that the stream asks for.
func NewShow(s Stream) Show {
	if s.JSON {
		return &ShowJSON{s}
	}
	return &ShowHuman{s}
}

// ShowJSON prints one object.
type ShowJSON struct{ stream Stream }

// Show implements [Show].
func (v *ShowJSON) Show(c Content) error {
	c.Version = Version
	return v.stream.writeJSON(c)
}

// ShowHuman prints a heading, and the content in the form that suits it.
type ShowHuman struct{ stream Stream }

// Show implements [Show].
func (v *ShowHuman) Show(c Content) error {
	p := v.stream.page()
	p.linef("%s", p.bold(c.Artifact.Artifact))
	p.linef("%s", p.dim(fmt.Sprintf("%s, %s, sha256 %s", describe(c.Artifact), Bytes(c.Artifact.Bytes), shortHash(c.Artifact.Digest))))
	p.linef("")
	switch {
	case c.Table != nil:
		p.table(*c.Table)
	case c.Metrics != nil:
		p.metrics(*c.Metrics, c.All)
	case c.Document != nil:
		p.document(*c.Document)
	case len(c.Members) > 0:
		p.members(c.Members)
	case c.Model != nil:
		p.model(*c.Model)
	case c.Picture != nil:
		p.picture(*c.Picture)
	case c.JSON != nil:
		p.Write(append(indentJSON(c.JSON), '\n'))
	case c.Text != "":
		p.linef("%s", strings.TrimRight(c.Text, "\n"))
	}
	if c.Note != "" {
		p.wrapped("", c.Note)
	}
	return p.to(v.stream.Out)
}

func indentJSON(raw json.RawMessage) []byte {
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return raw
	}
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return raw
	}
	return b
}

// leastText is what is left of a text in a table, at least: less would not tell one image from another.
const leastText = 22

// table prints rows; columns for which the page has no room are named below instead.
func (p *page) table(t Table) {
	g := grid{rows: t.Rows}
	for _, c := range t.Columns {
		g.columns = append(g.columns, column{title: c.Name, right: c.Numeric})
	}
	g.measure()
	fits, used := 0, -2
	for i := range g.columns {
		c := &g.columns[i]
		c.least = min(c.width, leastText)
		width := c.width
		if !c.right {
			width = c.least
		}
		if used += 2 + width; used > p.width && fits > 0 {
			break
		}
		fits++
	}
	g.columns = g.columns[:fits]
	g.rows = make([][]string, len(t.Rows))
	for i, row := range t.Rows {
		g.rows[i] = row[:fits]
	}
	g.print(p)
	p.linef("")
	if fits < len(t.Columns) {
		var left []string
		for _, c := range t.Columns[fits:] {
			left = append(left, c.Name)
		}
		p.wrapped("", "No room for the columns "+strings.Join(left, ", ")+"; femur export writes them out, --json prints them.")
	}
	if len(t.Rows) < t.Total {
		p.linef("The first %d of %s; --all shows all.", len(t.Rows), Count(t.Total, "row"))
		return
	}
	p.linef("%s.", Count(t.Total, "row"))
}

func (p *page) members(members []Member) {
	g := grid{columns: []column{{title: "ITEM"}, {title: "PATIENT"}, {title: "TYPE"}, {title: "SIZE", right: true}}}
	for _, m := range members {
		g.add(m.ID, m.Patient, TypeName(m.Type), Bytes(m.Bytes))
	}
	g.print(p)
	p.linef("")
	p.linef("%s. --item ID shows one.", Count(len(members), "item"))
}

func (p *page) model(m Model) {
	values := 0
	g := grid{columns: []column{{title: "TENSOR"}, {title: "TYPE"}, {title: "SHAPE"}, {title: "VALUES", right: true}}}
	for _, t := range m.Tensors {
		n := 1
		shape := make([]string, len(t.Shape))
		for i, side := range t.Shape {
			n *= side
			shape[i] = fmt.Sprint(side)
		}
		values += n
		g.add(t.Name, t.DType, strings.Join(shape, "×"), grouped(n))
	}
	g.print(p)
	p.linef("")
	p.linef("%s, %s.", Count(len(m.Tensors), "tensor"), Count(values, "value"))
}
