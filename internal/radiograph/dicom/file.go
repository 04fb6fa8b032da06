package dicom

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

const directoryClass = "1.2.840.10008.1.3.10" // Media Storage Directory Storage

// A file is a DICOM file whose header was read.
type file struct {
	syntax    syntax
	attrs     attributes
	directory bool
	body      []byte // the data set; inflated where it was deflated
	pixels    *head  // of the pixel data; nil where there are none
	big       bool
	floating  bool // the pixels are floating-point numbers
}

// Is reports whether the bytes are a DICOM file, whatever its name: by its mark, or, for exports that lack it, by the
// form of the first elements.
func Is(b []byte) bool {
	_, _, err := start(b)
	return err == nil
}

var errNotDICOM = errors.New("not a DICOM file")

// start finds where the File Meta Information begins, or, where there is none, the data set.
func start(b []byte) (at int, meta bool, err error) {
	if len(b) >= 132 && string(b[128:132]) == "DICM" {
		return 132, true, nil
	}
	if plausible(b, 0x0002, scanner{b: b}) {
		return 0, true, nil
	}
	for _, s := range bareForms(b) {
		if plausible(b, 0x0008, s) {
			return 0, false, nil
		}
	}
	return 0, false, errNotDICOM
}

// bareForms are the forms that a data set without File Meta Information may have. Explicit ones come first: they are
// told by letters, while two letters read as a length are too much for any first element.
func bareForms(b []byte) []scanner {
	return []scanner{{b: b}, {b: b, implicit: true}, {b: b, big: true}}
}

// plausible reports whether the bytes begin with two elements in order, the first of the given group.
func plausible(b []byte, group id, s scanner) bool {
	at := 0
	var last id
	for i := range 2 {
		h, err := s.head(at, len(b))
		if err != nil || h.length == undefined || h.within(len(b)) != nil || h.length > 1<<12 {
			return false
		}
		if i == 0 && h.tag>>16 != group || i > 0 && (h.tag <= last || h.tag>>16 > 0x0010) {
			return false
		}
		if !s.implicit && h.vr == "" {
			return false
		}
		last, at = h.tag, h.at+int(h.length)
	}
	return true
}

// parse reads the header of a file.
func parse(b []byte) (*file, error) {
	at, meta, err := start(b)
	if err != nil {
		return nil, errors.New("not a DICOM file: neither its mark nor the form of its first elements is there")
	}
	f := &file{body: b}
	if meta {
		if at, err = f.readMeta(at); err != nil {
			return nil, err
		}
	}
	if f.syntax.uid == "" && !f.bare(at) {
		return nil, errors.New("the file does not name its transfer syntax; export it again")
	}
	if f.syntax.deflated {
		if f.body, err = inflate(b[at:], maxInflated); err != nil {
			return nil, err
		}
		at = 0
	}
	s := scanner{b: f.body, implicit: f.syntax.implicit, big: f.syntax.big}
	s.implicit = s.implicit != f.contradicts(at)
	left := maxItems
	s.items, f.big = &left, s.big
	kept, at, err := s.elements(nil, at, len(f.body), 0, false, true)
	if err != nil {
		return nil, wrong(err)
	}
	if f.attrs, err = readAttributes(kept, s.big); err != nil {
		return nil, err
	}
	if at < len(f.body) {
		h, err := s.head(at, len(f.body))
		if err != nil {
			return nil, wrong(err)
		}
		f.floating = h.tag != pixelData
		f.pixels = &h
	}
	return f, nil
}

// readMeta reads the File Meta Information, which is always explicit and little-endian, and returns where it ends.
func (f *file) readMeta(at int) (int, error) {
	s := scanner{b: f.body}
	uid := ""
	for at+2 <= len(f.body) && binary.LittleEndian.Uint16(f.body[at:]) == 2 {
		h, err := s.head(at, len(f.body))
		if err == nil {
			err = h.within(len(f.body))
		}
		if err != nil {
			return 0, wrong(err)
		}
		if h.length == undefined {
			return 0, fmt.Errorf("damaged: element %v has no length", h.tag)
		}
		at = h.at + int(h.length)
		switch h.tag {
		case transferSyntax:
			uid = strings.TrimRight(string(f.body[h.at:at]), " \x00")
		case mediaStorage:
			f.directory = strings.TrimRight(string(f.body[h.at:at]), " \x00") == directoryClass
		}
	}
	if uid != "" {
		f.syntax = lookUp(uid)
	}
	return at, nil
}

// bare takes the transfer syntax from the form of the first elements, for files that do not name it. Compressed pixels
// are then refused, as nothing says by what.
func (f *file) bare(at int) bool {
	for _, s := range bareForms(f.body[at:]) {
		if !plausible(s.b, 0x0008, s) {
			continue
		}
		switch {
		case s.implicit:
			f.syntax = lookUp(implicitLittle)
		case s.big:
			f.syntax = lookUp(explicitBig)
		default:
			f.syntax = lookUp(explicitLittle)
		}
		return true
	}
	return false
}

// contradicts reports whether the first element shows that value representations are left out although the transfer
// syntax has them, or the other way round: some writers say one and do the other. Letters where a length would be are
// more than 16,000 bytes; no first element is so long.
func (f *file) contradicts(at int) bool {
	b := f.body[min(at, len(f.body)):]
	if f.syntax.big || len(b) < 8 {
		return false
	}
	return isVR(string(b[4:6])) == f.syntax.implicit
}
