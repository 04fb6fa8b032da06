package duplicates

// tones is how many gray levels are told apart.
const tones = 4096

// stretched maps gray levels onto 0 to most, the image's own range.
func stretched(pix []uint16, most uint32) []uint16 {
	low, high := extremes(pix)
	out := make([]uint16, len(pix))
	if high == low {
		return out
	}
	for i, v := range pix {
		out[i] = uint16((uint64(v-low)*uint64(most) + uint64(high-low)/2) / uint64(high-low))
	}
	return out
}

// A curve says what each gray level becomes.
type curve [tones]float64

func (c *curve) apply(side int, levels []uint16) plane {
	p := plane{side, make([]float64, len(levels))}
	for i, v := range levels {
		p.values[i] = c[v]
	}
	return p
}

// plain is the curve that changes nothing.
func plain() *curve {
	var c curve
	for v := range c {
		c[v] = float64(v)
	}
	return &c
}

// matching returns the curve that gives the gray levels counted in from the ranks of those in to, from the bright end
// when inverted: it undoes a window, a gamma and an inversion without knowing them. Both count the same number.
func matching(from, to *[tones]int32, inverted bool) *curve {
	var total int32
	for _, n := range to {
		total += n
	}
	var c curve
	at, upTo := 0, to[0] // level of to, and how many lie in it or below
	var below int32
	for i := range from {
		v := i
		if inverted {
			v = tones - 1 - i
		}
		middle := min(below+from[v]/2, total-1)
		for upTo <= middle {
			at++
			upTo += to[at]
		}
		c[v] = float64(at)
		below += from[v]
	}
	return &c
}
