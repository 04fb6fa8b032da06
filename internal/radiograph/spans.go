package radiograph

import "math"

// A span says which source pixels one output pixel of an axis is made of: first to end−1.
type span struct {
	first, end int
	// Area: weights of the first and last source pixel, per unit of output; those between weigh inner.
	head, tail float64
	// Interpolation: where the weights of the span begin in taps.
	at int
}

// spans is one axis of a resampling.
type spans struct {
	spans []span
	inner float64   // area: weight of a source pixel that is covered whole
	taps  []float64 // interpolation; nil for area
}

// newSpans divides [from, to) of an axis of n source pixels into count output pixels.
func newSpans(from, to float64, n, count int) spans {
	step := (to - from) / float64(count)
	s := spans{spans: make([]span, count), inner: 1 / step}
	grow := step < 1
	for i := range s.spans {
		low := from + float64(float64(i)*step)
		high := from + float64(float64(i+1)*step)
		if i == count-1 {
			high = to
		}
		a, b := max(low, 0), min(high, float64(n))
		switch {
		case !(a < b):
			// Outside: no source pixel, so the sum stays at the padding.
		case grow:
			s.spans[i] = s.interpolate((low+high)/2, n, (b-a)/(high-low))
		default:
			s.spans[i] = s.average(a, b)
		}
	}
	return s
}

// average covers the source pixels that [a, b) touches, each by how much of it.
func (s *spans) average(a, b float64) span {
	first, last := int(math.Floor(a)), int(math.Ceil(b))-1
	if first == last {
		return span{first: first, end: first + 1, head: (b - a) * s.inner}
	}
	return span{
		first: first, end: last + 1,
		head: (float64(first+1) - a) * s.inner,
		tail: (b - float64(last)) * s.inner,
	}
}

// interpolate sets four Catmull-Rom weights around center; beyond the border the border pixel repeats. cover is the
// share of the output pixel that the source covers at all.
func (s *spans) interpolate(center float64, n int, cover float64) span {
	base := int(math.Floor(center - 0.5))
	first, end := min(max(base-1, 0), n-1), min(max(base+3, 1), n)
	at := len(s.taps)
	for range end - first {
		s.taps = append(s.taps, 0)
	}
	for i := base - 1; i <= base+2; i++ {
		into := min(max(i, first), end-1) - first
		s.taps[at+into] += float64(catmullRom(math.Abs(float64(i)+0.5-center)) * cover)
	}
	return span{first: first, end: end, at: at}
}

// catmullRom is Keys' cubic kernel with a = −½ at distance d ≥ 0.
func catmullRom(d float64) float64 {
	switch {
	case d < 1:
		return float64(float64(float64(1.5*d)-2.5)*float64(d*d)) + 1
	case d < 2:
		return float64(float64(float64(float64(float64(2.5-float64(0.5*d))*d)-4)*d)) + 2
	}
	return 0
}

// weight returns the weight of source pixel i in span p.
func (s *spans) weight(p span, i int) float64 {
	switch {
	case s.taps != nil:
		return s.taps[p.at+i-p.first]
	case i == p.first:
		return p.head
	case i == p.end-1:
		return p.tail
	}
	return s.inner
}

// apply resamples one row.
func (s *spans) apply(dst []float64, src []uint16) {
	for x, p := range s.spans {
		switch {
		case p.first == p.end:
			dst[x] = PadValue
		case s.taps != nil:
			var sum float64
			for i, v := range src[p.first:p.end] {
				sum += float64(s.taps[p.at+i] * float64(v))
			}
			dst[x] = sum
		case p.end == p.first+1:
			dst[x] = p.head * float64(src[p.first])
		default:
			whole := total(src[p.first+1 : p.end-1])
			sum := float64(p.head*float64(src[p.first])) + float64(p.tail*float64(src[p.end-1]))
			dst[x] = sum + float64(s.inner*float64(whole))
		}
	}
}

// total is the sum of a run of pixels. Two sums that do not wait for each other, of four pixels at a time, make it
// more than twice as fast as one; in integers the order does not matter.
func total(run []uint16) uint64 {
	var a, b uint64
	for len(run) >= 8 {
		v := run[:8]
		a += uint64(v[0]) + uint64(v[1]) + uint64(v[2]) + uint64(v[3])
		b += uint64(v[4]) + uint64(v[5]) + uint64(v[6]) + uint64(v[7])
		run = run[8:]
	}
	if len(run) >= 4 {
		v := run[:4]
		a += uint64(v[0]) + uint64(v[1])
		b += uint64(v[2]) + uint64(v[3])
		run = run[4:]
	}
	for _, v := range run {
		a += uint64(v)
	}
	return a + b
}
