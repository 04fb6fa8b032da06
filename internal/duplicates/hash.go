package duplicates

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/bits"
)

// A Hash is the signs of the 256 lowest frequencies of a radiograph. Each word holds one parity class of 64 bits, in
// the order even-even, odd-even, even-odd, odd-odd of the half-periods across and down: mirroring left-right turns
// round words 1 and 3, top-bottom words 2 and 3, inversion all four.
type Hash [4]uint64

// hashOf hashes a square of gridSide² values around zero.
func hashOf(c *cosines, values []int64) Hash {
	t := c.transform(values)
	var h Hash
	for v := range frequencies {
		for u := range frequencies {
			coefficient := t[v][u]
			if u == 0 && v == 0 {
				coefficient = t[frequencies][frequencies] // the mean tells nothing; this is of the same parity
			}
			if coefficient > 0 {
				h[u%2+2*(v%2)] |= 1 << (u/2 + frequencies/2*(v/2))
			}
		}
	}
	return h
}

// MarshalText writes the hash as 64 hexadecimal digits.
func (h Hash) MarshalText() ([]byte, error) {
	return fmt.Appendf(nil, "%016x%016x%016x%016x", h[0], h[1], h[2], h[3]), nil
}

// UnmarshalText reads what [Hash.MarshalText] wrote.
func (h *Hash) UnmarshalText(text []byte) error {
	var b [32]byte
	if len(text) != hex.EncodedLen(len(b)) {
		return fmt.Errorf("hash of %d digits; 64 are expected", len(text))
	}
	if _, err := hex.Decode(b[:], text); err != nil {
		return fmt.Errorf("hash: %w", err)
	}
	for i := range h {
		h[i] = binary.BigEndian.Uint64(b[8*i:])
	}
	return nil
}

// A Mirror says how one radiograph lies on another.
type Mirror uint8

// The mirrors. Half-turn is both.
const (
	Unmirrored Mirror = iota
	LeftRight
	TopBottom
	HalfTurn
)

// String returns the word of [cohort.LinkRow].
func (m Mirror) String() string { return [...]string{"", "left-right", "top-bottom", "half-turn"}[m] }

// Distance returns the number of bits that differ between h and g, of 256, in the way to lay one on the other in which
// it is the fewest, and that way.
func (h Hash) Distance(g Hash) (distance int, m Mirror, inverted bool) {
	var differ [4]int
	for i := range h {
		differ[i] = bits.OnesCount64(h[i] ^ g[i])
	}
	distance = 257
	for way := Unmirrored; way <= HalfTurn; way++ {
		d := differ[0]
		for i := 1; i < 4; i++ {
			odd := bits.OnesCount8(uint8(way)&uint8(i))%2 == 1
			if odd {
				d += 64 - differ[i]
			} else {
				d += differ[i]
			}
		}
		if d < distance {
			distance, m, inverted = d, way, false
		}
		if 256-d < distance {
			distance, m, inverted = 256-d, way, true
		}
	}
	return distance, m, inverted
}
