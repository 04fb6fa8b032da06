package radiograph

import (
	"math"

	"femur/internal/geom"
)

// PadValue is what stands outside a radiograph: black, as behind a collimator.
const PadValue = 0

// Resize returns the image scaled to width × height, each axis by its own factor: by the exact area average where it
// shrinks, by Catmull-Rom interpolation where it grows. It panics when a side is not positive.
func Resize(im Image, width, height int) Image {
	return Resample(im, geom.Rect{Max: geom.Point{X: float64(im.Width), Y: float64(im.Height)}}, width, height)
}

// Letterboxed returns the whole radiograph in a size × size input: scaled by one factor until the longer side fits,
// centered, and padded with [PadValue], never squashed. The [geom.Letterbox] maps places back.
func Letterboxed(im Image, size int) (Image, geom.Letterbox) {
	im.mustBeValid()
	l := geom.NewLetterbox(im.Width, im.Height, size)
	return Resample(im, l.Source(), size, size), l
}

// Crop returns the window as a size × size patch; what lies outside the radiograph is [PadValue], and
// [geom.Window.Outside] says how much that is. Where size is the window's side the pixels are copied.
func Crop(im Image, w geom.Window, size int) Image {
	im.mustBeValid()
	if w.Side != size {
		return Resample(im, w.Rect(), size, size)
	}
	out := New(size, size)
	x0, x1 := max(0, w.MinX), min(im.Width, w.MinX+size)
	if x0 >= x1 {
		return out
	}
	for y := max(0, w.MinY); y < min(im.Height, w.MinY+size); y++ {
		copy(out.Row(y - w.MinY)[x0-w.MinX:], im.Row(y)[x0:x1])
	}
	return out
}

// Resample returns the part of the plane that src covers, in oriented pixels of im, as width × height pixels. The
// plane is im with [PadValue] around it; an output pixel that im covers in part gets that share of both.
func Resample(im Image, src geom.Rect, width, height int) Image {
	im.mustBeValid()
	out := New(width, height)
	if shrinkWhole(out, im, src) {
		return out
	}
	columns := newSpans(src.Min.X, src.Max.X, im.Width, width)
	rows := newSpans(src.Min.Y, src.Max.Y, im.Height, height)

	// Rows are shrunk one at a time and summed up; consecutive output rows share at most a few source rows, of
	// which the last ones are kept.
	const keep = 4
	shrunk := make([][]float64, keep)
	held := make([]int, keep)
	for i := range shrunk {
		shrunk[i], held[i] = make([]float64, width), -1
	}
	row := func(y int) []float64 {
		slot := y % keep
		if held[slot] != y {
			columns.apply(shrunk[slot], im.Row(y))
			held[slot] = y
		}
		return shrunk[slot]
	}
	sum := make([]float64, width)
	for y := range height {
		s := rows.spans[y]
		clear(sum)
		for i := s.first; i < s.end; i++ {
			weight := rows.weight(s, i)
			for x, v := range row(i) {
				sum[x] += float64(weight * v)
			}
		}
		for x, v := range sum {
			out.Pix[y*width+x] = quantize(v)
		}
	}
	return out
}

// quantize rounds half up and clamps, since Catmull-Rom overshoots at edges.
func quantize(v float64) uint16 {
	return uint16(math.Floor(min(max(v, 0), MaxValue) + 0.5))
}
