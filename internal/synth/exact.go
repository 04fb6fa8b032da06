package synth

import "math"

// The functions of this file are those of package math that differ between machines, in a form that does not: every
// product is rounded before it is added. They are good to about 1e-12, which is far below what a pixel shows.

// mul returns the rounded product. The conversion forbids the compiler to fuse it with an addition.
func mul(a, b float64) float64 { return float64(a * b) }

// expNeg returns e^−x for x ≥ 0.
func expNeg(x float64) float64 {
	if x > 700 {
		return 0
	}
	// e^−x = 2^−n · e^−r with r below 1, halved five times so that a short series does.
	n := math.Floor(mul(x, 1/math.Ln2))
	r := mul(x-mul(n, math.Ln2), 1.0/32)
	sum, term := 1.0, 1.0
	for i := 1; i <= 10; i++ {
		term = mul(term, -r) / float64(i)
		sum += term
	}
	for range 5 {
		sum = mul(sum, sum)
	}
	return math.Ldexp(sum, -int(n))
}

// sinCos returns the sine and cosine of an angle in degrees, for |degrees| ≤ 720.
func sinCos(degrees float64) (sin, cos float64) {
	// The series runs on an eighth of the angle; three doublings bring it back.
	x := mul(degrees, math.Pi/180/8)
	x2 := mul(x, x)
	sin, cos = 0, 0
	term := 1.0
	for i := 1; i <= 24; i += 2 {
		cos += term
		sin += mul(term, x) / float64(i)
		term = mul(term, -x2) / float64(i*(i+1))
	}
	for range 3 {
		sin, cos = mul(2*sin, cos), mul(cos, cos)-mul(sin, sin)
	}
	return sin, cos
}

// tan returns the tangent of an angle in degrees.
func tan(degrees float64) float64 {
	sin, cos := sinCos(degrees)
	return sin / cos
}

// smooth rises from 0 at x ≤ 0 to 1 at x ≥ 1 without a corner.
func smooth(x float64) float64 {
	x = min(max(x, 0), 1)
	return mul(mul(x, x), 3-2*x)
}

// curve is a smooth line through points of rising X; beyond its ends the end's value holds.
type curve []struct{ X, Y float64 }

func (c curve) at(x float64) float64 {
	if x <= c[0].X {
		return c[0].Y
	}
	for i := 1; i < len(c); i++ {
		if x <= c[i].X {
			f := smooth((x - c[i-1].X) / (c[i].X - c[i-1].X))
			return c[i-1].Y + mul(c[i].Y-c[i-1].Y, f)
		}
	}
	return c[len(c)-1].Y
}

// ln returns the natural logarithm of x > 0.
func ln(x float64) float64 {
	mantissa, exponent := math.Frexp(x)
	// ln m = 2·artanh((m−1)/(m+1)), and m is between ½ and 1.
	z := (mantissa - 1) / (mantissa + 1)
	z2 := mul(z, z)
	sum, power := 0.0, z
	for i := 1; i < 40; i += 2 {
		sum += power / float64(i)
		power = mul(power, z2)
	}
	return 2*sum + mul(float64(exponent), math.Ln2)
}
