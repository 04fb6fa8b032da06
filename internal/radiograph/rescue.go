package radiograph

import (
	"bytes"
	"fmt"
)

// rescue decodes a JPEG file that the decoder found to end early. The file is completed with blocks that mean
// nothing, decoded as any other, and the rows of those blocks are made black; so what the file does hold is exactly
// what the whole file would have given. In a progressive file a scan that refines the picture and is cut is left
// out: the picture is complete then, and blurred.
//
// cause, the decoder's error, is returned, with why, where nothing can be rescued.
func rescue(b []byte, facts *Facts, cause error) (Image, error) {
	whole, found, err := completeJPEG(withoutZeros(b))
	if err != nil {
		return Image{}, fmt.Errorf("%w, and nothing of it can be used: %w", cause, err)
	}
	im, err := pixels(whole, JPEG)
	if err != nil {
		return Image{}, err
	}
	facts.Truncated, facts.Blurred = true, found.blurred
	facts.MissingRows = max(0, im.Height-found.rows)
	clear(im.Pix[(im.Height-facts.MissingRows)*im.Width:])
	if facts.MissingRows == im.Height {
		return Image{}, fmt.Errorf("%w, before the first row of pixels does", cause)
	}
	return im, nil
}

// A jpegRest is what of a truncated JPEG file was there.
type jpegRest struct {
	rows    int // complete rows from the top
	blurred bool
}

// withoutZeros drops the zeros at the end of a file of which a broken copy reserved the space and did not write it.
// Zeros can be codes, of an even picture; so at worst some black rows are counted as missing, and no row is made up.
func withoutZeros(b []byte) []byte {
	const implausible = 16
	if trimmed := bytes.TrimRight(b, "\x00"); len(b)-len(trimmed) >= implausible {
		return trimmed
	}
	return b
}
