package dag

import (
	"fmt"
	"strings"

	"femur/cache"
)

// A Node is one instance of a stage in a graph.
type Node struct {
	Address Address
	Kind    Kind
	Stage   Stage
	Matrix  []MatrixValue
	Inputs  []Binding // for every bound, not ignored input port
	Where   string    // "pipeline.hcl:12", for messages
}

// A Binding connects an input port to outputs of other nodes. A port that is no List has one source.
type Binding struct {
	Port    string
	Sources []OutputRef
}

// An OutputRef points at an output of a node. ID names the item that it becomes at a List port.
type OutputRef struct {
	Address Address
	Output  string
	ID      cache.ItemID
}

// A Graph is the nodes of a pipeline in the order in which they were added.
type Graph struct {
	Name              string // of the pipeline
	Seed              uint64
	Nested            bool // strict leak rule
	StrictEnvironment bool // the environment joins the keys
	nodes             []*Node
	byAddress         map[Address]*Node
}

// Add appends a node. An address added twice is an error.
func (g *Graph) Add(n *Node) error {
	if g.byAddress == nil {
		g.byAddress = map[Address]*Node{}
	}
	if _, ok := g.byAddress[n.Address]; ok {
		return fmt.Errorf("stage %s stands twice", n.Address)
	}
	g.byAddress[n.Address] = n
	g.nodes = append(g.nodes, n)
	return nil
}

// Node returns the node with the address.
func (g *Graph) Node(a Address) (*Node, bool) {
	n, ok := g.byAddress[a]
	return n, ok
}

// Nodes returns the nodes in the order in which they were added.
func (g *Graph) Nodes() []*Node { return g.nodes }

// Upstream returns the addresses that a node reads from, each once, in binding order.
func (n *Node) Upstream() []Address {
	var up []Address
	seen := map[Address]bool{}
	for _, b := range n.Inputs {
		for _, s := range b.Sources {
			if !seen[s.Address] {
				seen[s.Address] = true
				up = append(up, s.Address)
			}
		}
	}
	return up
}

// A CycleError lists the addresses of a cycle, the first repeated at the end.
type CycleError struct{ Path []Address }

// Error implements error.
func (e *CycleError) Error() string {
	parts := make([]string, len(e.Path))
	for i, a := range e.Path {
		parts[i] = string(a)
	}
	return "stages depend on each other: " + strings.Join(parts, " → ")
}
