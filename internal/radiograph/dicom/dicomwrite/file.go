package dicomwrite

import (
	"bytes"
	"cmp"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"slices"
)

const (
	preambleBytes = 128
	magic         = "DICM"
)

// The names that this package's files bear.
const (
	implementationVersion = "FEMUR"
	implementationName    = "femur/dicomwrite"
)

// A File is a DICOM file. Its elements may stand in any order; each tag once.
type File struct {
	Syntax   string // UID of the transfer syntax
	Elements []Element
	// Bare leaves out preamble and File Meta Information, as files of the old days do.
	Bare bool
}

// Set replaces the element of a tag, or adds it.
func (f *File) Set(e Element) {
	f.Remove(e.Tag)
	f.Elements = append(f.Elements, e)
}

// Remove takes an element out.
func (f *File) Remove(t Tag) {
	f.Elements = slices.DeleteFunc(slices.Clone(f.Elements), func(e Element) bool { return e.Tag == t })
}

// Text returns the value of an element that is text, "" where there is none.
func (f *File) Text(t Tag) string {
	for _, e := range f.Elements {
		if s, ok := e.Value.(string); ok && e.Tag == t {
			return s
		}
	}
	return ""
}

// Bytes returns the file as it stands on a disk.
func (f *File) Bytes() ([]byte, error) {
	l := layout{order: binary.LittleEndian}
	switch f.Syntax {
	case ImplicitLittle:
		l.implicit = true
	case ExplicitBig:
		l.order = binary.BigEndian
	case "":
		return nil, fmt.Errorf("DICOM file: no transfer syntax")
	}
	set, err := l.appendSet(nil, f.Elements)
	if err != nil {
		return nil, fmt.Errorf("DICOM file: %w", err)
	}
	if f.Syntax == Deflated {
		if set, err = deflated(set); err != nil {
			return nil, fmt.Errorf("DICOM file: %w", err)
		}
	}
	if f.Bare {
		return set, nil
	}
	meta, err := meta(f.Text(SOPClassUID), f.Text(SOPInstanceUID), f.Syntax)
	if err != nil {
		return nil, fmt.Errorf("DICOM file: %w", err)
	}
	b := make([]byte, preambleBytes, preambleBytes+len(magic)+len(meta)+len(set))
	return append(append(append(b, magic...), meta...), set...), nil
}

// meta returns the File Meta Information, which is always explicit little endian (PS3.10, 7.1).
func meta(class, instance, syntax string) ([]byte, error) {
	l := layout{order: binary.LittleEndian}
	body, err := l.appendSet(nil, []Element{
		{0x00020001, "OB", []byte{0, 1}},
		{0x00020002, "UI", class},
		{0x00020003, "UI", instance},
		{0x00020010, "UI", syntax},
		{0x00020012, "UI", UID(implementationName)},
		{0x00020013, "SH", implementationVersion},
	})
	if err != nil {
		return nil, err
	}
	head, err := l.appendElement(nil, Element{groupLengthTag, "UL", []uint32{uint32(len(body))}})
	return append(head, body...), err
}

// appendSet appends elements in the order of their tags.
func (l layout) appendSet(b []byte, elements []Element) ([]byte, error) {
	sorted := slices.Clone(elements)
	slices.SortStableFunc(sorted, func(a, b Element) int { return cmp.Compare(a.Tag, b.Tag) })
	var err error
	for i, e := range sorted {
		if i > 0 && sorted[i-1].Tag == e.Tag {
			return nil, fmt.Errorf("element %v stands there twice", e.Tag)
		}
		if b, err = l.appendElement(b, e); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// deflated compresses a data set without a header of its own, padded to an even length (PS3.5, A.5).
func deflated(set []byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.DefaultCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(set); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	if b.Len()%2 != 0 {
		b.WriteByte(0)
	}
	return b.Bytes(), nil
}
