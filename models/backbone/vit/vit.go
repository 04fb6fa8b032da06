// Package vit is the vision transformer of Dosovitskiy et al. 2021 as timm
// defines it: linear patch embedding, a class token, learned positions,
// pre-norm blocks, GELU. Tensors have timm's names and shapes, except that the
// patch embedding reads one channel, so its weight is [dim, 1, p, p].
//
// The table of positions belongs to a grid of 14 × 14 patches. For another grid
// it is resampled as timm does (bicubic with antialiasing), so weights suit
// every input size.
//
// Variants vit-tiny, vit-small and vit-base are timm's vit_tiny_patch16,
// vit_small_patch16 and vit_base_patch16. vit-nano is this project's own, for
// CPUs and few images: the same transformer, smaller, whose patches of 16 pixels
// are read through fixed line filters (backbone.Lines).
//
// Limits: no dropout and no stochastic depth.
package vit

import (
	"femur/models/backbone"
	"femur/models/nn"

	"github.com/gomlx/gomlx/core/graph"
)

// A shape holds what makes up a variant.
type shape struct {
	patch, dim, depth, heads int
	lines                    bool // read patches through backbone.Lines
}

// Variants lists the family.
func Variants() []backbone.Variant {
	return []backbone.Variant{
		variant("vit-nano", "vision transformer of 0.3 million weights behind fixed line filters, for CPUs", shape{patch: 16, dim: 64, depth: 4, heads: 2, lines: true}),
		variant("vit-tiny", "timm's vit_tiny_patch16, 5.5 million weights", shape{patch: 16, dim: 192, depth: 12, heads: 3}),
		variant("vit-small", "timm's vit_small_patch16, 22 million weights", shape{patch: 16, dim: 384, depth: 12, heads: 6}),
		variant("vit-base", "timm's vit_base_patch16, 86 million weights", shape{patch: 16, dim: 768, depth: 12, heads: 12}),
	}
}

func variant(name, summary string, sh shape) backbone.Variant {
	return backbone.Variant{Name: name, Summary: summary, Multiple: sh.patch, Build: sh.build}
}

// Constants of timm's definition.
const (
	tableSide = 14   // grid of the table of positions
	mlpRatio  = 4    // hidden channels of a block's perceptron over its channels
	epsilon   = 1e-6 // of the layer norms
	deviation = 0.02 // of the initial weights
)

func (sh shape) build(s nn.Scope, images *graph.Node) backbone.Features {
	g := images.Graph()
	batch := images.Shape().Dimensions[0]
	side := images.Shape().Dimensions[1] / sh.patch
	init := nn.Normal(deviation)

	x, tile := backbone.Standardize(images), sh.patch
	if sh.lines {
		x, tile = backbone.Lines(images), sh.patch/backbone.LineStride
	}
	x = nn.Patches(s.In("patch_embed.proj"), x, tile, sh.dim, nn.LeCun(tile*tile*x.Shape().Dimensions[3]))
	x = graph.Reshape(x, batch, side*side, sh.dim)
	class := s.Vector(g, "cls_token", nn.Normal(1e-6), 1, 1, sh.dim)
	x = graph.Concatenate([]*graph.Node{graph.BroadcastToDims(class, batch, 1, sh.dim), x}, 1)
	table := s.Vector(g, "pos_embed", init, 1, 1+tableSide*tableSide, sh.dim)
	x = graph.Add(x, positions(table, side))
	for i := range sh.depth {
		x = sh.block(s.In("blocks.%d", i), x)
	}
	x = nn.LayerNorm(s.In("norm"), x, epsilon)

	tokens := graph.Slice(x, graph.AxisRange(), graph.AxisRangeToEnd(1))
	return backbone.Features{
		Maps:   []backbone.Map{{Node: graph.Reshape(tokens, batch, side, side, sh.dim), Stride: sh.patch}},
		Pooled: graph.Reshape(graph.Slice(x, graph.AxisRange(), graph.AxisElem(0)), batch, sh.dim),
	}
}

// block is attention, then a perceptron, each after a norm and added to its input.
func (sh shape) block(s nn.Scope, x *graph.Node) *graph.Node {
	init := nn.Normal(deviation)
	x = graph.Add(x, nn.Attention(s.In("attn"), nn.LayerNorm(s.In("norm1"), x, epsilon), sh.heads, init))
	y := nn.Dense(s.In("mlp.fc1"), nn.LayerNorm(s.In("norm2"), x, epsilon), mlpRatio*sh.dim, init)
	return graph.Add(x, nn.Dense(s.In("mlp.fc2"), nn.GELU(y), sh.dim, init))
}
