package pseudonym

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// An Identity is what the private index knows of a pseudonym.
type Identity struct {
	ID      string
	Purpose string   // [Radiograph], [Patient], [Site] or [Instance]
	Names   []string // what was hashed; more than one would be a collision
	Files   []string // of a radiograph: where its file was seen, sorted
	Patient string   // of a radiograph: its patient's pseudonym; the first, where the source changed it
	// PatientNames are the names behind Patient.
	PatientNames []string
	// Radiographs of a patient, sorted.
	Radiographs []string
}

// ErrUnknown says that the private index does not know a pseudonym.
var ErrUnknown = errors.New("not in the private index")

// IsPseudonym reports whether a text has the form of one.
func IsPseudonym(s string) bool {
	if len(s) != 17 || purposeOf(s) == "" {
		return false
	}
	return !strings.ContainsFunc(s[1:], func(c rune) bool { return !(c >= 'a' && c <= 'z' || c >= '2' && c <= '7') })
}

func purposeOf(id string) string {
	for _, p := range []string{Radiograph, Patient, Site, Instance} {
		if first, _ := prefix(p); strings.HasPrefix(id, first) {
			return p
		}
	}
	return ""
}

// Identities is the content of a private index, for looking up.
type Identities struct{ by map[string]*Identity }

// OpenIdentities reads the private index beside a key (empty: [DefaultKeyFile]); the key itself is not
// needed. Where there is none, it knows nobody.
func OpenIdentities(keyFile string) (*Identities, error) {
	if keyFile == "" {
		var err error
		if keyFile, err = DefaultKeyFile(); err != nil {
			return nil, err
		}
	}
	_, lines, err := readIndex(IndexFile(keyFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	all := &Identities{by: map[string]*Identity{}}
	at := func(id string) *Identity {
		one, ok := all.by[id]
		if !ok {
			one = &Identity{ID: id, Purpose: purposeOf(id)}
			all.by[id] = one
		}
		return one
	}
	for l := range lines {
		id, field, value, _ := l.parts()
		one := at(id)
		switch field {
		case fieldName:
			one.Names = append(one.Names, value)
		case fieldFile:
			one.Files = append(one.Files, value)
		case fieldPatient:
			if one.Patient == "" || value < one.Patient {
				one.Patient = value
			}
			patient := at(value)
			patient.Radiographs = append(patient.Radiographs, id)
		}
	}
	for _, one := range all.by {
		slices.Sort(one.Names)
		slices.Sort(one.Files)
		slices.Sort(one.Radiographs)
	}
	return all, nil
}

// Find returns what stands behind a pseudonym, or an error that is [ErrUnknown].
func (all *Identities) Find(id string) (Identity, error) {
	found, ok := all.by[id]
	if !ok {
		return Identity{}, fmt.Errorf("%s: %w", id, ErrUnknown)
	}
	one := *found
	if p, ok := all.by[one.Patient]; ok {
		one.PatientNames = p.Names
	}
	return one, nil
}
