package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"femur/cache"
	"femur/dag"
	"femur/internal/pipeline"
	"femur/internal/view"
)

var (
	// errWorkToDo is the answer of plan --detailed-exitcode; it prints nothing.
	errWorkToDo = errors.New("there is work to do")
	// errInterrupted says that the user ended a run.
	errInterrupted = errors.New("interrupted; what was finished is kept")
)

// A usageError says that the request is wrong.
type usageError struct {
	err  error
	hint string // whole sentences that say what to do
}

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

// usagef makes a usageError.
func usagef(format string, args ...any) error { return &usageError{err: fmt.Errorf(format, args...)} }

// A faultsError is all that is wrong in the pipeline.
type faultsError struct{ diagnostics pipeline.Diagnostics }

func (e *faultsError) Error() string {
	return fmt.Sprintf("the pipeline has %s", view.Count(len(e.diagnostics), "fault"))
}

// A failedError is what failed in a run.
type failedError struct {
	failures    []*dag.StageError
	interrupted bool
}

func (e *failedError) Error() string { return view.Count(len(e.failures), "stage") + " failed" }

// exitCode is that of a wrong request or bad input only when nothing else went wrong.
func (e *failedError) exitCode() int {
	for _, f := range e.failures {
		var bad *dag.BadInput
		var stale *dag.StaleInputError
		if !errors.As(f.Err, &bad) && !errors.As(f.Err, &stale) {
			if e.interrupted {
				return exitInterrupted
			}
			return exitFailed
		}
	}
	return exitUsage
}

// diagnose makes the messages of an error.
func diagnose(err error) []view.Diagnostic {
	var faults *faultsError
	var failed *failedError
	var usage *usageError
	switch {
	case errors.As(err, &faults):
		return faultModels(faults.diagnostics)
	case errors.As(err, &failed):
		var models []view.Diagnostic
		for _, f := range failed.failures {
			models = append(models, stageFailure(f)...)
		}
		return models
	case errors.As(err, &usage):
		return []view.Diagnostic{{Severity: view.SeverityError, Summary: usage.Error(), Detail: usage.hint}}
	case errors.Is(err, errInterrupted), errors.Is(err, context.Canceled):
		return []view.Diagnostic{{Severity: view.SeverityError, Summary: errInterrupted.Error(), Detail: "femur run goes on from there; femur status shows what is left."}}
	case errors.Is(err, cache.ErrLocked):
		return []view.Diagnostic{{
			Severity: view.SeverityError, Summary: err.Error(),
			Detail: "Meanwhile femur status, femur logs and femur runs work.",
		}}
	}
	return badInputs(err, "")
}

// stageFailure makes the one message of a stage that failed: which, why, and the way to see more.
func stageFailure(f *dag.StageError) []view.Diagnostic {
	var stale *dag.StaleInputError
	if errors.As(f.Err, &stale) { // it printed nothing
		return []view.Diagnostic{{Severity: view.SeverityError, Summary: stale.Error()}}
	}
	more := fmt.Sprintf("What it printed: femur logs '%s'.", f.Address)
	if errors.Is(f.Err, dag.ErrLeak) {
		more = "No model may predict for a patient that it was fitted on. Where a stage has a model for each fold, " +
			"hold_out must be the fold of its matrix: hold_out = matrix.fold. " + more
	}
	models := badInputs(f.Err, more)
	for i := range models {
		if models[i].File == "" && !strings.Contains(models[i].Summary, string(f.Address)) {
			models[i].Summary = fmt.Sprintf("stage %s: %s", f.Address, models[i].Summary)
		}
	}
	return models
}

// badInputs makes a message of each fault in data that an error holds, or one of the error itself.
func badInputs(err error, more string) []view.Diagnostic {
	var bad []*dag.BadInput
	collect(err, &bad)
	if len(bad) == 0 {
		return []view.Diagnostic{{Severity: view.SeverityError, Summary: err.Error(), Detail: more}}
	}
	var models []view.Diagnostic
	for _, b := range bad {
		m := view.Diagnostic{Severity: view.SeverityError, Summary: b.Summary, Detail: b.Detail, File: cmp.Or(b.File, b.Origin)}
		if b.Record != "" {
			m.Summary = b.Record + ": " + m.Summary
		}
		if b.Line > 0 {
			m.Range = &view.Range{Start: view.Pos{Line: b.Line}, End: view.Pos{Line: b.Line}}
		}
		models = append(models, m)
	}
	return models
}

// collect finds every BadInput in a tree of errors.
func collect(err error, found *[]*dag.BadInput) {
	switch e := err.(type) { //nolint:errorlint // this walks the tree itself, to find all and not the first
	case nil:
	case *dag.BadInput:
		*found = append(*found, e)
	case interface{ Unwrap() []error }:
		for _, one := range e.Unwrap() {
			collect(one, found)
		}
	case interface{ Unwrap() error }:
		collect(e.Unwrap(), found)
	}
}

// faultModels makes the messages of a pipeline's faults.
func faultModels(diagnostics pipeline.Diagnostics) []view.Diagnostic {
	models := make([]view.Diagnostic, len(diagnostics))
	for i, d := range diagnostics {
		m := view.Diagnostic{Severity: string(d.Severity), Summary: d.Summary, Detail: d.Detail, File: d.File}
		if d.Range != nil {
			m.Range = &view.Range{
				Start: view.Pos{Line: d.Range.Start.Line, Column: d.Range.Start.Column},
				End:   view.Pos{Line: d.Range.End.Line, Column: d.Range.End.Column},
			}
		}
		if d.Snippet != nil {
			m.Context = d.Snippet.Context
			for _, l := range d.Snippet.Lines {
				m.Lines = append(m.Lines, view.SourceLine(l))
			}
		}
		models[i] = m
	}
	return models
}
