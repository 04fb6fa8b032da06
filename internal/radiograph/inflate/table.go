package inflate

import "math/bits"

const (
	tableBits = 11 // bits of the stream that the first look-up takes
	tableMask = 1<<tableBits - 1
	subBits   = 15 - tableBits // the longest code has 15 bits
	subMask   = 1<<subBits - 1
	// maxEntries is a power of two above the first 2,048 entries and a second table for each of up to 288 symbols.
	maxEntries = 8192

	symbolsOfLiterals  = 288
	symbolsOfDistances = 32
	endOfBlock         = 256
)

// An entry holds, from its lowest bit:
//
//	0–5    how many bits its code has, or both codes
//	6–7    how many literals it is, 0 when none
//	8–12   how many extra bits follow the code of a match
//	13–15  the flags
//	16–31  the literals; what the extra bits are added to; or where the second table begins
const (
	flagEnd  = 1 << 13
	flagMore = 1 << 14 // the code is longer than tableBits
	flagBad  = 1 << 15 // no such code
)

// A table says what the next bits of the stream mean.
type table struct {
	entries [maxEntries]uint32
}

// build fills the table for a code given by the length of each symbol's code, 0 for none. what returns a symbol's
// entry without its number of bits. A code that leaves bits without meaning is refused but for one of a single symbol.
func (t *table) build(lengths []byte, what func(symbol int) uint32) error {
	var count [16]int
	for _, n := range lengths {
		count[n]++
	}
	count[0] = 0
	var next [16]int
	code, used := 0, 0
	for n := 1; n <= 15; n++ {
		code = (code + count[n-1]) << 1
		next[n] = code
		used += count[n] << (15 - n)
	}
	if used != 1<<15 && !(used == 1<<14 && count[1] == 1) && used != 0 {
		return ErrStream
	}
	if used != 1<<15 {
		for i := range t.entries[:1<<tableBits] {
			t.entries[i] = flagBad
		}
	}
	free := 1 << tableBits
	// Where the second table of each first part of a longer code begins.
	second := [1 << tableBits]uint16{}
	for symbol, n := range lengths {
		if n == 0 {
			continue
		}
		reversed := int(bits.Reverse16(uint16(next[n])) >> (16 - n))
		next[n]++
		e := what(symbol) | uint32(n)
		if n <= tableBits {
			for i := reversed; i < 1<<tableBits; i += 1 << n {
				t.entries[i] = e
			}
			continue
		}
		first := reversed & tableMask
		if second[first] == 0 {
			second[first] = uint16(free)
			t.entries[first] = uint32(free)<<16 | flagMore
			free += 1 << subBits
		}
		for i := reversed >> tableBits; i < 1<<subBits; i += 1 << (n - tableBits) {
			t.entries[int(second[first])+i] = e
		}
	}
	return nil
}

// pair makes entries of two literals where both codes fit into the first look-up.
func (t *table) pair() {
	var single [1 << tableBits]uint32
	copy(single[:], t.entries[:])
	for i, e := range single {
		if e>>6&3 != 1 {
			continue
		}
		n := e & 63
		// Of the bits that follow, only tableBits−n are known here: the rest counts as zeros.
		f := single[i>>n]
		if f>>6&3 != 1 || n+f&63 > tableBits {
			continue
		}
		t.entries[i] = n + f&63 | 2<<6 | e&(0xff<<16) | f&(0xff<<16)<<8
	}
}

// literalEntry is the entry of a symbol of the first alphabet: literals, the end of a block, lengths.
func literalEntry(symbol int) uint32 {
	switch {
	case symbol < endOfBlock:
		return uint32(symbol)<<16 | 1<<6
	case symbol == endOfBlock:
		return flagEnd
	case symbol == 285:
		return longestMatch << 16
	case symbol > 285:
		return flagBad
	}
	base, extra := stepped(symbol-257, 2)
	return uint32(base+3)<<16 | uint32(extra)<<8
}

// distanceEntry is the entry of a symbol of distances.
func distanceEntry(symbol int) uint32 {
	if symbol > 29 {
		return flagBad
	}
	base, extra := stepped(symbol, 1)
	return uint32(base+1)<<16 | uint32(extra)<<8
}

// stepped returns where the values of a symbol begin, counted from 0, and how many extra bits choose among them. The
// ranges double after every 2^k symbols.
func stepped(symbol, k int) (base, extra int) {
	if symbol < 2<<k {
		return symbol, 0
	}
	extra = symbol>>k - 1
	return (1<<k + symbol&(1<<k-1)) << extra, extra
}

// fixedTables are those of blocks without their own.
func (d *decoder) fixedTables() error {
	var lengths [symbolsOfLiterals]byte
	for i := range lengths {
		switch {
		case i < 144:
			lengths[i] = 8
		case i < 256:
			lengths[i] = 9
		case i < 280:
			lengths[i] = 7
		default:
			lengths[i] = 8
		}
	}
	var five [symbolsOfDistances]byte
	for i := range five {
		five[i] = 5
	}
	return d.tables(lengths[:], five[:])
}

func (d *decoder) tables(literals, distances []byte) error {
	if err := d.literals.build(literals, literalEntry); err != nil {
		return err
	}
	d.literals.pair()
	return d.distances.build(distances, distanceEntry)
}

// dynamicTables reads the tables of a block: the lengths of their codes, which are compressed themselves.
func (d *decoder) dynamicTables() error {
	nLiterals, nDistances, nCodes := int(d.bits(5))+257, int(d.bits(5))+1, int(d.bits(4))+4
	if nLiterals > 286 || nDistances > 30 {
		return ErrStream
	}
	order := [19]byte{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}
	var codes [19]byte
	for _, symbol := range order[:nCodes] {
		if d.n < 3 {
			d.refill()
		}
		codes[symbol] = byte(d.bits(3))
	}
	// The table of distances is not in use yet.
	if err := d.distances.build(codes[:], func(symbol int) uint32 { return uint32(symbol) << 16 }); err != nil {
		return err
	}
	var lengths [symbolsOfLiterals + symbolsOfDistances]byte
	total := nLiterals + nDistances
	for i := 0; i < total; {
		d.refill()
		e := d.distances.entries[d.acc&tableMask]
		if e&flagBad != 0 {
			return ErrStream
		}
		d.bits(uint(e & 63))
		repeat, value := 1, byte(e>>16)
		switch value {
		case 16:
			if i == 0 {
				return ErrStream
			}
			repeat, value = 3+int(d.bits(2)), lengths[i-1]
		case 17:
			repeat, value = 3+int(d.bits(3)), 0
		case 18:
			repeat, value = 11+int(d.bits(7)), 0
		}
		if i+repeat > total {
			return ErrStream
		}
		for range repeat {
			lengths[i] = value
			i++
		}
	}
	if lengths[endOfBlock] == 0 {
		return ErrStream
	}
	return d.tables(lengths[:nLiterals], lengths[nLiterals:total])
}
