package dag

import (
	"errors"
	"fmt"
)

// ErrInterrupted says that a run was asked to stop before everything was up to date. What was finished
// is kept.
var ErrInterrupted = errors.New("interrupted")

// A StageError is the failure of one node.
type StageError struct {
	Address Address
	Err     error
}

// Error implements error.
func (e *StageError) Error() string { return fmt.Sprintf("%s: %v", e.Address, e.Err) }

// Unwrap returns the failure itself.
func (e *StageError) Unwrap() error { return e.Err }

// A StaleInputError says that a node cannot run alone, since an input of it is not in the cache.
type StaleInputError struct {
	Only  string
	Input Address
}

// Error implements error.
func (e *StaleInputError) Error() string {
	return fmt.Sprintf("only %s: its input %s is not up to date. Run it first, or leave --only out", e.Only, e.Input)
}
