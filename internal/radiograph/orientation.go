package radiograph

import "fmt"

// An Orientation is the EXIF number, 1 to 8, of how stored pixels must be turned to be looked at. Zero means that
// the file says nothing, which is the same as 1.
type Orientation int

// The eight orientations, named by what is done to the stored pixels. Rotations are clockwise.
const (
	Unstated       Orientation = 0
	Upright        Orientation = 1
	FlippedX       Orientation = 2 // left and right change places
	Rotated180     Orientation = 3
	FlippedY       Orientation = 4 // top and bottom change places
	Transposed     Orientation = 5 // mirrored at the falling diagonal
	Rotated90      Orientation = 6
	AntiTransposed Orientation = 7 // mirrored at the rising diagonal
	Rotated270     Orientation = 8
)

// Valid reports whether o is one of the numbers 0 to 8.
func (o Orientation) Valid() bool { return o >= Unstated && o <= Rotated270 }

// Swaps reports whether width and height change places.
func (o Orientation) Swaps() bool { return o >= Transposed && o <= Rotated270 }

// String names the orientation for messages.
func (o Orientation) String() string {
	names := [...]string{
		"unstated", "upright", "flipped left-right", "rotated by 180°", "flipped top-bottom",
		"transposed", "rotated by 90°", "anti-transposed", "rotated by 270°",
	}
	if !o.Valid() {
		return fmt.Sprintf("orientation %d", int(o))
	}
	return names[o]
}

// Oriented returns the image turned as o says. The result shares no pixels with im unless nothing is to be done.
func (im Image) Oriented(o Orientation) Image {
	im.mustBeValid()
	if !o.Valid() {
		panic(fmt.Sprintf("radiograph: %v does not exist", o))
	}
	if o <= Upright {
		return im
	}
	w, h := im.Width, im.Height
	out := New(w, h)
	if o.Swaps() {
		out.Width, out.Height = h, w
	}
	// Stored pixel (x, y) goes to start + x*stepX + y*stepY.
	var start, stepX, stepY int
	switch o {
	case FlippedX:
		start, stepX, stepY = w-1, -1, w
	case Rotated180:
		start, stepX, stepY = w*h-1, -1, -w
	case FlippedY:
		start, stepX, stepY = w*(h-1), 1, -w
	case Transposed:
		start, stepX, stepY = 0, h, 1
	case Rotated90:
		start, stepX, stepY = h-1, h, -1
	case AntiTransposed:
		start, stepX, stepY = w*h-1, -h, -1
	case Rotated270:
		start, stepX, stepY = h*(w-1), -h, 1
	}
	// Tiles keep both sides in the processor's cache where rows become columns.
	const tile = 64
	for ty := 0; ty < h; ty += tile {
		for tx := 0; tx < w; tx += tile {
			for y := ty; y < min(ty+tile, h); y++ {
				at := start + tx*stepX + y*stepY
				for _, v := range im.Pix[y*w+tx : y*w+min(tx+tile, w)] {
					out.Pix[at] = v
					at += stepX
				}
			}
		}
	}
	return out
}

// FlipX returns the mirror image: left and right change places. A point (x, y) moves to (Width−x, y).
func (im Image) FlipX() Image { return im.Oriented(FlippedX) }

// FlipY returns the image upside down. A point (x, y) moves to (x, Height−y).
func (im Image) FlipY() Image { return im.Oriented(FlippedY) }

// Invert returns the negative, for files in which dense tissue is dark.
func (im Image) Invert() Image {
	im.mustBeValid()
	out := New(im.Width, im.Height)
	for i, v := range im.Pix {
		out.Pix[i] = MaxValue - v
	}
	return out
}
