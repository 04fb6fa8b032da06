package radiograph

// A Format is a file format this package decodes.
type Format string

// The formats.
const (
	PNG  Format = "png"
	JPEG Format = "jpeg"
)

// Facts are what a file says about itself.
type Facts struct {
	Format        Format
	Width, Height int         // oriented, in pixels
	BitsStored    int         // per sample in the file: 1 to 16
	Color         bool        // more than one channel was stored; the image holds their luminance
	Orientation   Orientation // as the file states it; already applied to Width, Height and the image
	Progressive   bool        // JPEG only: stored in several scans
}

// Limits bound what a file may ask for before memory is spent on it. A zero field takes the default.
type Limits struct {
	// MaxPixels refuses larger images. The default is 2²⁶, about 67 million, six times a large radiograph.
	MaxPixels int64
	// MaxBytes refuses larger files. The default is 2²⁹, 512 MiB.
	MaxBytes int64
}

func (l Limits) withDefaults() Limits {
	if l.MaxPixels == 0 {
		l.MaxPixels = 1 << 26
	}
	if l.MaxBytes == 0 {
		l.MaxBytes = 1 << 29
	}
	return l
}
