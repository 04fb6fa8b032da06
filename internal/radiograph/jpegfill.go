package radiograph

import (
	"bytes"
	"errors"
	"image/jpeg"
	"io"
)

// errOutOfData says that the compressed data end here.
var errOutOfData = errors.New("the compressed data end")

// cutScan completes the scan whose header ends at from and in which the file ends. A scan that refines a progressive
// picture is dropped, back to kept; another one is filled up with blocks that mean nothing.
func (f *jpegFile) cutScan(b []byte, kept, from int, s jpegScan) ([]byte, jpegRest, error) {
	if f.progressive && (s.start > 0 || s.high > 0) {
		// The scan may be complete, and the file lack its end mark alone.
		if _, err := jpeg.Decode(io.MultiReader(bytes.NewReader(b), bytes.NewReader([]byte{0xff, markerEOI}))); err == nil {
			f.complete(s)
			kept = len(b)
		}
		return f.finish(b[:kept])
	}
	for _, p := range s.parts {
		if p.dc == nil || !f.progressive && p.ac == nil {
			return nil, jpegRest{}, errDamagedJPEG
		}
	}
	across, down, rowHeight := f.units(s)
	done, at, err := f.walk(b, from, s, across*down)
	if err != nil {
		return nil, jpegRest{}, err
	}
	w := bitWriter{b: append([]byte(nil), b[:at.byte]...)}
	if at.bit > 0 {
		w.write(uint32(b[at.byte])>>(8-at.bit), at.bit)
	}
	for unit := done; unit < across*down; unit++ {
		if f.restart > 0 && unit > 0 && unit%f.restart == 0 {
			w.align()
			w.b = append(w.b, 0xff, markerRST0+byte((unit/f.restart-1)&7))
		}
		for _, p := range s.parts {
			for range f.blocks(s, p) {
				w.fill(p, f.progressive)
			}
		}
	}
	w.align()
	f.complete(s)
	whole, rest, err := f.finish(w.b)
	rest.rows = min(rest.rows, done/across*rowHeight)
	return whole, rest, err
}

// units returns how many minimum coded units a scan has in each direction, and how many rows of pixels one is high.
func (f *jpegFile) units(s jpegScan) (across, down, rowHeight int) {
	if len(s.parts) > 1 {
		return above(f.width, 8*f.hMax), above(f.height, 8*f.vMax), 8 * f.vMax
	}
	c := f.components[s.parts[0].component]
	return above(above(f.width*c.h, f.hMax), 8), above(above(f.height*c.v, f.vMax), 8), 8 * f.vMax / c.v
}

// blocks returns how many blocks of a component a unit has.
func (f *jpegFile) blocks(s jpegScan, p scanPart) int {
	if len(s.parts) == 1 {
		return 1
	}
	return f.components[p.component].h * f.components[p.component].v
}

// above is n/d, rounded up.
func above(n, d int) int { return (n + d - 1) / d }

// A bitPlace is a place in compressed data: a byte of the file and how many of its bits come before.
type bitPlace struct {
	byte int
	bit  uint
}

// walk reads units until the data end, and returns how many are complete and where the last of them ends.
func (f *jpegFile) walk(b []byte, from int, s jpegScan, units int) (int, bitPlace, error) {
	r := bitReader{b: b, at: bitPlace{byte: from}}
	done, end := 0, r.at
	for ; done < units; done++ {
		if f.restart > 0 && done > 0 && done%f.restart == 0 {
			switch err := r.restart(byte((done/f.restart - 1) & 7)); {
			case errors.Is(err, errOutOfData):
				return done, end, nil
			case err != nil:
				return 0, end, err
			}
		}
		for _, p := range s.parts {
			for range f.blocks(s, p) {
				switch err := r.block(p, f.progressive); {
				case errors.Is(err, errOutOfData):
					return done, end, nil
				case err != nil:
					return 0, end, err
				}
			}
		}
		end = r.at
	}
	return done, end, nil
}

// A bitReader reads compressed data bit by bit; only the last scan of a truncated file is read so.
type bitReader struct {
	b  []byte
	at bitPlace
}

func (r *bitReader) bit() (uint32, error) {
	if r.at.byte >= len(r.b) {
		return 0, errOutOfData
	}
	v := r.b[r.at.byte]
	if v == 0xff && r.at.byte+1 >= len(r.b) {
		return 0, errOutOfData // whether a zero byte was to follow is not known
	}
	if v == 0xff && r.b[r.at.byte+1] != 0 {
		return 0, errDamagedJPEG // a restart marker where none belongs
	}
	bit := uint32(v>>(7-r.at.bit)) & 1
	if r.at.bit++; r.at.bit == 8 {
		r.at.bit = 0
		if r.at.byte++; v == 0xff {
			r.at.byte++
		}
	}
	return bit, nil
}

func (r *bitReader) skip(n int) error {
	for range n {
		if _, err := r.bit(); err != nil {
			return err
		}
	}
	return nil
}

// restart reads restart marker n, 0 to 7.
func (r *bitReader) restart(n byte) error {
	for r.at.bit > 0 {
		if _, err := r.bit(); err != nil {
			return err
		}
	}
	if r.at.byte+2 > len(r.b) {
		return errOutOfData
	}
	if r.b[r.at.byte] != 0xff || r.b[r.at.byte+1] != markerRST0+n {
		return errDamagedJPEG
	}
	r.at.byte += 2
	return nil
}

// block reads one block: its DC difference, and outside progressive files its other coefficients.
func (r *bitReader) block(p scanPart, progressive bool) error {
	size, err := p.dc.read(r)
	if err != nil {
		return err
	}
	if size > 16 {
		return errDamagedJPEG
	}
	if err := r.skip(int(size)); err != nil || progressive {
		return err
	}
	for k := 1; k <= 63; {
		symbol, err := p.ac.read(r)
		if err != nil {
			return err
		}
		next, ended := afterSymbol(k, symbol)
		if ended {
			break
		}
		if err := r.skip(int(symbol & 15)); err != nil {
			return err
		}
		k = next
	}
	return nil
}

// afterSymbol returns the coefficient after an AC symbol that is read at coefficient k, or that the block ends there.
func afterSymbol(k int, symbol byte) (next int, ended bool) {
	switch {
	case symbol&15 != 0:
		return k + int(symbol>>4) + 1, k+int(symbol>>4) > 63
	case symbol == 0xf0:
		return k + 16, false
	}
	return k, true
}

// A bitWriter appends compressed data.
type bitWriter struct {
	b    []byte
	v    uint32 // the bits of the byte begun
	bits uint
}

func (w *bitWriter) write(v uint32, n uint) {
	for i := int(n) - 1; i >= 0; i-- {
		w.v = w.v<<1 | v>>i&1
		if w.bits++; w.bits == 8 {
			w.b = append(w.b, byte(w.v))
			if byte(w.v) == 0xff {
				w.b = append(w.b, 0)
			}
			w.v, w.bits = 0, 0
		}
	}
}

// align completes a byte with ones.
func (w *bitWriter) align() {
	for w.bits > 0 {
		w.write(1, 1)
	}
}

// fill writes a block. What it means does not matter, since its rows are made black; so every table will do.
func (w *bitWriter) fill(p scanPart, progressive bool) {
	size := p.dc.symbolFor(0)
	w.symbol(p.dc, size)
	w.write(0, uint(size))
	if progressive {
		return
	}
	symbol := p.ac.symbolFor(0)
	for k := 1; k <= 63; {
		w.symbol(p.ac, symbol)
		next, ended := afterSymbol(k, symbol)
		if ended {
			break
		}
		w.write(0, uint(symbol&15))
		k = next
	}
}

func (w *bitWriter) symbol(h *huffman, symbol byte) {
	c := h.codes[symbol]
	w.write(uint32(c.bits), uint(c.length))
}
