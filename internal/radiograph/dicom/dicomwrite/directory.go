package dicomwrite

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
)

// A Listed file is one that a directory refers to.
type Listed struct {
	// Path is from the directory's folder, with slashes. Media allow 8 parts of at most 8 characters A to Z, 0 to 9
	// and _ (PS3.10, 8.2).
	Path string
	File *File
}

// The tags of a directory.
const (
	fileSetID       Tag = 0x00041130
	rootFirst       Tag = 0x00041200
	rootLast        Tag = 0x00041202
	consistency     Tag = 0x00041212
	recordSequence  Tag = 0x00041220
	recordNext      Tag = 0x00041400
	recordInUse     Tag = 0x00041410
	recordLower     Tag = 0x00041420
	recordType      Tag = 0x00041430
	referencedFile  Tag = 0x00041500
	referencedClass Tag = 0x00041510
	referencedUID   Tag = 0x00041511
	referencedForm  Tag = 0x00041512
)

const mediaDirectory = "1.2.840.10008.1.3.10"

// A record is one of a directory; it leads to those below it and to the next one beside it.
type record struct {
	kind        string
	elements    []Element
	lower       []*record
	byKey       map[string]*record // those below
	next, below *record
	at          uint32 // byte in the file
}

// Directory returns the DICOMDIR of files: patients, their studies, series and images, in the order in which they are
// first listed (PS3.3, annex F). instance is its own UID.
func Directory(instance string, files []Listed) ([]byte, error) {
	root := &record{byKey: map[string]*record{}}
	for _, l := range files {
		f := l.File
		at := root
		for _, level := range []struct {
			kind string
			key  Tag
			tags []Tag
		}{
			{"PATIENT", PatientID, []Tag{PatientName, PatientID}},
			{"STUDY", StudyInstanceUID, []Tag{StudyDate, StudyTime, AccessionNumber, StudyDescription, StudyInstanceUID, StudyID}},
			{"SERIES", SeriesInstanceUID, []Tag{Modality, SeriesInstanceUID, SeriesNumber}},
			{"IMAGE", SOPInstanceUID, []Tag{InstanceNumber}},
		} {
			key := f.Text(level.key)
			below := at.byKey[key]
			if below == nil {
				below = newRecord(level.kind, f, level.tags)
				at.byKey[key] = below
				at.lower = append(at.lower, below)
			}
			at = below
		}
		if at.has(referencedFile) {
			return nil, fmt.Errorf("DICOMDIR: two files have the same SOP Instance UID; one of them is %s", l.Path)
		}
		at.elements = append(at.elements,
			Element{referencedFile, "CS", strings.ReplaceAll(l.Path, "/", `\`)},
			Element{referencedClass, "UI", f.Text(SOPClassUID)},
			Element{referencedUID, "UI", f.Text(SOPInstanceUID)},
			Element{referencedForm, "UI", f.Syntax})
	}
	records := root.link(nil)
	// Offsets have a fixed size: writing without records, and then each one, tells where each will be.
	head, err := root.directory(instance, nil)
	if err != nil {
		return nil, err
	}
	at := len(head)
	for _, r := range records {
		r.at = uint32(at)
		set, err := plain().appendSet(nil, r.set())
		if err != nil {
			return nil, fmt.Errorf("DICOMDIR: %w", err)
		}
		at += itemHead + len(set)
	}
	return root.directory(instance, records)
}

// plain is the layout of every directory.
func plain() layout { return layout{order: binary.LittleEndian} }

// itemHead is the size of an item's tag and length.
const itemHead = 8

// newRecord copies what a record tells of a file.
func newRecord(kind string, f *File, tags []Tag) *record {
	r := &record{kind: kind, byKey: map[string]*record{}}
	for _, e := range f.Elements {
		if slices.Contains(tags, e.Tag) {
			r.elements = append(r.elements, e)
		}
	}
	return r
}

func (r *record) has(t Tag) bool {
	return slices.ContainsFunc(r.elements, func(e Element) bool { return e.Tag == t })
}

// link connects records and returns all below r, each before those below it.
func (r *record) link(all []*record) []*record {
	for i, l := range r.lower {
		if i == 0 {
			r.below = l
		} else {
			r.lower[i-1].next = l
		}
		all = l.link(append(all, l))
	}
	return all
}

// offset is where a record begins, 0 for none.
func (r *record) offset() []uint32 {
	if r == nil {
		return []uint32{0}
	}
	return []uint32{r.at}
}

// set returns the elements of a record as they stand in the file.
func (r *record) set() []Element {
	return append([]Element{
		{recordNext, "UL", r.next.offset()},
		{recordInUse, "US", []uint16{0xFFFF}},
		{recordLower, "UL", r.below.offset()},
		{recordType, "CS", r.kind},
	}, r.elements...)
}

// directory returns the file below whose root the records are.
func (r *record) directory(instance string, records []*record) ([]byte, error) {
	last := r.below
	if n := len(r.lower); n > 0 {
		last = r.lower[n-1]
	}
	items := make([][]Element, len(records))
	for i, below := range records {
		items[i] = below.set()
	}
	head, err := meta(mediaDirectory, instance, ExplicitLittle)
	if err != nil {
		return nil, fmt.Errorf("DICOMDIR: %w", err)
	}
	b := append(append(make([]byte, preambleBytes), magic...), head...)
	if b, err = plain().appendSet(b, []Element{
		{fileSetID, "CS", ""},
		{rootFirst, "UL", r.below.offset()},
		{rootLast, "UL", last.offset()},
		{consistency, "US", []uint16{0}},
		{recordSequence, "SQ", items},
	}); err != nil {
		return nil, fmt.Errorf("DICOMDIR: %w", err)
	}
	return b, nil
}
