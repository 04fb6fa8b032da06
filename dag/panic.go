package dag

import (
	"fmt"
	"runtime/debug"
)

// A PanicError is a panic of a stage. It is a defect of the program, not of its input.
type PanicError struct {
	What  string // "run", "ports"
	Value any
	Stack string // of the goroutine that panicked
}

// NewPanicError wraps what recover returned. Call it in the deferred function, where the stack still is.
func NewPanicError(what string, value any) *PanicError {
	return &PanicError{What: what, Value: value, Stack: string(debug.Stack())}
}

// Error implements error. The stack is left to the log.
func (e *PanicError) Error() string {
	return fmt.Sprintf("%s: panic: %v (a defect of the program; the stack is in the stage's log)", e.What, e.Value)
}

// Unwrap returns the value if it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}
