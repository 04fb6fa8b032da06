package duplicates

import (
	"cmp"
	"slices"

	"femur/internal/radiograph"
)

// A levels is a copy of a radiograph in one size.
type levels struct {
	side int
	pix  []uint16 // 0 to tones−1
}

func (l levels) mirrored(m Mirror) levels {
	im := radiograph.Image{Width: l.side, Height: l.side, Pix: l.pix}
	return levels{l.side, mirror(im, m).Pix}
}

func mirror(im radiograph.Image, m Mirror) radiograph.Image {
	switch m {
	case LeftRight:
		return im.FlipX()
	case TopBottom:
		return im.FlipY()
	case HalfTurn:
		return im.Oriented(radiograph.Rotated180)
	}
	return im
}

// A way is how to lay b on a, and whose tones both are given.
type way struct {
	mirror      Mirror
	inverted    bool
	keepA       bool      // b gets the tones of a; else a those of b
	start       placement // from which the alignment may not stray
	placement   placement
	correlation float64
	overlap     float64
}

// toned gives both the tones of one of them, by rank among the pixels that both show.
func (w way) toned(a, b levels) (plane, plane) {
	var inA, inB [tones]int32
	s, size := a.side, float64(b.side)
	for y := range s {
		row := newTap(float64(float64(float64(w.placement.SY*((float64(y)+0.5)/float64(s)))+w.placement.TY)*size)-0.5, b.side)
		if !row.inside {
			continue
		}
		near := row.at
		if row.weight >= 0.5 {
			near = row.next
		}
		for x := range s {
			c := newTap(float64(float64(float64(w.placement.SX*((float64(x)+0.5)/float64(s)))+w.placement.TX)*size)-0.5, b.side)
			if !c.inside {
				continue
			}
			column := c.at
			if c.weight >= 0.5 {
				column = c.next
			}
			inA[a.pix[y*s+x]]++
			inB[b.pix[near*b.side+column]]++
		}
	}
	if w.keepA {
		return plain().apply(s, a.pix), matching(&inB, &inA, w.inverted).apply(b.side, b.pix)
	}
	return matching(&inA, &inB, w.inverted).apply(s, a.pix), plain().apply(b.side, b.pix)
}

// improved aligns on one size.
func (w way) improved(a, b levels, steps int) way {
	pa, pb := w.toned(a, b)
	p := align(pa, pb, w.placement, w.start, steps)
	w.placement, w.correlation, w.overlap = p.placement, p.correlation, p.overlap
	return w
}

// coarse finds the likeliest way to lay b on a, from the smallest copies.
func coarse(a, b levels, fa, fb frame) way {
	var ways []way
	for m := Unmirrored; m <= HalfTurn; m++ {
		bm, fm := b.mirrored(m), fb.mirrored(m)
		var starts []placement
		for _, s := range []placement{whole.onto(whole), fa.onto(fm), fa.onto(whole), whole.onto(fm)} {
			if !slices.Contains(starts, s) {
				starts = append(starts, s)
			}
		}
		for _, s := range starts {
			for _, inverted := range []bool{false, true} {
				ways = append(ways, bestTones(a, bm, way{mirror: m, inverted: inverted, placement: s, start: s}))
			}
		}
	}
	slices.SortStableFunc(ways, func(v, w way) int { return cmp.Compare(w.correlation, v.correlation) })
	var best way
	for _, w := range ways[:min(len(ways), 4)] {
		bm := b.mirrored(w.mirror)
		if w = w.improved(a, bm, 15).improved(a, bm, 15); w.correlation > best.correlation {
			best = w
		}
	}
	return best
}

// bestTones measures a way with the tones of either.
func bestTones(a, b levels, w way) way {
	best := w
	for _, keepA := range []bool{false, true} {
		w.keepA = keepA
		pa, pb := w.toned(a, b)
		if f, ok := measure(pa, pb, w.placement, nil); ok && f.correlation > best.correlation {
			w.correlation, w.overlap = f.correlation, f.overlap
			best = w
		}
	}
	return best
}

// cropped returns starts near that of w, as if a margin had been cut off one side, or all, of one of the two. Steps
// downhill alone miss the place now and then where a radiograph repeats itself, as a shaft does along its axis.
func (w way) cropped() []way {
	const margin = 0.04
	var out []way
	for _, f := range []frame{{margin, 0, 1, 1}, {0, margin, 1, 1}, {0, 0, 1 - margin, 1}, {0, 0, 1, 1 - margin}, {margin, margin, 1 - margin, 1 - margin}} {
		for _, p := range []placement{whole.onto(f), f.onto(whole)} {
			next := w
			next.placement = placement{
				float64(w.start.SX * p.SX), w.start.TX + float64(w.start.SX*p.TX),
				float64(w.start.SY * p.SY), w.start.TY + float64(w.start.SY*p.TY),
			}
			out = append(out, next)
		}
	}
	return out
}
