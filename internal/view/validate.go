package view

// A ValidModel is what femur validate found in a pipeline without faults.
type ValidModel struct {
	Version   string     `json:"version"`
	Valid     bool       `json:"valid"`
	Pipeline  string     `json:"pipeline"`
	File      string     `json:"file"`
	Stages    int        `json:"stages"`
	Instances int        `json:"instances"`
	Variables []Variable `json:"variables"`
}

// A Variable is a variable of the pipeline with the value that it got.
type Variable struct {
	Name        string `json:"name"`
	Type        string `json:"type"`
	Value       string `json:"value"`
	Origin      string `json:"origin"`
	Description string `json:"description,omitempty"`
}

// A Validate prints that a pipeline has no faults; faults are diagnostics.
type Validate interface{ Valid(ValidModel) error }

var (
	_ Validate = (*ValidateHuman)(nil)
	_ Validate = (*ValidateJSON)(nil)
)

// NewValidate returns the view that the stream asks for.
func NewValidate(s Stream) Validate {
	if s.JSON {
		return &ValidateJSON{s}
	}
	return &ValidateHuman{s}
}

// ValidateJSON prints one object.
type ValidateJSON struct{ stream Stream }

// Valid implements [Validate].
func (v *ValidateJSON) Valid(m ValidModel) error {
	m.Version, m.Valid = Version, true
	if m.Variables == nil {
		m.Variables = []Variable{}
	}
	return v.stream.writeJSON(m)
}

// ValidateHuman prints a line, and the variables.
type ValidateHuman struct{ stream Stream }

// Valid implements [Validate].
func (v *ValidateHuman) Valid(m ValidModel) error {
	p := v.stream.page()
	p.linef("%s %s: pipeline %s, %s, %s.", p.green("valid"), m.File, p.bold(m.Pipeline),
		Count(m.Stages, "stage"), Count(m.Instances, "instance"))
	if len(m.Variables) > 0 {
		p.linef("")
		g := grid{indent: "  ", columns: []column{{title: "VARIABLE"}, {title: "VALUE"}, {title: "FROM"}, {title: "MEANING"}}}
		for _, one := range m.Variables {
			g.add(one.Name, one.Value, one.Origin, one.Description)
		}
		g.print(p)
	}
	return p.to(v.stream.Out)
}
