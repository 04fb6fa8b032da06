package trainclassifiers

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"femur/cache"
	"femur/dag"
	"femur/internal/cohort"
	"femur/internal/compute"
	"femur/models/classifier"
)

// A list is one of the fold's two, as the network gets it.
type list struct {
	examples []classifier.Example
	side     int            // of every patch, in pixels; 0 of an empty list
	labels   map[string]int // radiographs with each label
}

// read reads the patches of a list. All must have one side.
func (s *stage) read(t dag.Task, name string, truth map[cache.ItemID]cohort.Annotation) (list, error) {
	l := list{labels: map[string]int{}}
	items, err := s.Items(t, "patches", name)
	if err != nil {
		return l, err
	}
	for _, it := range items {
		a, ok := truth[it.ID]
		if !ok {
			return l, fmt.Errorf("%s: no annotation", it.ID)
		}
		pix, side, err := compute.Patch(t, it)
		if err != nil {
			return l, err
		}
		if l.side != 0 && side != l.side {
			return l, fmt.Errorf("%s: a patch with a side of %d pixels among patches of %d; cut all with one size", it.ID, side, l.side)
		}
		l.side = side
		l.labels[a.Label]++
		l.examples = append(l.examples, classifier.Example{Pixels: pix, Positive: a.Label == s.Positive})
	}
	return l, nil
}

// counts lists the labels: "12 AFF, 30 NFF".
func (l list) counts() string {
	if len(l.labels) == 0 {
		return "nothing, since there are none"
	}
	var parts []string
	for _, label := range slices.Sorted(maps.Keys(l.labels)) {
		parts = append(parts, fmt.Sprintf("%d %s", l.labels[label], label))
	}
	return strings.Join(parts, ", ")
}
