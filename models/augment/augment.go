// Package augment draws random variants of radiographs for training: flips,
// small shifts, scalings and rotations, and changes of contrast, gamma and
// noise.
//
// It works on the host, on square images of 16 bits, one at a time. The same
// affine map moves the pixels and the points annotated on them, so a center
// stays where it was in the anatomy. What a drawing gives depends on the
// generator's state alone.
//
// Coordinates are continuous input pixels: x right, y down, pixel (i, j)
// covers [i, i+1) × [j, j+1). What comes in from outside the image is 0, as in
// the margins of a letterboxed image.
package augment

import (
	"errors"
	"fmt"
	"math"
)

// A Config bounds the changes. Every change is drawn evenly from its range; a
// zero Config changes nothing.
type Config struct {
	// Flip mirrors left and right with probability 1/2.
	Flip bool `json:"flip" hcl:"flip,optional" doc:"Mirror left and right with probability 1/2."`
	// Shift is the greatest shift along x and y, in fractions of the side.
	Shift float64 `json:"shift" hcl:"shift,optional" doc:"Greatest shift, in fractions of the side."`
	// Scale is the greatest relative change of size: 0.1 gives 1/1.1 to 1.1.
	Scale float64 `json:"scale" hcl:"scale,optional" doc:"Greatest relative change of size."`
	// RotationDegrees is the greatest rotation to either side, about the center.
	RotationDegrees float64 `json:"rotation_degrees" hcl:"rotation_degrees,optional" doc:"Greatest rotation to either side."`
	// Contrast is the greatest relative change of contrast about the middle gray.
	Contrast float64 `json:"contrast" hcl:"contrast,optional" doc:"Greatest relative change of contrast."`
	// Gamma is the greatest relative change of the exponent: 0.2 gives 1/1.2 to 1.2.
	Gamma float64 `json:"gamma" hcl:"gamma,optional" doc:"Greatest relative change of gamma."`
	// Noise is the greatest deviation of added normal noise, full scale being 1.
	Noise float64 `json:"noise" hcl:"noise,optional" doc:"Greatest deviation of added noise, full scale being 1."`
}

// Validate reports all faults at once, each beginning with the field's JSON name.
func (c Config) Validate() error {
	var faults []error
	within := func(field string, v, most float64) {
		if !(v >= 0 && v <= most) {
			faults = append(faults, fmt.Errorf("%s: from 0 to %g, not %g", field, most, v))
		}
	}
	within("shift", c.Shift, 0.5)
	within("scale", c.Scale, 1)
	within("rotation_degrees", c.RotationDegrees, 180)
	within("contrast", c.Contrast, 1)
	within("gamma", c.Gamma, 1)
	within("noise", c.Noise, 1)
	return errors.Join(faults...)
}

// Rand is the source of randomness; *rand.Rand of math/rand/v2 is one.
type Rand interface {
	Float64() float64
	NormFloat64() float64
}

// A Change is one drawn variation of images of one size. The zero Change is not
// valid; None is the one that leaves an image as it is.
type Change struct {
	side float64
	// An output point (x, y) shows the input point (a·x + b·y + c, d·x + e·y + f).
	a, b, c, d, e, f float64
	plain            bool
	contrast, gamma  float64
	noise            float64
}

// None leaves images of a side in pixels as they are.
func None(side int) Change {
	return Change{side: float64(side), a: 1, e: 1, plain: true, contrast: 1, gamma: 1}
}

// Draw draws a change for images of a side in pixels. It takes the same number
// of values from rng whatever the configuration, so that switching one change
// on leaves the others' draws alone.
func (c Config) Draw(rng Rand, side int) Change {
	even := func() float64 { return 2*rng.Float64() - 1 }
	flip := c.Flip && rng.Float64() < 0.5
	if !c.Flip {
		rng.Float64()
	}
	dx, dy := even()*c.Shift, even()*c.Shift
	size := math.Pow(1+c.Scale, even())
	sin, cos := math.Sincos(even() * c.RotationDegrees * math.Pi / 180)
	ch := Change{side: float64(side)}
	ch.contrast = math.Pow(1+c.Contrast, even())
	ch.gamma = math.Pow(1+c.Gamma, even())
	ch.noise = rng.Float64() * c.Noise

	// From an output point back to the input: shift, rotate and scale about
	// the center of the image, then mirror.
	half := ch.side / 2
	ch.a, ch.b, ch.d, ch.e = cos/size, sin/size, -sin/size, cos/size
	ch.c = half - ch.a*(half+dx*ch.side) - ch.b*(half+dy*ch.side)
	ch.f = half - ch.d*(half+dx*ch.side) - ch.e*(half+dy*ch.side)
	if flip {
		ch.a, ch.b, ch.c = -ch.a, -ch.b, ch.side-ch.c
	}
	ch.plain = ch.a == 1 && ch.b == 0 && ch.c == 0 && ch.d == 0 && ch.e == 1 && ch.f == 0
	return ch
}

// Point gives where an input point lies after the change.
func (ch Change) Point(x, y float64) (float64, float64) {
	x, y = x-ch.c, y-ch.f
	det := ch.a*ch.e - ch.b*ch.d
	return (ch.e*x - ch.b*y) / det, (ch.a*y - ch.d*x) / det
}

// Inside reports whether a point lies in the image.
func (ch Change) Inside(x, y float64) bool {
	return x >= 0 && y >= 0 && x < ch.side && y < ch.side
}

// Image writes the changed image, scaled to 0..1, into dst. Both hold
// side × side pixels, row-major. With noise it draws side² values from rng.
func (ch Change) Image(dst []float32, src []uint16, rng Rand) {
	if ch.plain {
		for i, v := range src {
			dst[i] = float32(v) / math.MaxUint16
		}
	} else {
		ch.resample(dst, src)
	}
	ch.tone(dst, rng)
}

// resample samples bilinearly.
func (ch Change) resample(dst []float32, src []uint16) {
	side := int(ch.side)
	at := func(x, y int) float32 {
		if uint(x) >= uint(side) || uint(y) >= uint(side) {
			return 0
		}
		return float32(src[y*side+x])
	}
	for j := range side {
		py := float64(j) + 0.5
		for i := range side {
			px := float64(i) + 0.5
			// Pixel centers lie at halves.
			x := ch.a*px + ch.b*py + ch.c - 0.5
			y := ch.d*px + ch.e*py + ch.f - 0.5
			fx, fy := math.Floor(x), math.Floor(y)
			u, v := float32(x-fx), float32(y-fy)
			x0, y0 := int(fx), int(fy)
			top := at(x0, y0)*(1-u) + at(x0+1, y0)*u
			bottom := at(x0, y0+1)*(1-u) + at(x0+1, y0+1)*u
			dst[j*side+i] = (top*(1-v) + bottom*v) / math.MaxUint16
		}
	}
}

// tone changes contrast and gamma and adds noise, staying within 0..1.
func (ch Change) tone(dst []float32, rng Rand) {
	if ch.contrast == 1 && ch.gamma == 1 && ch.noise == 0 {
		return
	}
	contrast, noise := float32(ch.contrast), float32(ch.noise)
	curve := ch.curve()
	for i, v := range dst {
		v = (v-0.5)*contrast + 0.5
		if ch.gamma != 1 {
			v = curve.at(v)
		}
		if ch.noise != 0 {
			v += noise * float32(rng.NormFloat64())
		}
		dst[i] = min(max(v, 0), 1)
	}
}

// A curve tabulates x^gamma, since the power itself is the costliest part of an
// augmentation.
type curve [257]float32

func (ch Change) curve() *curve {
	var c curve
	for i := range c {
		c[i] = float32(math.Pow(float64(i)/float64(len(c)-1), ch.gamma))
	}
	return &c
}

// at interpolates linearly; it clamps v to 0..1.
func (c *curve) at(v float32) float32 {
	x := min(max(v, 0), 1) * float32(len(c)-1)
	i := min(int(x), len(c)-2)
	u := x - float32(i)
	return c[i]*(1-u) + c[i+1]*u
}
