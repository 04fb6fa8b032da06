package nn

import (
	"math"

	"github.com/gomlx/gomlx/core/graph"
)

// GELU is x·Φ(x), Φ the normal distribution function, in its exact form, as in
// timm's vision transformers.
func GELU(x *graph.Node) *graph.Node {
	phi := graph.MulScalar(graph.AddScalar(graph.Erf(graph.MulScalar(x, math.Sqrt2/2)), 1), 0.5)
	return graph.Mul(x, phi)
}

// SiLU is x·σ(x).
func SiLU(x *graph.Node) *graph.Node {
	return graph.Mul(x, graph.Sigmoid(x))
}

// ReLU is max(x, 0).
func ReLU(x *graph.Node) *graph.Node {
	return graph.MaxScalar(x, 0)
}
