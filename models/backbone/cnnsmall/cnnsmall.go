// Package cnnsmall is a small convolutional network for a few hundred
// radiographs and a CPU.
//
// A stem maps tiles of 4 × 4 pixels linearly to features; four stages of
// residual blocks (He et al. 2016) follow at strides 4, 8, 16 and 32. Downsampling maps tiles of 2 × 2 cells
// linearly, as ConvNeXt does (Liu et al. 2022): on a CPU the gradient of a
// strided convolution is many times slower. Groups of 8 channels are
// normalized, so an image's features do not depend on its batch.
package cnnsmall

import (
	"femur/models/backbone"
	"femur/models/nn"

	"github.com/gomlx/gomlx/core/graph"
)

// A shape holds what makes up a variant.
type shape struct {
	widths, blocks []int // of each stage
}

// Variants lists the family.
func Variants() []backbone.Variant {
	return []backbone.Variant{
		variant("cnn-small", "residual network of 0.5 million weights, for CPUs", shape{widths: []int{16, 32, 64, 96}, blocks: []int{1, 2, 2, 1}}),
	}
}

func variant(name, summary string, sh shape) backbone.Variant {
	return backbone.Variant{Name: name, Summary: summary, Multiple: 32, Build: sh.build}
}

func (sh shape) build(s nn.Scope, images *graph.Node) backbone.Features {
	var f backbone.Features
	x := backbone.LocalContrast(images, 8, 0.05)
	for stage, blocks := range sh.blocks {
		at := s.In("stages.%d", stage)
		tile, width := 2, sh.widths[stage]
		if stage == 0 {
			tile = 4
		}
		in := x.Shape().Dimensions[3] * tile * tile
		x = nn.Patches(at.In("downsample"), x, tile, width, nn.LeCun(in))
		x = norm(at.In("norm"), x)
		for b := range blocks {
			x = block(at.In("blocks.%d", b), x)
		}
		f.Maps = append(f.Maps, backbone.Map{Node: x, Stride: 4 << stage})
	}
	f.Pooled = backbone.Pool(x)
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
