package stats

import (
	"errors"
	"fmt"
	"math"
)

// Errors that a caller turns into "cannot tell", each wrapped with the numbers.
var (
	// ErrEmpty means that no row is left to compute from.
	ErrEmpty = errors.New("no rows")
	// ErrOneClass means that a comparison of two classes got rows of one only.
	ErrOneClass = errors.New("only one class")
	// ErrNotFinite means that a value is NaN or infinite.
	ErrNotFinite = errors.New("value is not finite")
	// ErrTooFew means that the sample is too small for the method.
	ErrTooFew = errors.New("too few patients")
)

// An Interval is an estimate with its confidence limits; Level is the nominal
// two-sided coverage, 0.95 as a rule.
type Interval struct {
	Estimate, Low, High, Level float64
}

// Contains reports whether v lies between the limits, both included.
func (i Interval) Contains(v float64) bool { return i.Low <= v && v <= i.High }

// checkLevel refuses a coverage outside the open interval (0, 1).
func checkLevel(level float64) error {
	if !(level > 0 && level < 1) {
		return fmt.Errorf("confidence level %v: want a number between 0 and 1", level)
	}
	return nil
}

// checkFinite refuses an empty sample, NaN and infinities, naming the first row.
func checkFinite(values []float64) error {
	if len(values) == 0 {
		return ErrEmpty
	}
	for i, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("row %d is %v: %w", i, v, ErrNotFinite)
		}
	}
	return nil
}

// checkScored checks scores with their classes and counts the classes.
func checkScored(scores []float64, positive []bool) (positives, negatives int, err error) {
	if len(scores) != len(positive) {
		return 0, 0, fmt.Errorf("%d scores with %d labels: want one label a score", len(scores), len(positive))
	}
	if err := checkFinite(scores); err != nil {
		return 0, 0, err
	}
	for _, p := range positive {
		if p {
			positives++
		}
	}
	negatives = len(positive) - positives
	if positives == 0 || negatives == 0 {
		return 0, 0, fmt.Errorf("%d positive and %d negative rows: %w", positives, negatives, ErrOneClass)
	}
	return positives, negatives, nil
}
