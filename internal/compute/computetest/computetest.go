// Package computetest gives the tests of stages that use networks a device and small radiographs.
//
// Guarantee: a test skips, and says so, where no XLA plugin is in place. Radiographs depend on their seed
// alone.
package computetest

import (
	"bytes"
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"femur/internal/compute"
	"femur/internal/geom"
	"femur/internal/radiograph"
	"femur/models/fit"
	"femur/models/fit/fittest"
)

// Shared is what stages share, on XLA.
func Shared(tb testing.TB) *compute.Shared {
	tb.Helper()
	return &compute.Shared{
		Programs: fit.NewPrograms(fittest.XLA(tb)), Inputs: &compute.Inputs{},
		Describe: func(context.Context) (map[string]string, error) { return map[string]string{"backend": "xla"}, nil },
	}
}

// A Dot is a radiograph in which one bright dot is all there is to find.
type Dot struct {
	Image radiograph.Image
	// Center is the dot's, in oriented pixels of Image.
	Center geom.Point
}

// Dots draws n of them. Their sides lie between 70 and 230 pixels, one is at least a third longer than the
// other, and the dot grows with them.
func Dots(tb testing.TB, n int, seed uint64) []Dot {
	tb.Helper()
	dots := make([]Dot, n)
	for i := range dots {
		dots[i] = dot(rand.New(rand.NewPCG(seed, uint64(i))), i%2 == 0)
	}
	return dots
}

func dot(rng *rand.Rand, tall bool) Dot {
	short := 70 + rng.IntN(60)
	w, h := short*4/3+rng.IntN(60), short
	if tall {
		w, h = h, w
	}
	d := Dot{radiograph.New(w, h), geom.Point{X: float64(w) * (0.15 + 0.7*rng.Float64()), Y: float64(h) * (0.15 + 0.7*rng.Float64())}}
	radius := 0.05 * float64(max(w, h))
	for y := range h {
		for x := range w {
			away := geom.Point{X: float64(x) + 0.5, Y: float64(y) + 0.5}.Distance(d.Center) / radius
			gray := 0.2 + 0.7*math.Exp(-away*away/2) + 0.01*rng.NormFloat64()
			d.Image.Pix[y*w+x] = uint16(min(max(gray, 0), 1) * math.MaxUint16)
		}
	}
	return d
}

// Encode returns the radiograph as an artifact holds it.
func (d Dot) Encode(tb testing.TB) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := radiograph.Encode(&b, d.Image); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}
