package radiograph

// A Format is a file format this package decodes.
type Format string

// The formats.
const (
	PNG  Format = "png"
	JPEG Format = "jpeg"
	TIFF Format = "tiff"
)

// Facts are what a file says about itself, and what of it was missing.
type Facts struct {
	Format        Format
	Width, Height int         // oriented, in pixels
	BitsStored    int         // per sample in the file: 1 to 16
	Color         bool        // more than one channel was stored; the image holds their luminance
	Orientation   Orientation // as the file states it; already applied to Width, Height and the image
	Progressive   bool        // JPEG only: stored in several scans
	WhiteIsZero   bool        // TIFF only: small numbers are bright in the file; the image is inverted already

	// The rest is set by decoding under [UseTruncated]; a probe does not see the end of a picture.

	Truncated   bool // JPEG only: the file ends before the picture does
	MissingRows int  // of the rows as stored, before orienting: those at the end that the file lacks, black in the image
	Blurred     bool // progressive JPEG only: scans that hold detail are missing, all over the picture
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

// A Truncation says what is done with a JPEG file that ends before its picture does, as a copy does that was
// interrupted.
type Truncation string

// The ways. Other formats are always refused when truncated, as nothing tells which of their pixels are right.
const (
	// RefuseTruncated makes it an error; it is also what the empty Truncation means.
	RefuseTruncated Truncation = "refuse"
	// UseTruncated decodes what is there exactly as it is in the whole file and leaves the rest black; the facts
	// say how much that is. A file that ends before its first pixels is an error still.
	UseTruncated Truncation = "use"
)

// DecodeOptions are the settings of [DecodeWith]. The zero value has the default limits and refuses what is truncated.
type DecodeOptions struct {
	Limits    Limits
	Truncated Truncation
}
