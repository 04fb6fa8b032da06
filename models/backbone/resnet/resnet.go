// Package resnet is the residual network of He et al. 2016 in the form that
// torchvision calls v1.5, with group normalization (Wu & He 2018) where the
// original has batch normalization.
//
// Group normalization treats an image alike in training and after, whatever
// the batch, and GoMLX's Go backend has no batch normalization. Tensors have
// torchvision's names and shapes, except that the stem reads one channel and
// that norms have no running statistics; so the original's weights do not fit.
package resnet

import (
	"femur/models/backbone"
	"femur/models/nn"

	"github.com/gomlx/gomlx/core/graph"
)

// groups is the number of groups per norm, as Wu & He chose it.
const groups = 32

// Variants lists the family.
func Variants() []backbone.Variant {
	return []backbone.Variant{
		variant("resnet18", "residual network of 18 layers with group norm, 11 million weights", 2, 2, 2, 2),
		variant("resnet34", "residual network of 34 layers with group norm, 21 million weights", 3, 4, 6, 3),
	}
}

func variant(name, summary string, blocks ...int) backbone.Variant {
	return backbone.Variant{
		Name: name, Summary: summary, Multiple: 32,
		Build: func(s nn.Scope, images *graph.Node) backbone.Features { return build(s, images, blocks) },
	}
}

func build(s nn.Scope, images *graph.Node, blocks []int) backbone.Features {
	var f backbone.Features
	x := nn.Conv(s.In("conv1"), backbone.Standardize(images), 7, 2, 64, nn.He(49))
	x = nn.MaxPool3(nn.ReLU(nn.GroupNorm(s.In("bn1"), x, groups)))
	for i, n := range blocks {
		for b := range n {
			stride := 1
			if i > 0 && b == 0 {
				stride = 2
			}
			x = block(s.In("layer%d.%d", i+1, b), x, stride, 64<<i)
		}
		f.Maps = append(f.Maps, backbone.Map{Node: x, Stride: 4 << i})
	}
	f.Pooled = backbone.Pool(f.Maps[len(f.Maps)-1])
	return f
}

// block is the basic block: two convolutions, the first with the stride.
func block(s nn.Scope, x *graph.Node, stride, width int) *graph.Node {
	in := x.Shape().Dimensions[3]
	y := nn.Conv(s.In("conv1"), x, 3, stride, width, nn.He(9*in))
	y = nn.ReLU(nn.GroupNorm(s.In("bn1"), y, groups))
	y = nn.Conv(s.In("conv2"), y, 3, 1, width, nn.He(9*width))
	y = nn.GroupNorm(s.In("bn2"), y, groups)
	if stride != 1 || in != width {
		x = nn.Conv(s.In("downsample.0"), x, 1, stride, width, nn.He(in))
		x = nn.GroupNorm(s.In("downsample.1"), x, groups)
	}
	return nn.ReLU(graph.Add(x, y))
}
