package radiograph

import (
	"fmt"
	"image"
	"image/color"
)

// luminance is Rec. 601 luma in 16.16 fixed point, rounded. The weights sum to 2¹⁶, so that equal channels give
// exactly their common value.
func luminance(r, g, b uint32) uint16 {
	return uint16((19595*r + 38470*g + 7471*b + 1<<15) >> 16)
}

// toGray converts what Go's decoders return. Eight bits become sixteen by v·257, which maps 255 to 65,535.
func toGray(src image.Image) (Image, error) {
	bounds := src.Bounds()
	if bounds.Dx() <= 0 || bounds.Dy() <= 0 {
		return Image{}, fmt.Errorf("the picture has %d×%d pixels", bounds.Dx(), bounds.Dy())
	}
	out := New(bounds.Dx(), bounds.Dy())
	for y := range out.Height {
		row := out.Row(y)
		switch s := src.(type) {
		case *image.Gray:
			expand(row, s.Pix[y*s.Stride:])
		case *image.YCbCr:
			// Y is the luminance already; the chroma need not be read.
			expand(row, s.Y[y*s.YStride:])
		case *image.Gray16:
			from := s.Pix[y*s.Stride:]
			for x := range row {
				row[x] = uint16(from[2*x])<<8 | uint16(from[2*x+1])
			}
		case *image.RGBA:
			from := s.Pix[y*s.Stride:]
			for x := range row {
				row[x] = luminance(257*uint32(from[4*x]), 257*uint32(from[4*x+1]), 257*uint32(from[4*x+2]))
			}
		case *image.Paletted:
			var gray [256]uint16
			for i, c := range s.Palette {
				gray[i] = luminanceOf(c)
			}
			for x, v := range s.Pix[y*s.Stride:][:len(row)] {
				row[x] = gray[v]
			}
		case image.RGBA64Image: // all other types of the standard library; colors come laid over black
			for x := range row {
				c := s.RGBA64At(bounds.Min.X+x, bounds.Min.Y+y)
				row[x] = luminance(uint32(c.R), uint32(c.G), uint32(c.B))
			}
		default:
			for x := range row {
				row[x] = luminanceOf(src.At(bounds.Min.X+x, bounds.Min.Y+y))
			}
		}
	}
	return out, nil
}

func expand(row []uint16, from []byte) {
	for x, v := range from[:len(row)] {
		row[x] = uint16(v) * 257
	}
}

// luminanceOf returns the luminance of a color laid over black.
func luminanceOf(c color.Color) uint16 {
	r, g, b, _ := c.RGBA()
	return luminance(r, g, b)
}
