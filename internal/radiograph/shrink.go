package radiograph

import (
	"math"

	"femur/internal/geom"
)

// shrinkWhole does what [Resample] does where each output pixel is a block of whole source pixels, as when a square
// radiograph of 2,688 pixels becomes one of 224. Then all is integers, rounded half up, and twice as fast. It returns
// false and does nothing where that is not so.
func shrinkWhole(out, im Image, src geom.Rect) bool {
	fx, okX := wholeFactor(src.Min.X, src.Max.X, im.Width, out.Width)
	fy, okY := wholeFactor(src.Min.Y, src.Max.Y, im.Height, out.Height)
	if !okX || !okY {
		return false
	}
	left, top := int(src.Min.X), int(src.Min.Y)
	area := uint64(fx) * uint64(fy)
	sums := make([]uint64, out.Width)
	for y := range out.Height {
		clear(sums)
		for v := top + y*fy; v < top+(y+1)*fy; v++ {
			row := im.Row(v)[left : left+fx*out.Width]
			for x := range sums {
				sums[x] += total(row[:fx])
				row = row[fx:]
			}
		}
		for x, sum := range sums {
			out.Pix[y*out.Width+x] = uint16((sum + area/2) / area)
		}
	}
	return true
}

// wholeFactor returns how many source pixels, of n, an output pixel takes on an axis, if that is a whole number of
// whole pixels within the image.
func wholeFactor(from, to float64, n, count int) (int, bool) {
	if from < 0 || to > float64(n) || from != math.Floor(from) || to != math.Floor(to) {
		return 0, false
	}
	length := int(to) - int(from)
	return length / count, length > 0 && length%count == 0
}
