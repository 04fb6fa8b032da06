package dag

import (
	"context"

	"github.com/hashicorp/go-hclog"

	"femur/cache"
)

// An Executor decides where a task runs, never whether.
type Executor interface {
	// Execute runs the phase of the stage, stores what it creates, and reports a panic as an error. On
	// an error, items already given to OnItem stand.
	Execute(ctx context.Context, spec TaskSpec) (TaskResult, error)
}

// A Phase is one of the methods of a stage.
type Phase string

// The phases of a task.
const (
	PhaseRun     Phase = "run"     // Stage.Run
	PhaseCollect Phase = "collect" // Collector.Collect
)

// A TaskSpec is one execution: plain values, the stage, and where news of it goes. A worker process
// gets the same but for Stage, which it makes from the kind and the parameters, and the three sinks.
type TaskSpec struct {
	Address  Address
	Stage    Stage
	Phase    Phase
	Seed     uint64
	Seeded   bool
	Inputs   map[string]Input // by port; an optional port left unbound is absent
	Outputs  []Port
	Items    []cache.ItemRef             // of a Mapper in PhaseRun: the only items to create
	External map[cache.Digest]SourceItem // where the bytes of external items are
	Leaks    LeakRule

	Log      hclog.Logger
	OnItem   func(ItemResult) error // of a Mapper in PhaseRun: called once per item, as it finishes
	Progress func(Progress)
}

// An Input is what a stage sees at one port.
type Input struct {
	Port  Port
	Items []cache.Item // sorted by id; of a single port one with an empty id
	// Closed says why the port may not be read in this phase.
	Closed string
}

// A TaskResult is what an execution made, Many outputs as stored manifests.
type TaskResult struct {
	Outputs     []cache.Output // those of a Mapper's items are told to OnItem instead
	Predictions int
}

// An ItemResult is what a Mapper made of one item.
type ItemResult struct {
	Item        cache.ItemRef
	Outputs     []cache.Output
	Predictions int
}
