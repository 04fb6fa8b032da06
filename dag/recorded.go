package dag

import (
	"context"
	"errors"
	"slices"

	"femur/cache"
)

// recordedOnly narrows a selection to what may run and what that reads from.
func (s *selected) recordedOnly() {
	near := map[Address]bool{}
	for _, n := range s.order {
		if s.wanted[n.Address] {
			near[n.Address] = true
			for _, a := range n.Upstream() {
				near[a] = true
			}
		}
	}
	s.order = slices.DeleteFunc(s.order, func(n *Node) bool { return !near[n.Address] })
	s.recorded = true
}

// taken reports whether a node stands for what was recorded of it last, with Selection.Recorded.
func (s selected) taken(a Address) bool { return s.recorded && !s.mayRun(a) }

// lastRecord returns what was recorded last under an address, with all its bytes. Where there is none, or not
// whole, the error is a [*StaleInputError].
func (s *session) lastRecord(ctx context.Context, a Address) (*cache.Record, error) {
	last, ran, err := s.newest(ctx, a)
	if err != nil {
		return nil, err
	}
	if !ran {
		return nil, &StaleInputError{Only: s.Selection.Only, Input: a}
	}
	rec, err := s.Results.Lookup(ctx, last.Key)
	if errors.Is(err, cache.ErrMiss) {
		return nil, &StaleInputError{Only: s.Selection.Only, Input: a}
	}
	return &rec, err
}
