// Package inflate decompresses zlib streams that are in memory and whose content's size is known, as that of a PNG
// file is. That makes it more than twice as fast as a decoder that reads and writes in portions.
//
// Words: a symbol is a literal byte, a match (a length and a distance back) or the end of a block; an entry is what a
// table says about the next bits of the stream, of one symbol or of two literals.
//
// Guarantee: what [Zlib] returns is what compress/zlib returns for the same stream: the size and the checksum were
// compared. Memory is bounded by the stream and the size asked for, whatever the stream holds.
//
// Limits: no dictionaries. Some streams that compress/zlib accepts are refused, with codes that no compressor
// writes; callers that must read those fall back to it, and take its errors, which tell more.
package inflate

import (
	"encoding/binary"
	"errors"
	"hash/adler32"
)

// ErrStream is the error for a stream that is damaged, ends early, or holds another number of bytes than was said.
var ErrStream = errors.New("damaged zlib stream")

const (
	longestMatch = 258
	// margin is what a step may read or write beyond an end before it is found out.
	margin = 16
)

// A decoder is the state within one stream.
type decoder struct {
	in  []byte // the stream and margin zero bytes
	at  int    // the next byte of in
	acc uint64 // the next bits, the first one lowest
	n   uint   // how many of acc count; those above are right or zero

	out  []byte // size, longestMatch and margin bytes
	size int
	o    int // bytes of out that are there

	literals, distances table
}

// Zlib decompresses a stream, given in pieces, that holds size bytes.
func Zlib(pieces [][]byte, size int) ([]byte, error) {
	length := 0
	for _, p := range pieces {
		length += len(p)
	}
	const head, tail = 2, 4
	// Deflate makes at most 1,032 bytes of one.
	if length < head+tail || size < 0 || size/1032 > length {
		return nil, ErrStream
	}
	d := decoder{in: make([]byte, 0, length+margin), size: size}
	for _, p := range pieces {
		d.in = append(d.in, p...)
	}
	sum := binary.BigEndian.Uint32(d.in[length-tail:])
	if d.in[0]&15 != 8 || d.in[0]>>4 > 7 || binary.BigEndian.Uint16(d.in)%31 != 0 || d.in[1]&0x20 != 0 {
		return nil, ErrStream
	}
	d.in = append(d.in, make([]byte, margin)...)
	d.at = head
	d.out = make([]byte, size+longestMatch+margin)
	for last := false; !last; {
		var err error
		if last, err = d.block(length - tail); err != nil {
			return nil, err
		}
	}
	// Whole bytes that were read ahead and not used must be those of the checksum.
	if d.o != size || d.at-int(d.n/8) != length-tail || adler32.Checksum(d.out[:size]) != sum {
		return nil, ErrStream
	}
	return d.out[:size], nil
}

// refill reads until 56 bits are there; beyond the end they are zeros.
func (d *decoder) refill() {
	if d.at+8 <= len(d.in) {
		d.acc |= binary.LittleEndian.Uint64(d.in[d.at:]) << (d.n & 63)
		d.at += int((63 - d.n) >> 3)
		d.n |= 56
		return
	}
	for d.n < 56 {
		if d.at < len(d.in) {
			d.acc |= uint64(d.in[d.at]) << (d.n & 63)
		}
		d.at++
		d.n += 8
	}
}

// bits takes n bits, of those that are there.
func (d *decoder) bits(n uint) uint32 {
	v := uint32(d.acc) & (1<<n - 1)
	d.acc >>= n
	d.n -= n
	return v
}

// block reads one block, whose stream ends at end, and returns whether it was the last.
func (d *decoder) block(end int) (last bool, err error) {
	d.refill()
	if d.at-int(d.n/8) >= end {
		return false, ErrStream
	}
	last = d.bits(1) == 1
	switch d.bits(2) {
	case 0:
		err = d.stored(end)
	case 1:
		if err = d.fixedTables(); err == nil {
			err = d.symbols(end)
		}
	case 2:
		if err = d.dynamicTables(); err == nil {
			err = d.symbols(end)
		}
	default:
		err = ErrStream
	}
	return last, err
}

// stored copies a block that is not compressed.
func (d *decoder) stored(end int) error {
	d.bits(d.n & 7)
	at := d.at - int(d.n/8)
	d.acc, d.n = 0, 0
	if at+4 > end {
		return ErrStream
	}
	n := int(binary.LittleEndian.Uint16(d.in[at:]))
	if n != int(^binary.LittleEndian.Uint16(d.in[at+2:])) || at+4+n > end || d.o+n > d.size {
		return ErrStream
	}
	copy(d.out[d.o:], d.in[at+4:at+4+n])
	d.o += n
	d.at = at + 4 + n
	return nil
}

// symbols reads symbols up to the end of a block. State is kept in local variables, which makes it a third faster.
func (d *decoder) symbols(end int) error {
	in, out, at, acc, n, o := d.in, d.out, d.at, d.acc, d.n, d.o
	literals, distances := &d.literals.entries, &d.distances.entries
	for {
		if at+8 <= len(in) {
			acc |= binary.LittleEndian.Uint64(in[at:]) << (n & 63)
			at += int((63 - n) >> 3)
			n |= 56
		} else {
			d.at, d.acc, d.n = at, acc, n
			d.refill()
			at, acc, n = d.at, d.acc, d.n
			if at-int(n/8) > end {
				return ErrStream
			}
		}
		if o > d.size {
			return ErrStream
		}
		// 56 bits are three entries of literals and one more of a code, 15 bits at most.
		e := literals[acc&tableMask]
		if k := e >> 6 & 3; k != 0 {
			acc >>= e & 63
			n -= uint(e & 63)
			binary.LittleEndian.PutUint16(out[o:], uint16(e>>16))
			o += int(k)
			e = literals[acc&tableMask]
			if k := e >> 6 & 3; k != 0 {
				acc >>= e & 63
				n -= uint(e & 63)
				binary.LittleEndian.PutUint16(out[o:], uint16(e>>16))
				o += int(k)
				e = literals[acc&tableMask]
				if k := e >> 6 & 3; k != 0 {
					acc >>= e & 63
					n -= uint(e & 63)
					binary.LittleEndian.PutUint16(out[o:], uint16(e>>16))
					o += int(k)
					continue
				}
			}
			// What follows needs 48 bits: the codes and the extra bits of a match.
			if n < 48 {
				continue
			}
		}
		if e&flagMore != 0 {
			e = literals[(e>>16+uint32(acc>>tableBits)&subMask)&(maxEntries-1)]
			if e>>6&3 != 0 {
				acc >>= e & 63
				n -= uint(e & 63)
				out[o] = byte(e >> 16)
				o++
				continue
			}
		}
		acc >>= e & 63
		n -= uint(e & 63)
		if e&(flagEnd|flagBad) != 0 {
			d.at, d.acc, d.n, d.o = at, acc, n, o
			if e&flagBad != 0 || o > d.size || at-int(n/8) > end {
				return ErrStream
			}
			return nil
		}
		extra := e >> 8 & 31
		length := int(e>>16) + int(acc&(1<<extra-1))
		acc >>= extra
		n -= uint(extra)

		e = distances[acc&tableMask]
		if e&flagMore != 0 {
			e = distances[(e>>16+uint32(acc>>tableBits)&subMask)&(maxEntries-1)]
		}
		if e&flagBad != 0 {
			return ErrStream
		}
		acc >>= e & 63
		n -= uint(e & 63)
		extra = e >> 8 & 31
		distance := int(e>>16) + int(acc&(1<<extra-1))
		acc >>= extra
		n -= uint(extra)
		if distance > o || o+length > d.size {
			return ErrStream
		}
		// The source grows with every copy, so that a run of one byte takes few of them.
		for from, to := o-distance, o+length; o < to; {
			o += copy(out[o:to], out[from:o])
		}
	}
}
