package annotations

import (
	"math"

	"femur/internal/geom"
)

// hull is the upright bounding box of points.
func hull(points []geom.Point) geom.Rect {
	r := geom.Rect{Min: points[0], Max: points[0]}
	for _, p := range points[1:] {
		r.Min.X, r.Min.Y = min(r.Min.X, p.X), min(r.Min.Y, p.Y)
		r.Max.X, r.Max.Y = max(r.Max.X, p.X), max(r.Max.Y, p.Y)
	}
	return r
}

// boxMark is the mark of an upright box.
func boxMark(r geom.Rect) Mark { return Mark{Center: r.Center(), Area: r.Width() * r.Height()} }

// turned is the middle of a width × height box that was turned clockwise by degrees around its top left
// corner. All lengths must be of one unit: in percent of a radiograph that is not square, a turn would shear.
func turned(corner geom.Point, width, height, degrees float64) geom.Point {
	// Quarter turns are what people do most, and they should be exact.
	quarter := math.Mod(math.Mod(degrees, 360)+360, 360)
	var sin, cos float64
	switch quarter {
	case 0:
		cos = 1
	case 90:
		sin = 1
	case 180:
		cos = -1
	case 270:
		sin = -1
	default:
		sin, cos = math.Sincos(quarter * math.Pi / 180)
	}
	return geom.Point{
		X: corner.X + float64(width/2*cos) - float64(height/2*sin),
		Y: corner.Y + float64(width/2*sin) + float64(height/2*cos),
	}
}
