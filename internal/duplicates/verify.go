package duplicates

import (
	"math"

	"femur/internal/radiograph"
)

// copySide is the side of the copies that are compared.
const copySide = 256

// A Verdict is what the pixels of two radiographs say.
type Verdict struct {
	Duplicate bool
	Mirror    Mirror
	Inverted  bool
	// Correlation is that of the gray levels by rank, after alignment.
	Correlation float64
	// Detail is the correlation of what is left when everything coarse is taken away.
	Detail float64
	// Overlap is the share of the first radiograph that the second covers.
	Overlap float64
}

// A Copy is what is compared of a radiograph: small, so that many fit in memory.
type Copy struct{ pix []uint16 }

// NewCopy squeezes a radiograph into a square.
func NewCopy(im radiograph.Image) Copy {
	return Copy{radiograph.Resize(im, copySide, copySide).Pix}
}

// Verify aligns b with a and decides whether they show the same exposure.
func Verify(a, b radiograph.Image, c Candidate) Verdict {
	return Compare(NewCopy(a), NewCopy(b))
}

// Compare aligns b with a and decides.
func Compare(a, b Copy) Verdict {
	pa, pb := pyramid(a, Unmirrored), pyramid(b, Unmirrored)
	best := pose{}
	mirror := Unmirrored
	for m := Unmirrored; m <= HalfTurn; m++ {
		if m != Unmirrored {
			pb = pyramid(b, m)
		}
		p := align(pa[0], pb[0], placement{1, 0, 1, 0}, 20)
		if math.Abs(p.correlation) > math.Abs(best.correlation) {
			best, mirror = p, m
		}
	}
	pb = pyramid(b, mirror)
	for level := 1; level < len(pa); level++ {
		best = align(pa[level], pb[level], best.placement, 12)
	}
	v := Verdict{Mirror: mirror, Inverted: best.correlation < 0, Overlap: best.overlap}
	v.Correlation, v.Detail = compare(pa[len(pa)-1], pb[len(pb)-1], best.placement)
	if v.Inverted {
		v.Correlation = -v.Correlation
		v.Detail = -v.Detail
	}
	v.Duplicate = v.Correlation >= 0.9 && v.Detail >= 0.5
	return v
}

// pyramid returns the copy by rank in rising size.
func pyramid(c Copy, m Mirror) []plane {
	im := radiograph.Image{Width: copySide, Height: copySide, Pix: c.pix}
	if m == LeftRight || m == HalfTurn {
		im = im.FlipX()
	}
	if m == TopBottom || m == HalfTurn {
		im = im.FlipY()
	}
	var out []plane
	for side := 32; side <= copySide; side *= 2 {
		out = append(out, plane{side, ranks(radiograph.Resize(im, side, side).Pix)})
	}
	return out
}

// compare returns the rank correlation of what both cover, and that of the detail.
func compare(a, b plane, p placement) (coarse, detail float64) {
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
	var va, vb []float64
	for i, ok := range inside {
		if ok {
			va, vb = append(va, a.values[i]), append(vb, w[i])
		}
	}
	coarse = spearman(va, vb)
	da, db := highpass(a.values, inside, s), highpass(w, inside, s)
	va, vb = va[:0], vb[:0]
	for i, ok := range inside {
		if ok {
			va, vb = append(va, da[i]), append(vb, db[i])
		}
	}
	return coarse, correlation(va, vb)
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

func correlation(a, b []float64) float64 {
	var sa, sb, saa, sbb, sab float64
	for i := range a {
		sa += a[i]
		sb += b[i]
	}
	n := float64(len(a))
	sa, sb = sa/n, sb/n
	for i := range a {
		da, db := a[i]-sa, b[i]-sb
		saa += float64(da * da)
		sbb += float64(db * db)
		sab += float64(da * db)
	}
	if saa <= 0 || sbb <= 0 {
		return 0
	}
	return sab / math.Sqrt(float64(saa*sbb))
}
