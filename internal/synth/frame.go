package synth

import "math"

// A frame gives each pixel its place in mm: u across the bone, s along it. It is affine in the pixel, so a row needs
// two additions a pixel.
type frame struct {
	u0, s0 float64 // at the center of pixel (0, 0)
	ux, uy float64 // change per column and row
	sx, sy float64
}

// newFrame returns the frame with its origin on the pixel position (cx, cy). turn is the clockwise angle, in degrees,
// of the bone's long axis from the downward vertical; mirror is −1 where u grows to the left of an upright bone.
func newFrame(cx, cy, pitch, turn, mirror float64) frame {
	sin, cos := sinCos(turn)
	f := frame{ux: mul(mirror, mul(cos, pitch)), uy: mul(mirror, mul(sin, pitch)), sx: -mul(sin, pitch), sy: mul(cos, pitch)}
	f.u0 = mul(f.ux, 0.5-cx) + mul(f.uy, 0.5-cy)
	f.s0 = mul(f.sx, 0.5-cx) + mul(f.sy, 0.5-cy)
	return f
}

// moved returns the frame of a part that is turned by degrees about the origin and then shifted by (u, s).
func (f frame) moved(degrees, u, s float64) frame {
	sin, cos := sinCos(degrees)
	turn := func(a, b float64) (float64, float64) { return mul(cos, a) + mul(sin, b), mul(cos, b) - mul(sin, a) }
	var out frame
	out.u0, out.s0 = turn(f.u0-u, f.s0-s)
	out.ux, out.sx = turn(f.ux, f.sx)
	out.uy, out.sy = turn(f.uy, f.sy)
	return out
}

// row returns the place of the first pixel of row y.
func (f frame) row(y int) (u, s float64) {
	return f.u0 + mul(f.uy, float64(y)), f.s0 + mul(f.sy, float64(y))
}

// clip narrows the columns [from, to) to those where low ≤ v0 + x·dv ≤ high.
func clip(from, to int, v0, dv, low, high float64) (int, int) {
	if math.Abs(dv) < 1e-9 {
		if v0 < low || v0 > high {
			return from, from
		}
		return from, to
	}
	a, b := (low-v0)/dv, (high-v0)/dv
	if a > b {
		a, b = b, a
	}
	// Before the conversion to int: far ends would overflow it.
	a, b = max(a, float64(from)), min(b, float64(to-1))
	if !(a <= b) {
		return from, from
	}
	return int(math.Ceil(a)), int(math.Floor(b)) + 1
}
