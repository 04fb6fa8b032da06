package radiograph

import "fmt"

// MaxValue is the value of full white.
const MaxValue = 65535

// An Image is an oriented radiograph: Pix[y*Width+x], 0 black to [MaxValue] white, dense tissue bright.
type Image struct {
	Width, Height int
	Pix           []uint16
}

// New returns a black image. It panics when a side is not positive or the number of pixels overflows.
func New(width, height int) Image {
	if width <= 0 || height <= 0 || height > (1<<40)/width {
		panic(fmt.Sprintf("radiograph: no image of %d×%d", width, height))
	}
	return Image{Width: width, Height: height, Pix: make([]uint16, width*height)}
}

// Validate returns an error when the sides and the number of pixels do not agree.
func (im Image) Validate() error {
	if im.Width <= 0 || im.Height <= 0 {
		return fmt.Errorf("image of %d×%d has no pixels", im.Width, im.Height)
	}
	if len(im.Pix) != im.Width*im.Height {
		return fmt.Errorf("image of %d×%d holds %d pixels, not %d", im.Width, im.Height, len(im.Pix), im.Width*im.Height)
	}
	return nil
}

// At returns the pixel in column x and row y, counted from the top left.
func (im Image) At(x, y int) uint16 { return im.Pix[y*im.Width+x] }

// Row returns the pixels of row y; it shares memory with the image.
func (im Image) Row(y int) []uint16 { return im.Pix[y*im.Width : (y+1)*im.Width] }

// Equal reports whether both images have the same sides and pixels.
func (im Image) Equal(other Image) bool {
	if im.Width != other.Width || im.Height != other.Height || len(im.Pix) != len(other.Pix) {
		return false
	}
	for i, v := range im.Pix {
		if v != other.Pix[i] {
			return false
		}
	}
	return true
}

// Uniform reports whether all pixels have one value: the image shows nothing.
func (im Image) Uniform() bool {
	for _, v := range im.Pix {
		if v != im.Pix[0] {
			return false
		}
	}
	return true
}

// mustBeValid panics on an image that no function of this package returns: a mistake of the caller, not of a file.
func (im Image) mustBeValid() {
	if err := im.Validate(); err != nil {
		panic("radiograph: " + err.Error())
	}
}
