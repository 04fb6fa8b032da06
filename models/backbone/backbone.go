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
	"math"

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

// Pool averages a map over its cells: [batch, height, width, channels] →
// [batch, channels].
func Pool(x *graph.Node) *graph.Node { return graph.ReduceMean(x, 1, 2) }

// LocalContrast is images next to their own local contrast: [batch, size, size,
// 1] → [batch, size, size, 2].
func LocalContrast(x *graph.Node, cell int, floor float64) *graph.Node {
	g := x.Graph()
	dims := x.Shape().Dimensions
	b, size := dims[0], dims[1]
	cells := size / cell
	x = Standardize(x)
	flat := graph.Reshape(x, b, size, size)
	w := make([][]float32, size)
	for i := range w {
		w[i] = make([]float32, cells)
		sum := 0.0
		r := make([]float64, cells)
		for j := range r {
			d := (float64(i)+0.5)/float64(cell) - (float64(j) + 0.5)
			r[j] = math.Exp(-d * d / 2)
			sum += r[j]
		}
		for j := range r {
			w[i][j] = float32(r[j] / sum)
		}
	}
	u := graph.Const(g, w)
	smooth := func(v *graph.Node) *graph.Node {
		v = graph.ReduceMean(graph.Reshape(v, b, cells, cell, cells, cell), 2, 4)
		v = graph.DotGeneral(v, []int{2}, nil, u, []int{1}, nil) // b, cells(y), size(x)
		v = graph.DotGeneral(v, []int{1}, nil, u, []int{1}, nil) // b, size(x), size(y)
		return graph.TransposeAllAxes(v, 0, 2, 1)
	}
	mean := smooth(flat)
	centered := graph.Sub(flat, mean)
	sd := graph.Sqrt(graph.AddScalar(smooth(graph.Square(centered)), floor*floor))
	local := graph.Reshape(graph.Div(centered, sd), b, size, size, 1)
	return graph.Concatenate([]*graph.Node{x, local}, 3)
}
