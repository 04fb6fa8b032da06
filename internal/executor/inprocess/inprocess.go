// Package inprocess runs tasks in the process that plans them.
//
// Words: an Executor runs one phase of a stage; a task is what the stage sees of the world, an output
// is what it is writing.
//
// Guarantee: a stage reads only verified bytes; what it writes is in the store before it counts; a model
// predicts for an item only after the leak rule was asked; a panic becomes an error with its stack.
//
// Limit: a panic in a goroutine that a stage started itself cannot be caught here and ends the program.
package inprocess

import (
	"context"
	"errors"
	"fmt"

	"femur/dag"
)

// An Executor runs stages in this process. Compiled programs and decoded inputs that stages share stay
// in memory from one task to the next.
type Executor struct {
	Results dag.Results
	Files   dag.Files // may be nil when no stage is Sourced
}

var _ dag.Executor = (*Executor)(nil)

// Execute implements [dag.Executor].
func (e *Executor) Execute(ctx context.Context, spec dag.TaskSpec) (dag.TaskResult, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	t := newTask(ctx, e, spec)
	err := call(ctx, t)
	if closeErr := t.close(err != nil); err == nil {
		err = closeErr
	}
	if err != nil {
		return dag.TaskResult{}, err
	}
	return t.result(ctx)
}

// call runs the phase and catches its panic.
func call(ctx context.Context, t *task) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = dag.NewPanicError(string(t.spec.Phase), p)
		}
	}()
	switch t.spec.Phase {
	case dag.PhaseRun:
		return t.spec.Stage.Run(ctx, t)
	case dag.PhaseCollect:
		c, ok := t.spec.Stage.(dag.Collector)
		if !ok {
			return errors.New("collect: the stage is no Collector")
		}
		return c.Collect(ctx, t)
	}
	return fmt.Errorf("phase %q is unknown", t.spec.Phase)
}
