package localizer

import (
	"math"

	"femur/models/backbone"
	"femur/models/nn"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
)

// Names of heads.
const (
	HeadDSNT       = "dsnt"
	HeadRegression = "regression"
)

// Heads lists the names of heads.
func Heads() []string { return []string{HeadDSNT, HeadRegression} }

// Values per example of a net: targets are x and y, outputs x, y and spread,
// all in sides of the input.
const (
	targetValues = 2
	outputValues = 3
)

// heatStride is the side of a heatmap's cell in input pixels.
const heatStride = 8

// fusedWidth is the number of channels in which maps of all strides are added.
const fusedWidth = 24

// heatmap maps features to logits [batch, cells·cells], cells = size/heatStride.
// Maps coarser than the finest are enlarged and added to it; a map coarser than
// the heatmap gives several logits per cell.
func heatmap(s nn.Scope, f backbone.Features, size int) *graph.Node {
	maps := f.Maps
	for maps[0].Stride < heatStride {
		maps = maps[1:]
	}
	finest := maps[0].Stride
	var fused *graph.Node
	for i, m := range maps {
		in := m.Node.Shape().Dimensions[3]
		x := nn.Dense(s.In("lateral.%d", i), m.Node, fusedWidth, nn.LeCun(in))
		x = nn.Upsample(x, m.Stride/finest)
		if fused == nil {
			fused = x
		} else {
			fused = graph.Add(fused, x)
		}
	}
	x := nn.SiLU(nn.GroupNorm(s.In("norm1"), fused, 3))
	x = nn.Conv(s.In("conv"), x, 3, 1, fusedWidth, nn.He(9*fusedWidth))
	x = nn.SiLU(nn.GroupNorm(s.In("norm2"), x, 3))
	tile := finest / heatStride
	logits := nn.Dense(s.In("logits"), x, tile*tile, nn.Normal(0.01))
	// Put the tile's logits in their places.
	batch, side := logits.Shape().Dimensions[0], size/finest
	logits = graph.Reshape(logits, batch, side, side, tile, tile)
	logits = graph.TransposeAllAxes(logits, 0, 1, 3, 2, 4)
	return graph.Reshape(logits, batch, side*side*tile*tile)
}

// centers gives the coordinates of the cells' centers in sides of the input, x
// and y, each [1, cells·cells].
func centers(g *graph.Graph, cells int) (x, y *graph.Node) {
	along := func(axis int) *graph.Node {
		c := graph.Iota(g, shapes.Make(dtypes.Float32, cells, cells), axis)
		c = graph.DivScalar(graph.AddScalar(c, 0.5), float64(cells))
		return graph.Reshape(c, 1, cells*cells)
	}
	return along(1), along(0)
}

// dsnt is the head of that name.
func (c Config) dsnt(s nn.Scope, f backbone.Features, targets *graph.Node) (outputs, losses *graph.Node) {
	cells := c.Size / heatStride
	logits := heatmap(s, f, c.Size)
	x, y := centers(logits.Graph(), cells)
	heat := nn.Softmax(logits)
	mean := func(v *graph.Node) *graph.Node { return graph.ReduceAndKeep(graph.Mul(heat, v), graph.ReduceSum, 1) }
	mx, my := mean(x), mean(y)
	square := graph.Add(graph.Square(graph.Sub(x, mx)), graph.Square(graph.Sub(y, my)))
	spread := graph.Sqrt(graph.AddScalar(graph.MulScalar(mean(square), 0.5), 1e-12))
	outputs = graph.Concatenate([]*graph.Node{mx, my, spread}, 1)

	losses = distance(outputs, targets)
	if c.Regularization > 0 {
		tx, ty := column(targets, 0), column(targets, 1)
		away := graph.Add(graph.Square(graph.Sub(x, tx)), graph.Square(graph.Sub(y, ty)))
		goal := graph.MulScalar(away, -0.5/(c.Spread*c.Spread))
		losses = graph.Add(losses, graph.MulScalar(crossEntropy(logits, goal), c.Regularization))
	}
	return outputs, losses
}

// regression is the head of that name. Its loss is the negative logarithm of a
// Laplace-like density of the distance, so the spread learns the expected error.
func (c Config) regression(s nn.Scope, f backbone.Features, targets *graph.Node) (outputs, losses *graph.Node) {
	const channels, hidden = 16, 64
	coarsest := f.Maps[len(f.Maps)-1].Node
	dims := coarsest.Shape().Dimensions
	x := nn.Dense(s.In("reduce"), coarsest, channels, nn.LeCun(dims[3]))
	flat := dims[1] * dims[2] * channels
	x = nn.SiLU(nn.LayerNorm(s.In("norm"), graph.Reshape(x, dims[0], flat), 1e-5))
	x = nn.SiLU(nn.Dense(s.In("hidden"), x, hidden, nn.He(flat)))
	x = nn.Dense(s.In("point"), x, outputValues, nn.Normal(0.01))
	point := graph.Sigmoid(graph.Slice(x, graph.AxisRange(), graph.AxisRange(0, 2)))
	logSpread := graph.MulScalar(graph.Tanh(graph.MulScalar(column(x, 2), 0.2)), 5)
	spread := graph.MulScalar(graph.Exp(logSpread), 0.1)
	outputs = graph.Concatenate([]*graph.Node{point, spread}, 1)
	off := graph.Div(distance(outputs, targets), graph.Reshape(spread, dims[0]))
	// In the plane the density of a distance r is exp(−r/b) / (2π·b²).
	losses = graph.Add(off, graph.MulScalar(graph.Reshape(logSpread, dims[0]), 2))
	return outputs, losses
}

// distance is that between the points of outputs and targets, [batch], in sides
// of the input.
func distance(outputs, targets *graph.Node) *graph.Node {
	dx := graph.Sub(column(outputs, 0), column(targets, 0))
	dy := graph.Sub(column(outputs, 1), column(targets, 1))
	// The summand keeps the gradient finite where both points agree.
	d := graph.Sqrt(graph.AddScalar(graph.Add(graph.Square(dx), graph.Square(dy)), 1e-8))
	return graph.Reshape(d, d.Shape().Dimensions[0])
}

// crossEntropy is that of the distribution with logits a under the one with
// logits b, [batch], over its value for an even a.
func crossEntropy(a, b *graph.Node) *graph.Node {
	cells := a.Shape().Dimensions[1]
	sum := graph.ReduceSum(graph.Mul(nn.Softmax(b), nn.LogSoftmax(a)), 1)
	return graph.MulScalar(sum, -1/math.Log(float64(cells)))
}

// column is column i of [batch, n], as [batch, 1].
func column(x *graph.Node, i int) *graph.Node {
	return graph.Slice(x, graph.AxisRange(), graph.AxisRange(i, i+1))
}
