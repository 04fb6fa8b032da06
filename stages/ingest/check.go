package ingest

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"femur/dag"
	"femur/internal/annotations"
	"femur/internal/cohort"
	"femur/internal/geom"
)

// fault refuses a row before its pixels are looked at. The first fault of a row counts.
func (l listing) fault(r *row, summary, detail string) {
	if r.Refused == nil {
		r.Refused = &cohort.Refusal{Summary: summary, Detail: detail}
	}
	r.image, r.Marks = "", nil
}

// skip leaves a row out on purpose.
func (l listing) skip(r *row, summary string) {
	r.Refused = &cohort.Refusal{Summary: summary, Skipped: true}
	r.image, r.Marks = "", nil
}

// check holds the rows against each other. Rows that are wrong are refused; when there are more than the stage
// may refuse, they come back as one error, before any pixel is read.
func (l listing) check(rows []row) error {
	sortRows(rows)
	labels := map[string]*row{}
	for i := range rows {
		r := &rows[i]
		if i > 0 && rows[i-1].id == r.id {
			// Two rows cannot go by one id, refused or not: this is no fault of a single radiograph.
			return l.bad(r, "the radiograph is listed twice, first at "+l.where(&rows[i-1]), "Remove one of the two records.")
		}
		if r.Refused != nil {
			continue
		}
		l.checkRow(r)
		if r.Refused != nil || r.Patient == "" {
			continue
		}
		first, ok := labels[r.Patient]
		if !ok {
			labels[r.Patient] = r
		} else if first.Label != r.Label {
			l.fault(r, fmt.Sprintf("patient %s is labeled %s here and %s at %s", r.Patient, r.Label, first.Label, l.where(first)),
				"A patient has one label: splits are stratified by it and scores are pooled under it. Correct the label, or give the two fractures two patient ids.")
		}
	}
	return l.tooMany(rows)
}

// skips reports whether a row is left out for want of a center.
func (l listing) skips(r row) bool {
	return len(r.Marks) == 0 && or(l.Unannotated, "refuse") == "skip"
}

// checkRow looks at one row alone.
func (l listing) checkRow(r *row) {
	switch {
	case l.skips(*r):
		l.skip(r, "no center is annotated")
	case r.Patient == "" || r.Label == "":
		l.fault(r, "patient or label is empty", "Each radiograph needs both: patients are the unit of splits.")
	case len(r.Marks) == 0 && or(l.Unannotated, "refuse") == "refuse":
		l.fault(r, "no center is annotated", `Annotate the radiograph, remove the record, or set unannotated = "skip" or "keep".`)
	case slices.ContainsFunc(r.Marks, func(m mark) bool { return !finite(m.Center) }):
		l.fault(r, "the center is no finite number", "Correct the annotation.")
	case r.Pitch.Validate() != nil:
		l.fault(r, "invalid spacing: "+r.Pitch.Validate().Error(), "Give mm per pixel, or leave it empty when it is unknown.")
	case r.Width > 0 && r.Height > 0:
		a := cohort.Annotation{Width: r.Width, Height: r.Height}
		var bad *refusedError
		if err := r.locate(&a); errors.As(err, &bad) {
			l.fault(r, bad.Summary, bad.Detail)
		}
	}
}

func finite(p geom.Point) bool {
	return !math.IsNaN(p.X) && !math.IsInf(p.X, 0) && !math.IsNaN(p.Y) && !math.IsInf(p.Y, 0)
}

// tooMany is the error of a source of which more rows are wrong than may be.
func (l listing) tooMany(rows []row) error {
	var wrong []*row
	for i := range rows {
		if r := &rows[i]; r.Refused != nil && !r.Refused.Skipped {
			wrong = append(wrong, r)
		}
	}
	if len(wrong) <= l.maxRefused {
		return nil
	}
	slices.SortStableFunc(wrong, func(a, b *row) int { return a.from.Line - b.from.Line })
	var faults []error
	for _, r := range wrong {
		faults = append(faults, l.bad(r, r.Refused.Summary, r.Refused.Detail))
	}
	return dag.JoinFaults(faults)
}

// bad is a fault in a row, at its file and line; where identifiers are hashed, these are for the terminal alone.
func (l listing) bad(r *row, summary, detail string) error {
	if !l.private() {
		return r.from.Bad(summary, detail)
	}
	said := r.from.Bad("", "")
	return &dag.BadInput{Record: string(r.id), Summary: summary, Detail: detail, Origin: place(said, r.from)}
}

// place is where a record stands and what it is about.
func place(said *dag.BadInput, from annotations.Record) string {
	at := said.File
	if said.Line > 0 {
		at = fmt.Sprintf("%s:%d", at, said.Line)
	}
	if said.Record != "" && said.Record != at {
		at = strings.TrimPrefix(at+": "+said.Record, ": ")
	}
	if at == "" {
		at = from.Name
	}
	return at
}

// where names a row for a message about another one.
func (l listing) where(r *row) string {
	if l.private() {
		return string(r.id)
	}
	return r.from.Where()
}
