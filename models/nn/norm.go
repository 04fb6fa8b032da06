package nn

import "github.com/gomlx/gomlx/core/graph"

// LayerNorm scales the last axis to mean 0 and variance 1, then by weight and
// bias (both [channels]). Epsilon is added to the variance; timm's vision
// transformers use 1e-6.
func LayerNorm(s Scope, x *graph.Node, epsilon float64) *graph.Node {
	axis := x.Rank() - 1
	mean := graph.ReduceAndKeep(x, graph.ReduceMean, axis)
	centered := graph.Sub(x, mean)
	variance := graph.ReduceAndKeep(graph.Square(centered), graph.ReduceMean, axis)
	return affine(s, graph.Div(centered, graph.Sqrt(graph.AddScalar(variance, epsilon))))
}

// GroupNorm scales each image's channels, taken together in groups over height
// and width, to mean 0 and variance 1, then by weight and bias (both
// [channels]): [batch, height, width, channels]. It takes the place of batch
// normalization: what it does to an image does not depend on the others of the
// batch, in training or after (Wu & He 2018).
func GroupNorm(s Scope, x *graph.Node, groups int) *graph.Node {
	const epsilon = 1e-5
	dims := x.Shape().Dimensions
	b, h, w, c := dims[0], dims[1], dims[2], dims[3]
	grouped := graph.Reshape(x, b, h*w, groups, c/groups)
	mean := graph.ReduceAndKeep(grouped, graph.ReduceMean, 1, 3)
	centered := graph.Sub(grouped, mean)
	variance := graph.ReduceAndKeep(graph.Square(centered), graph.ReduceMean, 1, 3)
	scaled := graph.Div(centered, graph.Sqrt(graph.AddScalar(variance, epsilon)))
	return affine(s, graph.Reshape(scaled, b, h, w, c))
}

func affine(s Scope, x *graph.Node) *graph.Node {
	dims := x.Shape().Dimensions
	c := dims[len(dims)-1]
	weight := s.Vector(x.Graph(), "weight", Ones(), c)
	bias := s.Vector(x.Graph(), "bias", Zeros(), c)
	return graph.Add(graph.Mul(x, along(weight, x)), along(bias, x))
}

// along gives a vector of channels the rank of x.
func along(v, x *graph.Node) *graph.Node {
	dims := make([]int, x.Rank())
	for i := range dims {
		dims[i] = 1
	}
	dims[len(dims)-1] = v.Shape().Size()
	return graph.Reshape(v, dims...)
}
