package fit

import (
	"context"

	"femur/models/nn"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// images declares the input [batch, Size, Size, 1].
func (n Net) images(g *graph.Graph, batch int) *graph.Node {
	return graph.Parameter(g, "images", shapes.Make(dtypes.Float32, batch, n.Size, n.Size, 1))
}

// targets declares the input [batch, Targets].
func (n Net) targets(g *graph.Graph, batch int) *graph.Node {
	return graph.Parameter(g, "targets", shapes.Make(dtypes.Float32, batch, n.Targets))
}

// A batch is what one run of a program reads.
type batch struct {
	pixels, targets, weights []float32
}

func newBatch(net Net, size int) *batch {
	return &batch{
		pixels:  make([]float32, size*net.Size*net.Size),
		targets: make([]float32, size*net.Targets),
		weights: make([]float32, size),
	}
}

// stepProgram is a compiled training step.
type stepProgram struct {
	net    Net
	batch  int
	layout nn.Layout
	graph  *graph.Graph
}

// step returns the training step of a net, compiled at most once.
func (p *Programs) step(ctx context.Context, net Net, size int) (*stepProgram, error) {
	layout, err := p.Layout(ctx, net)
	if err != nil {
		return nil, err
	}
	return shared(ctx, p, net.key("step", size), func(backend compute.Backend) (*stepProgram, error) {
		s := &stepProgram{net: net, batch: size, layout: layout, graph: graph.NewGraph(backend, "step "+net.Name)}
		err := catch("compile "+net.Name, func() error { return p.compile(s.graph, s.build()...) })
		return s, err
	})
}

// build declares the inputs in the order in which run gives them.
func (s *stepProgram) build() []*graph.Node {
	g := s.graph
	vector := func(name string, size int) *graph.Node {
		return graph.Parameter(g, name, shapes.Make(dtypes.Float32, size))
	}
	old := state{
		weights: vector("weights", s.layout.Size), first: vector("first", s.layout.Size),
		second: vector("second", s.layout.Size), mean: vector("mean", s.layout.Size),
	}
	images, targets := s.net.images(g, s.batch), s.net.targets(g, s.batch)
	importance, hyper := vector("importance", s.batch), vector("hyper", hyperCount)

	scope, gradient := nn.Bind(s.layout, old.weights)
	_, losses := s.net.Build(scope, images, targets)
	loss := graph.Div(graph.ReduceAllSum(graph.Mul(losses, importance)), graph.ReduceAllSum(importance))
	next, norm := adamw(old, gradient(loss), hyper, s.layout.Decayed)
	return []*graph.Node{next.weights, next.first, next.second, next.mean, graph.Stack([]*graph.Node{loss, norm}, 0)}
}

// A trainer holds the state of one training on the device.
type trainer struct {
	program *stepProgram
	state   [4]*tensors.Tensor // weights, first, second, mean
}

func (s *stepProgram) start(values []float32) *trainer {
	zeros := func() *tensors.Tensor {
		return tensors.FromFlatDataAndDimensions(make([]float32, s.layout.Size), s.layout.Size)
	}
	return &trainer{program: s, state: [4]*tensors.Tensor{
		tensors.FromFlatDataAndDimensions(values, len(values)), zeros(), zeros(),
		tensors.FromFlatDataAndDimensions(values, len(values)),
	}}
}

// run does one step and returns the batch's mean loss and the gradient's norm.
func (t *trainer) run(b *batch, hyper []float32) (loss, norm float64, err error) {
	err = catch("step", func() error {
		s, net := t.program, t.program.net
		inputs := []*tensors.Tensor{
			tensors.FromFlatDataAndDimensions(b.pixels, s.batch, net.Size, net.Size, 1),
			tensors.FromFlatDataAndDimensions(b.targets, s.batch, net.Targets),
			tensors.FromFlatDataAndDimensions(b.weights, s.batch),
			tensors.FromFlatDataAndDimensions(hyper, hyperCount),
		}
		outputs := s.graph.Run(t.state[0], t.state[1], t.state[2], t.state[3],
			inputs[0], inputs[1], inputs[2], inputs[3])
		stats, err := tensors.CopyFlatData[float32](outputs[4])
		if err != nil {
			return err
		}
		loss, norm = float64(stats[0]), float64(stats[1])
		free(append(inputs, outputs[4], t.state[0], t.state[1], t.state[2], t.state[3])...)
		copy(t.state[:], outputs)
		return nil
	})
	return loss, norm, err
}

// mean copies the running mean of the weights to the host.
func (t *trainer) mean() ([]float32, error) { return tensors.CopyFlatData[float32](t.state[3]) }

// free gives the state's memory back.
func (t *trainer) free() { free(t.state[:]...) }

// free gives back memory of tensors that are no longer used. An error would
// mean that a buffer was freed before, which leaves nothing to do.
func free(ts ...*tensors.Tensor) {
	for _, t := range ts {
		_ = t.FinalizeAll()
	}
}
