package view

// An Acceptance is what femur accept did.
type Acceptance struct {
	Version  string   `json:"version"`
	Reason   string   `json:"reason"`
	Accepted []string `json:"accepted"` // taken over under their new keys
	Fresh    []string `json:"fresh"`    // up to date already
}

// An Accept prints an acceptance.
type Accept interface{ Accept(Acceptance) error }

var (
	_ Accept = (*AcceptHuman)(nil)
	_ Accept = (*AcceptJSON)(nil)
)

// NewAccept returns the view that the stream asks for.
func NewAccept(s Stream) Accept {
	if s.JSON {
		return &AcceptJSON{s}
	}
	return &AcceptHuman{s}
}

// AcceptJSON prints one object.
type AcceptJSON struct{ stream Stream }

// Accept implements [Accept].
func (v *AcceptJSON) Accept(m Acceptance) error {
	m.Version = Version
	if m.Accepted == nil {
		m.Accepted = []string{}
	}
	if m.Fresh == nil {
		m.Fresh = []string{}
	}
	return v.stream.writeJSON(m)
}

// AcceptHuman prints a line for each result.
type AcceptHuman struct{ stream Stream }

// Accept implements [Accept].
func (v *AcceptHuman) Accept(m Acceptance) error {
	p := v.stream.page()
	for _, a := range m.Accepted {
		p.linef("  accepted  %s", a)
	}
	for _, a := range m.Fresh {
		p.linef("  fresh     %s", a)
	}
	p.linef("")
	if len(m.Accepted) == 0 {
		p.linef("Nothing to accept: all are up to date.")
	} else {
		p.wrapped("", "Kept "+Count(len(m.Accepted), "result")+", with the reason: "+m.Reason)
	}
	return p.to(v.stream.Out)
}
