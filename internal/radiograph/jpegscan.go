package radiograph

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// The markers of a JPEG file that matter here.
const (
	markerSOF0 = 0xc0 // baseline frame
	markerSOF1 = 0xc1 // extended sequential frame
	markerSOF2 = 0xc2 // progressive frame
	markerDHT  = 0xc4
	markerRST0 = 0xd0
	markerEOI  = 0xd9
	markerSOS  = 0xda
	markerDRI  = 0xdd
)

// A jpegComponent is one channel of a frame.
type jpegComponent struct {
	id   byte
	h, v int // sampling factors
	seen bool
	// bits[k] is the lowest bit of coefficient k that complete scans gave, 14 at first.
	bits [64]int
}

// A jpegFile is what is known of a JPEG file while its segments are read.
type jpegFile struct {
	width, height int
	progressive   bool
	components    []jpegComponent
	hMax, vMax    int
	restart       int // blocks between restart markers, 0 for none
	tables        [2][4]*huffman
}

// A jpegScan is the header of a scan.
type jpegScan struct {
	parts      []scanPart
	start, end int // coefficients
	high, low  int // bits
}

// A scanPart is a component in a scan, with its tables.
type scanPart struct {
	component int
	dc, ac    *huffman
}

var (
	errDamagedJPEG = errors.New("it is damaged besides")
	errEndMark     = errors.New("it is damaged, not truncated: it has its end mark")
)

// completeJPEG returns a JPEG file that a decoder can finish, made of a truncated one.
func completeJPEG(b []byte) ([]byte, jpegRest, error) {
	f := jpegFile{}
	rest := jpegRest{}
	kept := 0 // where the last complete segment or scan ends
	for i := 2; ; {
		for i+1 < len(b) && b[i] == 0xff && b[i+1] == 0xff {
			i++ // fill bytes
		}
		if i+1 < len(b) && b[i] == 0xff && b[i+1] == markerEOI {
			return nil, rest, errEndMark
		}
		if i+4 > len(b) {
			return f.finish(b[:kept])
		}
		if b[i] != 0xff {
			return nil, rest, errDamagedJPEG
		}
		marker := b[i+1]
		length := int(binary.BigEndian.Uint16(b[i+2:]))
		end := i + 2 + length
		if length < 2 {
			return nil, rest, errDamagedJPEG
		}
		if end > len(b) {
			return f.finish(b[:kept])
		}
		body := b[i+4 : end]
		var err error
		switch marker {
		case markerSOF0, markerSOF1, markerSOF2:
			f.progressive = marker == markerSOF2
			err = f.frame(body)
		case markerDHT:
			err = f.huffmanTables(body)
		case markerDRI:
			if len(body) < 2 {
				return nil, rest, errDamagedJPEG
			}
			f.restart = int(binary.BigEndian.Uint16(body))
		case markerSOS:
			var s jpegScan
			if s, err = f.scan(body); err != nil {
				return nil, rest, err
			}
			if next := scanEnd(b, end); next >= 0 {
				f.complete(s)
				i, kept = next, next
				continue
			}
			return f.cutScan(b, kept, end, s)
		}
		if err != nil {
			return nil, rest, err
		}
		i = end
		if f.anySeen() {
			kept = end
		}
	}
}

// frame reads the body of a frame header.
func (f *jpegFile) frame(b []byte) error {
	if f.components != nil || len(b) < 6 || len(b) != 6+3*int(b[5]) || b[5] == 0 || b[5] > 4 {
		return errDamagedJPEG
	}
	f.height, f.width = int(binary.BigEndian.Uint16(b[1:])), int(binary.BigEndian.Uint16(b[3:]))
	for c := b[6:]; len(c) > 0; c = c[3:] {
		part := jpegComponent{id: c[0], h: int(c[1] >> 4), v: int(c[1] & 15)}
		if part.h < 1 || part.h > 4 || part.v < 1 || part.v > 4 {
			return errDamagedJPEG
		}
		for k := range part.bits {
			part.bits[k] = 14
		}
		f.hMax, f.vMax = max(f.hMax, part.h), max(f.vMax, part.v)
		f.components = append(f.components, part)
	}
	if len(f.components) == 1 { // one channel is stored block by block, whatever its factors
		f.components[0].h, f.components[0].v, f.hMax, f.vMax = 1, 1, 1, 1
	}
	return nil
}

// huffmanTables reads the body of a segment of tables.
func (f *jpegFile) huffmanTables(b []byte) error {
	for len(b) > 0 {
		if len(b) < 17 || b[0]>>4 > 1 || b[0]&15 > 3 {
			return errDamagedJPEG
		}
		n := 0
		for _, c := range b[1:17] {
			n += int(c)
		}
		if n > 256 || len(b) < 17+n {
			return errDamagedJPEG
		}
		table, err := newHuffman([16]byte(b[1:17]), b[17:17+n])
		if err != nil {
			return err
		}
		f.tables[b[0]>>4][b[0]&15] = table
		b = b[17+n:]
	}
	return nil
}

// scan reads the body of a scan header.
func (f *jpegFile) scan(b []byte) (jpegScan, error) {
	if f.components == nil || len(b) < 1 || len(b) != 4+2*int(b[0]) || b[0] == 0 || b[0] > 4 {
		return jpegScan{}, errDamagedJPEG
	}
	s := jpegScan{end: 63}
	for c := b[1 : len(b)-3]; len(c) > 0; c = c[2:] {
		at := -1
		for i, known := range f.components {
			if known.id == c[0] {
				at = i
			}
		}
		if at < 0 || c[1]>>4 > 3 || c[1]&15 > 3 {
			return s, errDamagedJPEG
		}
		s.parts = append(s.parts, scanPart{at, f.tables[0][c[1]>>4], f.tables[1][c[1]&15]})
	}
	if f.progressive {
		tail := b[len(b)-3:]
		s.start, s.end, s.high, s.low = int(tail[0]), int(tail[1]), int(tail[2]>>4), int(tail[2]&15)
		if s.start > s.end || s.end > 63 || s.low > 13 {
			return s, errDamagedJPEG
		}
	}
	return s, nil
}

// scanEnd returns where the marker stands that ends the compressed data from an offset on, −1 where the file ends first.
func scanEnd(b []byte, from int) int {
	for i := from; i+1 < len(b); i++ {
		if b[i] == 0xff && b[i+1] != 0 && b[i+1] != 0xff && b[i+1]&^7 != markerRST0 {
			return i
		}
	}
	return -1
}

// complete notes what a complete scan gave.
func (f *jpegFile) complete(s jpegScan) {
	for _, p := range s.parts {
		c := &f.components[p.component]
		c.seen = true
		for k := s.start; k <= s.end; k++ {
			c.bits[k] = s.low
		}
	}
}

func (f *jpegFile) anySeen() bool {
	for _, c := range f.components {
		if c.seen {
			return true
		}
	}
	return false
}

// finish ends a file behind complete scans.
func (f *jpegFile) finish(kept []byte) ([]byte, jpegRest, error) {
	rest := jpegRest{rows: f.height}
	if !f.anySeen() {
		return nil, rest, errors.New("it ends before the pixels begin")
	}
	for i, c := range f.components {
		if !c.seen {
			return nil, rest, fmt.Errorf("channel %d of %d is missing", i+1, len(f.components))
		}
		for _, bit := range c.bits {
			rest.blurred = rest.blurred || f.progressive && bit > 0
		}
	}
	return append(bytes.Clone(kept), 0xff, markerEOI), rest, nil
}
