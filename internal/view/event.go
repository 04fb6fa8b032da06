package view

import (
	"time"

	"femur/dag"
)

// The names of events, in the order in which a run has them.
const (
	EventRunStart   = "run-start"
	EventStageStart = "stage-start"
	EventProgress   = "progress"
	EventStageEnd   = "stage-end"
	EventRunEnd     = "run-end"
)

// An Event is one line of run --json, and of events.jsonl in a run's folder.
type Event struct {
	Event string    `json:"event"`
	Time  time.Time `json:"time"`

	Run      string        `json:"run,omitempty"`      // run-start and run-end
	Pipeline string        `json:"pipeline,omitempty"` // run-start
	Stages   []dag.Address `json:"stages,omitempty"`   // run-start: the instances that take part

	Address dag.Address       `json:"address,omitempty"`
	Key     string            `json:"key,omitempty"`
	Reasons []Reason          `json:"reasons,omitempty"` // stage-start and stage-end
	Items   *Items            `json:"items,omitempty"`   // stage-start
	Result  dag.Result        `json:"result,omitempty"`  // stage-end
	Seconds *float64          `json:"seconds,omitempty"` // stage-end and run-end
	Outputs map[string]Output `json:"outputs,omitempty"` // stage-end
	Error   string            `json:"error,omitempty"`   // stage-end of a failed one
	Cause   dag.Address       `json:"cause,omitempty"`   // stage-end of a skipped one

	*Progress // progress

	Totals      *RunTotals `json:"totals,omitempty"`      // run-end
	Interrupted bool       `json:"interrupted,omitempty"` // run-end
}

// RunTotals counts instances by how they ended.
type RunTotals struct {
	Hit     int `json:"hit"`
	Done    int `json:"done"`
	Failed  int `json:"failed"`
	Skipped int `json:"skipped"`
}

// NewEvent makes the model of an event.
func NewEvent(e dag.Event) Event {
	switch e := e.(type) {
	case dag.RunStart:
		return Event{Event: EventRunStart, Time: e.Time, Run: e.Run, Pipeline: e.Pipeline, Stages: e.Nodes}
	case dag.StageStart:
		m := Event{Event: EventStageStart, Time: e.Time, Address: e.Address, Key: e.Key.String(), Reasons: Reasons(e.Reasons)}
		if e.Size > 0 {
			m.Items = &Items{Hit: e.Hits, Total: e.Size}
		}
		return m
	case dag.StageProgress:
		return Event{Event: EventProgress, Time: e.Time, Address: e.Address, Progress: &Progress{e.Done, e.Total, e.Unit, e.Text}}
	case dag.StageEnd:
		m := Event{
			Event: EventStageEnd, Time: e.Time, Address: e.Address, Result: e.Result, Seconds: &e.Seconds,
			Outputs: Outputs(e.Outputs), Reasons: Reasons(e.Reasons), Cause: e.Cause,
		}
		if !e.Key.IsZero() {
			m.Key = e.Key.String()
		}
		if e.Err != nil {
			m.Error = e.Err.Error()
		}
		return m
	case dag.RunEnd:
		t := RunTotals(e.Totals)
		return Event{Event: EventRunEnd, Time: e.Time, Run: e.Run, Seconds: &e.Seconds, Totals: &t, Interrupted: e.Interrupted}
	}
	return Event{} // unreachable: the set of events is closed
}
