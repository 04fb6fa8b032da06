package dag

import (
	"fmt"
	"slices"
	"strings"
)

// A Selection says which nodes take part and which run whatever is cached. Every entry is an address
// with or without matrix (without: all instances); Targets may end in .OUTPUT.
type Selection struct {
	Targets []string // these and all that they need; empty: the whole graph
	From    []string // these and all that needs them run again
	Force   []string // these run again
	Only    string   // this alone is brought up to date; its inputs must be in the cache
	// Recorded, with Only: what it reads from is what was recorded last, whatever would be made now. Nothing
	// further upstream takes part, nor is a source of it looked at.
	Recorded bool
}

// A selected graph: what takes part, in order, and how.
type selected struct {
	order  []*Node
	forced map[Address]string // why, for its reason
	wanted map[Address]bool   // with Only: the nodes that may run
	// recorded nodes are all that may not run.
	recorded bool
}

func (s selected) mayRun(a Address) bool { return s.wanted == nil || s.wanted[a] }

// Match returns the nodes that a target means, in graph order: the one with that address, else all
// instances of the stage that agree with the matrix values given. None is an error that names near ones.
func (g *Graph) Match(target string) ([]*Node, error) {
	a, output, err := ParseTarget(target)
	if err != nil {
		return nil, err
	}
	var found []*Node
	if n, ok := g.Node(a); ok {
		found = []*Node{n}
	} else {
		want := matrixOf(a)
		for _, n := range g.nodes {
			if n.Address.Stage() == a.Stage() && agrees(n, want) {
				found = append(found, n)
			}
		}
	}
	if len(found) == 0 {
		return nil, g.unknownTarget(a)
	}
	if output != "" {
		_, out := found[0].Stage.Ports()
		names := make([]string, len(out))
		for i, p := range out {
			names[i] = p.Name
		}
		if !slices.Contains(names, output) {
			return nil, fmt.Errorf("target %s: %s has no output %q.%s", target, a, output, didYouMean(output, "outputs", names))
		}
	}
	return found, nil
}

func (g *Graph) unknownTarget(a Address) error {
	var stages, instances []string
	for _, n := range g.nodes {
		stages = append(stages, n.Address.Stage())
		if n.Address.Stage() == a.Stage() {
			instances = append(instances, string(n.Address))
		}
	}
	if len(instances) > 0 {
		return fmt.Errorf("target %s: the stage has no such instance.%s", a, didYouMean(string(a), "instances", instances))
	}
	return fmt.Errorf("target %s: the pipeline has no such stage.%s", a, didYouMean(a.Stage(), "stages", stages))
}

func matrixOf(a Address) []MatrixValue {
	_, rest, ok := strings.Cut(string(a), "[")
	if !ok {
		return nil
	}
	var values []MatrixValue
	for part := range strings.SplitSeq(strings.TrimSuffix(rest, "]"), ",") {
		k, v, _ := strings.Cut(part, "=")
		values = append(values, MatrixValue{strings.TrimSpace(k), strings.TrimSpace(v)})
	}
	return values
}

func agrees(n *Node, want []MatrixValue) bool {
	return !slices.ContainsFunc(want, func(v MatrixValue) bool { return !slices.Contains(n.Matrix, v) })
}

// choose applies a selection to the graph.
func (g *Graph) choose(sel Selection) (selected, error) {
	order, err := g.Order()
	if err != nil {
		return selected{}, err
	}
	s := selected{forced: map[Address]string{}}
	match := func(targets []string, f func(*Node)) error {
		for _, t := range targets {
			nodes, err := g.Match(t)
			if err != nil {
				return err
			}
			for _, n := range nodes {
				f(n)
			}
		}
		return nil
	}
	keep := map[Address]bool{}
	if err := match(sel.Targets, func(n *Node) { keep[n.Address] = true }); err != nil {
		return s, err
	}
	if sel.Only != "" {
		if len(sel.Targets)+len(sel.From) > 0 {
			return s, fmt.Errorf("only %s: cannot be combined with other targets", sel.Only)
		}
		s.wanted = map[Address]bool{}
		if err := match([]string{sel.Only}, func(n *Node) { keep[n.Address], s.wanted[n.Address] = true, true }); err != nil {
			return s, err
		}
	}
	if err := match(sel.Force, func(n *Node) { s.forced[n.Address] = "forced" }); err != nil {
		return s, err
	}
	from := map[Address]bool{}
	if err := match(sel.From, func(n *Node) { from[n.Address] = true }); err != nil {
		return s, err
	}
	for _, n := range order {
		for _, a := range n.Upstream() {
			from[n.Address] = from[n.Address] || from[a]
		}
		if from[n.Address] {
			s.forced[n.Address] = "forced, with all from " + strings.Join(sel.From, ", ")
		}
	}
	if len(keep) > 0 {
		for _, n := range slices.Backward(order) {
			if keep[n.Address] {
				for _, a := range n.Upstream() {
					keep[a] = true
				}
			}
		}
		order = slices.DeleteFunc(order, func(n *Node) bool { return !keep[n.Address] })
	}
	s.order = order
	if sel.Recorded && sel.Only != "" {
		s.recordedOnly()
	}
	for a := range s.forced {
		if !slices.ContainsFunc(order, func(n *Node) bool { return n.Address == a }) {
			if from[a] {
				delete(s.forced, a) // downstream of --from, but no target asked for it
				continue
			}
			return s, fmt.Errorf("force %s: it is not needed by %s", a, strings.Join(append(sel.Targets, sel.Only), ", "))
		}
	}
	return s, nil
}
