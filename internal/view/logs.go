package view

import "strings"

// A StageLog is what an instance printed.
type StageLog struct {
	Version string `json:"version"`
	Address string `json:"address"`
	Run     string `json:"run"`
	Text    string `json:"text"`
}

// A Logs prints a log.
type Logs interface{ Log(StageLog) error }

var (
	_ Logs = (*LogsHuman)(nil)
	_ Logs = (*LogsJSON)(nil)
)

// NewLogs returns the view that the stream asks for.
func NewLogs(s Stream) Logs {
	if s.JSON {
		return &LogsJSON{s}
	}
	return &LogsHuman{s}
}

// LogsJSON prints one object.
type LogsJSON struct{ stream Stream }

// Log implements [Logs].
func (v *LogsJSON) Log(l StageLog) error {
	l.Version = Version
	return v.stream.writeJSON(l)
}

// LogsHuman prints the text as it is.
type LogsHuman struct{ stream Stream }

// Log implements [Logs].
func (v *LogsHuman) Log(l StageLog) error {
	p := v.stream.page()
	p.linef("%s", p.dim("# "+l.Address+", run "+l.Run))
	if l.Text == "" {
		p.linef("It printed nothing.")
	} else {
		p.linef("%s", strings.TrimRight(l.Text, "\n"))
	}
	return p.to(v.stream.Out)
}
