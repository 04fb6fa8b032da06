package synth

import "math"

// A piece says which part of the broken shaft is drawn.
type piece int

const (
	proximal piece = iota
	distal
	wedge
)

// A fragment is a piece of the shaft, moved as a whole, with the rounded bones that hang on it.
type fragment struct {
	piece  piece
	frame  frame
	solids []ellipsoid
}

// A broken is a shaft in one view with the break that parts it.
type broken struct {
	shaft *shaft
	lines *lines
	soft  float64 // width over which an edge goes from bone to none, mm
	reach float64 // beyond this distance from the fracture the shaft is whole

	fracture *fracture
	hasWedge bool
	hole     triangle // left by the wedge, a little wider than it
	wedge    triangle
	share    float64 // of the shaft's thickness that the wedge takes
}

// newBroken breaks a shaft. Edges are softened over a pixel, so that coarse pixels lose what they would lose.
func newBroken(p *person, view View, pitch float64) *broken {
	f := &p.fracture
	b := &broken{shaft: newShaft(p, view), soft: max(0.3, pitch), fracture: f}
	radius := b.shaft.at(0).radius
	b.lines = f.linesOf(view, radius)
	for i := range b.lines.near {
		b.reach = max(b.reach, math.Abs(b.lines.near[i]), math.Abs(b.lines.far[i]))
	}
	if f.wedge {
		b.hasWedge, b.share = true, 1
		if view == LAT {
			b.share = 0.6
		}
		corners := func(grow float64) triangle {
			edge := mul(f.wedgeSide, mul(1.3, radius)+grow)
			tip := -mul(f.wedgeSide, mul(f.wedgeDepth, radius)+grow)
			return newTriangle([3]float64{edge, edge, tip},
				[3]float64{-f.wedgeUp - grow, f.wedgeDown + grow, (f.wedgeDown - f.wedgeUp) / 2})
		}
		b.wedge, b.hole = corners(0), corners(f.gap)
		b.reach = max(b.reach, f.wedgeUp, f.wedgeDown)
	}
	b.reach += f.gap + b.soft + 1
	return b
}

// cover turns a distance from an edge, positive within bone, to the share of a pixel that is bone.
func (b *broken) cover(distance float64) float64 {
	return min(max(distance/b.soft+0.5, 0), 1)
}

// share of the shaft at (u, s) that belongs to a piece; q is the place across the shaft from −1 to 1.
func (b *broken) belongs(p piece, u, s, q float64) float64 {
	// One rough line for the wedge and the hole it left, so that they fit.
	rough := 0.0
	if b.hasWedge {
		rough = mul(1.5, b.fracture.roughness(mul(s, 1.0/16), 2))
	}
	if p == wedge {
		return mul(b.share, b.cover(b.wedge.inside(u, s)+rough))
	}
	at := mul(q+1, lineSteps/2)
	i := min(int(at), lineSteps-1)
	f := at - float64(i)
	along := func(l *[lineSteps + 1]float64) float64 { return l[i] + mul(l[i+1]-l[i], f) }
	near := mul(s-along(&b.lines.near), along(&b.lines.nearLie))
	far := mul(s-along(&b.lines.far), along(&b.lines.farLie))
	if p == proximal {
		near, far = -near, -far
	}
	share := (b.cover(near-along(&b.lines.nearGap)) + b.cover(far-along(&b.lines.farGap))) / 2
	if b.hasWedge {
		share = mul(share, 1-mul(b.share, b.cover(b.hole.inside(u, s)+rough)))
	}
	return share
}

// add raises row to the path through a fragment, in mm of dense bone, at the columns [from, to).
func (b *broken) add(row []float64, f *fragment, y int, from, to int, grain *grain) {
	for i := range f.solids {
		f.solids[i].add(row, y, from, to)
	}
	low, high := b.shaft.from, b.shaft.from+sectionStep*float64(len(b.shaft.sections))
	switch f.piece {
	case proximal:
		high = min(high, b.reach)
	case distal:
		low = max(low, -b.reach)
	case wedge:
		low, high = max(low, -b.reach), min(high, b.reach)
	}
	u, s := f.frame.row(y)
	from, to = clip(from, to, u, f.frame.ux, -b.shaft.widest, b.shaft.widest)
	from, to = clip(from, to, s, f.frame.sx, low, high)
	for x := from; x < to; x++ {
		pu, ps := u+mul(f.frame.ux, float64(x)), s+mul(f.frame.sx, float64(x))
		c := b.shaft.at(ps)
		if c == nil {
			continue
		}
		q := (pu - c.center) / c.radius
		rest := 1 - mul(q, q)
		if rest <= 0 {
			continue
		}
		path := mul(2*c.depth, math.Sqrt(rest))
		k := (pu - c.canal) / c.canalRad
		if rest := 1 - mul(k, k); rest > 0 {
			light := 1 - mul(c.marrow, grain.at(pu, ps))
			path -= mul(mul(2*c.canalDepth, light), math.Sqrt(rest))
		}
		path = mul(path, c.dense)
		if math.Abs(ps) < b.reach {
			path = mul(path, b.belongs(f.piece, pu, ps, q))
		}
		row[x] = max(row[x], path)
	}
}

// A grain is the texture of cancellous bone: a factor about 1, stretched along the bone.
type grain [grainSize * grainSize]float64

const grainSize = 128

func newGrain(s *stream) *grain {
	g := new(grain)
	for i := range g {
		g[i] = 1 + mul(0.36, s.unit()-0.5) + mul(0.2, s.unit()-0.5)
	}
	return g
}

// at returns the factor at (u, s); the texture repeats after some ten centimeters.
func (g *grain) at(u, s float64) float64 {
	i, j := int(mul(u+1000, 1.6)), int(mul(s+1000, 0.7))
	return g[(j&(grainSize-1))*grainSize+i&(grainSize-1)]
}
