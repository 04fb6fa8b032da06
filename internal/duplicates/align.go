package duplicates

import "math"

// A plane is a square of values, row-major, in the frame [0,1)².
type plane struct {
	side   int
	values []float64
}

// A placement says where the points of one frame lie in another: x' = SX·x + TX, y' = SY·y + TY, both in [0,1) across
// the radiograph. Resizing leaves it the identity; a crop moves it.
type placement struct{ SX, TX, SY, TY float64 }

// A pose is a placement with its quality.
type pose struct {
	placement
	correlation float64 // signed; negative when bright and dark are exchanged
	overlap     float64 // share of the first frame that the second covers
}

const (
	// mostScale is by what factor a scale may differ from that of the start, to either side.
	mostScale = 1.15
	// mostShift is how far the middle may move, as a share of the side.
	mostShift = 0.1
	// leastOverlap is the share of a that b must cover.
	leastOverlap = 0.35
)

// near reports whether p is no more than a slight crop away from q.
func (p placement) near(q placement) bool {
	ok := func(s, t, s0, t0 float64) bool {
		return s <= s0*mostScale && s*mostScale >= s0 && math.Abs(float64((s-s0)/2)+t-t0) <= mostShift*s0
	}
	return ok(p.SX, p.TX, q.SX, q.TX) && ok(p.SY, p.TY, q.SY, q.TY)
}

// align improves a placement of b on a by Levenberg–Marquardt steps on the squared difference of the values, whose
// gain and offset are fitted anew at each step.
func align(a, b plane, start, around placement, steps int) pose {
	best := start
	bestFit, ok := measure(a, b, best, nil)
	if !ok {
		return pose{placement: start}
	}
	damping := 1e-2
	for range steps {
		var n normal
		fit, _ := measure(a, b, best, &n)
		step, ok := n.solve(damping)
		if !ok {
			break
		}
		next := placement{best.SX + step[0], best.TX + step[1], best.SY + step[2], best.TY + step[3]}
		if !next.near(around) {
			damping *= 8
			continue
		}
		nextFit, ok := measure(a, b, next, nil)
		if !ok || nextFit.correlation <= fit.correlation {
			damping *= 8
			if damping > 1e6 {
				break
			}
			continue
		}
		gain := nextFit.correlation - fit.correlation
		best, bestFit = next, nextFit
		damping = max(damping/8, 1e-6)
		if gain < 1e-7 && damping < 1e-2 {
			break
		}
	}
	return pose{best, bestFit.correlation, bestFit.overlap}
}

type fit struct{ correlation, overlap float64 }

// normal is the normal equation of one step.
type normal struct {
	h [4][4]float64
	g [4]float64
}

// measure correlates a with b under a placement, over the pixels of a that b covers. With n it also adds up the normal
// equation. It reports false when too little is covered or there is no contrast.
func measure(a, b plane, p placement, n *normal) (fit, bool) {
	s := a.side
	size := float64(b.side)
	columns := make([]tap, s)
	for x := range columns {
		u := float64(float64(p.SX*((float64(x)+0.5)/float64(s))) + p.TX)
		columns[x] = newTap(float64(u*size)-0.5, b.side)
	}
	var count, sa, sb, saa, sbb, sab float64
	sampled := make([]float64, s*s)
	for y := range s {
		v := float64(float64(p.SY*((float64(y)+0.5)/float64(s))) + p.TY)
		row := newTap(float64(v*size)-0.5, b.side)
		if !row.inside {
			continue
		}
		upper, lower := b.values[row.at*b.side:], b.values[row.next*b.side:]
		for x, c := range columns {
			if !c.inside {
				continue
			}
			top := upper[c.at] + float64(c.weight*(upper[c.next]-upper[c.at]))
			bottom := lower[c.at] + float64(c.weight*(lower[c.next]-lower[c.at]))
			w := top + float64(row.weight*(bottom-top))
			sampled[y*s+x] = w
			o := a.values[y*s+x]
			count++
			sa += o
			sb += w
			saa += float64(o * o)
			sbb += float64(w * w)
			sab += float64(o * w)
		}
	}
	f := fit{overlap: count / float64(s*s)}
	if f.overlap < leastOverlap {
		return f, false
	}
	va, vb := saa-float64(sa*sa)/count, sbb-float64(sb*sb)/count
	cov := sab - float64(sa*sb)/count
	if va <= 0 || vb <= 0 {
		return f, false
	}
	f.correlation = cov / math.Sqrt(float64(va*vb))
	if n == nil {
		return f, true
	}
	gain := cov / vb
	meanA, meanB := sa/count, sb/count
	for y := range s {
		v := float64(float64(p.SY*((float64(y)+0.5)/float64(s))) + p.TY)
		row := newTap(float64(v*size)-0.5, b.side)
		if !row.inside {
			continue
		}
		yy := (float64(y) + 0.5) / float64(s)
		upper, lower := b.values[row.at*b.side:], b.values[row.next*b.side:]
		for x, c := range columns {
			if !c.inside {
				continue
			}
			dTop, dBottom := upper[c.next]-upper[c.at], lower[c.next]-lower[c.at]
			top := upper[c.at] + float64(c.weight*dTop)
			bottom := lower[c.at] + float64(c.weight*dBottom)
			gx := float64(float64(gain*size) * (dTop + float64(row.weight*(dBottom-dTop))))
			gy := float64(float64(gain*size) * (bottom - top))
			xx := (float64(x) + 0.5) / float64(s)
			j := [4]float64{float64(gx * xx), gx, float64(gy * yy), gy}
			r := (a.values[y*s+x] - meanA) - float64(gain*(sampled[y*s+x]-meanB))
			for i := range j {
				n.g[i] += float64(j[i] * r)
				for k := i; k < 4; k++ {
					n.h[i][k] += float64(j[i] * j[k])
				}
			}
		}
	}
	return f, true
}

// A tap is a place between two pixels of an axis.
type tap struct {
	at, next int
	weight   float64 // of next
	inside   bool
}

func newTap(at float64, side int) tap {
	if at < -0.5 || at > float64(side)-0.5 {
		return tap{}
	}
	at = min(max(at, 0), float64(side-1))
	i := min(int(at), side-2)
	return tap{at: i, next: i + 1, weight: at - float64(i), inside: true}
}

// solve returns the damped step by Cholesky's decomposition.
func (n *normal) solve(damping float64) (x [4]float64, ok bool) {
	var l [4][4]float64
	for i := range 4 {
		for j := range i + 1 {
			sum := n.h[j][i]
			if i == j {
				sum += float64(damping * sum)
			}
			for k := range j {
				sum -= float64(l[i][k] * l[j][k])
			}
			if i != j {
				l[i][j] = sum / l[j][j]
				continue
			}
			if !(sum > 0) {
				return x, false
			}
			l[i][i] = math.Sqrt(sum)
		}
	}
	for i := range 4 {
		sum := n.g[i]
		for k := range i {
			sum -= float64(l[i][k] * x[k])
		}
		x[i] = sum / l[i][i]
	}
	for i := 3; i >= 0; i-- {
		sum := x[i]
		for k := i + 1; k < 4; k++ {
			sum -= float64(l[k][i] * x[k])
		}
		x[i] = sum / l[i][i]
	}
	return x, true
}
