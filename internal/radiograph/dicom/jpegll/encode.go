package jpegll

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/bits"
)

// Options say how an image is encoded. The zero value is the form of transfer syntax .70: selection value 1, nothing
// dropped, no restart markers.
type Options struct {
	Selection      int // 1 to 7; 0 is 1
	PointTransform int // low bits that are dropped: below the precision
	RestartRows    int // rows between restart markers; 0 is none
}

// Encode encodes an image, with the Huffman code that is shortest for it. The same image and options give the same
// bytes. Samples that do not fit the precision are an error.
func Encode(im Image, o Options) ([]byte, error) {
	if o.Selection == 0 {
		o.Selection = 1
	}
	if err := check(im, o); err != nil {
		return nil, fmt.Errorf("encode lossless JPEG: %w", err)
	}
	e := encoder{im: im, options: o, previous: make([]uint16, im.Width), row: make([]uint16, im.Width)}
	var frequency [maxCategory + 1]int
	e.each(func(difference uint16) {
		c, _ := category(difference)
		frequency[c]++
	}, func(int) {})
	code := newCode(frequency)

	restart := o.RestartRows * im.Width
	e.out = append(e.out, 0xFF, markerSOI)
	e.segment(markerSOF3, []byte{byte(im.Precision), byte(im.Height >> 8), byte(im.Height), byte(im.Width >> 8), byte(im.Width), 1, 1, 0x11, 0})
	e.segment(markerDHT, append(append([]byte{0}, code.counts[1:]...), code.values...))
	if restart > 0 {
		e.segment(markerDRI, binary.BigEndian.AppendUint16(nil, uint16(restart)))
	}
	e.segment(markerSOS, []byte{1, 1, 0, byte(o.Selection), 0, byte(o.PointTransform)})
	e.each(func(difference uint16) {
		c, low := category(difference)
		e.put(code.bits[c], code.lengths[c])
		e.put(low, c%maxCategory)
	}, func(number int) {
		e.flush()
		e.out = append(e.out, 0xFF, markerRST0+byte(number%8))
	})
	e.flush()
	return append(e.out, 0xFF, markerEOI), nil
}

func check(im Image, o Options) error {
	switch {
	case im.Width < 1 || im.Width > math.MaxUint16 || im.Height < 1 || im.Height > math.MaxUint16 || len(im.Pix) != im.Width*im.Height:
		return fmt.Errorf("%d × %d image of %d samples", im.Width, im.Height, len(im.Pix))
	case im.Precision < minPrecision || im.Precision > maxPrecision:
		return fmt.Errorf("precision of %d bits: %d to %d exist", im.Precision, minPrecision, maxPrecision)
	case o.Selection < 1 || o.Selection > 7:
		return fmt.Errorf("selection value %d: 1 to 7 exist", o.Selection)
	case o.PointTransform < 0 || o.PointTransform >= im.Precision:
		return fmt.Errorf("point transform of %d bits of %d", o.PointTransform, im.Precision)
	case o.RestartRows < 0 || o.RestartRows > math.MaxUint16/im.Width:
		return fmt.Errorf("%d rows of %d samples between restart markers: at most %d samples", o.RestartRows, im.Width, math.MaxUint16)
	}
	var all uint16
	for _, v := range im.Pix {
		all |= v
	}
	if bits.Len16(all) > im.Precision {
		return errors.New("a sample does not fit the precision")
	}
	return nil
}

// An encoder writes one image.
type encoder struct {
	im            Image
	options       Options
	previous, row []uint16
	out           []byte
	pending       uint32 // bits not yet in out, the last one lowest
	n             int    // how many; below 8
}

// each calls sample with the difference of every sample, in order, and restart before a row where prediction begins
// anew, with the number of those before it.
func (e *encoder) each(sample func(difference uint16), restart func(number int)) {
	first := uint16(1) << (e.im.Precision - e.options.PointTransform - 1)
	restarts := 0
	var above []uint16
	for y := range e.im.Height {
		if e.options.RestartRows > 0 && y > 0 && y%e.options.RestartRows == 0 {
			restart(restarts)
			restarts++
			above = nil
		}
		for x, v := range e.im.Pix[y*e.im.Width : (y+1)*e.im.Width] {
			e.row[x] = v >> e.options.PointTransform
		}
		for x, v := range e.row {
			sample(v - predict(e.row, above, x, e.options.Selection, first))
		}
		e.previous, e.row = e.row, e.previous
		above = e.previous
	}
}

// category is the number of bits of a difference, and those bits (F.1.2.1.1).
func category(difference uint16) (c int, low uint32) {
	d := int32(int16(difference))
	switch {
	case d == math.MinInt16: // 32768 and −32768 are the same modulo 2^16
		return maxCategory, 0
	case d < 0:
		c = bits.Len32(uint32(-d))
		return c, uint32(d-1) & (1<<c - 1)
	}
	return bits.Len32(uint32(d)), uint32(d)
}

func (e *encoder) segment(marker byte, body []byte) {
	e.out = append(e.out, 0xFF, marker)
	e.out = binary.BigEndian.AppendUint16(e.out, uint16(len(body)+2))
	e.out = append(e.out, body...)
}

func (e *encoder) put(low uint32, n int) {
	e.pending = e.pending<<n | low
	e.n += n
	for e.n >= 8 {
		e.n -= 8
		b := byte(e.pending >> e.n)
		e.out = append(e.out, b)
		if b == 0xFF {
			e.out = append(e.out, 0)
		}
	}
}

// flush fills the last byte with ones.
func (e *encoder) flush() {
	if e.n > 0 {
		e.put(1<<(8-e.n)-1, 8-e.n)
	}
}
