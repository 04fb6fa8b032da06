package geom

// A Rect is an upright rectangle in continuous pixels, Min inclusive, Max exclusive, in the frame of what holds it.
type Rect struct {
	Min, Max Point
}

// Width returns the horizontal extent in pixels.
func (r Rect) Width() float64 { return r.Max.X - r.Min.X }

// Height returns the vertical extent in pixels.
func (r Rect) Height() float64 { return r.Max.Y - r.Min.Y }

// Center returns the middle of the rectangle.
func (r Rect) Center() Point { return Point{(r.Min.X + r.Max.X) / 2, (r.Min.Y + r.Max.Y) / 2} }

// Contains reports whether p lies in the rectangle.
func (r Rect) Contains(p Point) bool {
	return p.X >= r.Min.X && p.X < r.Max.X && p.Y >= r.Min.Y && p.Y < r.Max.Y
}
