package dag

import (
	"time"

	"femur/cache"
)

// A Result says how a node ended in a run.
type Result string

// The results, in the order in which totals list them.
const (
	ResultHit     Result = "hit"     // found in the cache
	ResultDone    Result = "done"    // executed
	ResultFailed  Result = "failed"  // executed, with an error
	ResultSkipped Result = "skipped" // not started: something upstream failed, or the run was interrupted
)

// An Event is something that happened in a run. The set is closed: the types of this file.
type Event interface{ event() }

// An Observer is told everything that happens, in order, from one goroutine at a time.
type Observer interface{ Observe(Event) }

type (
	// RunStart opens a run.
	RunStart struct {
		Run      string
		Time     time.Time
		Pipeline string
		Nodes    []Address // the nodes that take part, in order
	}
	// StageStart says that a node began to execute (a hit has none).
	StageStart struct {
		Address Address
		Time    time.Time
		Key     cache.Key
		Reasons []Reason
		Hits    int // items of a Mapper found in the cache
		Size    int // items of a Mapper in all
	}
	// StageProgress says how far a node has come.
	StageProgress struct {
		Address Address
		Time    time.Time
		Progress
	}
	// StageEnd closes a node.
	StageEnd struct {
		Address Address
		Time    time.Time
		Key     cache.Key
		Result  Result
		Seconds float64
		Outputs []cache.Output
		Reasons []Reason // why it was executed
		Err     error    // of a failed one
		Cause   Address  // of a skipped one: the failed node upstream
	}
	// RunEnd closes a run.
	RunEnd struct {
		Run         string
		Time        time.Time
		Seconds     float64
		Totals      Totals
		Interrupted bool
	}
)

// Totals counts nodes by result.
type Totals struct{ Hit, Done, Failed, Skipped int }

func (RunStart) event()      {}
func (StageStart) event()    {}
func (StageProgress) event() {}
func (StageEnd) event()      {}
func (RunEnd) event()        {}
