package dag

import (
	"fmt"
	"slices"

	"femur/cache"
)

// Chosen returns the packages behind a registry whose code an instance runs: those that it has chosen
// itself, and those chosen by the instances that made the models it reads. A model is weights and a name;
// what computes with them is the network's code, which a stage that predicts has to have in its key too.
func (g *Graph) Chosen(n *Node) []string {
	var chosen []string
	if c, ok := n.Stage.(Chooser); ok {
		chosen = append(chosen, c.Chosen()...)
	}
	in, _ := n.Stage.Ports()
	for _, p := range in {
		if p.Media != cache.MediaModel || p.Ignored {
			continue
		}
		for _, b := range n.Inputs {
			if b.Port != p.Name {
				continue
			}
			for _, s := range b.Sources {
				if u, ok := g.Node(s.Address); ok {
					chosen = append(chosen, g.Chosen(u)...)
				}
			}
		}
	}
	slices.Sort(chosen)
	return slices.Compact(chosen)
}

// A choosing stage has chosen what Graph.Chosen says.
type choosing struct {
	Stage
	chosen []string
}

// Chosen implements [Chooser].
func (c choosing) Chosen() []string { return c.chosen }

// code asks for the code fields of a node.
func (s *session) code(n *Node) ([]cache.Field, error) { return s.codeWithout(n, "") }

// itemCode is the code behind a node's items and sources in one value: all but what Collect alone uses.
func (s *session) itemCode(n *Node) (cache.Digest, error) {
	fields, err := s.codeWithout(n, n.Kind.Collects)
	if err != nil {
		return cache.Digest{}, fmt.Errorf("code: %w", err)
	}
	code := cache.Recipe{Stage: n.Kind.Type}
	for _, f := range fields {
		code.Add(cache.Code, f.Label, f.Value)
	}
	return cache.Digest(code.Key()), nil
}

func (s *session) codeWithout(n *Node, collects string) ([]cache.Field, error) {
	if s.Fingerprint == nil {
		return nil, nil
	}
	asked := *n
	asked.Kind.Collects = collects
	asked.Stage = choosing{n.Stage, s.graph.Chosen(n)}
	return s.Fingerprint(&asked)
}
