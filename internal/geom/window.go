package geom

import (
	"fmt"
	"math"
)

// A Window is the square of a radiograph that a patch is cut from. Its corner lies on whole pixels of the oriented
// radiograph, so a patch at native resolution is a copy and interpolates nothing. It may reach beyond the
// radiograph; what lies outside is padding.
type Window struct {
	MinX, MinY int // first column and row, in oriented pixels; may be negative
	Side       int // in pixels of the radiograph
}

// maxReach bounds the coordinates of a window, so that sums of them cannot overflow an int32.
const maxReach = 1 << 28

// WindowPX returns the window of side pixels whose center is as near to center as whole pixels permit: at most
// half a pixel off on each axis.
func WindowPX(center Point, side int) (Window, error) {
	if side <= 0 || side > maxReach {
		return Window{}, fmt.Errorf("window of %d px: the side must be between 1 and %d", side, maxReach)
	}
	half := float64(side) / 2
	x, y := math.Floor(center.X-half+0.5), math.Floor(center.Y-half+0.5)
	// The comparison is written so that NaN fails it too.
	if !(math.Abs(x) <= maxReach && math.Abs(y) <= maxReach) {
		return Window{}, fmt.Errorf("window at (%g, %g): not a place on a radiograph", center.X, center.Y)
	}
	return Window{MinX: int(x), MinY: int(y), Side: side}, nil
}

// WindowMM returns the window of sideMM millimeters around center on a radiograph of the given pitch. The side is
// rounded to whole pixels (at least one), so it is right to within half a pixel. An unknown pitch is an error: a
// guess would silently mix scales.
func WindowMM(center Point, sideMM float64, pitch Pitch) (Window, error) {
	side, ok := pitch.PX(sideMM)
	if !ok {
		return Window{}, fmt.Errorf("window of %g mm: the pixel spacing of the radiograph is not known; give the side in pixels", sideMM)
	}
	if !(side > 0 && side <= maxReach) {
		return Window{}, fmt.Errorf("window of %g mm at %g mm per pixel: %g px is no usable side", sideMM, float64(pitch), side)
	}
	return WindowPX(center, max(1, int(math.Floor(side+0.5))))
}

// Center returns the center of the window in oriented pixels; it differs from the center asked for by at most
// half a pixel on each axis.
func (w Window) Center() Point {
	half := float64(w.Side) / 2
	return Point{float64(w.MinX) + half, float64(w.MinY) + half}
}

// Rect returns the window as a rectangle in oriented pixels.
func (w Window) Rect() Rect {
	return Rect{
		Min: Point{float64(w.MinX), float64(w.MinY)},
		Max: Point{float64(w.MinX + w.Side), float64(w.MinY + w.Side)},
	}
}

// ToPatch maps a point from oriented pixels to the pixels of the window's patch, resampled to size × size.
func (w Window) ToPatch(p Point, size int) Point {
	f := float64(size) / float64(w.Side)
	return Point{(p.X - float64(w.MinX)) * f, (p.Y - float64(w.MinY)) * f}
}

// ToRadiograph maps a point from the pixels of the window's size × size patch to oriented pixels.
func (w Window) ToRadiograph(p Point, size int) Point {
	f := float64(w.Side) / float64(size)
	return Point{float64(p.X*f) + float64(w.MinX), float64(p.Y*f) + float64(w.MinY)}
}

// A Margin says how many of a window's pixels on each side lie outside the radiograph.
type Margin struct {
	Left, Top, Right, Bottom int
}

// Outside returns the part of the window that lies outside a width × height radiograph. Each side is between 0
// and the window's own; a window that misses the radiograph altogether has Left or Right, or Top or Bottom,
// equal to its side.
func (w Window) Outside(width, height int) Margin {
	clamp := func(v int) int { return min(max(v, 0), w.Side) }
	return Margin{
		Left:   clamp(-w.MinX),
		Top:    clamp(-w.MinY),
		Right:  clamp(w.MinX + w.Side - width),
		Bottom: clamp(w.MinY + w.Side - height),
	}
}

// OutsideFraction returns the share of the window's area, in [0, 1], that lies outside a width × height
// radiograph and is therefore padding.
func (w Window) OutsideFraction(width, height int) float64 {
	m := w.Outside(width, height)
	insideX, insideY := max(0, w.Side-m.Left-m.Right), max(0, w.Side-m.Top-m.Bottom)
	return 1 - float64(insideX)*float64(insideY)/(float64(w.Side)*float64(w.Side))
}
