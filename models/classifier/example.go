package classifier

import (
	"errors"
	"fmt"

	"femur/models/augment"
	"femur/models/fit"
)

// An Example is an image with its class.
type Example struct {
	// Pixels are Size × Size, row-major, 16 bits of full scale, bright is dense.
	Pixels []uint16
	// Positive is the class.
	Positive bool
}

// check reports the examples of a role that do not fit, at most ten of them.
func check(role string, examples []Example, size int) error {
	var faults []error
	for i, e := range examples {
		if len(faults) == 10 {
			return errors.Join(append(faults, fmt.Errorf("and maybe more"))...)
		}
		if len(e.Pixels) != size*size {
			faults = append(faults, fmt.Errorf("%s %d: %d pixels where %d × %d are %d", role, i, len(e.Pixels), size, size, size*size))
		}
	}
	return errors.Join(faults...)
}

// checkClasses demands both classes.
func checkClasses(examples []Example) error {
	positive := countPositive(examples)
	if positive == 0 || positive == len(examples) {
		return fmt.Errorf("train: %d of %d examples are positive; both classes are needed", positive, len(examples))
	}
	return nil
}

func countPositive(examples []Example) int {
	n := 0
	for _, e := range examples {
		if e.Positive {
			n++
		}
	}
	return n
}

// source gives examples to the training loop.
type source struct {
	examples []Example
	config   Config
	// weight is that of an example in the loss, by class.
	weight map[bool]float32
}

var _ fit.Source = source{}

// newSource weighs the classes. The weights' mean over the examples is 1. A
// class that is absent, in a small validation set, leaves the other at 1.
func newSource(examples []Example, c Config) source {
	s := source{examples, c, map[bool]float32{false: 1, true: 1}}
	n, positive := len(examples), countPositive(examples)
	if c.Balance == BalanceWeights && positive > 0 && positive < n {
		s.weight[true] = float32(n) / float32(2*positive)
		s.weight[false] = float32(n) / float32(2*(n-positive))
	}
	return s
}

// Len is the number of examples.
func (s source) Len() int { return len(s.examples) }

// Draw writes one example.
func (s source) Draw(i int, rng fit.Rand, pixels, target []float32) float32 {
	e, side := s.examples[i], s.config.Size
	change := augment.None(side)
	if rng != nil {
		change = s.config.Augment.Draw(rng, side)
	}
	change.Image(pixels, e.Pixels, rng)
	target[0] = 0
	if e.Positive {
		target[0] = 1
	}
	return s.weight[e.Positive]
}
