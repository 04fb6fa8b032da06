package page

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"html/template"
	"image/jpeg"
	"image/png"
)

// A Picture is a raster image with overlays, both in the coordinates 0 to Width and 0 to Height.
type Picture struct {
	ID, Title, Description, Caption string
	Width, Height                   string
	Image                           template.URL // of [DataURL]
	Marks                           []Overlay
	// Detail is a part of the picture, shown below it; may be empty.
	Detail    template.URL
	DetailAlt string
}

// An Overlay is a path over a picture with a dark halo beneath, so that it is
// seen on bone and on air.
type Overlay struct{ Class, D, Stroke, Halo string }

// Overlays makes overlays of a chart's paths, with strokes in proportion to size, the picture's longer side.
func (c *Chart) Overlays(size float64) []Overlay {
	var out []Overlay
	for _, m := range c.Marks {
		out = append(out, Overlay{Class: m.Class, D: m.D, Stroke: Coordinate(0.005 * size), Halo: Coordinate(0.010 * size)})
	}
	return out
}

// DataURL checks that the bytes are a PNG or a JPEG and makes a data URL of them.
func DataURL(picture []byte) (template.URL, error) {
	media := "image/png"
	if bytes.HasPrefix(picture, []byte{0xff, 0xd8}) {
		media = "image/jpeg"
		if _, err := jpeg.DecodeConfig(bytes.NewReader(picture)); err != nil {
			return "", fmt.Errorf("not a JPEG: %w", err)
		}
	} else if _, err := png.DecodeConfig(bytes.NewReader(picture)); err != nil {
		return "", fmt.Errorf("not a PNG: %w", err)
	}
	return template.URL("data:" + media + ";base64," + base64.StdEncoding.EncodeToString(picture)), nil
}
