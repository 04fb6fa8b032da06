package dicom

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"femur/internal/radiograph"
	"femur/internal/radiograph/dicom/rle"
)

// Pixels are the cells of one frame as they are stored, row by row, the samples of a pixel side by side, with all bits
// of a cell, those that do not count too.
type Pixels struct {
	Width, Height, Samples int
	BitsAllocated          int // 8 or 16
	BitsStored, HighBit    int
	Signed                 bool
	Photometric            string
	Cells                  []uint16
}

// Bytes returns the cells as a file that is not compressed holds them: 8 bits as a byte each, 16 bits little-endian.
func (p Pixels) Bytes() []byte {
	if p.BitsAllocated == 8 {
		out := make([]byte, len(p.Cells))
		for i, c := range p.Cells {
			out[i] = byte(c)
		}
		return out
	}
	out := make([]byte, 0, 2*len(p.Cells))
	for _, c := range p.Cells {
		out = binary.LittleEndian.AppendUint16(out, c)
	}
	return out
}

// Value returns what cell i stands for: the stored bits alone, with their sign.
func (p Pixels) Value(i int) int {
	v := int(p.Cells[i]>>(p.HighBit+1-p.BitsStored)) & (1<<p.BitsStored - 1)
	if p.Signed && v>>(p.BitsStored-1) == 1 {
		v -= 1 << p.BitsStored
	}
	return v
}

// A Decoder reads the pixels of DICOM files. Its zero value reads all but what needs a [Converter]. Its methods may be
// called at the same time.
type Decoder struct {
	// Tool decodes what this module does not; nil where it is not installed.
	Tool Converter
	// Limits bound what a file may ask for. A zero field takes the default of package radiograph.
	Limits radiograph.Limits
}

// Stored returns the cells of a frame as they are stored, decompressed and nothing else. Name only opens the messages.
func (d *Decoder) Stored(ctx context.Context, b []byte, name string, frame int) (Pixels, error) {
	f, err := d.parse(b)
	if err != nil {
		return Pixels{}, fmt.Errorf("%s: %w", name, err)
	}
	s, cells, err := d.cells(ctx, f, frame)
	if err != nil {
		return Pixels{}, fmt.Errorf("%s: %w", name, err)
	}
	return Pixels{
		Width: s.columns, Height: s.rows, Samples: s.samples, BitsAllocated: s.allocated, BitsStored: s.stored,
		HighBit: s.high, Signed: s.signed, Photometric: s.photometric, Cells: cells,
	}, nil
}

func (d *Decoder) parse(b []byte) (*file, error) {
	if most := d.Limits.MaxBytes; most > 0 && int64(len(b)) > most {
		return nil, fmt.Errorf("%d bytes are more than the limit of %d", len(b), most)
	}
	return parse(b)
}

// cells decodes one frame.
func (d *Decoder) cells(ctx context.Context, f *file, frame int) (shape, []uint16, error) {
	if f.syntax.codec == refused {
		return shape{}, nil, fmt.Errorf("compressed as %s, which is not read; convert the file to Explicit VR Little Endian", f.syntax.name)
	}
	most := d.Limits.MaxPixels
	if most == 0 {
		most = defaultMaxPixels
	}
	s, err := f.shape(most)
	if err != nil {
		return shape{}, nil, err
	}
	frames, err := f.frames()
	if err != nil {
		return shape{}, nil, err
	}
	if frame < 0 || frame >= frames {
		return shape{}, nil, fmt.Errorf("there is no frame %d; the file has %d, counted from 0", frame, frames)
	}
	if f.syntax.codec == native {
		cells, err := f.native(s, frame, frames)
		return s, cells, err
	}
	packed, err := f.compressed(frame, frames)
	if err != nil {
		return shape{}, nil, err
	}
	var cells []uint16
	switch f.syntax.codec {
	case runLength:
		cells, err = unpackRLE(packed, s)
	case baselineJPEG:
		cells, err = unpackJPEG(packed, s)
	case losslessJPEG:
		cells, err = unpackLossless(packed, s)
	default:
		cells, err = d.convert(ctx, f.syntax, packed, s)
	}
	if err == nil && len(cells) != s.pixels()*s.samples {
		err = fmt.Errorf("damaged: %d samples were decoded where %d×%d×%d should be", len(cells), s.columns, s.rows, s.samples)
	}
	return s, cells, err
}

// native returns a frame that is not compressed.
func (f *file) native(s shape, frame, frames int) ([]uint16, error) {
	if f.pixels.length == undefined {
		return nil, errors.New("damaged: the pixels are stored as if compressed, but the transfer syntax does not say how; export the image again")
	}
	if s.photometric == ybr422 && s.columns%2 != 0 {
		return nil, errors.New("YBR_FULL_422 that is not compressed needs an even number of columns; export the image as MONOCHROME2")
	}
	size := s.frameBytes()
	have, want := int64(f.pixels.length), int64(size)*int64(frames)
	if left := int64(len(f.body) - f.pixels.at); have > left {
		return nil, fmt.Errorf("truncated: %d bytes of pixels of %d are there; copy the file again", left, have)
	}
	// Some writers pad; a row or more is no padding but an image of another size.
	if have < want || have-want >= int64(max(2, s.columns*s.samples*s.cellBytes())) {
		return nil, fmt.Errorf("damaged: %d frames of %d×%d pixels need %d bytes, the file holds %d", frames, s.columns, s.rows, want, have)
	}
	at := f.pixels.at + frame*size
	b := f.body[at : at+size]
	if f.big && s.allocated == 16 && f.pixels.vr == "OB" {
		return nil, errors.New("damaged: 16-bit pixels stored as bytes in a big-endian file leave their order open")
	}
	if f.big && s.allocated == 8 && f.pixels.vr == "OW" {
		return f.swappedBytes(s, frame)
	}
	return s.interleaved(b, f.big), nil
}

// swappedBytes returns a frame of bytes that are stored as big-endian words: each pair is exchanged, counted from the
// start of the pixel data (PS3.5 A.3).
func (f *file) swappedBytes(s shape, frame int) ([]uint16, error) {
	all := f.body[f.pixels.at : f.pixels.at+int(f.pixels.length)]
	b := make([]byte, s.frameBytes())
	for i := range b {
		at := (frame*len(b) + i) ^ 1
		if at >= len(all) {
			return nil, errors.New("damaged: the pixels do not fill their words")
		}
		b[i] = all[at]
	}
	return s.interleaved(b, false), nil
}

// interleaved turns bytes into cells, the samples of a pixel side by side.
func (s shape) interleaved(b []byte, big bool) []uint16 {
	n := s.pixels() * s.samples
	cells := make([]uint16, n)
	switch {
	case s.photometric == ybr422:
		for i := range s.pixels() {
			pair := b[i/2*4:]
			cells[3*i], cells[3*i+1], cells[3*i+2] = uint16(pair[i%2]), uint16(pair[2]), uint16(pair[3])
		}
		return cells
	case s.allocated == 8:
		for i, v := range b[:n] {
			cells[i] = uint16(v)
		}
	case big:
		for i := range cells {
			cells[i] = binary.BigEndian.Uint16(b[2*i:])
		}
	default:
		for i := range cells {
			cells[i] = binary.LittleEndian.Uint16(b[2*i:])
		}
	}
	if !s.byPlane {
		return cells
	}
	mixed := make([]uint16, n)
	for i, v := range cells {
		mixed[i%s.pixels()*s.samples+i/s.pixels()] = v
	}
	return mixed
}

// unpackRLE decodes a frame of run lengths. The order of colors in the header does not count for it.
func unpackRLE(packed []byte, s shape) ([]uint16, error) {
	if s.photometric == ybr422 {
		return nil, errors.New("YBR_FULL_422 in RLE is not read; export the image as MONOCHROME2")
	}
	b, err := rle.Decode(packed, s.rows, s.columns, s.samples, s.cellBytes())
	if err != nil {
		return nil, fmt.Errorf("damaged: %w", err)
	}
	s.byPlane = false
	return s.interleaved(b, false), nil
}
