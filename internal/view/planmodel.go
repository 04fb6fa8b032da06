package view

import (
	"time"

	"femur/cache"
	"femur/dag"
)

// A StageTable is the model of plan, of run --dry-run and of status.
type StageTable struct {
	Version  string     `json:"version"`
	Pipeline string     `json:"pipeline"`
	Stages   []Stage    `json:"stages"`
	Totals   PlanTotals `json:"totals"`
	// Run is the run that is going on, of a status made meanwhile.
	Run string `json:"run,omitempty"`
	// NoCache says that there is no cache yet, so nothing can be reused.
	NoCache bool `json:"no_cache,omitempty"`
}

// A Stage is one instance: in a plan what will happen to it, in a status how it stands.
type Stage struct {
	Address string            `json:"address"`
	Kind    string            `json:"kind"`
	State   string            `json:"state"`
	Reasons []Reason          `json:"reasons"`
	Key     string            `json:"key,omitempty"`
	Outputs map[string]Output `json:"outputs"`
	Seconds float64           `json:"seconds"`
	Items   *Items            `json:"items,omitempty"` // of a stage that works item by item
	// Unplanned says that Error is why the instance could not even be planned, so that there is no log.
	Unplanned bool `json:"-"`
	// LastRun and LastTime say when it was executed last; a status has them.
	LastRun  string    `json:"last_run,omitempty"`
	LastTime time.Time `json:"last_time,omitzero"`
	// Error is what a failed one ended with.
	Error string `json:"error,omitempty"`
	// Progress is how far a running one is.
	Progress *Progress `json:"progress,omitempty"`
}

// Items counts the items of a stage that works item by item.
type Items struct {
	Hit   int `json:"hit"`
	Total int `json:"total"`
}

// Progress is how far a running stage is.
type Progress struct {
	Done  int    `json:"done"`
	Total int    `json:"total"`
	Unit  string `json:"unit,omitempty"`
	Text  string `json:"text,omitempty"`
}

// A Reason is one cause for an instance to run.
type Reason struct {
	Component string `json:"component"`
	Subject   string `json:"subject"`
	Old       string `json:"old"`
	New       string `json:"new"`
	Text      string `json:"text"`
	// Items names what differs in an input or a source with many items: "+ added", "~ changed", "- removed".
	Items []string `json:"items,omitempty"`
}

// An Output is a named result.
type Output struct {
	Digest string `json:"digest"`
	Type   string `json:"type"`
	Bytes  int64  `json:"bytes"`
	Items  int    `json:"items,omitempty"`
}

// PlanTotals counts instances by what a plan says of them.
type PlanTotals struct {
	Hit     int `json:"hit"`
	Run     int `json:"run"`
	Depends int `json:"depends"`
}

// Reasons makes the model of reasons; it is never nil, so that JSON has a list.
func Reasons(reasons []dag.Reason) []Reason {
	models := make([]Reason, len(reasons))
	for i, r := range reasons {
		models[i] = Reason{string(r.Component), r.Change.Label, r.Change.Old, r.Change.New, r.Text, r.Items}
	}
	return models
}

// Outputs makes the model of outputs; it is never nil.
func Outputs(outputs []cache.Output) map[string]Output {
	models := make(map[string]Output, len(outputs))
	for _, o := range outputs {
		kind := o.Media
		if o.Many {
			kind = o.ItemMedia
		}
		models[o.Name] = Output{Digest: o.Digest.String(), Type: string(kind), Bytes: o.Size, Items: o.Items}
	}
	return models
}
