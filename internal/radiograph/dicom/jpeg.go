package dicom

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
)

// unpackJPEG decodes a frame of baseline JPEG. The samples of gray images are exact up to the rounding of the inverse
// cosine transform, one level. Of colors only what luminance needs is kept: YBR images give Y in all three samples.
func unpackJPEG(packed []byte, s shape) ([]uint16, error) {
	if s.stored != 8 || s.high != 7 {
		return nil, fmt.Errorf("baseline JPEG has 8 bits, the header says %d in %d", s.stored, s.allocated)
	}
	switch process := jpegProcess(packed); {
	case process != 0xc0 && process != 0xc1 && process != 0:
		return nil, errors.New("the compressed image is not baseline JPEG, though the file says so; export the image as Explicit VR Little Endian")
	case s.pixels() > 256*len(packed):
		return nil, fmt.Errorf("damaged: %d bytes are too few for %d×%d pixels of JPEG; copy the file again", len(packed), s.columns, s.rows)
	}
	config, err := jpeg.DecodeConfig(bytes.NewReader(packed))
	if err == nil && (config.Width != s.columns || config.Height != s.rows) {
		return nil, fmt.Errorf("damaged: the header says %d×%d pixels, the compressed image %d×%d", s.columns, s.rows, config.Width, config.Height)
	}
	var picture image.Image
	if err == nil {
		picture, err = jpeg.Decode(bytes.NewReader(packed))
	}
	if err != nil {
		var unsupported jpeg.UnsupportedError
		if errors.As(err, &unsupported) {
			return nil, fmt.Errorf("this kind of JPEG is not read: %w; export the image as Explicit VR Little Endian", err)
		}
		return nil, fmt.Errorf("damaged JPEG: %w; copy the file again", err)
	}
	cells := make([]uint16, s.pixels()*s.samples)
	switch p := picture.(type) {
	case *image.Gray:
		if s.samples != 1 {
			return nil, errors.New("damaged: the header says colors, the compressed image is gray")
		}
		for y := range s.rows {
			row := cells[y*s.columns:][:s.columns]
			for x, v := range p.Pix[y*p.Stride:][:s.columns] {
				row[x] = uint16(v)
			}
		}
	case *image.YCbCr:
		return cells, s.fromYCbCr(cells, p, packed)
	case *image.RGBA:
		if s.samples != 3 || s.photometric != rgb {
			return nil, fmt.Errorf("damaged: the header says %s, the compressed image RGB", s.photometric)
		}
		for i := range s.pixels() {
			at := p.Pix[i/s.columns*p.Stride+i%s.columns*4:]
			cells[3*i], cells[3*i+1], cells[3*i+2] = uint16(at[0]), uint16(at[1]), uint16(at[2])
		}
	default:
		return nil, errors.New("the compressed image has four colors, which is not read; export the image as MONOCHROME2")
	}
	return cells, nil
}

// jpegProcess returns the marker of the frame header, which tells the kind of JPEG, or 0 where none is found. Progressive
// JPEG, which the decoder would take, keeps all coefficients in memory, and is not what the transfer syntax says. In
// baseline JPEG a block of 64 pixels has two bits at least, so that a header can claim 256 pixels for a byte at most.
func jpegProcess(b []byte) byte {
	for at := 2; at+4 <= len(b) && b[at] == 0xff; {
		marker := b[at+1]
		switch {
		case marker == 0xff: // fill byte
			at++
			continue
		case marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc:
			return marker
		}
		at += 2 + int(binary.BigEndian.Uint16(b[at+2:]))
	}
	return 0
}

// fromYCbCr takes the planes of a JPEG image of three components. The decoder takes them for Y, Cb and Cr; where the
// header says RGB and nothing in the compressed image says otherwise, they are red, green and blue.
func (s shape) fromYCbCr(cells []uint16, p *image.YCbCr, packed []byte) error {
	if s.samples != 3 {
		return errors.New("damaged: the header says gray, the compressed image has colors")
	}
	isRGB := s.photometric == rgb
	if isRGB && (p.SubsampleRatio != image.YCbCrSubsampleRatio444 || bytes.HasPrefix(packed[2:], []byte{0xff, 0xe0}) || bytes.Contains(packed[:min(len(packed), 1024)], []byte("Adobe\x00"))) {
		return errors.New("the header says RGB, the compressed image YBR; export the image as MONOCHROME2")
	}
	for y := range s.rows {
		for x := range s.columns {
			i := 3 * (y*s.columns + x)
			luma := uint16(p.Y[y*p.YStride+x])
			cells[i], cells[i+1], cells[i+2] = luma, luma, luma
			if isRGB {
				c := p.COffset(x, y)
				cells[i+1], cells[i+2] = uint16(p.Cb[c]), uint16(p.Cr[c])
			}
		}
	}
	return nil
}
