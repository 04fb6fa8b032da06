package geom

import (
	"fmt"
	"math"
)

// A Point is a place in continuous pixels, x to the right and y down. The frame is the oriented pixels of its
// radiograph unless the name or the documentation of what holds it says otherwise.
type Point struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
}

// Add returns p displaced by d.
func (p Point) Add(d Point) Point { return Point{p.X + d.X, p.Y + d.Y} }

// Sub returns the displacement from q to p.
func (p Point) Sub(q Point) Point { return Point{p.X - q.X, p.Y - q.Y} }

// Scale returns p with both coordinates multiplied by f.
func (p Point) Scale(f float64) Point { return Point{p.X * f, p.Y * f} }

// Distance returns the Euclidean distance between p and q, in pixels of their common frame.
func (p Point) Distance(q Point) float64 { return math.Hypot(p.X-q.X, p.Y-q.Y) }

// Inside reports whether p lies within a width × height radiograph, edges included: an annotation that a tool
// clamped to the border is still inside.
func (p Point) Inside(width, height int) bool {
	return p.X >= 0 && p.Y >= 0 && p.X <= float64(width) && p.Y <= float64(height)
}

// String gives the point with a tenth of a pixel, for messages; it is not an encoding.
func (p Point) String() string { return fmt.Sprintf("(%.1f, %.1f)", p.X, p.Y) }

// CenterOf returns the center of a width × height radiograph in oriented pixels.
func CenterOf(width, height int) Point { return Point{float64(width) / 2, float64(height) / 2} }
