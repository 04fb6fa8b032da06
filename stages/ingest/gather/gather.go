// Package gather makes what ingest says of its radiographs as a whole: tables, links between radiographs that show
// the same exposure, and the report of the cohort.
//
// It is a package of its own so that its code, and that of the pages it draws, is no part of what a radiograph is
// made of: a change here decodes nothing again (the kind's Collects).
package gather

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"femur/cache"
	"femur/dag"
	"femur/internal/cohort"
	"femur/internal/cohortreport"
	"femur/internal/duplicates"
	"femur/internal/radiograph"
	"femur/internal/table"
)

// Params are what the parameters of the stage say of the whole.
type Params struct {
	MaxRefused int // radiographs that may be refused
	Pictures   int // radiographs on the contact sheet
}

// Cohort makes the single outputs of the stage from what was made of each radiograph. More refusals than there may be
// are a [dag.BadInput] that lists them.
func Cohort(ctx context.Context, t dag.Task, p Params) error {
	left, err := p.leftOut(t)
	if err != nil {
		return err
	}
	known, err := cohort.Annotations(t, "annotations")
	if err != nil {
		return err
	}
	rows := make([]cohort.CohortRow, 0, len(known))
	hashed := false
	for id, a := range known {
		hashed = hashed || a.Hashed
		rows = append(rows, cohortRow(id, a))
	}
	slices.SortFunc(rows, func(a, b cohort.CohortRow) int { return cmp.Compare(a.ID, b.ID) })
	index := make([]cohort.IndexRow, len(rows))
	for i, r := range rows {
		index[i] = cohort.IndexRow{ID: r.ID, Patient: r.Patient, Label: r.Label, View: r.View}
	}
	if err := table.Put(t, "index", index); err != nil {
		return err
	}
	if err := table.Put(t, "cohort", rows); err != nil {
		return err
	}
	images, err := newPixels(t)
	if err != nil {
		return err
	}
	links, err := findLinks(ctx, t, known, images)
	if err != nil {
		return err
	}
	if err := table.Put(t, "links", links); err != nil {
		return err
	}
	for _, l := range links {
		if l.PatientA != l.PatientB || l.Conflict != "" {
			t.Log().Warn("two radiographs show the same exposure", "a", l.A, "b", l.B, "same patient", l.PatientA == l.PatientB, "conflict", l.Conflict)
		}
	}
	summary := cohortreport.Summarize(cohortreport.Input{
		Title: "Cohort", Rows: rows, Links: links, Refusals: left, Hashed: hashed, Contact: p.Pictures,
	})
	return publish(t, summary, rows, images)
}

// leftOut lists what was refused or skipped. More refusals than the stage may have are its failure.
func (p Params) leftOut(t dag.Task) ([]cohortreport.Refused, error) {
	all, err := refusals(t)
	if err != nil {
		return nil, err
	}
	var faults []error
	for _, r := range all {
		if !r.Skipped {
			faults = append(faults, &dag.BadInput{Record: r.ID, Summary: r.Summary, Detail: r.Detail})
		}
	}
	if len(faults) > p.MaxRefused {
		return nil, dag.JoinFaults(faults)
	}
	return all, nil
}

func cohortRow(id cache.ItemID, a cohort.Annotation) cohort.CohortRow {
	r := cohort.CohortRow{
		ID: string(id), Patient: string(a.Patient), Label: a.Label, View: a.View, Side: a.Side, Site: a.Site,
		Modality: a.Modality, Implant: a.Implant, Width: int32(a.Width), Height: int32(a.Height),
		Pitch: float64(a.Pitch), PitchFrom: string(a.PitchSource), Located: !a.Unlocated, CenterX: a.Center.X, CenterY: a.Center.Y,
		Centers: int32(len(a.Centers)), Annotator: int32(a.Annotators), Spread: a.AnnotatorSpread, StudyDate: a.StudyDate,
		Bits: int32(a.Bits), Format: a.Format, Blank: a.Blank, Truncated: a.Truncated, Missing: int32(a.MissingRows), Synthetic: a.Synthetic,
	}
	if r.Located && r.Centers == 0 {
		r.Centers = 1
	}
	return r
}

// pixels opens the radiographs that were made.
type pixels struct {
	t     dag.Task
	items map[cache.ItemID]cache.Item
}

func newPixels(t dag.Task) (pixels, error) {
	items, err := dag.ReadItems(t, "radiographs")
	return pixels{t, items}, err
}

func (p pixels) open(id cache.ItemID) (radiograph.Image, error) {
	it, ok := p.items[id]
	if !ok {
		return radiograph.Image{}, fmt.Errorf("%s: no pixels", id)
	}
	b, err := dag.ReadAll(p.t, it.Artifact)
	if err != nil {
		return radiograph.Image{}, err
	}
	im, err := radiograph.DecodeContainer(b, radiograph.Limits{})
	if err != nil {
		return im, fmt.Errorf("%s: %w", id, err)
	}
	return im, nil
}

// findLinks finds the radiographs that show the same exposure, and what their annotations contradict each other in.
func findLinks(ctx context.Context, t dag.Task, known map[cache.ItemID]cohort.Annotation, p pixels) ([]cohort.LinkRow, error) {
	var items []duplicates.Item
	for it, err := range t.Items("fingerprints") {
		if err != nil {
			return nil, err
		}
		b, err := dag.ReadAll(t, it.Artifact)
		if err != nil {
			return nil, err
		}
		d := duplicates.Item{ID: it.ID, Patient: it.Patient}
		if err := json.Unmarshal(b, &d.Fingerprint); err != nil {
			return nil, fmt.Errorf("%s: fingerprint: %w", it.ID, err)
		}
		items = append(items, d)
	}
	links, err := duplicates.Links(ctx, items, p.open)
	if err != nil {
		return nil, err
	}
	for i, l := range links {
		links[i].Conflict = duplicates.Conflict(known[cache.ItemID(l.A)], known[cache.ItemID(l.B)], l)
	}
	return links, nil
}

// publish writes what people look at.
func publish(t dag.Task, s cohortreport.Summary, rows []cohort.CohortRow, p pixels) error {
	byID := make(map[string]cohort.CohortRow, len(rows))
	for _, r := range rows {
		byID[r.ID] = r
	}
	var pictures []cohortreport.Picture
	for _, id := range s.Pictured() {
		im, err := p.open(cache.ItemID(id))
		if err != nil {
			return err
		}
		pictures = append(pictures, cohortreport.NewPicture(im, byID[id]))
	}
	if err := dag.WriteBytes(t, "summary", cache.ItemRef{}, s.Encode()); err != nil {
		return err
	}
	if err := dag.Write(t, "report", cache.ItemRef{}, func(w io.Writer) error { return cohortreport.HTML(w, s, pictures) }); err != nil {
		return err
	}
	sheet := cohortreport.Select(pictures, s.Contact)
	return dag.Write(t, "contact_sheet", cache.ItemRef{}, func(w io.Writer) error { return cohortreport.ContactSheet(w, sheet) })
}

// refusals reads why radiographs were left out, in the order of their ids.
func refusals(t dag.Task) ([]cohortreport.Refused, error) {
	var out []cohortreport.Refused
	for it, err := range t.Items("refusals") {
		if err != nil {
			return nil, err
		}
		b, err := dag.ReadAll(t, it.Artifact)
		if err != nil {
			return nil, err
		}
		why, err := cohort.DecodeRefusal(b)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", it.ID, err)
		}
		out = append(out, cohortreport.Refused{ID: string(it.ID), Patient: string(it.Patient), Refusal: why})
	}
	return out, nil
}
