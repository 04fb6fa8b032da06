package nn

import (
	"fmt"
	"math/rand/v2"
)

// A Tensor is one named block of weights.
type Tensor struct {
	Name string
	// Dims is the shape, row-major, in PyTorch's order.
	Dims []int
	// Init fills the block at the start of training.
	Init Init
	// Decay says whether weight decay applies: true for matrices and kernels,
	// false for biases, norms, tokens and positions.
	Decay bool
	// Offset is the place of the first value in the vector.
	Offset int
}

// Size is the number of values.
func (t Tensor) Size() int {
	n := 1
	for _, d := range t.Dims {
		n *= d
	}
	return n
}

// A Layout maps the tensors of a network to one vector. Decayed tensors come
// first, so that the optimizer tells them by position alone; within each half
// the order is that of declaration.
type Layout struct {
	Tensors []Tensor
	// Decayed is the number of values, from the start, that decay.
	Decayed int
	// Size is the length of the vector.
	Size int
}

// newLayout places tensors given in declaration order.
func newLayout(declared []Tensor) Layout {
	var l Layout
	for _, decay := range []bool{true, false} {
		for _, t := range declared {
			if t.Decay != decay {
				continue
			}
			t.Offset = l.Size
			l.Size += t.Size()
			l.Tensors = append(l.Tensors, t)
		}
		if decay {
			l.Decayed = l.Size
		}
	}
	return l
}

// Initial returns the starting values for a seed. Each tensor draws from a
// generator of its own, seeded by the seed and the tensor's name, so adding a
// layer leaves the others' starting values alone.
func (l Layout) Initial(seed uint64) []float32 {
	values := make([]float32, l.Size)
	for _, t := range l.Tensors {
		rng := rand.New(rand.NewPCG(seed, hashName(t.Name)))
		t.Init.fill(values[t.Offset:t.Offset+t.Size()], rng)
	}
	return values
}

// Lookup finds a tensor by name.
func (l Layout) Lookup(name string) (Tensor, bool) {
	for _, t := range l.Tensors {
		if t.Name == name {
			return t, true
		}
	}
	return Tensor{}, false
}

// Check reports whether values fit the layout.
func (l Layout) Check(values []float32) error {
	if len(values) != l.Size {
		return fmt.Errorf("weights: %d values where the network has %d", len(values), l.Size)
	}
	return nil
}

// hashName is FNV-1a, 64 bits.
func hashName(name string) uint64 {
	h := uint64(14695981039346656037)
	for _, c := range []byte(name) {
		h = (h ^ uint64(c)) * 1099511628211
	}
	return h
}
