package jpegll

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Markers, without the 0xFF before them (T.81, table B.1).
const (
	markerTEM   = 0x01
	markerSOF0  = 0xC0
	markerSOF3  = 0xC3
	markerDHT   = 0xC4
	markerJPG   = 0xC8
	markerDAC   = 0xCC
	markerSOF15 = 0xCF
	markerRST0  = 0xD0
	markerRST7  = 0xD7
	markerSOI   = 0xD8
	markerEOI   = 0xD9
	markerSOS   = 0xDA
	markerDNL   = 0xDC
	markerDRI   = 0xDD
	markerDHP   = 0xDE
	markerEXP   = 0xDF
)

const (
	minPrecision = 2
	maxPrecision = 16
	maxTables    = 4
)

// process names what a frame header other than that of process 14 announces.
func process(marker byte) string {
	switch marker {
	case 0xC0:
		return "baseline"
	case 0xC1:
		return "extended sequential"
	case 0xC2:
		return "progressive"
	case 0xC5, 0xC6, 0xC7:
		return "hierarchical"
	case 0xC9, 0xCA:
		return "arithmetic-coded"
	case 0xCB:
		return "lossless arithmetic-coded"
	case 0xCD, 0xCE, 0xCF:
		return "hierarchical arithmetic-coded"
	}
	return "unknown"
}

// A decoder is what the markers have said so far.
type decoder struct {
	src       []byte
	pos       int
	maxPixels int64
	tables    [maxTables]*table
	interval  int // samples between restart markers; 0 without
	framed    bool
	component byte
	im        Image
}

// Decode decodes a file, from its first marker to its last; bytes that follow are left alone, since DICOM pads
// fragments. A file without an end marker decodes when all samples are there. An image of more than maxPixels is
// refused before anything is allocated.
func Decode(b []byte, maxPixels int64) (Image, error) {
	d := &decoder{src: b, maxPixels: maxPixels}
	im, err := d.decode()
	if err != nil {
		return Image{}, fmt.Errorf("lossless JPEG: %w", err)
	}
	return im, nil
}

var errNoImage = errors.New("ends before its image begins")

func (d *decoder) decode() (Image, error) {
	if len(d.src) < 2 || d.src[0] != 0xFF || d.src[1] != markerSOI {
		return Image{}, errors.New("does not begin as JPEG does")
	}
	d.pos = 2
	done := false
	for {
		marker, err := d.marker()
		if err != nil {
			if done && d.pos >= len(d.src) {
				return d.im, nil
			}
			return Image{}, err
		}
		if marker == markerEOI {
			if !done {
				return Image{}, errNoImage
			}
			return d.im, nil
		}
		body, err := d.segment(marker)
		if err != nil {
			return Image{}, err
		}
		switch {
		case marker == markerSOF3:
			err = d.frame(body)
		case marker == markerDHT:
			err = d.huffman(body)
		case marker == markerDRI:
			if len(body) != 2 {
				return Image{}, fmt.Errorf("restart interval of %d bytes", len(body))
			}
			d.interval = int(binary.BigEndian.Uint16(body))
		case marker == markerDNL:
			if len(body) != 2 || !done || int(binary.BigEndian.Uint16(body)) != d.im.Height {
				return Image{}, errors.New("a number of rows (DNL) that is not that of the frame")
			}
		case marker == markerSOS:
			if done {
				return Image{}, errors.New("has a second scan")
			}
			done = true
			err = d.scan(body)
		case marker == markerDAC, marker >= markerSOF0 && marker <= markerSOF15 && marker != markerJPG:
			return Image{}, fmt.Errorf("the frame is %s JPEG (marker %02X), not lossless process 14", process(marker), marker)
		case marker == markerDHP, marker == markerEXP:
			return Image{}, errors.New("hierarchical JPEG is not supported")
		}
		if err != nil {
			return Image{}, err
		}
	}
}

// marker reads a marker, with any number of fill bytes before it.
func (d *decoder) marker() (byte, error) {
	at := d.pos
	if at >= len(d.src) {
		return 0, errors.New("ends without an end marker")
	}
	if d.src[at] != 0xFF {
		return 0, fmt.Errorf("byte %02X at %d where a marker belongs", d.src[at], at)
	}
	for at < len(d.src) && d.src[at] == 0xFF {
		at++
	}
	if at == len(d.src) {
		d.pos = at
		return 0, errors.New("ends in a marker")
	}
	d.pos = at + 1
	return d.src[at], nil
}

// segment returns the bytes that belong to a marker.
func (d *decoder) segment(marker byte) ([]byte, error) {
	switch {
	case marker == 0 || marker == markerTEM || marker == markerSOI || marker >= markerRST0 && marker <= markerRST7:
		return nil, fmt.Errorf("marker %02X at byte %d, where it does not belong", marker, d.pos-1)
	case len(d.src)-d.pos < 2:
		return nil, fmt.Errorf("ends in marker %02X", marker)
	}
	n := int(binary.BigEndian.Uint16(d.src[d.pos:]))
	if n < 2 || n > len(d.src)-d.pos {
		return nil, fmt.Errorf("marker %02X says %d bytes of %d that are left", marker, n, len(d.src)-d.pos)
	}
	body := d.src[d.pos+2 : d.pos+n]
	d.pos += n
	return body, nil
}

// frame reads the frame header (B.2.2).
func (d *decoder) frame(b []byte) error {
	if d.framed {
		return errors.New("has a second frame header")
	}
	if len(b) < 6 || len(b) != 6+3*int(b[5]) {
		return fmt.Errorf("frame header of %d bytes", len(b))
	}
	height, width := int(binary.BigEndian.Uint16(b[1:])), int(binary.BigEndian.Uint16(b[3:]))
	d.im = Image{Width: width, Height: height, Precision: int(b[0])}
	switch {
	case b[5] != 1:
		return fmt.Errorf("%d components: only one (gray) is supported", b[5])
	case d.im.Precision < minPrecision || d.im.Precision > maxPrecision:
		return fmt.Errorf("precision of %d bits: %d to %d exist", d.im.Precision, minPrecision, maxPrecision)
	case height == 0:
		return errors.New("leaves its number of rows to a DNL marker, which is not supported")
	case width == 0:
		return errors.New("has no columns")
	case int64(width)*int64(height) > d.maxPixels:
		return fmt.Errorf("%d × %d samples: more than the limit of %d", width, height, d.maxPixels)
	}
	d.component, d.framed = b[6], true
	return nil
}

// huffman reads tables (B.2.4.2).
func (d *decoder) huffman(b []byte) error {
	for len(b) > 0 {
		if len(b) < 17 {
			return fmt.Errorf("code table of %d bytes", len(b))
		}
		class, id := b[0]>>4, b[0]&15
		var counts [17]int // by length of code
		codes := 0
		for i := 1; i <= 16; i++ {
			counts[i] = int(b[i])
			codes += counts[i]
		}
		if class != 0 || id >= maxTables {
			return fmt.Errorf("code table of class %d and number %d", class, id)
		}
		if codes > len(b)-17 {
			return fmt.Errorf("code table %d: %d codes in %d bytes", id, codes, len(b)-17)
		}
		t, err := newTable(counts, b[17:17+codes])
		if err != nil {
			return fmt.Errorf("code table %d: %w", id, err)
		}
		d.tables[id] = t
		b = b[17+codes:]
	}
	return nil
}
