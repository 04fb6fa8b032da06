package fit

import (
	"context"

	"femur/models/nn"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
)

// A Net is an architecture with its loss.
type Net struct {
	// Name tells nets apart: two nets of one name, size, targets and outputs
	// must build the same graph. It carries backbone, head and loss.
	Name string
	// Size is the side of the square input in pixels.
	Size int
	// Targets and Outputs are the numbers of values per example.
	Targets, Outputs int
	// Build builds the forward pass. Images are [batch, Size, Size, 1] in 0..1,
	// targets [batch, Targets]; it returns outputs [batch, Outputs] and the loss
	// of each example [batch].
	Build func(s nn.Scope, images, targets *graph.Node) (outputs, losses *graph.Node)
}

// A Device opens a compute backend on first use and gives the same one after.
type Device interface {
	Compute(ctx context.Context) (compute.Backend, error)
}

// A Source is a set of examples. Its methods are called from several
// goroutines at once.
type Source interface {
	Len() int
	// Draw writes example i into pixels (Size·Size values in 0..1, row-major)
	// and target, and returns its weight in the loss. With a random generator
	// the example is augmented, else it is plain.
	Draw(i int, rng Rand, pixels, target []float32) (weight float32)
}

// Rand is the randomness of one drawing of one example; nil means none. It is
// *rand.Rand of math/rand/v2.
type Rand interface {
	Float64() float64
	NormFloat64() float64
}
