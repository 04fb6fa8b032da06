package view

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A RunList is what femur runs prints, the newest first.
type RunList struct {
	Version string    `json:"version"`
	Runs    []RunItem `json:"runs"`
}

// A RunItem is one run.
type RunItem struct {
	ID        string            `json:"id"`
	State     string            `json:"state"`
	Pipeline  string            `json:"pipeline"`
	File      string            `json:"file"`
	Targets   []string          `json:"targets"`
	Variables map[string]string `json:"variables"`
	Femur     string            `json:"femur"`
	Host      string            `json:"host"`
	Started   time.Time         `json:"started"`
	Seconds   float64           `json:"seconds"`
	Totals    RunTotals         `json:"totals"`
	Stages    []RunStage        `json:"stages,omitempty"` // of runs show
}

// A RunStage is how an instance ended in a run.
type RunStage struct {
	Address string            `json:"address"`
	Result  string            `json:"result"`
	Seconds float64           `json:"seconds"`
	Error   string            `json:"error,omitempty"`
	Outputs map[string]Output `json:"outputs"`
}

// A Runs prints the history of runs.
type Runs interface {
	List(RunList) error
	Show(RunItem) error
}

var (
	_ Runs = (*RunsHuman)(nil)
	_ Runs = (*RunsJSON)(nil)
)

// NewRuns returns the view that the stream asks for.
func NewRuns(s Stream) Runs {
	if s.JSON {
		return &RunsJSON{s}
	}
	return &RunsHuman{s}
}

// RunsJSON prints one object.
type RunsJSON struct{ stream Stream }

// List implements [Runs].
func (v *RunsJSON) List(l RunList) error {
	l.Version = Version
	if l.Runs == nil {
		l.Runs = []RunItem{}
	}
	return v.stream.writeJSON(l)
}

// Show implements [Runs].
func (v *RunsJSON) Show(r RunItem) error {
	return v.stream.writeJSON(struct {
		Version string `json:"version"`
		RunItem
	}{Version, r})
}

// RunsHuman prints a line for each run.
type RunsHuman struct{ stream Stream }

// List implements [Runs].
func (v *RunsHuman) List(l RunList) error {
	p := v.stream.page()
	if len(l.Runs) == 0 {
		p.linef("Nothing ran yet.")
		return p.to(v.stream.Out)
	}
	g := grid{columns: []column{
		{title: "RUN", fixed: true}, {title: "STATE", fixed: true, paint: p.state}, {title: "STARTED", fixed: true, spare: true},
		{title: "TIME", right: true, spare: true}, {title: "REUSED", right: true}, {title: "DONE", right: true}, {title: "FAILED", right: true},
	}}
	for _, r := range l.Runs {
		g.add(r.ID, r.State, r.Started.Format("2006-01-02 15:04"), Duration(r.Seconds),
			blankZero(r.Totals.Hit), blankZero(r.Totals.Done), blankZero(r.Totals.Failed))
	}
	g.print(p)
	return p.to(v.stream.Out)
}

// Show implements [Runs].
func (v *RunsHuman) Show(r RunItem) error {
	p := v.stream.page()
	p.linef("Run %s: %s", p.bold(r.ID), p.state(r.State, r.State))
	p.linef("  pipeline  %s (%s)", r.Pipeline, r.File)
	p.linef("  started   %s, took %s", moment(r.Started), Duration(r.Seconds))
	p.linef("  where     %s, femur %s", r.Host, r.Femur)
	if len(r.Targets) > 0 {
		p.wrapped("  targets   ", strings.Join(r.Targets, " "))
	}
	if len(r.Variables) > 0 {
		names := make([]string, 0, len(r.Variables))
		for name := range r.Variables {
			names = append(names, name)
		}
		slices.Sort(names)
		parts := make([]string, len(names))
		for i, name := range names {
			parts[i] = fmt.Sprintf("%s = %s", name, r.Variables[name])
		}
		p.wrapped("  variables ", strings.Join(parts, ", "))
	}
	p.linef("")
	g := grid{indent: "  ", columns: []column{{title: "RESULT", paint: p.state}, {title: "STAGE"}, {title: "TIME", right: true, spare: true}}}
	for _, s := range r.Stages {
		spent := ""
		if s.Result == "done" || s.Result == "failed" {
			spent = Duration(s.Seconds)
		}
		g.add(s.Result, s.Address, spent)
	}
	g.print(p)
	for _, s := range r.Stages {
		if s.Error != "" {
			p.linef("")
			p.wrapped("  ", s.Address+": "+s.Error)
		}
	}
	return p.to(v.stream.Out)
}
