// Package cnnsmall is a small convolutional network for a few hundred
// radiographs and a CPU.
//
// A fixed stem measures lines and local contrast (backbone.Lines); three stages
// of residual blocks (He et al. 2016) follow at strides 8, 16 and 32.
// Downsampling maps tiles of 2 × 2 cells linearly, as ConvNeXt does (Liu et al.
// 2022): on a CPU the gradient of a strided convolution is many times slower.
// Groups of 8 channels are normalized, so an image's features do not depend on
// its batch.
package cnnsmall

import (
	"femur/models/backbone"
	"femur/models/nn"

	"github.com/gomlx/gomlx/core/graph"
)

// A stage is a run of blocks at one stride.
type stage struct {
	width, blocks int
}

// Variants lists the family.
func Variants() []backbone.Variant {
	return []backbone.Variant{
		variant("cnn-small", "residual network of 0.4 million weights behind fixed line filters, for CPUs", stage{24, 2}, stage{48, 2}, stage{96, 1}),
	}
}

func variant(name, summary string, stages ...stage) backbone.Variant {
	return backbone.Variant{
		Name: name, Summary: summary, Multiple: backbone.LineStride << len(stages),
		Build: func(s nn.Scope, images *graph.Node) backbone.Features { return build(s, images, stages) },
	}
}

func build(s nn.Scope, images *graph.Node, stages []stage) backbone.Features {
	var f backbone.Features
	x := backbone.Lines(images)
	for i, st := range stages {
		at := s.In("stages.%d", i)
		in := x.Shape().Dimensions[3]
		x = nn.Patches(at.In("downsample"), x, 2, st.width, nn.LeCun(4*in))
		x = norm(at.In("norm"), x)
		for b := range st.blocks {
			x = block(at.In("blocks.%d", b), x)
		}
		f.Maps = append(f.Maps, backbone.Map{Node: x, Stride: 2 * backbone.LineStride << i})
	}
	f.Pooled = backbone.Pool(f.Maps...)
	return f
}

// block is conv, norm, SiLU, conv, norm, added to its input, then SiLU.
func block(s nn.Scope, x *graph.Node) *graph.Node {
	width := x.Shape().Dimensions[3]
	y := nn.Conv(s.In("conv1"), x, 3, 1, width, nn.He(9*width))
	y = nn.SiLU(norm(s.In("norm1"), y))
	y = nn.Conv(s.In("conv2"), y, 3, 1, width, nn.He(9*width))
	y = norm(s.In("norm2"), y)
	return nn.SiLU(graph.Add(x, y))
}

func norm(s nn.Scope, x *graph.Node) *graph.Node {
	return nn.GroupNorm(s, x, x.Shape().Dimensions[3]/8)
}
