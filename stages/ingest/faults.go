package ingest

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"femur/cache"
	"femur/dag"
)

// maxFaults bounds how many faults of a source are reported at once.
const maxFaults = 20

// fewest cuts a list of faults of a file to the length that people read.
func fewest(faults []error, file string) []error {
	n := len(faults) - maxFaults
	if n <= 0 {
		return faults
	}
	rest := &dag.BadInput{File: file, Summary: fmt.Sprintf("%d more records are wrong", n), Detail: "Correct these first, then run again."}
	return append(faults[:maxFaults:maxFaults], rest)
}

// lineOf returns the line that a fault names, or 0.
func lineOf(err error) int {
	var bad *dag.BadInput
	if !errors.As(err, &bad) {
		return 0
	}
	return bad.Line
}

// pixelFaults are what the pixels of radiographs show to be wrong; several goroutines may add to them.
type pixelFaults struct {
	mu   sync.Mutex
	byID map[cache.ItemID]error
}

// add keeps a fault in the data. Another error is returned, since it ends the reading.
func (f *pixelFaults) add(id cache.ItemID, err error) error {
	var bad *dag.BadInput
	if !errors.As(err, &bad) {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.byID == nil {
		f.byID = map[cache.ItemID]error{}
	}
	f.byID[id] = err
	return nil
}

// join returns the faults as one error, in the order of the ids.
func (f *pixelFaults) join() error {
	var faults []error
	for _, id := range slices.Sorted(maps.Keys(f.byID)) {
		faults = append(faults, f.byID[id])
	}
	return errors.Join(fewest(faults, "")...)
}
