package fit

import (
	"math"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
)

// Places in the vector of hyperparameters, an input of the training step.
const (
	hyperRate = iota
	hyperDecay
	hyperClip
	hyperCorrect1 // 1 − β₁ᵗ
	hyperCorrect2 // 1 − β₂ᵗ
	hyperAverage
	hyperCount
)

// AdamW's constants (Loshchilov & Hutter 2019, and every library's defaults).
const (
	beta1   = 0.9
	beta2   = 0.999
	epsilon = 1e-8
)

// hyper is the vector of a step, counted from 0.
func (p Plan) hyper(step int, rate float64) []float32 {
	t := float64(step + 1)
	clip := p.ClipNorm
	if clip == 0 {
		clip = math.MaxFloat32
	}
	h := make([]float32, hyperCount)
	h[hyperRate] = float32(rate)
	h[hyperDecay] = float32(p.WeightDecay)
	h[hyperClip] = float32(clip)
	h[hyperCorrect1] = float32(1 - math.Pow(beta1, t))
	h[hyperCorrect2] = float32(1 - math.Pow(beta2, t))
	// The mean starts as a plain average, so that the random start is forgotten.
	h[hyperAverage] = float32(math.Min(p.Averaging, t/(t+10)))
	return h
}

// A state is what one training step passes to the next, as vectors of all weights.
type state struct {
	weights, first, second, mean *graph.Node
}

// adamw updates the state with a gradient; the first decayed weights decay. It
// also returns the gradient's norm before clipping.
func adamw(s state, gradient, hyper *graph.Node, decayed int) (state, *graph.Node) {
	g := gradient.Graph()
	at := func(i int) *graph.Node { return graph.Reshape(graph.Slice(hyper, graph.AxisElem(i))) }
	norm := graph.Sqrt(graph.ReduceAllSum(graph.Square(gradient)))
	scale := graph.Div(at(hyperClip), graph.Max(norm, at(hyperClip)))
	gradient = graph.Mul(gradient, scale)

	mix := func(old, new *graph.Node, keep float64) *graph.Node {
		return graph.Add(graph.MulScalar(old, keep), graph.MulScalar(new, 1-keep))
	}
	var next state
	next.first = mix(s.first, gradient, beta1)
	next.second = mix(s.second, graph.Square(gradient), beta2)
	direction := graph.Div(
		graph.Div(next.first, at(hyperCorrect1)),
		graph.AddScalar(graph.Sqrt(graph.Div(next.second, at(hyperCorrect2))), epsilon))

	index := graph.Iota(g, shapes.Make(dtypes.Int32, s.weights.Shape().Size()), 0)
	decays := graph.ConvertDType(graph.LessThan(index, graph.Scalar(g, dtypes.Int32, decayed)), dtypes.Float32)
	direction = graph.Add(direction, graph.Mul(graph.Mul(decays, at(hyperDecay)), s.weights))
	next.weights = graph.Sub(s.weights, graph.Mul(direction, at(hyperRate)))

	keep := at(hyperAverage)
	next.mean = graph.Add(graph.Mul(s.mean, keep), graph.Mul(next.weights, graph.OneMinus(keep)))
	return next, norm
}
