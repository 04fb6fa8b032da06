package jpegll

import (
	"encoding/binary"
	"errors"
)

// A bitReader reads entropy-coded bytes up to the next marker.
type bitReader struct {
	src  []byte
	pos  int
	next uint64 // the bits to come, the first one highest
	n    int    // how many of next are known; below zero where more were used than there are
}

var (
	errEnds   = errors.New("ends before its samples are complete")
	errNoCode = errors.New("has bits that are no code")
)

// differences decodes a row of them. The loop keeps the reader's state in registers; it is where decoding spends its
// time.
func (r *bitReader) differences(t *table, row []uint16) error {
	next, n := r.next, r.n
	for i := range row {
		if n < 32 { // the longest code and its bits are 31
			r.next, r.n = next, n
			if !r.fill() {
				return errEnds
			}
			next, n = r.next, r.n
		}
		e := t.lookup[next>>(64-lookupBits)]
		if e&entryKind == kindWhole {
			row[i] = uint16(e >> entryValue)
			next <<= e & entryLength
			n -= int(e & entryLength)
			continue
		}
		category, length := int(e>>entryValue), int(e&entryLength)
		if e&entryKind == kindElsewhere {
			category, length = t.long(int(next >> (64 - maxCodeLength)))
			if length == 0 {
				if n < maxCodeLength {
					return errEnds
				}
				return errNoCode
			}
		}
		next <<= length
		n -= length
		if category == maxCategory {
			row[i] = 1 << 15
			continue
		}
		// As extend, without a branch that the processor would guess wrong every other time.
		negative := ^(int64(next) >> 63)
		row[i] = uint16(int64(next>>(64-category)) + negative&(1-1<<category))
		next <<= category
		n -= category
	}
	r.next, r.n = next, n
	if n < 0 {
		return errEnds
	}
	return nil
}

// fill makes more than 56 bits known, or all that there are. It says whether no more were used than there are.
func (r *bitReader) fill() bool {
	if r.n < 0 {
		return false
	}
	if r.pos+8 <= len(r.src) {
		w := binary.BigEndian.Uint64(r.src[r.pos:])
		const ones, tops = 0x0101010101010101, 0x8080808080808080
		if x := ^w; (x-ones)&^x&tops == 0 { // no byte is 0xFF
			// The bits of the last byte beyond n are right already and come again.
			r.next |= w >> r.n
			bytes := (63 - r.n) >> 3
			r.pos += bytes
			r.n += 8 * bytes
			return true
		}
	}
	for r.n <= 56 && r.pos < len(r.src) {
		b := r.src[r.pos]
		if b == 0xFF {
			if r.pos+1 >= len(r.src) || r.src[r.pos+1] != 0 {
				break // a marker
			}
			r.pos++ // a zero byte says that 0xFF is data
		}
		r.pos++
		r.next |= uint64(b) << (56 - r.n)
		r.n += 8
	}
	return true
}

// finish demands that all bytes up to the next marker, or the end, were used, and leaves pos there.
func (r *bitReader) finish() bool {
	if !r.fill() || r.n >= 8 {
		return false
	}
	r.next, r.n = 0, 0
	return true
}
