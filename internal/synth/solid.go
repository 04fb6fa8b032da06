package synth

import "math"

// An ellipsoid is a rounded bone: a dense shell around a lighter core. Its frame has the origin at its center.
type ellipsoid struct {
	frame   frame
	a, b, d float64 // half axes across, along and in the beam
	shell   float64 // thickness
	core    float64 // density, of the shell
}

// add raises row to the path through the ellipsoid, in mm of dense bone, where it is longer. Overlapping bones thus
// merge instead of adding up.
func (e *ellipsoid) add(row []float64, y int, from, to int) {
	u, s := e.frame.row(y)
	from, to = clip(from, to, u, e.frame.ux, -e.a, e.a)
	from, to = clip(from, to, s, e.frame.sx, -e.b, e.b)
	inverseA, inverseB := 1/e.a, 1/e.b
	coreA, coreB, coreD := e.a-e.shell, e.b-e.shell, max(e.d-e.shell, 0)
	hollow := mul(2*coreD, 1-e.core)
	for x := from; x < to; x++ {
		pu, ps := u+mul(e.frame.ux, float64(x)), s+mul(e.frame.sx, float64(x))
		q, p := mul(pu, inverseA), mul(ps, inverseB)
		rest := 1 - mul(q, q) - mul(p, p)
		if rest <= 0 {
			continue
		}
		path := mul(2*e.d, math.Sqrt(rest))
		if coreA > 0 && coreB > 0 {
			q, p = pu/coreA, ps/coreB
			if rest := 1 - mul(q, q) - mul(p, p); rest > 0 {
				path -= mul(hollow, math.Sqrt(rest))
			}
		}
		row[x] = max(row[x], path)
	}
}

// A bar is a round metal bar with flat ends. Its frame has the origin at the middle of one end and s along the bar.
type bar struct {
	frame          frame
	radius, length float64
}

// newBar returns the bar from (u0, s0) to (u1, s1) of a frame.
func newBar(f frame, u0, s0, u1, s1, radius float64) bar {
	du, ds := u1-u0, s1-s0
	length := math.Sqrt(mul(du, du) + mul(ds, ds))
	sin, cos := du/length, ds/length
	// As frame.moved, for an angle given by its sine and cosine.
	turn := func(a, b float64) (float64, float64) { return mul(cos, a) - mul(sin, b), mul(cos, b) + mul(sin, a) }
	var out frame
	out.u0, out.s0 = turn(f.u0-u0, f.s0-s0)
	out.ux, out.sx = turn(f.ux, f.sx)
	out.uy, out.sy = turn(f.uy, f.sy)
	return bar{frame: out, radius: radius, length: length}
}

// add adds the path through the bar, in mm of metal.
func (b *bar) add(row []float64, y int, from, to int) {
	u, s := b.frame.row(y)
	from, to = clip(from, to, u, b.frame.ux, -b.radius, b.radius)
	from, to = clip(from, to, s, b.frame.sx, 0, b.length)
	r2 := mul(b.radius, b.radius)
	for x := from; x < to; x++ {
		pu := u + mul(b.frame.ux, float64(x))
		row[x] += mul(2, math.Sqrt(max(r2-mul(pu, pu), 0)))
	}
}

// A triangle is an area with three edges; the signed distance to each is positive inside.
type triangle struct {
	nu, ns, c [3]float64
}

// newTriangle takes its corners in either order of rotation.
func newTriangle(u, s [3]float64) triangle {
	var t triangle
	for i := range 3 {
		j, k := (i+1)%3, (i+2)%3
		du, ds := u[j]-u[i], s[j]-s[i]
		norm := 1 / math.Sqrt(mul(du, du)+mul(ds, ds))
		nu, ns := mul(-ds, norm), mul(du, norm)
		if mul(nu, u[k]-u[i])+mul(ns, s[k]-s[i]) < 0 {
			nu, ns = -nu, -ns
		}
		t.nu[i], t.ns[i], t.c[i] = nu, ns, -mul(nu, u[i])-mul(ns, s[i])
	}
	return t
}

// inside returns the distance to the nearest edge: positive inside.
func (t *triangle) inside(u, s float64) float64 {
	least := math.Inf(1)
	for i := range 3 {
		least = min(least, mul(t.nu[i], u)+mul(t.ns[i], s)+t.c[i])
	}
	return least
}
