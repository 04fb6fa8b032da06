package geom

import "fmt"

// A Letterbox is the map of a whole radiograph into a square network input: scaled by one factor for both axes
// until the longer side fits exactly, then centered. What remains on the shorter side is padding.
//
// The map is exact: the scaled content may begin and end within an input pixel, and the resampler gives such a
// pixel the share of content that it covers. Nothing is rounded to whole pixels.
type Letterbox struct {
	Width, Height int     // of the radiograph, in oriented pixels
	Size          int     // side of the square input, in input pixels
	Scale         float64 // input pixels per radiograph pixel
	Offset        Point   // of the content's top left corner, in input pixels
}

// NewLetterbox returns the letterbox of a width × height radiograph in a size × size input. It panics when a
// length is not positive, since decoded radiographs and network inputs always have one.
func NewLetterbox(width, height, size int) Letterbox {
	if width <= 0 || height <= 0 || size <= 0 {
		panic(fmt.Sprintf("geom: letterbox of %d×%d in %d×%d needs positive sizes", width, height, size, size))
	}
	scale := float64(size) / float64(max(width, height))
	l := Letterbox{Width: width, Height: height, Size: size, Scale: scale}
	// The longer side is set, not computed, so that its offset is exactly zero.
	if width < height {
		l.Offset.X = (float64(size) - float64(float64(width)*scale)) / 2
	}
	if height < width {
		l.Offset.Y = (float64(size) - float64(float64(height)*scale)) / 2
	}
	return l
}

// ToInput maps a point from oriented pixels of the radiograph to input pixels.
func (l Letterbox) ToInput(p Point) Point {
	return Point{float64(p.X*l.Scale) + l.Offset.X, float64(p.Y*l.Scale) + l.Offset.Y}
}

// ToRadiograph maps a point from input pixels to oriented pixels of the radiograph. A point on the padding gives
// a place outside the radiograph; use [Point.Inside] to tell.
func (l Letterbox) ToRadiograph(p Point) Point {
	return Point{(p.X - l.Offset.X) / l.Scale, (p.Y - l.Offset.Y) / l.Scale}
}

// Content returns the rectangle of the input, in input pixels, that the radiograph fills.
func (l Letterbox) Content() Rect {
	return Rect{Min: l.ToInput(Point{}), Max: l.ToInput(Point{float64(l.Width), float64(l.Height)})}
}

// Source returns the rectangle that the whole input square covers, in oriented pixels of the radiograph. It
// reaches beyond the radiograph on the padded sides; a resampler reads it.
func (l Letterbox) Source() Rect {
	s := float64(l.Size)
	r := Rect{Min: l.ToRadiograph(Point{}), Max: l.ToRadiograph(Point{s, s})}
	// On the longer side the square ends where the radiograph does; set it, as rounding must not add a sliver.
	if l.Offset.X == 0 {
		r.Min.X, r.Max.X = 0, float64(l.Width)
	}
	if l.Offset.Y == 0 {
		r.Min.Y, r.Max.Y = 0, float64(l.Height)
	}
	return r
}
