package pipeline

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"femur/dag"
)

// An edge is a reference between instances, from the one that reads to the one that is read.
type edge struct {
	from, to *instance
	at       hcl.Range
}

// findCycles reports stages that depend on each other, once per set of stages, with the path and the
// place of each reference on it.
func (l *loader) findCycles() {
	state := map[*instance]evaluationState{}
	seen := map[string]bool{}
	var path []edge
	var visit func(i *instance)
	visit = func(i *instance) {
		state[i] = underway
		for _, b := range i.inputs {
			for _, to := range i.feeds[b.Port] {
				path = append(path, edge{i, to, i.at[b.Port]})
				switch state[to] {
				case untouched:
					visit(to)
				case underway:
					start := slices.IndexFunc(path, func(e edge) bool { return e.from == to })
					l.reportCycle(path[start:], seen)
				}
				path = path[:len(path)-1]
			}
		}
		state[i] = evaluated
	}
	for _, s := range l.stages {
		for _, i := range s.instances {
			if state[i] == untouched {
				visit(i)
			}
		}
	}
}

func (l *loader) reportCycle(cycle []edge, seen map[string]bool) {
	var stages, where []string
	var addresses []dag.Address
	for _, e := range cycle {
		stages = append(stages, string(e.from.of.address))
		addresses = append(addresses, e.from.address)
		where = append(where, fmt.Sprintf("%s refers to %s in line %d", e.from.of.address, e.to.of.address, e.at.Start.Line))
	}
	slices.Sort(stages)
	id := strings.Join(slices.Compact(stages), " ")
	if seen[id] {
		return
	}
	seen[id] = true
	fault := &dag.CycleError{Path: append(addresses, addresses[0])}
	text := fault.Error()
	l.report(errorAt(cycle[0].at, "Cycle of stages", "%s: %s. Remove one of these references.",
		strings.ToUpper(text[:1])+text[1:], strings.Join(where, ", ")))
}
