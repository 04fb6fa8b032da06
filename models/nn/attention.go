package nn

import (
	"math"

	"github.com/gomlx/gomlx/core/graph"
)

// Attention is multi-head self-attention: tokens [batch, n, dim] → the same.
// Its tensors are timm's: qkv.weight [3·dim, dim], qkv.bias, proj.weight,
// proj.bias.
func Attention(s Scope, x *graph.Node, heads int, init Init) *graph.Node {
	dims := x.Shape().Dimensions
	b, n, dim := dims[0], dims[1], dims[2]
	each := dim / heads
	qkv := Dense(s.In("qkv"), x, 3*dim, init)
	// [batch, n, 3, heads, each] → 3 × [batch·heads, n, each].
	qkv = graph.TransposeAllAxes(graph.Reshape(qkv, b, n, 3, heads, each), 2, 0, 3, 1, 4)
	part := func(i int) *graph.Node {
		return graph.Reshape(graph.Slice(qkv, graph.AxisElem(i)), b*heads, n, each)
	}
	q := graph.MulScalar(part(0), 1/math.Sqrt(float64(each)))
	scores := graph.DotGeneral(q, []int{2}, []int{0}, part(1), []int{2}, []int{0})
	mixed := graph.DotGeneral(Softmax(scores), []int{2}, []int{0}, part(2), []int{1}, []int{0})
	mixed = graph.TransposeAllAxes(graph.Reshape(mixed, b, heads, n, each), 0, 2, 1, 3)
	return Dense(s.In("proj"), graph.Reshape(mixed, b, n, dim), dim, init)
}

// Softmax normalizes exponentials along the last axis. The maximum is taken
// off first and is no path for the gradient.
func Softmax(x *graph.Node) *graph.Node {
	axis := x.Rank() - 1
	most := graph.StopGradient(graph.ReduceAndKeep(x, graph.ReduceMax, axis))
	e := graph.Exp(graph.Sub(x, most))
	return graph.Div(e, graph.ReduceAndKeep(e, graph.ReduceSum, axis))
}

// LogSoftmax is the logarithm of Softmax, without its underflow.
func LogSoftmax(x *graph.Node) *graph.Node {
	axis := x.Rank() - 1
	most := graph.StopGradient(graph.ReduceAndKeep(x, graph.ReduceMax, axis))
	x = graph.Sub(x, most)
	return graph.Sub(x, graph.Log(graph.ReduceAndKeep(graph.Exp(x), graph.ReduceSum, axis)))
}
