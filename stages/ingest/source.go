package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strconv"

	"femur/cache"
	"femur/dag"
	"femur/internal/annotations"
	"femur/internal/geom"
	"femur/internal/synth"
)

// Sources implements [dag.Sourced]: the rows of the source and the files they name.
func (s *stage) Sources(ctx context.Context, files dag.SourceFiles) ([]dag.SourceItem, error) {
	l := listing{Source: s.Source, maxRefused: s.MaxRefused, files: files}
	if s.Source.Kind == kindSynthetic {
		rows, err := s.Source.synthetic()
		if err != nil {
			return nil, err
		}
		return l.encode(rows)
	}
	rows, err := l.rows(ctx)
	if err != nil {
		return nil, l.conceal(err)
	}
	if err := l.check(rows); err != nil {
		return nil, err
	}
	return l.encode(rows)
}

// synthetic lists a cohort of package synth; nothing is rendered yet.
func (s Source) synthetic() ([]row, error) {
	cfg := synth.Config{
		Patients: or(s.Patients, 96), AFF: or(s.AFF, 0.2), Scale: or(s.Scale, 1), Seed: uint64(or(s.Cohort, 1)),
	}
	if s.Radiographs != nil {
		cfg.MinImages, cfg.MaxImages = 1, *s.Radiographs
	}
	co, err := synth.NewCohort(cfg)
	if err != nil {
		return nil, &dag.BadInput{Summary: err.Error(), Detail: "Correct the arguments of the source."}
	}
	// The number of patients has no effect on any one of them, so it stays out of their rows.
	each := cfg
	each.Patients = 0
	var rows []row
	for _, spec := range co.Specs() {
		rows = append(rows, row{
			id: cache.ItemID(spec.ID), Patient: spec.Patient, Label: string(spec.Label), Marks: []mark{{Center: spec.Center}},
			Choose: annotations.First, Width: spec.Width, Height: spec.Height, Pitch: spec.Known(), View: string(spec.View),
			Side: string(spec.Side), Site: strconv.Itoa(spec.Site), Modality: spec.Modality, Implant: string(spec.Implant),
			Synthetic: &syntheticRow{Config: each, Spec: spec},
		})
	}
	return rows, nil
}

// A listing is a source of files while it is listed.
type listing struct {
	Source
	maxRefused int
	files      dag.SourceFiles
}

// options are the source's arguments as package annotations takes them.
func (l listing) options() annotations.Options {
	return annotations.Options{
		Path: or(l.Path, ""), Images: or(l.Images, ""),
		Labels: or(l.Labels, ""), LabelKey: or(l.LabelKey, ""), Label: or(l.LabelName, ""), Patient: or(l.Patient, ""),
		Pattern: or(l.Pattern, ""), Names: or(l.Names, ""), Classes: l.Classes,
		EachImage: or(l.Alone, l.Kind == kindCOCO && l.Patient == nil && l.Pattern == nil),
		Partial:   l.Kind == kindDICOM,
	}
}

// rows lists the rows of a source of files.
func (l *listing) rows(ctx context.Context) ([]row, error) {
	if l.Kind == kindDICOM {
		return l.dicomRows(ctx)
	}
	o, kind := l.options(), annotations.Kind(l.Kind)
	records, err := annotations.Read(kind, l.files, o)
	l.settleIdentifiers(records, err)
	if err != nil {
		return nil, err
	}
	folder := o.ImagesFolder(kind)
	rows := make([]row, 0, len(records))
	for _, rec := range records {
		r, err := l.row(rec, rec.Name)
		if err != nil {
			return nil, err
		}
		switch r.image, err = annotations.Join(folder, rec.Name); {
		case l.skips(r):
			l.skip(&r, "no center is annotated")
		case err != nil:
			l.fault(&r, l.hide("the image's path leaves the folder of images", err.Error()), "Give names below the folder of images (argument images).")
		case !l.files.Exists(r.image):
			l.fault(&r, l.hide("the image does not exist", "the image "+r.image+" does not exist"), "Put the file there, correct the path (argument images), or remove the record.")
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// hide returns the text that names nobody where identifiers are hashed, else the other one.
func (l listing) hide(private, otherwise string) string {
	if l.private() {
		return private
	}
	return otherwise
}

// row makes the row of a record whose identity hangs on the name: the image's path and its frame.
func (l listing) row(rec annotations.Record, name string) (row, error) {
	r := row{
		Patient: rec.Patient, Label: rec.Label, Marks: marks(rec.Marks), Choose: l.choice(), Width: rec.Width, Height: rec.Height,
		Pitch: rec.Pitch, Spacing: geom.Pitch(or(l.Spacing, 0)), View: rec.View, Side: rec.Side, Site: rec.Site,
		Modality: rec.Modality, Implant: rec.Implant, StudyDates: l.dates(), Hashed: l.private(), from: rec,
	}
	if rec.Frame >= 0 {
		r.Frame = rec.Frame + 1
		name = fmt.Sprintf("%s#frame=%d", name, r.Frame)
	}
	if to, ok := l.Rename[r.Label]; ok {
		r.Label = to
	}
	id, err := l.pseudonym("radiograph", name)
	if err != nil {
		return r, err
	}
	r.id = cache.ItemID(id)
	if r.Patient, err = l.pseudonym("patient", r.Patient); err != nil {
		return r, err
	}
	r.Site, err = l.pseudonym("site", r.Site)
	return r, err
}

// pseudonym is the keyed hash of a name, or, where identifiers are kept, the name.
func (l listing) pseudonym(purpose, name string) (string, error) {
	if name == "" || !l.private() {
		return name, nil
	}
	return l.files.Pseudonym(purpose, name)
}

// encode turns rows into the items of the external ports.
func (l listing) encode(rows []row) ([]dag.SourceItem, error) {
	sortRows(rows)
	drawn := l.Path != nil && l.files.Exists(path.Join(path.Dir(*l.Path), synth.NoticeFile))
	var items []dag.SourceItem
	for _, r := range rows {
		r.Drawn = drawn
		b, err := json.Marshal(r)
		if err != nil {
			return nil, fmt.Errorf("row %s: %w", r.id, err)
		}
		items = append(items, r.items(l.private(), b)...)
	}
	if len(items) == 0 {
		return nil, l.conceal(&dag.BadInput{File: or(l.Path, or(l.Images, "")), Summary: "no radiograph is listed", Detail: "Check the file and the arguments of the source."})
	}
	return items, nil
}

// conceal takes names out of the errors of a source whose identifiers are hashed. The person at the terminal
// sees them all the same.
func (l listing) conceal(err error) error {
	if err == nil || !l.private() {
		return err
	}
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		var hidden []error
		for _, one := range joined.Unwrap() {
			hidden = append(hidden, l.conceal(one))
		}
		return errors.Join(hidden...)
	}
	var bad *dag.BadInput
	if !errors.As(err, &bad) { // of the system: a folder that may not be read is named in its text
		return dag.Conceal(err, err.Error())
	}
	if bad.Origin != "" || bad.Counts() {
		return err
	}
	// Any part of the message may name an image or a patient, so all of it is for the terminal alone.
	return &dag.BadInput{
		Origin: bad.Error(), Summary: "the source is not as it should be",
		Detail: "Its own words are shown at the terminal alone, since identifiers are hashed: run femur plan to see them.",
	}
}
