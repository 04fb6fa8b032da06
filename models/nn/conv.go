package nn

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
)

// Conv is a convolution of odd kernel side k with zero padding k/2 and the
// given stride: [batch, height, width, in] → [batch, ⌈height/stride⌉,
// ⌈width/stride⌉, out], with tensor weight [out, in, k, k]. It has no bias: a
// norm follows it.
func Conv(s Scope, x *graph.Node, k, stride, out int, init Init) *graph.Node {
	in := x.Shape().Dimensions[3]
	weight := s.Weight(x.Graph(), "weight", init, out, in, k, k)
	// XLA on a CPU hands convolutions to its fast kernels in the order
	// height, width, in, out only.
	kernel := graph.TransposeAllAxes(weight, 2, 3, 1, 0)
	axes := compute.ConvolveAxesConfig{
		InputBatch: 0, InputChannels: 3, InputSpatial: []int{1, 2},
		KernelInputChannels: 2, KernelOutputChannels: 3, KernelSpatial: []int{0, 1},
		OutputBatch: 0, OutputChannels: 3, OutputSpatial: []int{1, 2},
	}
	return graph.Convolve(x, kernel).AxesConfig(axes).
		PaddingPerDim([][2]int{{k / 2, k / 2}, {k / 2, k / 2}}).
		StridePerAxis(stride, stride).Done()
}

// Upsample repeats each cell n times along height and width.
func Upsample(x *graph.Node, n int) *graph.Node {
	if n == 1 {
		return x
	}
	dims := x.Shape().Dimensions
	b, h, w, c := dims[0], dims[1], dims[2], dims[3]
	x = graph.BroadcastToDims(graph.Reshape(x, b, h, 1, w, 1, c), b, h, n, w, n, c)
	return graph.Reshape(x, b, h*n, w*n, c)
}

// MaxPool3 is max pooling of side 3, stride 2, padding 1, as in a ResNet's
// stem: [batch, height, width, channels] with even sides → half of them. The
// padding is 0, right after a rectifier. It is made of slices, since their
// gradient exists on every backend.
func MaxPool3(x *graph.Node) *graph.Node {
	dims := x.Shape().Dimensions
	h, w := dims[1], dims[2]
	x = zeroBefore(zeroBefore(x, 1), 2)
	var most *graph.Node
	for i := range 3 {
		for j := range 3 {
			part := graph.Slice(x, graph.AxisRange(),
				graph.AxisRange(i, i+h-1).Stride(2), graph.AxisRange(j, j+w-1).Stride(2), graph.AxisRange())
			if most == nil {
				most = part
			} else {
				most = graph.Max(most, part)
			}
		}
	}
	return most
}

// zeroBefore puts one slice of zeros before the first along axis.
func zeroBefore(x *graph.Node, axis int) *graph.Node {
	shape := x.Shape().Clone()
	shape.Dimensions[axis] = 1
	return graph.Concatenate([]*graph.Node{graph.Zeros(x.Graph(), shape), x}, axis)
}
