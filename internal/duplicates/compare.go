package duplicates

import (
	"cmp"
	"math"
	"slices"

	"femur/internal/radiograph"
)

// A Verdict is what the pixels of two radiographs say.
type Verdict struct {
	Duplicate bool
	Mirror    Mirror
	Inverted  bool
	// Correlation is that of the gray levels, after alignment and with the tones of one given to the other by rank.
	Correlation float64
	// Detail is that of what is left when everything coarse is taken away.
	Detail float64
	// Overlap is the share of the first radiograph that the second covers.
	Overlap float64
}

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
	keepA       bool // b gets the tones of a; else a those of b
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

// A Copy is what is compared of a radiograph: small, so that many fit in memory.
type Copy struct {
	sizes []levels // rising
	frame frame
}

// NewCopy squeezes a radiograph into a square.
func NewCopy(im radiograph.Image) Copy {
	im = radiograph.Resize(im, copySide, copySide)
	c := Copy{frame: content(im)}
	for side := 32; side <= copySide; side *= 2 {
		c.sizes = append(c.sizes, levels{side, stretched(radiograph.Resize(im, side, side).Pix)})
	}
	return c
}

// The least values of a duplicate; doc.go says how they were found.
const (
	leastCorrelation = 0.95
	leastDetail      = 0.6
	leastCovered     = 0.7
	// secondLook is the correlation from which a pair that is no duplicate is aligned again, from other starts.
	secondLook = 0.8
)

// Verify aligns b with a, of which c says that their hashes are near, and decides whether they show the same exposure.
func Verify(a, b radiograph.Image, c Candidate) Verdict {
	if c.Exact {
		return same
	}
	return Compare(NewCopy(a), NewCopy(b))
}

// same is the verdict on equal pixels.
var same = Verdict{Duplicate: true, Correlation: 1, Detail: 1, Overlap: 1}

// Compare aligns b with a and decides whether they show the same exposure.
func Compare(a, b Copy) Verdict {
	w := coarse(a.sizes[0], b.sizes[0], a.frame, b.frame)
	v := w.refined(a, b)
	if v.Duplicate || v.Correlation < secondLook {
		return v
	}
	small := b.sizes[0].mirrored(w.mirror)
	best := w
	for _, next := range w.cropped() {
		if next = next.improved(a.sizes[0], small, 15).improved(a.sizes[0], small, 15); next.correlation > best.correlation {
			best = next
		}
	}
	if second := best.refined(a, b); second.Detail > v.Detail {
		return second
	}
	return v
}

// refined aligns on ever larger copies and decides.
func (w way) refined(a, b Copy) Verdict {
	last := len(a.sizes) - 1
	for i := 1; i <= last; i++ {
		w = w.improved(a.sizes[i], b.sizes[i].mirrored(w.mirror), 8)
	}
	pa, pb := w.toned(a.sizes[last], b.sizes[last].mirrored(w.mirror))
	v := Verdict{Mirror: w.mirror, Inverted: w.inverted, Overlap: w.overlap}
	v.Correlation, v.Detail = details(pa, pb, w.placement)
	v.Duplicate = v.Correlation >= leastCorrelation && v.Detail >= leastDetail && v.Overlap >= leastCovered
	return v
}

// details returns the correlation of what both cover, and that of the detail.
func details(a, b plane, p placement) (coarse, detail float64) {
	s := a.side
	w := make([]float64, s*s)
	inside := make([]bool, s*s)
	size := float64(b.side)
	for y := range s {
		row := newTap(float64(float64(float64(p.SY*((float64(y)+0.5)/float64(s)))+p.TY)*size)-0.5, b.side)
		for x := range s {
			c := newTap(float64(float64(float64(p.SX*((float64(x)+0.5)/float64(s)))+p.TX)*size)-0.5, b.side)
			if !row.inside || !c.inside {
				continue
			}
			at := func(x, y int) float64 { return b.values[y*b.side+x] }
			top := at(c.at, row.at) + float64(c.weight*(at(c.next, row.at)-at(c.at, row.at)))
			bottom := at(c.at, row.next) + float64(c.weight*(at(c.next, row.next)-at(c.at, row.next)))
			w[y*s+x] = top + float64(row.weight*(bottom-top))
			inside[y*s+x] = true
		}
	}
	coarse = correlation(a.values, w, inside)
	return coarse, correlation(highpass(a.values, inside, s), highpass(w, inside, s), inside)
}

// highpass subtracts the mean over a box of those inside from the mean over a small one.
func highpass(v []float64, inside []bool, s int) []float64 {
	fine, coarse := box(v, inside, s, 1), box(v, inside, s, 4)
	for i := range fine {
		fine[i] -= coarse[i]
	}
	return fine
}

// box averages over (2r+1)² pixels, those that are inside only.
func box(v []float64, inside []bool, s, r int) []float64 {
	sums := make([]float64, (s+1)*(s+1))
	counts := make([]int, (s+1)*(s+1))
	for y := range s {
		var sum float64
		count := 0
		for x := range s {
			if inside[y*s+x] {
				sum += v[y*s+x]
				count++
			}
			sums[(y+1)*(s+1)+x+1] = sums[y*(s+1)+x+1] + sum
			counts[(y+1)*(s+1)+x+1] = counts[y*(s+1)+x+1] + count
		}
	}
	out := make([]float64, s*s)
	for y := range s {
		y0, y1 := max(y-r, 0)*(s+1), min(y+r+1, s)*(s+1)
		for x := range s {
			x0, x1 := max(x-r, 0), min(x+r+1, s)
			if n := counts[y1+x1] - counts[y0+x1] - counts[y1+x0] + counts[y0+x0]; n > 0 {
				out[y*s+x] = (sums[y1+x1] - sums[y0+x1] - sums[y1+x0] + sums[y0+x0]) / float64(n)
			}
		}
	}
	return out
}

// correlation is Pearson's over the pixels inside; 0 when either is constant.
func correlation(a, b []float64, inside []bool) float64 {
	var n, sa, sb, saa, sbb, sab float64
	for i, ok := range inside {
		if ok {
			n++
			sa += a[i]
			sb += b[i]
		}
	}
	if n == 0 {
		return 0
	}
	sa, sb = sa/n, sb/n
	for i, ok := range inside {
		if ok {
			da, db := a[i]-sa, b[i]-sb
			saa += float64(da * da)
			sbb += float64(db * db)
			sab += float64(da * db)
		}
	}
	if saa <= 0 || sbb <= 0 {
		return 0
	}
	return sab / math.Sqrt(float64(saa*sbb))
}
