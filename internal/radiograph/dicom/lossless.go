package dicom

import (
	"errors"
	"fmt"

	"femur/internal/radiograph/dicom/jpegll"
)

// unpackLossless decodes a frame of lossless JPEG.
func unpackLossless(packed []byte, s shape) ([]uint16, error) {
	if s.samples != 1 {
		return nil, errors.New("colors in lossless JPEG are not read; export the image as MONOCHROME2")
	}
	im, err := jpegll.Decode(packed, int64(s.pixels()))
	if err != nil {
		return nil, fmt.Errorf("damaged or not supported: %w; copy the file again or convert it to Explicit VR Little Endian", err)
	}
	if im.Width != s.columns || im.Height != s.rows {
		return nil, fmt.Errorf("damaged: the header says %d×%d pixels, the compressed image %d×%d", s.columns, s.rows, im.Width, im.Height)
	}
	if im.Precision > s.allocated {
		return nil, fmt.Errorf("damaged: the header has cells of %d bits, the compressed image %d", s.allocated, im.Precision)
	}
	return im.Pix, nil
}
