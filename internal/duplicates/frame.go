package duplicates

import (
	"fmt"

	"femur/internal/geom"
	"femur/internal/radiograph"
)

// copySide is the side of the largest copies that are compared, and of the one in which borders are sought.
const copySide = 256

// borders are the widths of uniform borders left, top, right and bottom, in pixels of a copy of copySide.
type borders [4]uint8

const (
	// borderTolerance is the share of an image's range of gray levels within which a row or column is uniform: so
	// much is left of black by compression.
	borderTolerance = 1.0 / 48
	// mostBorder is the widest border: enough for a tall radiograph letterboxed into a square.
	mostBorder = copySide * 3 / 8
)

// bordersOf finds the uniform borders of a copy of copySide, as letterboxing and collimation leave them.
func bordersOf(im radiograph.Image) borders {
	low, high := extremes(im.Pix)
	tolerance := uint16(float64(float64(high-low) * borderTolerance))
	uniform := func(from, step int) bool {
		l, h := im.Pix[from], im.Pix[from]
		for i := range copySide {
			v := im.Pix[from+i*step]
			if l, h = min(l, v), max(h, v); h-l > tolerance {
				return false
			}
		}
		return true
	}
	const last = copySide - 1
	var b borders
	for side, line := range []func(i int) bool{
		func(i int) bool { return uniform(i, copySide) },
		func(i int) bool { return uniform(i*copySide, 1) },
		func(i int) bool { return uniform(last-i, copySide) },
		func(i int) bool { return uniform((last-i)*copySide, 1) },
	} {
		for b[side] < mostBorder && line(int(b[side])) {
			b[side]++
		}
	}
	return b
}

// rect is what lies within, in pixels of the copy.
func (b borders) rect() geom.Rect {
	return geom.Rect{
		Min: geom.Point{X: float64(b[0]), Y: float64(b[1])},
		Max: geom.Point{X: copySide - float64(b[2]), Y: copySide - float64(b[3])},
	}
}

func (b borders) validate() error {
	for _, width := range b {
		if width > mostBorder {
			return fmt.Errorf("fingerprint with a border of %d; %d is the widest", width, mostBorder)
		}
	}
	return nil
}

func (b borders) frame() frame {
	r := b.rect()
	return frame{r.Min.X / copySide, r.Min.Y / copySide, r.Max.X / copySide, r.Max.Y / copySide}
}

// A frame is a part of a radiograph, in shares of its width and height.
type frame struct{ left, top, right, bottom float64 }

var whole = frame{0, 0, 1, 1}

// mirrored returns where the frame lies after mirroring.
func (f frame) mirrored(m Mirror) frame {
	if m == LeftRight || m == HalfTurn {
		f.left, f.right = 1-f.right, 1-f.left
	}
	if m == TopBottom || m == HalfTurn {
		f.top, f.bottom = 1-f.bottom, 1-f.top
	}
	return f
}

// onto returns the placement that lays frame g where f lies.
func (f frame) onto(g frame) placement {
	sx, sy := (g.right-g.left)/(f.right-f.left), (g.bottom-g.top)/(f.bottom-f.top)
	return placement{sx, g.left - float64(sx*f.left), sy, g.top - float64(sy*f.top)}
}
