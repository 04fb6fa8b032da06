// Package fittest opens compute devices for tests and draws toy radiographs.
//
// Guarantee: a device that is not there skips the test with the reason.
// Limits: for tests only; a device is closed with the test that opened it.
package fittest

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"femur/models/backend"

	"github.com/gomlx/compute"
)

// A Device is an open backend.
type Device struct{ engine *backend.Engine }

// Compute implements fit.Device.
func (d Device) Compute(context.Context) (compute.Backend, error) { return d.engine.Backend(), nil }

// Go is GoMLX's own backend, which is always there and slow.
func Go(tb testing.TB) Device { return open(tb, backend.GoSequential) }

// XLA is an XLA backend that is in place; GOMLX_BACKEND may name one. Without
// one the test is skipped: nothing is downloaded.
func XLA(tb testing.TB) Device {
	tb.Helper()
	d := open(tb, "")
	if d.engine.Backend().Name() != "xla" {
		tb.Skip("no XLA plugin is in place; `make setup` installs one")
	}
	return d
}

func open(tb testing.TB, choice string) Device {
	tb.Helper()
	engine, err := backend.Open(context.Background(), backend.Options{Choice: choice})
	if err != nil {
		tb.Skipf("no backend %q: %v", choice, err)
	}
	tb.Cleanup(func() {
		if err := engine.Close(); err != nil {
			tb.Error(err)
		}
	})
	return Device{engine}
}

// A Toy is an image of a bright shaft with a dark gap.
type Toy struct {
	Pixels []uint16
	// X and Y are the gap's center.
	X, Y float32
	// Slanted tells a gap across the shaft from an oblique one.
	Slanted bool
}

// Toys draws n of them, size × size pixels.
func Toys(n, size int, seed uint64) []Toy {
	toys := make([]Toy, n)
	for i := range toys {
		toys[i] = toy(size, i%2 == 1, rand.New(rand.NewPCG(seed, uint64(i))))
	}
	return toys
}

func toy(size int, slanted bool, rng *rand.Rand) Toy {
	side := float64(size)
	lean := (rng.Float64() - 0.5) * 0.5
	x := side * (0.35 + 0.3*rng.Float64())
	y := side * (0.15 + 0.7*rng.Float64())
	slope := (rng.Float64() - 0.5) * 0.2
	if slanted {
		slope += 0.9
	}
	width, gap := side*(0.07+0.02*rng.Float64()), math.Max(side*0.02, 1.2)
	t := Toy{Pixels: make([]uint16, size*size), X: float32(x), Y: float32(y), Slanted: slanted}
	for j := range size {
		for i := range size {
			dx, dy := float64(i)+0.5-x, float64(j)+0.5-y
			across := dx - dy*lean
			gray := 0.15
			if math.Abs(across) < width {
				gray = 0.65
				if math.Abs(dy-slope*across) < gap {
					gray = 0.3
				}
			}
			gray += 0.02 * rng.NormFloat64()
			t.Pixels[j*size+i] = uint16(min(max(gray, 0), 1) * math.MaxUint16)
		}
	}
	return t
}
