package radiograph

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/tiff"
)

// DecodeBytes decodes a PNG, JPEG or TIFF file and returns its pixels, oriented, as 16-bit gray. The format is told from
// the content; name only opens the messages. A truncated or damaged file, one beyond the limits, and a file of another
// kind are errors that say so.
func DecodeBytes(b []byte, name string, limits Limits) (Image, Facts, error) {
	return DecodeWith(b, name, DecodeOptions{Limits: limits})
}

// DecodeWith is [DecodeBytes] with all settings.
func DecodeWith(b []byte, name string, options DecodeOptions) (Image, Facts, error) {
	if t := options.Truncated; t != "" && t != RefuseTruncated && t != UseTruncated {
		panic(fmt.Sprintf("radiograph: no truncation %q", t))
	}
	facts, err := ProbeBytes(b, name, options.Limits)
	if err != nil {
		return Image{}, Facts{}, err
	}
	im, err := pixels(b, facts.Format)
	var unsupported jpeg.UnsupportedError
	if err != nil && facts.Format == JPEG && options.Truncated == UseTruncated && !errors.As(err, &unsupported) {
		im, err = rescue(b, &facts, err)
	}
	if err != nil {
		return Image{}, Facts{}, damage(name, facts.Format, b, err)
	}
	im = im.Oriented(facts.Orientation)
	if im.Width != facts.Width || im.Height != facts.Height {
		return Image{}, Facts{}, fmt.Errorf("%s: the header promises %d×%d pixels, the data hold %d×%d",
			name, facts.Width, facts.Height, im.Width, im.Height)
	}
	return im, facts, nil
}

// pixels decodes a file that a probe has accepted, as it is stored.
func pixels(b []byte, f Format) (Image, error) {
	var decoded image.Image
	var err error
	switch f {
	case PNG:
		if im, ok := grayPNG(b); ok {
			return im, nil
		}
		decoded, err = png.Decode(bytes.NewReader(b))
	case JPEG:
		decoded, err = jpeg.Decode(bytes.NewReader(b))
	case TIFF:
		decoded, err = tiff.Decode(bytes.NewReader(b))
	}
	if err != nil {
		return Image{}, err
	}
	return toGray(decoded)
}

// errUnsupported is wrapped by errors about files that are sound and of a kind that is not read.
var errUnsupported = errors.New("not supported")

// damage words a decoder's error for the person who has the file.
func damage(name string, f Format, b []byte, err error) error {
	var unsupportedPNG png.UnsupportedError
	var unsupportedJPEG jpeg.UnsupportedError
	var unsupportedTIFF tiff.UnsupportedError
	switch {
	case errors.Is(err, errUnsupported):
		return fmt.Errorf("%s: %w", name, err)
	case errors.As(err, &unsupportedPNG), errors.As(err, &unsupportedJPEG), errors.As(err, &unsupportedTIFF):
		return fmt.Errorf("%s: this kind of %s is not supported: %w", name, f, err)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF), !ended(f, b):
		return fmt.Errorf("%s: truncated %s: the data end after %d bytes, before the picture does; copy the file again (%w)", name, f, len(b), err)
	}
	return fmt.Errorf("%s: damaged %s: %w", name, f, err)
}

// ended reports whether the format's end mark stands near the end of the file. It only words a message: decoders
// meet a cut in compressed data as nonsense before they run out of bytes. TIFF has no end mark.
func ended(f Format, b []byte) bool {
	tail := b[max(0, len(b)-1024):]
	switch f {
	case PNG:
		return bytes.Contains(tail, []byte("IEND"))
	case JPEG:
		return bytes.Contains(tail, []byte{0xff, 0xd9})
	}
	return true
}
