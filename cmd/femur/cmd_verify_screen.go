package main

import (
	"femur/dag"
	"femur/internal/view"
)

// A rerunScreen shows the progress of one instance.
type rerunScreen struct {
	view.Run
	address dag.Address
}

// rerunScreen shows progress where a person looks on; stdout is for what is found.
func (r *rerunner) rerunScreen(a dag.Address) rerunScreen {
	s := r.streamTo(r.err, false)
	if r.json || !s.Bars {
		return rerunScreen{}
	}
	s.Bars = false // a line now and then: there is one instance, and the bars are those of a run
	return rerunScreen{view.NewRun(s), a}
}

// Observe implements [dag.Observer].
func (s rerunScreen) Observe(e dag.Event) {
	if s.Run == nil {
		return
	}
	switch e := e.(type) {
	case dag.StageStart:
		e.Reasons = nil
		s.Run.Observe(e)
	case dag.StageProgress:
		s.Run.Observe(e)
	}
}

// Close ends the screen.
func (s rerunScreen) Close() error {
	if s.Run == nil {
		return nil
	}
	return s.Run.Close()
}
