package view

// A Written is what femur export, init or synth wrote.
type Written struct {
	Version  string `json:"version"`
	Artifact string `json:"artifact,omitempty"`
	Path     string `json:"path"`
	Folder   bool   `json:"folder"`
	Files    int    `json:"files"`
	Bytes    int64  `json:"bytes"`
	// Found is what the folder holds that a pipeline was written for.
	Found *Found `json:"found,omitempty"`
	// Next are commands to go on with.
	Next []string `json:"next,omitempty"`
}

// An Export prints what was written.
type Export interface{ Exported(Written) error }

var (
	_ Export = (*ExportHuman)(nil)
	_ Export = (*ExportJSON)(nil)
)

// NewExport returns the view that the stream asks for.
func NewExport(s Stream) Export {
	if s.JSON {
		return &ExportJSON{s}
	}
	return &ExportHuman{s}
}

// ExportJSON prints one object.
type ExportJSON struct{ stream Stream }

// Exported implements [Export].
func (v *ExportJSON) Exported(w Written) error {
	w.Version = Version
	return v.stream.writeJSON(w)
}

// ExportHuman prints a line, and what to do next.
type ExportHuman struct{ stream Stream }

// Exported implements [Export].
func (v *ExportHuman) Exported(w Written) error {
	p := v.stream.page()
	if w.Found != nil {
		p.found(*w.Found)
	}
	what := Bytes(w.Bytes)
	if w.Folder {
		what = Count(w.Files, "file") + ", " + what
	}
	p.linef("Wrote %s (%s).", p.bold(w.Path), what)
	if len(w.Next) > 0 {
		p.linef("\nNext:")
		for _, line := range w.Next {
			p.linef("  %s", line)
		}
	}
	return p.to(v.stream.Out)
}
