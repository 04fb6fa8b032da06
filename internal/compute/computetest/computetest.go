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
	"femur/internal/npy"
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
func Dots(n int, seed uint64) []Dot {
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
	draw(d.Image.Pix, w, d.Center, 0.05*float64(max(w, h)), rng)
	return d
}

// draw makes a noisy gray image with a bright dot.
func draw(pix []uint16, width int, center geom.Point, radius float64, rng *rand.Rand) {
	for i := range pix {
		at := geom.Point{X: float64(i%width) + 0.5, Y: float64(i/width) + 0.5}
		away := at.Distance(center) / radius
		gray := 0.2 + 0.7*math.Exp(-away*away/2) + 0.01*rng.NormFloat64()
		pix[i] = uint16(min(max(gray, 0), 1) * math.MaxUint16)
	}
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

// A Patch is a square in which the place of a dot tells the class.
type Patch struct {
	Pixels []uint16
	// Positive says that the dot is in the lower half.
	Positive bool
}

// Patches draws n of them; one in each every is positive, from the first on.
func Patches(n, every, side int, seed uint64) []Patch {
	patches := make([]Patch, n)
	for i := range patches {
		rng := rand.New(rand.NewPCG(seed, uint64(i)))
		p := Patch{make([]uint16, side*side), i%every == 0}
		s := float64(side)
		at := geom.Point{X: s * (0.2 + 0.6*rng.Float64()), Y: s * (0.15 + 0.2*rng.Float64())}
		if p.Positive {
			at.Y += 0.5 * s
		}
		draw(p.Pixels, side, at, 0.08*s, rng)
		patches[i] = p
	}
	return patches
}

// Encode returns the patch as an artifact holds it.
func (p Patch) Encode(tb testing.TB) []byte {
	tb.Helper()
	side := int(math.Sqrt(float64(len(p.Pixels))))
	var b bytes.Buffer
	if err := npy.Write(&b, p.Pixels, side, side); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}
