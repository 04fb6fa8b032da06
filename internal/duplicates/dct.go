package duplicates

import "math"

const (
	// gridSide is the side of the copy that is hashed.
	gridSide = 64
	// frequencies is how many of the lowest half-periods along each axis are kept, from 0.
	frequencies = 16
)

// A cosines table holds cos(π(2x+1)u/(2·gridSide))·2¹⁴, rounded, for u up to frequencies. Row u is exactly even
// around the middle for even u and exactly odd for odd u, so that mirroring an image changes nothing but signs.
type cosines [frequencies + 1][gridSide]int64

func newCosines() *cosines {
	var c cosines
	for u := range c {
		for x := range gridSide / 2 {
			// No product comes near enough to a half for a machine's last bit to matter; a test holds that.
			v := int64(math.RoundToEven(math.Cos(math.Pi*float64((2*x+1)*u)/(2*gridSide)) * (1 << 14)))
			c[u][x], c[u][gridSide-1-x] = v, v
			if u%2 == 1 {
				c[u][gridSide-1-x] = -v
			}
		}
	}
	return &c
}

// transform returns the coefficients of a square of gridSide² values of at most 2¹⁶ in size: [v][u] counts half-periods
// down and across. Integer arithmetic: a row sums to below 2³⁶, a column of rows to below 2⁵⁶.
func (c *cosines) transform(values []int64) [frequencies + 1][frequencies + 1]int64 {
	var rows [gridSide][frequencies + 1]int64
	for y := range gridSide {
		line := values[y*gridSide : (y+1)*gridSide]
		for u := range rows[y] {
			var sum int64
			for x, v := range line {
				sum += c[u][x] * v
			}
			rows[y][u] = sum
		}
	}
	var out [frequencies + 1][frequencies + 1]int64
	for v := range out {
		for u := range out[v] {
			var sum int64
			for y := range gridSide {
				sum += c[v][y] * rows[y][u]
			}
			out[v][u] = sum
		}
	}
	return out
}
