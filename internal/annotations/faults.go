package annotations

import (
	"errors"
	"fmt"

	"femur/dag"
)

// maxFaults bounds how many faults of a source are reported at once.
const maxFaults = 20

// faults gathers what is wrong with a source.
type faults struct {
	list []error
	more int
}

// add keeps a fault, or counts it when there are many already.
func (f *faults) add(err error) {
	if len(f.list) >= maxFaults {
		f.more++
		return
	}
	f.list = append(f.list, err)
}

// join returns all faults as one error, nil when there are none.
func (f *faults) join(file string) error {
	if f.more > 0 {
		rest := &dag.BadInput{File: file, Summary: fmt.Sprintf("%d more records are wrong", f.more), Detail: "Correct these first, then run again."}
		return errors.Join(append(f.list[:len(f.list):len(f.list)], rest)...)
	}
	return errors.Join(f.list...)
}
