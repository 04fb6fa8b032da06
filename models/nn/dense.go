package nn

import "github.com/gomlx/gomlx/core/graph"

// Dense is an affine map of the last axis: [..., in] → [..., out], with
// tensors weight [out, in] and bias [out].
func Dense(s Scope, x *graph.Node, out int, init Init) *graph.Node {
	g := x.Graph()
	dims := x.Shape().Dimensions
	in := dims[len(dims)-1]
	weight := s.Weight(g, "weight", init, out, in)
	bias := s.Vector(g, "bias", Zeros(), out)
	flat := graph.Reshape(x, x.Shape().Size()/in, in)
	y := graph.DotGeneral(flat, []int{1}, nil, weight, []int{1}, nil)
	y = graph.Add(y, graph.BroadcastToShape(graph.Reshape(bias, 1, out), y.Shape()))
	shape := append([]int(nil), dims...)
	shape[len(shape)-1] = out
	return graph.Reshape(y, shape...)
}

// Patches cuts images [batch, height, width, channels] into tiles of side p
// and maps each linearly to out values: [batch, height/p, width/p, out]. It is
// a convolution of kernel and stride p, with the same tensors (weight [out,
// channels, p, p], bias [out]), computed as one matrix product, whose gradient
// is much cheaper on a CPU than that of a strided convolution.
func Patches(s Scope, x *graph.Node, p, out int, init Init) *graph.Node {
	g := x.Graph()
	dims := x.Shape().Dimensions
	b, h, w, c := dims[0], dims[1]/p, dims[2]/p, dims[3]
	x.AssertDims(b, h*p, w*p, c)
	weight := s.Weight(g, "weight", init, out, c, p, p)
	bias := s.Vector(g, "bias", Zeros(), out)
	tiles := graph.Reshape(x, b, h, p, w, p, c)
	tiles = graph.TransposeAllAxes(tiles, 0, 1, 3, 5, 2, 4)
	tiles = graph.Reshape(tiles, b*h*w, c*p*p)
	y := graph.DotGeneral(tiles, []int{1}, nil, graph.Reshape(weight, out, c*p*p), []int{1}, nil)
	y = graph.Add(y, graph.BroadcastToShape(graph.Reshape(bias, 1, out), y.Shape()))
	return graph.Reshape(y, b, h, w, out)
}
