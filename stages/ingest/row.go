package ingest

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"path"
	"slices"
	"strings"

	"femur/cache"
	"femur/dag"
	"femur/internal/cohort"
	"femur/internal/geom"
	"femur/internal/synth"
)

// A row is what a source says of one radiograph. Its JSON is part of the radiograph's key, so it holds
// nothing that may change without a meaning, such as a line number or a folder.
type row struct {
	Patient  string     `json:"patient"`
	Label    string     `json:"label"`
	Center   geom.Point `json:"center"`          // oriented pixels
	Width    int        `json:"width,omitempty"` // as the source claims; 0 when it claims nothing
	Height   int        `json:"height,omitempty"`
	Pitch    geom.Pitch `json:"pitch,omitempty"`
	View     string     `json:"view,omitempty"`
	Side     string     `json:"side,omitempty"`
	Site     string     `json:"site,omitempty"`
	Modality string     `json:"modality,omitempty"`
	Implant  string     `json:"implant,omitempty"`

	Synthetic *syntheticRow `json:"synthetic,omitempty"`
	// Drawn says that the file was written by femur synth.
	Drawn bool `json:"drawn,omitempty"`

	// Where the row stands, for messages only.
	id    string // the radiograph's
	image string // path of the file; empty when synthetic
	file  string
	line  int
	empty bool // the record has no center
}

type syntheticRow struct {
	Config synth.Config `json:"config"`
	Spec   synth.Spec   `json:"spec"`
}

func (r row) annotation() cohort.Annotation {
	return cohort.Annotation{
		Patient: cache.PatientID(r.Patient), Label: r.Label, Center: r.Center, Width: r.Width, Height: r.Height,
		Pitch: r.Pitch, View: r.View, Side: r.Side, Site: r.Site, Modality: r.Modality, Implant: r.Implant,
		Synthetic: r.Synthetic != nil || r.Drawn,
	}
}

// check holds the row against the size of the oriented image.
func (r row) check(id string, width, height int) error {
	if r.Width != 0 && (r.Width != width || r.Height != height) {
		return &dag.BadInput{
			Record:  id,
			Summary: fmt.Sprintf("the annotation was made on an image of %d×%d pixels, the file has %d×%d", r.Width, r.Height, width, height),
			Detail:  "Use the file that was annotated, or annotate this one.",
		}
	}
	if !r.Center.Inside(width, height) {
		return &dag.BadInput{
			Record:  id,
			Summary: fmt.Sprintf("the center %s lies outside the image of %d×%d pixels", r.Center, width, height),
			Detail:  "Coordinates are pixels of the oriented image, x to the right and y down. Correct the annotation.",
		}
	}
	return nil
}

// bad is a fault in the row, at its file and line.
func (r row) bad(summary, detail string) error {
	return &dag.BadInput{File: r.file, Line: r.line, Record: r.id, Summary: summary, Detail: detail}
}

// finish checks the rows of a source against each other and the folder, applies the choices that all
// sources share, and turns them into the items of the external ports. All faults come back together.
func (s Source) finish(rows []row, files dag.SourceFiles) ([]dag.SourceItem, error) {
	var faults []error
	first := map[string]row{}
	labels := map[string]row{}
	var items []dag.SourceItem
	drawn := s.Path != nil && files.Exists(path.Join(path.Dir(*s.Path), synth.NoticeFile))
	for _, r := range rows {
		r.Drawn = drawn
		if r.empty {
			if or(s.Unannotated, "refuse") == "skip" {
				continue
			}
			faults = append(faults, r.bad("no center is annotated", `Annotate the radiograph, remove the record, or set unannotated = "skip".`))
			continue
		}
		if name, ok := s.Rename[r.Label]; ok {
			r.Label = name
		}
		if r.Pitch == 0 {
			r.Pitch = geom.Pitch(or(s.Spacing, 0))
		}
		if err := r.faults(first, labels, files); err != nil {
			faults = append(faults, err)
			continue
		}
		b, err := json.Marshal(r)
		if err != nil {
			return nil, fmt.Errorf("row %s: %w", r.id, err)
		}
		id, patient := cache.ItemID(r.id), cache.PatientID(r.Patient)
		items = append(items, dag.SourceItem{Port: "rows", ID: id, Patient: patient, Inline: b})
		if r.image != "" {
			items = append(items, dag.SourceItem{Port: "files", ID: id, Patient: patient, Path: r.image})
		}
	}
	slices.SortStableFunc(faults, func(a, b error) int { return lineOf(a) - lineOf(b) })
	faults = fewest(faults, or(s.Path, ""))
	if len(faults) == 0 && len(items) == 0 {
		faults = append(faults, &dag.BadInput{File: or(s.Path, ""), Summary: "no radiograph is listed", Detail: "Check the file and the arguments of the source."})
	}
	return items, errors.Join(faults...)
}

// faults checks one row against the ones before it.
func (r row) faults(first, labels map[string]row, files dag.SourceFiles) error {
	if r.Patient == "" || r.Label == "" {
		return r.bad("patient or label is empty", "Each radiograph needs both: patients are the unit of splits.")
	}
	if math.IsNaN(r.Center.X) || math.IsInf(r.Center.X, 0) || math.IsNaN(r.Center.Y) || math.IsInf(r.Center.Y, 0) {
		return r.bad("the center is no finite number", "Correct the annotation.")
	}
	if err := r.Pitch.Validate(); err != nil {
		return r.bad("invalid spacing: "+err.Error(), "Give mm per pixel, or leave it empty when it is unknown.")
	}
	if r.Width != 0 {
		if err := r.check(r.id, r.Width, r.Height); err != nil {
			var bad *dag.BadInput
			if errors.As(err, &bad) {
				bad.File, bad.Line = r.file, r.line
			}
			return err
		}
	}
	if f, ok := first[r.id]; ok {
		return r.bad("the radiograph is listed twice, first at "+f.where(), "Remove one of the two records.")
	}
	first[r.id] = r
	if l, ok := labels[r.Patient]; ok && l.Label != r.Label {
		return r.bad(fmt.Sprintf("patient %s is labeled %s here and %s at %s", r.Patient, r.Label, l.Label, l.where()),
			"A patient has one label: splits are stratified by it and scores are pooled under it. Correct the label, or give the two fractures two patient ids.")
	}
	if _, ok := labels[r.Patient]; !ok {
		labels[r.Patient] = r
	}
	if r.image != "" && !files.Exists(r.image) {
		return r.bad(fmt.Sprintf("the image %s does not exist", r.image), "Put the file there, correct the path (argument images), or remove the record.")
	}
	return nil
}

func (r row) where() string {
	switch {
	case r.line > 0:
		return fmt.Sprintf("%s:%d", r.file, r.line)
	case r.file != "":
		return fmt.Sprintf("%s (%s)", r.file, r.id)
	}
	return r.id
}

// join resolves the name of an image against the folder of images and refuses to leave it.
func join(folder, name string) (string, error) {
	clean := path.Clean(strings.ReplaceAll(name, `\`, "/"))
	if clean == "." || clean == ".." || path.IsAbs(clean) || strings.HasPrefix(clean, "../") {
		return "", fmt.Errorf("the image path %q leaves the folder %s", name, folder)
	}
	return path.Join(folder, clean), nil
}

// sorted orders rows by radiograph, so that a source's own order has no effect.
func sorted(rows []row) []row {
	slices.SortStableFunc(rows, func(a, b row) int { return strings.Compare(a.id, b.id) })
	return rows
}

// sortedKeys returns the keys of m in order.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
