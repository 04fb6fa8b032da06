package radiograph

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
)

// Decode reads a PNG or JPEG file and returns its pixels, oriented, as 16-bit gray. The format is told from the
// content; name only opens the messages. A truncated or damaged file, one beyond the limits, and a file of another
// kind are errors that say so.
func Decode(r io.Reader, name string, limits Limits) (Image, Facts, error) {
	b, err := readAll(r, name, limits)
	if err != nil {
		return Image{}, Facts{}, err
	}
	return DecodeBytes(b, name, limits)
}

// DecodeBytes is [Decode] for a file that is in memory.
func DecodeBytes(b []byte, name string, limits Limits) (Image, Facts, error) {
	facts, err := ProbeBytes(b, name, limits)
	if err != nil {
		return Image{}, Facts{}, err
	}
	var decoded image.Image
	switch facts.Format {
	case PNG:
		decoded, err = png.Decode(bytes.NewReader(b))
	case JPEG:
		decoded, err = jpeg.Decode(bytes.NewReader(b))
	}
	if err != nil {
		return Image{}, Facts{}, damage(name, facts.Format, b, err)
	}
	im, err := toGray(decoded)
	if err != nil {
		return Image{}, Facts{}, fmt.Errorf("%s: %w", name, err)
	}
	im = im.Oriented(facts.Orientation)
	if im.Width != facts.Width || im.Height != facts.Height {
		return Image{}, Facts{}, fmt.Errorf("%s: the header promises %d×%d pixels, the data hold %d×%d",
			name, facts.Width, facts.Height, im.Width, im.Height)
	}
	return im, facts, nil
}

// readAll reads at most limits.MaxBytes.
func readAll(r io.Reader, name string, limits Limits) ([]byte, error) {
	most := limits.withDefaults().MaxBytes
	b, err := io.ReadAll(io.LimitReader(r, most+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if int64(len(b)) > most {
		return nil, fmt.Errorf("%s: more than %d bytes; raise the limit if the file is meant", name, most)
	}
	return b, nil
}

// damage words a decoder's error for the person who has the file.
func damage(name string, f Format, b []byte, err error) error {
	var unsupportedPNG png.UnsupportedError
	var unsupportedJPEG jpeg.UnsupportedError
	switch {
	case errors.As(err, &unsupportedPNG), errors.As(err, &unsupportedJPEG):
		return fmt.Errorf("%s: this kind of %s is not supported: %w", name, f, err)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF), !ended(f, b):
		return fmt.Errorf("%s: truncated %s: the data end after %d bytes, before the picture does; copy the file again (%w)", name, f, len(b), err)
	}
	return fmt.Errorf("%s: damaged %s: %w", name, f, err)
}

// ended reports whether the format's end mark stands near the end of the file. It only words a message: decoders
// meet a cut in compressed data as nonsense before they run out of bytes.
func ended(f Format, b []byte) bool {
	tail := b[max(0, len(b)-1024):]
	if f == PNG {
		return bytes.Contains(tail, []byte("IEND"))
	}
	return bytes.Contains(tail, []byte{0xff, 0xd9})
}
