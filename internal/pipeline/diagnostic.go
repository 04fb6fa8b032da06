package pipeline

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"
)

// A Severity says whether a diagnostic stops the program.
type Severity string

// The severities.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// A Pos is a place in a file. Line and Column count from 1, columns in characters as people see them;
// Byte counts from 0.
type Pos struct {
	Line   int `json:"line"`
	Column int `json:"column"`
	Byte   int `json:"byte"`
}

// A Range is a part of a file; End is the place after its last character.
type Range struct {
	Start Pos `json:"start"`
	End   Pos `json:"end"`
}

// A Diagnostic is one fault in what the user wrote.
type Diagnostic struct {
	Severity Severity `json:"severity"`
	Summary  string   `json:"summary"`           // a noun phrase without a period
	Detail   string   `json:"detail"`            // whole sentences that end with what to do
	File     string   `json:"file"`              // as the user named it; "--var NAME" for a flag; may be empty
	Range    *Range   `json:"range,omitempty"`   // nil when the fault has no place
	Snippet  *Snippet `json:"snippet,omitempty"` // nil when there is no source to show
}

// String renders the diagnostic on one line, as compilers do: file:line,column: severity: summary; detail.
func (d Diagnostic) String() string {
	where := d.File
	if d.Range != nil {
		where = fmt.Sprintf("%s:%d,%d", d.File, d.Range.Start.Line, d.Range.Start.Column)
	}
	if where != "" {
		where += ": "
	}
	return fmt.Sprintf("%s%s: %s; %s", where, d.Severity, d.Summary, d.Detail)
}

// Diagnostics is a list of faults, sorted by position. A nil list is a valid empty one.
type Diagnostics []Diagnostic

// HasErrors says whether any of them stops the program.
func (ds Diagnostics) HasErrors() bool {
	return slices.ContainsFunc(ds, func(d Diagnostic) bool { return d.Severity == Error })
}

// plain converts what was collected into the list that callers see: each fault once, those of the
// pipeline file first, by position, then the others by file.
func (l *loader) plain() Diagnostics {
	var out Diagnostics
	seen := map[string]bool{}
	for _, d := range l.diags {
		p := Diagnostic{Severity: Error, Summary: d.Summary, Detail: d.Detail}
		if d.Severity == hcl.DiagWarning {
			p.Severity = Warning
		}
		if d.Subject != nil {
			p.File = d.Subject.Filename
			p.Range = &Range{plainPos(d.Subject.Start), plainPos(d.Subject.End)}
			p.Snippet = l.snippet(*d.Subject, d.Context)
		}
		if id := p.String(); !seen[id] {
			seen[id] = true
			out = append(out, p)
		}
	}
	slices.SortStableFunc(out, l.compareDiagnostics)
	return out
}

func (l *loader) compareDiagnostics(a, b Diagnostic) int {
	rank := func(d Diagnostic) int {
		switch d.File {
		case "":
			return 0
		case l.file:
			return 1
		}
		return 2
	}
	start := func(d Diagnostic) int {
		if d.Range == nil {
			return -1
		}
		return d.Range.Start.Byte
	}
	return cmp.Or(
		cmp.Compare(rank(a), rank(b)), cmp.Compare(a.File, b.File), cmp.Compare(start(a), start(b)),
		cmp.Compare(a.Severity, b.Severity), // those of one place stay in the order found: causes come first
	)
}

func plainPos(p hcl.Pos) Pos { return Pos{Line: p.Line, Column: p.Column, Byte: p.Byte} }

func errorAt(r hcl.Range, summary, detail string, args ...any) *hcl.Diagnostic {
	return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: fmt.Sprintf(detail, args...), Subject: &r}
}

func warningAt(r hcl.Range, summary, detail string, args ...any) *hcl.Diagnostic {
	d := errorAt(r, summary, detail, args...)
	d.Severity = hcl.DiagWarning
	return d
}
