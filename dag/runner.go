package dag

import (
	"context"
	"io"
	"time"

	"github.com/hashicorp/go-hclog"
)

// A Runner brings the nodes of a graph up to date.
type Runner struct {
	Options
	Executor Executor
	Observer Observer // may be nil

	Jobs        int // stages that run at once; 0 means 1
	DeviceSlots int // Accelerated stages that run at once; 0 means 1

	// LogSink opens a place for what a stage prints while it runs, kept whether it fails or not. May be nil.
	LogSink func(a Address) (io.WriteCloser, error)
	Log     hclog.Logger     // for developers; may be nil
	Host    string           // recorded with the results
	Now     func() time.Time // nil means time.Now
}

// RunOptions are what differs from one run to the next.
type RunOptions struct {
	ID        string // of the run, recorded with the results
	KeepGoing bool   // after a failure, start what does not depend on it
	// Stop, when closed, asks for a graceful end: nothing more starts, Mappers stop and keep the items
	// that they have finished, other stages finish. To end at once, cancel the context.
	Stop <-chan struct{}
}

// A Summary is how a run ended.
type Summary struct {
	Totals      Totals
	Seconds     float64
	Interrupted bool
	Failures    []*StageError // in the order in which they happened
}

// Run brings the selected nodes up to date. It returns how the run ended, and an error unless every node
// is: the first [*StageError], [ErrInterrupted], or what is wrong with the graph or the selection.
func (r *Runner) Run(ctx context.Context, g *Graph, o RunOptions) (Summary, error) {
	sel, err := g.choose(r.Selection)
	if err != nil {
		return Summary{}, err
	}
	x := newRun(r, g, sel, o)
	return x.run(ctx)
}
