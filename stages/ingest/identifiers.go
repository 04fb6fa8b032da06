package ingest

import (
	"bytes"
	"slices"

	"femur/internal/annotations"
)

// private reports whether names and paths identify people, so that only keyed hashes of them are stored. Where the
// block does not say, it is what [listing.settleIdentifiers] found.
func (s Source) private() bool {
	otherwise := kept
	if s.Kind == kindDICOM {
		otherwise = hashed
	}
	return or(s.Identifiers, otherwise) == hashed
}

// settleIdentifiers decides for a source that does not say how identifiers are treated: hashed, where any file that it
// lists is called a DICOM file. The names decide, not the contents, so that the choice is made once for the whole
// source, before any file is opened, and is the same on every machine. fault is what is wrong with the listing.
func (l *listing) settleIdentifiers(records []annotations.Record, fault error) {
	if l.Identifiers != nil || l.Kind == kindDICOM || l.Kind == kindSynthetic {
		return
	}
	listed := slices.ContainsFunc(records, func(r annotations.Record) bool { return annotations.NamedDICOM(r.Name) })
	if listed || fault != nil && l.mayListDICOM() {
		said := hashed
		l.Identifiers = &said
	}
}

// mayListDICOM looks for such names where a source cannot be read: what is wrong with it would be told with names.
func (l *listing) mayListDICOM() bool {
	o := l.options()
	if names, err := l.files.Walk(o.ImagesFolder(annotations.Kind(l.Kind))); err == nil && slices.ContainsFunc(names, annotations.NamedDICOM) {
		return true
	}
	if o.Path == "" || !l.files.Exists(o.Path) {
		return false
	}
	b, err := l.files.ReadFile(o.Path)
	b = bytes.ToLower(b)
	return err == nil && (bytes.Contains(b, []byte(".dcm")) || bytes.Contains(b, []byte(".dicom")))
}
