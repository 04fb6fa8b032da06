package view

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A Pos is a place in a file: line and column count from 1, a column is a character.
type Pos struct {
	Line   int `json:"line"`
	Column int `json:"column"`
}

// A Range spans from a place to just before another.
type Range struct {
	Start Pos `json:"start"`
	End   Pos `json:"end"`
}

// Severities of a diagnostic.
const (
	SeverityError   = "error"
	SeverityWarning = "warning"
)

// A Diagnostic is one thing that is wrong, and what to do about it.
type Diagnostic struct {
	Severity string `json:"severity"`
	Summary  string `json:"summary"` // a phrase, without a period
	Detail   string `json:"detail"`  // whole sentences that end with what to do
	File     string `json:"file"`    // empty where no file is at fault
	Range    *Range `json:"range"`

	// Context names the block it stands in, and Lines is the source around it, where that is known.
	Context string       `json:"context,omitempty"`
	Lines   []SourceLine `json:"-"`
}

// A SourceLine is one line of a file. Start and End delimit the bytes at fault; they are equal where
// the line is only shown for its neighbors' sake.
type SourceLine struct {
	Number     int
	Text       string
	Start, End int
}

// Diagnostics prints diagnostics: as JSON one a line, for people with the source line and a caret
// underline.
func Diagnostics(s Stream, diags []Diagnostic) error {
	if s.JSON {
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		for _, d := range diags {
			if err := enc.Encode(d); err != nil {
				return fmt.Errorf("print as JSON: %w", err)
			}
		}
		_, err := s.Out.Write(b.Bytes())
		return err
	}
	p := s.page()
	for i, d := range diags {
		if i > 0 {
			p.linef("")
		}
		p.diagnostic(d)
	}
	return p.to(s.Out)
}

// diagnostic prints one: the heading, the place with its line, the detail.
func (p *page) diagnostic(d Diagnostic) {
	heading := p.red("Error: ")
	if d.Severity == SeverityWarning {
		heading = p.yellow("Warning: ")
	}
	lines := wrap(d.Summary, p.width-len("Warning: "))
	p.linef("%s%s", heading, p.bold(lines[0]))
	for _, line := range lines[1:] {
		p.linef("%s", p.bold(line))
	}
	if d.File != "" {
		p.place(d)
	}
	if d.Detail != "" {
		p.linef("")
		p.wrapped("", d.Detail)
	}
}

// place prints where it is, and the lines with an underline where the source is known.
func (p *page) place(d Diagnostic) {
	where := d.File
	if d.Range != nil && d.Range.Start.Line > 0 {
		where += ":" + strconv.Itoa(d.Range.Start.Line)
		if d.Range.Start.Column > 0 {
			where += ":" + strconv.Itoa(d.Range.Start.Column)
		}
	}
	if d.Context != "" {
		where += ", in " + d.Context
	}
	p.linef("  %s %s", p.dim("at"), where)
	if len(d.Lines) == 0 {
		return
	}
	digits := len(strconv.Itoa(d.Lines[len(d.Lines)-1].Number))
	margin := "  " + strings.Repeat(" ", digits) + " " + p.dim("│")
	p.linef("%s", margin)
	for _, line := range d.Lines {
		shown, column, length := line.excerpt(p.width - digits - 5)
		p.linef("  %s %s %s", p.dim(padLeft(strconv.Itoa(line.Number), digits)), p.dim("│"), shown)
		if length > 0 {
			p.linef("%s %s%s", margin, strings.Repeat(" ", column), p.red(strings.Repeat("^", length)))
		}
	}
}

// excerpt cuts a line to width characters around what is at fault, tabs as one space, and says where
// the underline begins and how long it is.
func (l SourceLine) excerpt(width int) (shown string, column, length int) {
	line := []rune(strings.ReplaceAll(l.Text, "\t", " "))
	start, end := min(l.Start, len(l.Text)), min(l.End, len(l.Text))
	column = utf8.RuneCountInString(l.Text[:start])
	length = utf8.RuneCountInString(l.Text[start:max(start, end)])
	if len(line) > width {
		from := min(max(0, column-width/3), len(line)-width)
		line = line[from : from+width]
		column -= from
	}
	return string(line), column, max(0, min(length, width-column))
}
