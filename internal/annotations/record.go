package annotations

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"femur/dag"
	"femur/internal/geom"
)

// A Record is what a source says of one radiograph. Empty and zero mean that it says nothing.
type Record struct {
	// Name is the image as the source names it, slash-separated, relative to the folder of images.
	Name string
	// UID is the SOP Instance UID, for sources of DICOM files that name no file.
	UID string
	// Frame counts from 0; -1 stands for a source that names no frame.
	Frame int

	Patient, Label, View, Side, Site, Modality, Implant string

	// Width and Height are those of the oriented image that was annotated, as the source claims.
	Width, Height int
	Pitch         geom.Pitch
	Marks         []Mark // none: no center is annotated

	// File, Line (from 1) and Entry ("task 12") say where the record stands, for messages.
	File  string
	Line  int
	Entry string
}

// A Mark is one annotated fracture by one annotator.
type Mark struct {
	// Center is in continuous oriented pixels or, where Relative, in fractions of width and height.
	Center   geom.Point
	Relative bool
	// Area is that of the box, in the squared unit of Center; 0 for a point.
	Area float64
	// Annotator tells people apart; empty where the source does not.
	Annotator string
	// Class is what the annotator called the mark; empty where the form has no classes.
	Class string
}

// Bad is a fault in the record, at its file and line.
func (r Record) Bad(summary, detail string) *dag.BadInput {
	return &dag.BadInput{File: r.File, Line: r.Line, Record: r.title(), Summary: summary, Detail: detail}
}

// Where names the place of the record, for a message about another one.
func (r Record) Where() string {
	switch {
	case r.Line > 0:
		return fmt.Sprintf("%s:%d", r.File, r.Line)
	case r.File == "":
		return r.title()
	case r.Entry != "":
		return fmt.Sprintf("%s (%s)", r.File, r.Entry)
	}
	return fmt.Sprintf("%s (%s)", r.File, r.title())
}

// title is what a person calls the record: the image, the place in the file, or both.
func (r Record) title() string {
	name := r.Name
	if name == "" {
		name = r.UID
	}
	if name != "" && r.Frame >= 0 {
		name = fmt.Sprintf("%s frame %d", name, r.Frame)
	}
	switch {
	case name == "":
		return r.Entry
	case r.Entry == "":
		return name
	}
	return r.Entry + " (" + name + ")"
}

// Join resolves the name of an image against the folder of images and refuses to leave it.
func Join(folder, name string) (string, error) {
	clean, err := inside(name)
	if err != nil {
		return "", fmt.Errorf("%w %s", err, folder)
	}
	return path.Join(folder, clean), nil
}

// inside cleans a slash- or backslash-separated name that must not lead out of its folder.
func inside(name string) (string, error) {
	clean := path.Clean(strings.ReplaceAll(name, `\`, "/"))
	if clean == "." || clean == ".." || path.IsAbs(clean) || strings.HasPrefix(clean, "../") || strings.ContainsRune(clean, 0) {
		return "", fmt.Errorf("the image path %q leaves the folder", name)
	}
	return clean, nil
}

// compare orders records by image, then by place.
func compare(a, b Record) int {
	if c := strings.Compare(a.Name, b.Name); c != 0 {
		return c
	}
	if c := strings.Compare(a.UID, b.UID); c != 0 {
		return c
	}
	if c := a.Frame - b.Frame; c != 0 {
		return c
	}
	return a.Line - b.Line
}

// sorted orders records, so that a source's own order has no effect.
func sorted(records []Record) []Record {
	slices.SortStableFunc(records, compare)
	return records
}
