package nn_test

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"femur/models/fit/fittest"
	"femur/models/nn"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// A layer is a build function with the shape of its input.
type layer struct {
	name  string
	input []int
	build func(s nn.Scope, x *graph.Node) *graph.Node
}

func layers() []layer {
	return []layer{
		{"dense", []int{2, 3}, func(s nn.Scope, x *graph.Node) *graph.Node { return nn.Dense(s, x, 4, nn.Normal(1)) }},
		{"patches", []int{2, 4, 4, 2}, func(s nn.Scope, x *graph.Node) *graph.Node { return nn.Patches(s, x, 2, 3, nn.Normal(1)) }},
		{"conv", []int{1, 4, 4, 2}, func(s nn.Scope, x *graph.Node) *graph.Node { return nn.Conv(s, x, 3, 1, 3, nn.Normal(1)) }},
		{"strided conv", []int{1, 4, 4, 2}, func(s nn.Scope, x *graph.Node) *graph.Node { return nn.Conv(s, x, 3, 2, 3, nn.Normal(1)) }},
		{"max pool", []int{1, 4, 4, 2}, func(s nn.Scope, x *graph.Node) *graph.Node {
			return nn.MaxPool3(nn.ReLU(nn.Dense(s, x, 2, nn.Normal(1))))
		}},
		{"upsample", []int{1, 2, 2, 2}, func(s nn.Scope, x *graph.Node) *graph.Node {
			return nn.Upsample(nn.Dense(s, x, 2, nn.Normal(1)), 2)
		}},
		{"layer norm", []int{2, 6}, func(s nn.Scope, x *graph.Node) *graph.Node {
			return nn.LayerNorm(s.In("norm"), nn.Dense(s, x, 6, nn.Normal(1)), 1e-5)
		}},
		{"group norm", []int{2, 2, 2, 4}, func(s nn.Scope, x *graph.Node) *graph.Node {
			return nn.GroupNorm(s.In("norm"), nn.Dense(s, x, 4, nn.Normal(1)), 2)
		}},
		{"attention", []int{2, 3, 4}, func(s nn.Scope, x *graph.Node) *graph.Node { return nn.Attention(s, x, 2, nn.Normal(1)) }},
		{"gelu, silu", []int{2, 3}, func(s nn.Scope, x *graph.Node) *graph.Node {
			return nn.SiLU(nn.GELU(nn.Dense(s, x, 4, nn.Normal(1))))
		}},
		{"log softmax", []int{2, 3}, func(s nn.Scope, x *graph.Node) *graph.Node {
			return nn.LogSoftmax(nn.Dense(s, x, 4, nn.Normal(1)))
		}},
	}
}

// The gradient of every layer agrees with finite differences of its value, for
// a loss that weighs each output differently.
func TestGradients(t *testing.T) {
	backend := open(t, fittest.Go(t))
	for _, l := range layers() {
		t.Run(l.name, func(t *testing.T) {
			layout, g := compile(t, backend, l)
			values, input := layout.Initial(3), noise(l.input...)
			loss := func(values []float32) (float64, []float32) {
				out := g.Run(tensors.FromFlatDataAndDimensions(values, len(values)), input)
				return float64(tensors.ToScalar[float32](out[0])), tensors.MustCopyFlatData[float32](out[1])
			}
			_, gradient := loss(values)
			const step = 2e-3 // small enough for the kinks of a maximum
			for i := range values {
				moved := slices.Clone(values)
				moved[i] += step
				up, _ := loss(moved)
				moved[i] -= 2 * step
				down, _ := loss(moved)
				want := (up - down) / (2 * step)
				if math.Abs(want-float64(gradient[i])) > 0.02*(1+math.Abs(want)) {
					t.Errorf("weight %d: gradient %g, finite difference %g", i, gradient[i], want)
				}
			}
		})
	}
}

// compile builds loss and gradient of a layer as functions of weights and input.
func compile(t *testing.T, backend compute.Backend, l layer) (nn.Layout, *graph.Graph) {
	t.Helper()
	layout := nn.Trace(backend, func(g *graph.Graph, s nn.Scope) { l.build(s, parameter(g, "input", l.input...)) })
	g := graph.NewGraph(backend, l.name)
	vector := parameter(g, "weights", layout.Size)
	scope, gradient := nn.Bind(layout, vector)
	out := l.build(scope, parameter(g, "input", l.input...))
	ramp := graph.AddScalar(graph.Sin(graph.IotaFull(g, out.Shape())), 0.3)
	loss := graph.ReduceAllSum(graph.Mul(out, ramp))
	if err := g.Compile(loss, gradient(loss)); err != nil {
		t.Fatal(err)
	}
	return layout, g
}

// Values of layers, worked out by hand.
func TestValues(t *testing.T) {
	backend := open(t, fittest.Go(t))
	for _, tt := range []struct {
		layer
		weights, input, want []float32
	}{
		{
			layer{"dense", []int{1, 2}, func(s nn.Scope, x *graph.Node) *graph.Node { return nn.Dense(s, x, 2, nn.Zeros()) }},
			[]float32{1, 2, 3, 4, 10, 20}, []float32{1, -1}, []float32{10 + 1 - 2, 20 + 3 - 4},
		},
		{
			// A kernel that picks the left neighbor: zero comes in from outside.
			layer{"conv", []int{1, 2, 2, 1}, func(s nn.Scope, x *graph.Node) *graph.Node { return nn.Conv(s, x, 3, 1, 1, nn.Zeros()) }},
			[]float32{0, 0, 0, 1, 0, 0, 0, 0, 0}, []float32{1, 2, 3, 4}, []float32{0, 1, 0, 3},
		},
		{
			// Tiles of 2 × 2, weighed 1, 10, 100, 1000 in rows.
			layer{"patches", []int{1, 2, 4, 1}, func(s nn.Scope, x *graph.Node) *graph.Node { return nn.Patches(s, x, 2, 1, nn.Zeros()) }},
			[]float32{1, 10, 100, 1000, 0.5}, []float32{1, 2, 3, 4, 5, 6, 7, 8}, []float32{6521.5, 8743.5},
		},
		{
			layer{"layer norm", []int{1, 2}, func(s nn.Scope, x *graph.Node) *graph.Node { return nn.LayerNorm(s, x, 0) }},
			[]float32{1, 2, 10, 20}, []float32{5, 7}, []float32{9, 22},
		},
		{
			// Two groups of one channel: mean and deviation over the image alone.
			layer{"group norm", []int{1, 1, 2, 2}, func(s nn.Scope, x *graph.Node) *graph.Node { return nn.GroupNorm(s, x, 2) }},
			[]float32{1, 1, 0, 0}, []float32{0, 100, 2, 300}, []float32{-1, -1, 1, 1},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			layout := nn.Trace(backend, func(g *graph.Graph, s nn.Scope) { tt.build(s, parameter(g, "input", tt.layer.input...)) })
			g := graph.NewGraph(backend, tt.name)
			scope, _ := nn.Bind(layout, parameter(g, "weights", layout.Size))
			out := tt.build(scope, parameter(g, "input", tt.layer.input...))
			if err := g.Compile(out); err != nil {
				t.Fatal(err)
			}
			got := g.Run(tensors.FromFlatDataAndDimensions(tt.weights, layout.Size), tensors.FromFlatDataAndDimensions(tt.input, tt.layer.input...))
			if diff := cmp.Diff(tt.want, tensors.MustCopyFlatData[float32](got[0]), cmpopts.EquateApprox(1e-4, 1e-4)); diff != "" {
				t.Errorf("values (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLayout(t *testing.T) {
	backend := open(t, fittest.Go(t))
	build := func(extra bool) nn.Layout {
		return nn.Trace(backend, func(g *graph.Graph, s nn.Scope) {
			x := nn.Dense(s.In("a"), parameter(g, "input", 1, 3), 2, nn.Normal(0.5))
			if extra {
				x = nn.Dense(s.In("between"), x, 2, nn.Normal(0.5))
			}
			nn.LayerNorm(s.In("c"), x, 1e-5)
		})
	}
	l := build(false)
	var names []string
	for _, tensor := range l.Tensors {
		names = append(names, tensor.Name)
	}
	if want := []string{"a.weight", "a.bias", "c.weight", "c.bias"}; !slices.Equal(names, want) {
		t.Errorf("tensors %v, want %v", names, want)
	}
	if l.Size != 12 || l.Decayed != 6 {
		t.Errorf("%d values of which %d decay, want 12 and 6", l.Size, l.Decayed)
	}
	first, again, other := l.Initial(1), l.Initial(1), l.Initial(2)
	if !slices.Equal(first, again) || slices.Equal(first, other) {
		t.Error("starting values do not follow the seed")
	}
	for i, v := range first[:6] {
		if v == 0 || math.Abs(float64(v)) > 1 {
			t.Errorf("weight %d starts at %g, want a normal draw cut at two deviations of 0.5", i, v)
		}
	}
	if want := []float32{0, 0, 1, 1, 0, 0}; !slices.Equal(first[6:], want) {
		t.Errorf("vectors start at %v, want %v", first[6:], want)
	}
	// Another layer leaves the starting values of the others alone.
	if wider := build(true).Initial(1); !slices.Equal(wider[:6], first[:6]) {
		t.Error("an added layer changed the starting values of another")
	}
}

func open(t *testing.T, d fittest.Device) compute.Backend {
	t.Helper()
	backend, err := d.Compute(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return backend
}

func parameter(g *graph.Graph, name string, dims ...int) *graph.Node {
	return graph.Parameter(g, name, shapes.Make(dtypes.Float32, dims...))
}

func noise(dims ...int) *tensors.Tensor {
	rng := rand.New(rand.NewPCG(1, 2))
	n := 1
	for _, d := range dims {
		n *= d
	}
	values := make([]float32, n)
	for i := range values {
		values[i] = float32(rng.NormFloat64())
	}
	return tensors.FromFlatDataAndDimensions(values, dims...)
}
