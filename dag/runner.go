package dag

import (
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
	Log     hclog.Logger // for developers; may be nil
	Host    string       // recorded with the results
	Now     func() time.Time
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
