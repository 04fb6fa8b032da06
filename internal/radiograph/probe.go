package radiograph

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"

	"github.com/bep/imagemeta"
)

// ProbeBytes reads what a PNG, JPEG or TIFF file says about itself without decoding its pixels. The sides are those of
// the oriented image, the ones [DecodeBytes] would return.
func ProbeBytes(b []byte, name string, limits Limits) (Facts, error) {
	limits = limits.withDefaults()
	if int64(len(b)) > limits.MaxBytes {
		return Facts{}, fmt.Errorf("%s: %d bytes are more than the limit of %d", name, len(b), limits.MaxBytes)
	}
	format, err := sniff(b)
	if err != nil {
		return Facts{}, fmt.Errorf("%s: %w", name, err)
	}
	facts := Facts{Format: format}
	var config image.Config
	switch format {
	case PNG:
		config, err = png.DecodeConfig(bytes.NewReader(b))
		if err == nil {
			facts.BitsStored = int(b[24]) // IHDR: signature 8, length 4, type 4, width 4, height 4, depth
			facts.Color = b[25]&2 != 0    // color types 2, 3 and 6
		}
	case JPEG:
		marker := frameMarker(b)
		if err = knownFrame(marker); err != nil {
			break
		}
		config, err = jpeg.DecodeConfig(bytes.NewReader(b))
		facts.BitsStored = 8
		facts.Color = err == nil && config.ColorModel != color.GrayModel
		facts.Progressive = marker == markerSOF2
	case TIFF:
		facts, err = probeTIFF(b)
		config.Width, config.Height = facts.Width, facts.Height
	}
	if err != nil {
		return Facts{}, damage(name, format, b, err)
	}
	if config.Width <= 0 || config.Height <= 0 {
		return Facts{}, fmt.Errorf("%s: damaged %s: %d×%d pixels", name, format, config.Width, config.Height)
	}
	if pixels := int64(config.Width) * int64(config.Height); pixels > limits.MaxPixels {
		return Facts{}, fmt.Errorf("%s: %d×%d is more than %d pixels; raise the limit if the file is meant",
			name, config.Width, config.Height, limits.MaxPixels)
	}
	facts.Width, facts.Height = config.Width, config.Height
	if format != TIFF { // whose own tag was read above
		if facts.Orientation, err = orientation(b, format); err != nil {
			return Facts{}, fmt.Errorf("%s: %w", name, err)
		}
	}
	if facts.Orientation.Swaps() {
		facts.Width, facts.Height = facts.Height, facts.Width
	}
	return facts, nil
}

// sniff tells the format from the first bytes, and what else the file may be from a few more.
func sniff(b []byte) (Format, error) {
	switch {
	case len(b) == 0:
		return "", errors.New("the file is empty")
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		return PNG, nil
	case bytes.HasPrefix(b, []byte{0xff, 0xd8, 0xff}):
		return JPEG, nil
	case len(b) >= 132 && string(b[128:132]) == "DICM":
		return "", errors.New("a DICOM file, not PNG, JPEG or TIFF; use the dicom source")
	case bytes.HasPrefix(b, []byte("II*\x00")), bytes.HasPrefix(b, []byte("MM\x00*")),
		bytes.HasPrefix(b, []byte("II+\x00")), bytes.HasPrefix(b, []byte("MM\x00+")): // the last two are BigTIFF
		return TIFF, nil
	}
	return "", fmt.Errorf("neither PNG nor JPEG nor TIFF: the file begins with % x", b[:min(8, len(b))])
}

// orientation returns the file's EXIF orientation. Metadata that cannot be read is no reason to refuse pixels that
// can: the file then says nothing. A number that can be read and does not exist is an error, as the picture may be on its side.
func orientation(b []byte, f Format) (Orientation, error) {
	kind := imagemeta.JPEG
	if f == PNG {
		kind = imagemeta.PNG
	}
	found, stated := 0, false
	// The error is dropped on purpose; see above.
	_, _ = imagemeta.Decode(imagemeta.Options{
		R:           bytes.NewReader(b),
		ImageFormat: kind,
		Sources:     imagemeta.EXIF,
		ShouldHandleTag: func(tag imagemeta.TagInfo) bool {
			return tag.Tag == "Orientation" && tag.Namespace == "IFD0"
		},
		HandleTag: func(tag imagemeta.TagInfo) error {
			switch v := tag.Value.(type) {
			case uint16:
				found, stated = int(v), true
			case uint32:
				found, stated = int(min(v, 1<<16)), true
			}
			return nil
		},
	})
	if !stated {
		return Unstated, nil
	}
	if o := Orientation(found); o.Valid() {
		return o, nil
	}
	return Unstated, fmt.Errorf("the EXIF orientation is %d; it must be 1 to 8", found)
}

// frameMarker walks the segments of a JPEG file to its frame header and returns its marker, 0 where there is none.
func frameMarker(b []byte) byte {
	for i := 2; i+4 <= len(b) && b[i] == 0xff; {
		marker := b[i+1]
		switch {
		case marker == 0xff: // fill byte
			i++
			continue
		case marker == markerSOS:
			return 0
		case marker&0xf0 == markerSOF0 && marker != markerDHT && marker != 0xc8 && marker != 0xcc:
			return marker
		}
		i += 2 + int(binary.BigEndian.Uint16(b[i+2:]))
	}
	return 0
}

// knownFrame refuses by name the kinds of JPEG that the decoder only calls unknown.
func knownFrame(marker byte) error {
	var kind string
	switch marker {
	case 0xc3:
		kind = "lossless JPEG"
	case 0xc5, 0xc6, 0xc7, 0xcd, 0xce, 0xcf:
		kind = "hierarchical JPEG"
	case 0xc9, 0xca, 0xcb:
		kind = "JPEG with arithmetic coding"
	default:
		return nil
	}
	return fmt.Errorf("%s is %w; convert it to 16-bit PNG", kind, errUnsupported)
}
