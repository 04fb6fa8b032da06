// Package backbone defines what a feature extractor is, for the families in the
// packages below it (cnnsmall, resnet, vit) and for the heads that read them.
//
// A variant is one architecture under one name. It maps images [batch, size,
// size, 1], with values in 0..1, to feature maps and to one pooled vector per
// image. Each family lists its variants; package zoo finds them by name.
//
// Limits: square images of one channel, whose side is a multiple of the
// variant's Multiple.
package backbone

import (
	"fmt"

	"femur/models/nn"

	"github.com/gomlx/gomlx/core/graph"
)

// A Variant is one architecture.
type Variant struct {
	// Name is what users write, for example "cnn-small".
	Name string
	// Summary is one line for lists.
	Summary string
	// Multiple is what the side of the input must be a multiple of.
	Multiple int
	// Build declares the tensors and computes the features.
	Build func(s nn.Scope, images *graph.Node) Features
}

// CheckSize reports whether an input side suits the variant.
func (v Variant) CheckSize(size int) error {
	if size < 2*v.Multiple || size%v.Multiple != 0 {
		return fmt.Errorf("%s takes sides that are multiples of %d, at least %d, not %d", v.Name, v.Multiple, 2*v.Multiple, size)
	}
	return nil
}

// Features are what a backbone sees in a batch.
type Features struct {
	// Maps are grids of features, the finest first.
	Maps []Map
	// Pooled is one vector per image, [batch, channels].
	Pooled *graph.Node
}

// A Map is a grid of features: cell (i, j) of Node [batch, size/Stride,
// size/Stride, channels] stands for the square of Stride input pixels whose
// top left corner is (j·Stride, i·Stride).
type Map struct {
	Node   *graph.Node
	Stride int
}

// Standardize shifts and scales each image to mean 0 and deviation 1, which
// takes exposure and gain out: [batch, height, width, 1] → the same. A flat
// image becomes 0.
func Standardize(images *graph.Node) *graph.Node {
	const epsilon = 1e-4
	mean := graph.ReduceAndKeep(images, graph.ReduceMean, 1, 2, 3)
	centered := graph.Sub(images, mean)
	variance := graph.ReduceAndKeep(graph.Square(centered), graph.ReduceMean, 1, 2, 3)
	return graph.Div(centered, graph.Sqrt(graph.AddScalar(variance, epsilon)))
}

// Pool summarizes maps by the mean and the maximum of each channel over the
// cells: maps [batch, …, …, channels] → [batch, 2 · all channels]. A fracture
// fills one cell of many, which a mean alone drowns.
func Pool(maps ...Map) *graph.Node {
	var parts []*graph.Node
	for _, m := range maps {
		parts = append(parts, graph.ReduceMean(m.Node, 1, 2), graph.ReduceMax(m.Node, 1, 2))
	}
	return graph.Concatenate(parts, 1)
}
