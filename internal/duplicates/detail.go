package duplicates

import "math"

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
	da, db := highpass(a.values, inside, s), highpass(w, inside, s)
	soften(da, inside)
	soften(db, inside)
	return coarse, correlation(da, db, inside)
}

// highpass subtracts the mean over a box of those inside from the mean over a small one.
func highpass(v []float64, inside []bool, s int) []float64 {
	fine, coarse := box(v, inside, s, 1), box(v, inside, s, 4)
	for i := range fine {
		fine[i] -= coarse[i]
	}
	return fine
}

const softness = 0.3

// soften bounds what is large, so that a few sharp edges, which all radiographs have, do not outweigh the grain and the
// trabeculae, which only one exposure has: d becomes d/(|d|+m), where m is a share, softness, of
// the mean size.
func soften(d []float64, inside []bool) {
	var sum, count float64
	for i, ok := range inside {
		if ok {
			sum += math.Abs(d[i])
			count++
		}
	}
	if sum == 0 {
		return
	}
	bound := softness * sum / count
	for i, v := range d {
		d[i] = v / (math.Abs(v) + bound)
	}
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
