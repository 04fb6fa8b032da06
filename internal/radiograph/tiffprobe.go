package radiograph

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// The tags of a TIFF page that decide whether and how it can be read.
const (
	tagSubfile       = 254
	tagWidth         = 256
	tagHeight        = 257
	tagBits          = 258
	tagCompression   = 259
	tagPhotometric   = 262
	tagFillOrder     = 266
	tagStrips        = 273
	tagOrientation   = 274
	tagSamples       = 277
	tagPlanar        = 284
	tagTiles         = 324
	tagSampleFormat  = 339
	maxPages         = 4096   // a longer chain of pages is taken for damage
	maxEntries       = 4096   // entries of a page
	samplesOfAnyKind = 1 << 8 // samples of a pixel
)

// A tiffPage is what the probe reads of one page (image file directory).
type tiffPage struct {
	values map[uint16][]uint32 // of the tags above that the page has; at most 8 values each
	next   uint32              // offset of the next page, 0 after the last
}

// value returns the first value of a tag, or what the standard says where it is absent.
func (p tiffPage) value(tag uint16, otherwise uint32) uint32 {
	if v := p.values[tag]; len(v) > 0 {
		return v[0]
	}
	return otherwise
}

// reduced reports whether the page is a small copy of another page, or a mask of one.
func (p tiffPage) reduced() bool { return p.value(tagSubfile, 0)&(1|4) != 0 }

// probeTIFF reads the directory of a TIFF file: sides, bits, color and orientation. It refuses by name what cannot be
// read, and files with more than one picture, since nothing says which is the radiograph.
func probeTIFF(b []byte) (Facts, error) {
	facts := Facts{Format: TIFF}
	order, at, err := tiffHeader(b)
	if err != nil {
		return facts, err
	}
	first, err := readPage(b, order, at)
	if err != nil {
		return facts, err
	}
	if err := onePicture(b, order, at, first); err != nil {
		return facts, err
	}
	if err := readable(first); err != nil {
		return facts, err
	}
	const most = 1<<31 - 1
	facts.Width = int(min(first.value(tagWidth, 0), most))
	facts.Height = int(min(first.value(tagHeight, 0), most))
	facts.BitsStored = int(first.value(tagBits, 1))
	facts.Color = first.value(tagPhotometric, 1) >= 2
	facts.WhiteIsZero = first.value(tagPhotometric, 1) == 0
	o := first.value(tagOrientation, 0)
	if facts.Orientation = Orientation(min(o, 1<<16)); !facts.Orientation.Valid() {
		return facts, fmt.Errorf("the orientation (tag 274) is %d; it must be 1 to 8", o)
	}
	return facts, nil
}

// tiffHeader returns the byte order and where the first page is.
func tiffHeader(b []byte) (binary.ByteOrder, uint32, error) {
	if len(b) < 8 {
		return nil, 0, io.ErrUnexpectedEOF
	}
	var order binary.ByteOrder = binary.LittleEndian
	if b[0] == 'M' {
		order = binary.BigEndian
	}
	if order.Uint16(b[2:]) == 43 {
		return nil, 0, fmt.Errorf("BigTIFF is %w; convert it to plain TIFF or 16-bit PNG", errUnsupported)
	}
	return order, order.Uint32(b[4:]), nil
}

// readPage reads the page at an offset. Values of other tags are not looked at.
func readPage(b []byte, order binary.ByteOrder, at uint32) (tiffPage, error) {
	p := tiffPage{values: map[uint16][]uint32{}}
	if at < 8 || int64(at)+2 > int64(len(b)) {
		return p, fmt.Errorf("the directory at byte %d lies outside the file: %w", at, io.ErrUnexpectedEOF)
	}
	n := int64(order.Uint16(b[at:]))
	if n == 0 || n > maxEntries {
		return p, fmt.Errorf("the directory at byte %d has %d entries", at, n)
	}
	end := int64(at) + 2 + 12*n
	if end > int64(len(b)) {
		return p, fmt.Errorf("the directory at byte %d ends outside the file: %w", at, io.ErrUnexpectedEOF)
	}
	for entry := b[at+2 : end]; len(entry) > 0; entry = entry[12:] {
		tag := order.Uint16(entry)
		switch tag {
		case tagSubfile, tagWidth, tagHeight, tagBits, tagCompression, tagPhotometric, tagFillOrder, tagStrips,
			tagOrientation, tagSamples, tagPlanar, tagTiles, tagSampleFormat:
		default:
			continue
		}
		values, err := entryValues(b, order, entry)
		if err != nil {
			return p, fmt.Errorf("tag %d: %w", tag, err)
		}
		p.values[tag] = values
	}
	// Some writers end the file after the only page and leave out that there is no next one.
	if end+4 <= int64(len(b)) {
		p.next = order.Uint32(b[end:])
	}
	return p, nil
}

// entryValues returns up to eight values of an entry of numbers.
func entryValues(b []byte, order binary.ByteOrder, entry []byte) ([]uint32, error) {
	size := map[uint16]int64{1: 1, 3: 2, 4: 4}[order.Uint16(entry[2:])]
	if size == 0 {
		return nil, fmt.Errorf("values of type %d, not numbers", order.Uint16(entry[2:]))
	}
	count := int64(order.Uint32(entry[4:]))
	raw := entry[8:12]
	if count*size > 4 {
		at := int64(order.Uint32(entry[8:]))
		if at+count*size > int64(len(b)) {
			return nil, fmt.Errorf("%d values at byte %d lie outside the file: %w", count, at, io.ErrUnexpectedEOF)
		}
		raw = b[at:]
	}
	values := make([]uint32, min(count, 8))
	for i := range values {
		switch size {
		case 1:
			values[i] = uint32(raw[i])
		case 2:
			values[i] = uint32(order.Uint16(raw[2*i:]))
		case 4:
			values[i] = order.Uint32(raw[4*i:])
		}
	}
	return values, nil
}

// onePicture refuses a second page that is neither a small copy nor a mask of the first.
func onePicture(b []byte, order binary.ByteOrder, at uint32, first tiffPage) error {
	if first.reduced() {
		return fmt.Errorf("the first page is a small copy or a mask of another, which is %w; export the picture alone", errUnsupported)
	}
	seen := map[uint32]bool{at: true}
	pictures := 1
	for page := first; page.next != 0; {
		if seen[page.next] || len(seen) >= maxPages {
			return errors.New("the chain of pages has no end")
		}
		seen[page.next] = true
		var err error
		if page, err = readPage(b, order, page.next); err != nil {
			return err
		}
		if !page.reduced() {
			pictures++
		}
	}
	if pictures > 1 {
		return fmt.Errorf("a file of %d pages is %w: nothing says which is the radiograph; export each page to a file of its own", pictures, errUnsupported)
	}
	return nil
}

// readable refuses by name what the decoder cannot read, or would read wrongly.
func readable(p tiffPage) error {
	refuse := func(what string, args ...any) error {
		return fmt.Errorf("TIFF %s is %w; convert it to 16-bit PNG or plain TIFF", fmt.Sprintf(what, args...), errUnsupported)
	}
	samples := p.value(tagSamples, 1)
	if n := len(p.values[tagBits]); n > 0 && samples != uint32(n) && !(n == 8 && samples > 8) {
		return fmt.Errorf("%d samples a pixel with %d numbers of bits", samples, n)
	}
	if samples == 0 || samples > samplesOfAnyKind {
		return fmt.Errorf("%d samples a pixel", samples)
	}
	for _, f := range p.values[tagSampleFormat] {
		switch f {
		case 1, 4:
		case 2:
			return refuse("with signed samples")
		case 3:
			return refuse("with floating-point samples")
		default:
			return refuse("with samples of format %d", f)
		}
	}
	switch c := p.value(tagCompression, 1); c {
	case 1, 5, 8, 32773, 32946:
	case 2, 3, 4: // whose black and white the decoder mixes up
		return refuse("with fax compression")
	case 6, 7:
		return refuse("with JPEG inside")
	case 34712:
		return refuse("with JPEG 2000 inside")
	case 34925:
		return refuse("with LZMA compression")
	case 50000:
		return refuse("with Zstandard compression")
	default:
		return refuse("with compression %d", c)
	}
	switch v := p.value(tagPhotometric, 1); v {
	case 0, 1:
		if samples > 1 {
			return refuse("of gray with %d extra samples, such as transparency,", samples-1)
		}
	case 2, 3:
	case 5:
		return refuse("in CMYK")
	case 6:
		return refuse("in YCbCr")
	case 8, 9, 10:
		return refuse("in L*a*b*")
	default:
		return refuse("with color model %d", v)
	}
	for _, bits := range p.values[tagBits] {
		if bits != p.values[tagBits][0] {
			return refuse("with samples of different numbers of bits")
		}
		if bits != 1 && bits != 8 && bits != 16 {
			return refuse("with %d bits a sample", bits)
		}
	}
	switch {
	case samples > 1 && p.value(tagPlanar, 1) != 1:
		return refuse("with its channels stored one after another")
	case p.value(tagFillOrder, 1) != 1:
		return refuse("with the bits of each byte reversed")
	case p.values[tagStrips] == nil && p.values[tagTiles] == nil:
		return errors.New("the directory names no strips and no tiles")
	}
	return nil
}
