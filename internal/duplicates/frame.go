package duplicates

import "femur/internal/radiograph"

// copySide is the side of the copies that are compared, and of the one in which borders are sought.
const copySide = 256

// A frame is the part of a radiograph that is no border, in shares of its width and height.
type frame struct{ left, top, right, bottom float64 }

var whole = frame{0, 0, 1, 1}

// borderTolerance is the range of gray levels, as a share of the image's, within which a row or column is uniform:
// compression leaves that much in black.
const borderTolerance = 1.0 / 48

// mostBorder is the largest share of a side that is taken for a border.
const mostBorder = 0.3

// content finds the uniform borders of a copy, as letterboxing and collimation leave them.
func content(im radiograph.Image) frame {
	low, high := extremes(im.Pix)
	tolerance := uint16(float64(high-low) * borderTolerance)
	uniform := func(from, step, n int) bool {
		// The ends of a border carry the ringing of what is beside it, not more than one pixel.
		l, h := im.Pix[from], im.Pix[from]
		for i := range n {
			v := im.Pix[from+i*step]
			if l, h = min(l, v), max(h, v); h-l > tolerance {
				return false
			}
		}
		return true
	}
	w, h := im.Width, im.Height
	depth := func(n int, line func(i int) bool) float64 {
		i := 0
		for i < int(float64(n)*mostBorder) && line(i) {
			i++
		}
		return float64(i) / float64(n)
	}
	return frame{
		left:   depth(w, func(x int) bool { return uniform(x, w, h) }),
		right:  1 - depth(w, func(x int) bool { return uniform(w-1-x, w, h) }),
		top:    depth(h, func(y int) bool { return uniform(y*w, 1, w) }),
		bottom: 1 - depth(h, func(y int) bool { return uniform((h-1-y)*w, 1, w) }),
	}
}

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
