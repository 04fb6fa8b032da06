package jpegll

import (
	"errors"
	"fmt"
)

const (
	maxCodeLength = 16
	maxCategory   = 16
	// lookupBits is how many bits a single lookup decides: code and difference of a usual sample.
	lookupBits = 12
)

// An entry of the lookup is, from the lowest bit: 6 bits for the number of bits it uses, 2 bits for its kind, 8 bits
// unused, and 16 bits for a difference or a category.
const (
	entryLength   = 0x3F
	entryKind     = 0xC0
	kindWhole     = 0x00 // the difference itself; all its bits are used
	kindCategory  = 0x40 // the category; the bits of the difference follow
	kindElsewhere = 0x80 // a longer code, or none
	entryValue    = 16
)

// A table decodes one Huffman code of categories.
type table struct {
	lookup [1 << lookupBits]uint32
	// For codes longer than the lookup: end[n] is one more than the last code of n bits, left-aligned in 16 bits; first[n] is
	// the first code of n bits, and index[n] the number of its value.
	end, first [maxCodeLength + 1]int
	index      [maxCodeLength + 1]int
	values     []byte
}

// newTable makes codes as Annex C does: counts[n] is how many have n bits.
func newTable(counts [17]int, values []byte) (*table, error) {
	if len(values) == 0 {
		return nil, errors.New("no codes")
	}
	for _, v := range values {
		if v > maxCategory {
			return nil, fmt.Errorf("category %d: lossless JPEG has 0 to %d", v, maxCategory)
		}
	}
	t := &table{values: values}
	for i := range t.lookup {
		t.lookup[i] = kindElsewhere
	}
	code, k := 0, 0
	for length := 1; length <= maxCodeLength; length++ {
		t.first[length], t.index[length] = code, k
		for range counts[length] {
			if code >= 1<<length {
				return nil, fmt.Errorf("more codes of %d bits than there can be", length)
			}
			if length <= lookupBits {
				t.fill(code, length, int(values[k]))
			}
			code++
			k++
		}
		t.end[length] = code << (maxCodeLength - length)
		code <<= 1
	}
	return t, nil
}

// fill writes the entries of all indexes that begin with a code.
func (t *table) fill(code, length, category int) {
	rest := lookupBits - length
	for low := range 1 << rest {
		e := uint32(kindCategory | length | category<<entryValue)
		switch {
		case category == maxCategory: // 32768, without further bits
			e = uint32(kindWhole | length | 1<<15<<entryValue)
		case category <= rest:
			e = uint32(kindWhole|length+category) | uint32(extend(low>>(rest-category), category))<<entryValue
		}
		t.lookup[code<<rest|low] = e
	}
}

// long finds a code that the lookup does not hold in the next 16 bits. Its length is 0 where there is none.
func (t *table) long(next int) (category, length int) {
	for n := lookupBits + 1; n <= maxCodeLength; n++ {
		if next < t.end[n] {
			return int(t.values[t.index[n]+next>>(maxCodeLength-n)-t.first[n]]), n
		}
	}
	return 0, 0
}

// extend turns the bits of a difference into the difference, modulo 2^16 (F.2.2.1).
func extend(bits, category int) uint16 {
	if category == 0 {
		return 0
	}
	if bits < 1<<(category-1) {
		bits -= 1<<category - 1
	}
	return uint16(bits)
}
