package nn

import (
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
)

// A Scope is where a layer declares its tensors.
type Scope struct {
	path   string
	source *source
}

// A source hands out the nodes of tensors: while tracing it invents
// parameters and writes down what was asked for, when bound it cuts the
// tensors out of a vector.
type source struct {
	declared []Tensor
	layout   Layout
	vector   *graph.Node
	nodes    map[string]*graph.Node
}

// In is the scope of a part of the network.
func (s Scope) In(format string, args ...any) Scope {
	name := fmt.Sprintf(format, args...)
	if s.path != "" {
		name = s.path + "." + name
	}
	return Scope{path: name, source: s.source}
}

// Weight declares a matrix or kernel: weight decay applies.
func (s Scope) Weight(g *graph.Graph, name string, init Init, dims ...int) *graph.Node {
	return s.tensor(g, Tensor{Name: s.In("%s", name).path, Dims: dims, Init: init, Decay: true})
}

// Vector declares a bias, scale, token or table of positions: no weight decay.
func (s Scope) Vector(g *graph.Graph, name string, init Init, dims ...int) *graph.Node {
	return s.tensor(g, Tensor{Name: s.In("%s", name).path, Dims: dims, Init: init})
}

func (s Scope) tensor(g *graph.Graph, t Tensor) *graph.Node {
	if _, twice := s.source.nodes[t.Name]; twice {
		panic(fmt.Sprintf("nn: tensor %q declared twice", t.Name))
	}
	var node *graph.Node
	if s.source.vector == nil {
		node = graph.Parameter(g, t.Name, shapes.Make(dtypes.Float32, t.Dims...))
		s.source.declared = append(s.source.declared, t)
	} else {
		at, ok := s.source.layout.Lookup(t.Name)
		if !ok {
			panic(fmt.Sprintf("nn: tensor %q is not in the layout", t.Name))
		}
		cut := graph.Slice(s.source.vector, graph.AxisRange(at.Offset, at.Offset+at.Size()))
		node = graph.Reshape(cut, at.Dims...)
	}
	s.source.nodes[t.Name] = node
	return node
}

// Trace runs build on a graph that is thrown away and returns the layout of
// the tensors it declared. It panics as GoMLX does where build is wrong.
func Trace(backend compute.Backend, build func(g *graph.Graph, s Scope)) Layout {
	src := &source{nodes: map[string]*graph.Node{}}
	g := graph.NewGraph(backend, "trace")
	defer g.Finalize()
	build(g, Scope{source: src})
	return newLayout(src.declared)
}

// Bind returns a scope whose tensors are parts of vector, shaped
// [layout.Size], and a function that gives the gradient of a scalar with
// respect to that vector once the network is built.
func Bind(layout Layout, vector *graph.Node) (Scope, func(loss *graph.Node) *graph.Node) {
	src := &source{layout: layout, vector: vector, nodes: map[string]*graph.Node{}}
	gradient := func(loss *graph.Node) *graph.Node {
		tensors := make([]*graph.Node, len(layout.Tensors))
		for i, t := range layout.Tensors {
			tensors[i] = src.nodes[t.Name]
			if tensors[i] == nil {
				panic(fmt.Sprintf("nn: tensor %q of the layout was not used", t.Name))
			}
		}
		parts := graph.Gradient(loss, tensors...)
		for i, t := range layout.Tensors {
			parts[i] = graph.Reshape(parts[i], t.Size())
		}
		return graph.Concatenate(parts, 0)
	}
	return Scope{source: src}, gradient
}
