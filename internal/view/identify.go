package view

import "strings"

// Identities is what femur identify found, in the order asked. It names people: it is for the user's own
// screen and is stored nowhere.
type Identities struct {
	Version    string     `json:"version"`
	Identities []Identity `json:"identities"`
}

// An Identity is who or what stands behind a pseudonym.
type Identity struct {
	ID           string   `json:"id"`
	Kind         string   `json:"kind"`  // radiograph, patient or site
	Names        []string `json:"names"` // what the pseudonym was made of
	Files        []string `json:"files"` // of a radiograph: where its file was seen
	Patient      string   `json:"patient,omitempty"`
	PatientNames []string `json:"patient_names"`
	Radiographs  []string `json:"radiographs"` // of a patient
}

// An Identify prints identities.
type Identify interface{ Identify(Identities) error }

var (
	_ Identify = (*IdentifyHuman)(nil)
	_ Identify = (*IdentifyJSON)(nil)
)

// NewIdentify returns the view that the stream asks for.
func NewIdentify(s Stream) Identify {
	if s.JSON {
		return &IdentifyJSON{s}
	}
	return &IdentifyHuman{s}
}

// IdentifyJSON prints one object.
type IdentifyJSON struct{ stream Stream }

// Identify implements [Identify].
func (v *IdentifyJSON) Identify(m Identities) error {
	m.Version = Version
	list := make([]Identity, len(m.Identities))
	for i, one := range m.Identities {
		for _, texts := range []*[]string{&one.Names, &one.Files, &one.PatientNames, &one.Radiographs} {
			if *texts == nil {
				*texts = []string{}
			}
		}
		list[i] = one
	}
	m.Identities = list
	return v.stream.writeJSON(m)
}

// IdentifyHuman prints a paragraph for each pseudonym. Names and paths are printed whole, also where they are
// wider than the screen, so that they can be pasted.
type IdentifyHuman struct{ stream Stream }

// Identify implements [Identify].
func (v *IdentifyHuman) Identify(m Identities) error {
	p := v.stream.page()
	for i, one := range m.Identities {
		if i > 0 {
			p.linef("")
		}
		p.linef("%s  %s", p.bold(one.ID), one.Kind)
		for _, name := range one.Names {
			p.linef("  name         %s", printable(name))
		}
		for _, file := range one.Files {
			p.linef("  file         %s", printable(file))
		}
		if one.Patient != "" {
			names := make([]string, len(one.PatientNames))
			for i, name := range one.PatientNames {
				names[i] = printable(name)
			}
			p.linef("  patient      %s", strings.TrimSpace(one.Patient+"  "+strings.Join(names, ", ")))
		}
		if len(one.Radiographs) > 0 {
			p.wrapped("  radiographs  ", strings.Join(one.Radiographs, " "))
		}
	}
	return p.to(v.stream.Out)
}

// printable replaces what would move the cursor or change its color: names come from files that others
// wrote.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return '\uFFFD'
		}
		return r
	}, s)
}
