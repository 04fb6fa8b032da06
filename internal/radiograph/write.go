package radiograph

import (
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
)

// WritePNG writes the image as 16-bit gray PNG, for people and other programs; the cache uses [Encode], which is
// smaller and ten times as fast.
func WritePNG(w io.Writer, im Image) error {
	if err := im.Validate(); err != nil {
		return fmt.Errorf("write PNG: %w", err)
	}
	gray := image.NewGray16(image.Rect(0, 0, im.Width, im.Height))
	for i, v := range im.Pix {
		gray.Pix[2*i], gray.Pix[2*i+1] = byte(v>>8), byte(v)
	}
	encoder := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := encoder.Encode(w, gray); err != nil {
		return fmt.Errorf("write PNG: %w", err)
	}
	return nil
}

// WriteJPEG writes the image as 8-bit gray JPEG of the given quality, 1 to 100. Eight bits are lost, and more.
func WriteJPEG(w io.Writer, im Image, quality int) error {
	if err := im.Validate(); err != nil {
		return fmt.Errorf("write JPEG: %w", err)
	}
	gray := image.NewGray(image.Rect(0, 0, im.Width, im.Height))
	for i, v := range im.Pix {
		gray.Pix[i] = To8(v)
	}
	if err := jpeg.Encode(w, gray, &jpeg.Options{Quality: quality}); err != nil {
		return fmt.Errorf("write JPEG: %w", err)
	}
	return nil
}

// To8 rounds a 16-bit value to 8 bits, the inverse of v·257.
func To8(v uint16) uint8 { return uint8((uint32(v) + 128) / 257) }
