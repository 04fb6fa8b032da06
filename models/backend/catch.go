package backend

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
)

// A PanicError is a panic caught at the border, as an error.
type PanicError struct {
	// Stage is what was being done, as given to Catch.
	Stage string
	// Value is what was panicked with; GoMLX panics with errors.
	Value any
	// Debug is the stack of the panic; it is for the log, not for the message.
	Debug string
}

// Error is one line: the stage, then the cause.
func (e *PanicError) Error() string {
	var bug runtime.Error
	if err, ok := e.Value.(error); ok && errors.As(err, &bug) {
		return fmt.Sprintf("%s: internal error: %v", e.Stage, e.Value)
	}
	return fmt.Sprintf("%s: %v", e.Stage, e.Value)
}

// Unwrap gives the error that was panicked with, if it was one.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// Catch calls f and returns its error, or its panic as a *PanicError, each
// naming the stage ("build resnet-18", "train fold 3"). GoMLX reports a wrong
// graph by panicking; a nil pointer or an index out of range inside f becomes an
// error as well, so that one failed stage leaves the others' work alone. Panics
// in goroutines that f starts are out of its reach.
func Catch(stage string, f func() error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = &PanicError{Stage: stage, Value: value, Debug: string(debug.Stack())}
		}
	}()
	if err := f(); err != nil {
		return fmt.Errorf("%s: %w", stage, err)
	}
	return nil
}

// Debug gives the stack kept in an error that came through Catch, "" if there is none.
func Debug(err error) string {
	var caught *PanicError
	if errors.As(err, &caught) {
		return caught.Debug
	}
	return ""
}
