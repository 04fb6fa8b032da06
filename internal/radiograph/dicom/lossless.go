package dicom

import "errors"

// unpackLossless refuses a frame of lossless JPEG.
func unpackLossless([]byte, shape) ([]uint16, error) {
	return nil, errors.New("lossless JPEG is not read; convert the file to Explicit VR Little Endian")
}
