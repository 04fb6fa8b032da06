package fit

import (
	"context"
	"fmt"

	"femur/models/nn"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// scoreBatch is the number of images a scoring program takes at once. It is
// fixed, since another batch shape may round differently.
const scoreBatch = 8

// scoreProgram is a compiled forward pass with the loss.
type scoreProgram struct {
	net    Net
	layout nn.Layout
	graph  *graph.Graph
}

// score returns the scoring program of a net, compiled at most once.
func (p *Programs) score(ctx context.Context, net Net) (*scoreProgram, error) {
	layout, err := p.Layout(ctx, net)
	if err != nil {
		return nil, err
	}
	return shared(ctx, p, net.key("score", scoreBatch), func(backend compute.Backend) (*scoreProgram, error) {
		s := &scoreProgram{net: net, layout: layout, graph: graph.NewGraph(backend, "score "+net.Name)}
		err := catch("compile "+net.Name, func() error {
			weights := graph.Parameter(s.graph, "weights", shapes.Make(dtypes.Float32, layout.Size))
			images, targets := net.images(s.graph, scoreBatch), net.targets(s.graph, scoreBatch)
			scope, _ := nn.Bind(layout, weights)
			outputs, losses := net.Build(scope, images, targets)
			losses = graph.Reshape(losses, scoreBatch, 1)
			return p.compile(s.graph, graph.Concatenate([]*graph.Node{outputs, losses}, 1))
		})
		return s, err
	})
}

// Scores are a net's outputs and losses, one of each per example.
type Scores struct {
	Outputs [][]float32
	Losses  []float64
	// Weights are the examples' weights, as the source gave them.
	Weights []float64
}

// Loss is the weighted mean loss.
func (s Scores) Loss() float64 {
	var sum, weight float64
	for i, l := range s.Losses {
		sum += l * s.Weights[i]
		weight += s.Weights[i]
	}
	if weight == 0 {
		return 0
	}
	return sum / weight
}

// Score runs a net with the given weights over all examples of a source,
// unaugmented and in order. An example's score does not depend on the others.
// It stops between batches when ctx is canceled.
func (p *Programs) Score(ctx context.Context, net Net, values []float32, source Source) (Scores, error) {
	var scores Scores
	program, err := p.score(ctx, net)
	if err != nil {
		return scores, err
	}
	if err := program.layout.Check(values); err != nil {
		return scores, err
	}
	err = catch("score "+net.Name, func() error {
		weights := tensors.FromFlatDataAndDimensions(values, len(values))
		defer free(weights)
		for from := 0; from < source.Len(); from += scoreBatch {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			n := min(scoreBatch, source.Len()-from)
			b := newBatch(net, scoreBatch)
			for i := range n {
				b.weights[i] = source.Draw(from+i, nil, b.image(net, i), b.target(net, i))
			}
			if err := program.run(weights, b, n, &scores); err != nil {
				return fmt.Errorf("examples from %d: %w", from, err)
			}
		}
		return nil
	})
	return scores, err
}

// run scores one batch and keeps its first n rows.
func (s *scoreProgram) run(weights *tensors.Tensor, b *batch, n int, scores *Scores) error {
	images := tensors.FromFlatDataAndDimensions(b.pixels, scoreBatch, s.net.Size, s.net.Size, 1)
	targets := tensors.FromFlatDataAndDimensions(b.targets, scoreBatch, s.net.Targets)
	outputs := s.graph.Run(weights, images, targets)
	rows, err := tensors.CopyFlatData[float32](outputs[0])
	free(images, targets, outputs[0])
	if err != nil {
		return err
	}
	width := s.net.Outputs + 1
	for i := range n {
		row := rows[i*width : (i+1)*width]
		scores.Outputs = append(scores.Outputs, row[:s.net.Outputs:s.net.Outputs])
		scores.Losses = append(scores.Losses, float64(row[s.net.Outputs]))
		scores.Weights = append(scores.Weights, float64(b.weights[i]))
	}
	return nil
}

// image is the part of the batch that holds the pixels of example i.
func (b *batch) image(net Net, i int) []float32 {
	n := net.Size * net.Size
	return b.pixels[i*n : (i+1)*n]
}

// target is the part of the batch that holds the targets of example i.
func (b *batch) target(net Net, i int) []float32 {
	return b.targets[i*net.Targets : (i+1)*net.Targets]
}
