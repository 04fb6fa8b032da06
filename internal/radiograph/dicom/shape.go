package dicom

import (
	"errors"
	"fmt"
)

// defaultMaxPixels is that of radiograph.Limits.
const defaultMaxPixels = 1 << 26

// A shape is what the header says about the cells of each frame, checked.
type shape struct {
	rows, columns, samples int
	allocated              int // bits of a cell: 8 or 16
	stored                 int // bits that count: 8 to 16
	high                   int // the highest of them
	signed                 bool
	byPlane                bool // colors lie one after the other and not pixel by pixel
	photometric            string
}

func (s shape) pixels() int    { return s.rows * s.columns }
func (s shape) cellBytes() int { return s.allocated / 8 }
func (s shape) shift() int     { return s.high + 1 - s.stored }
func (s shape) mask() uint16   { return uint16(1<<s.stored - 1) }
func (s shape) monochrome() bool {
	return s.photometric == monochrome1 || s.photometric == monochrome2
}

// frameBytes is the size of a frame that is not compressed.
func (s shape) frameBytes() int {
	if s.photometric == ybr422 {
		return s.pixels() * 2
	}
	return s.pixels() * s.samples * s.cellBytes()
}

// shape reads the image pixel module and refuses what this package does not decode, by name.
func (f *file) shape(maxPixels int64) (shape, error) {
	a := f.attrs
	if f.pixels == nil {
		if f.directory || a[directoryRecords] != nil {
			return shape{}, errors.New("a DICOMDIR, which lists files and holds no image; give the folder that it lies in")
		}
		return shape{}, errors.New("the file holds no pixels; it is a report or the like, so leave it out")
	}
	if f.floating {
		return shape{}, errors.New("the pixels are floating-point numbers, which no radiograph has; export the image as 16 bits")
	}
	s := shape{samples: 1, photometric: photometricTerm(a.text(photometric))}
	for _, field := range []struct {
		t    id
		name string
		to   *int
	}{
		{rows, "Rows", &s.rows}, {columns, "Columns", &s.columns}, {bitsAllocated, "Bits Allocated", &s.allocated},
		{bitsStored, "Bits Stored", &s.stored},
	} {
		v, ok := a.int(field.t)
		if !ok || v <= 0 {
			return shape{}, fmt.Errorf("damaged: the header states no %s; export the image again", field.name)
		}
		*field.to = v
	}
	if pixels := int64(s.rows) * int64(s.columns); pixels > maxPixels {
		return shape{}, fmt.Errorf("%d×%d is more than %d pixels; raise the limit if the file is meant", s.columns, s.rows, maxPixels)
	}
	if v, ok := a.int(samples); ok {
		s.samples = v
	}
	switch {
	case s.allocated != 8 && s.allocated != 16:
		return shape{}, fmt.Errorf("%d bits allocated a pixel; 8 and 16 are read, so export the image as one of them", s.allocated)
	case s.stored < 8 || s.stored > s.allocated:
		return shape{}, fmt.Errorf("%d bits stored in %d; 8 to %d are read", s.stored, s.allocated, s.allocated)
	}
	s.high = s.stored - 1
	if v, ok := a.int(highBit); ok {
		s.high = v
	}
	if s.high < s.stored-1 || s.high >= s.allocated {
		return shape{}, fmt.Errorf("damaged: %d bits stored cannot end at bit %d of %d", s.stored, s.high, s.allocated)
	}
	switch v, ok := a.int(pixelRepresentation); {
	case !ok || v < 0 || v > 1:
		return shape{}, errors.New("damaged: the header does not say whether pixels are signed (Pixel Representation); export the image again")
	default:
		s.signed = v == 1
	}
	return s, s.colors(a)
}

// colors checks the photometric interpretation.
func (s *shape) colors(a attributes) error {
	want := 1
	switch s.photometric {
	case monochrome1, monochrome2, palette:
	case rgb, ybrFull, ybr422:
		want = 3
	case "":
		return errors.New("damaged: the header does not say whether dense tissue is bright (Photometric Interpretation); export the image again")
	case other:
		return errors.New("the photometric interpretation is none of the standard's; export the image as MONOCHROME2")
	default:
		return fmt.Errorf("photometric interpretation %s is not read; export the image as MONOCHROME2", s.photometric)
	}
	if s.samples != want {
		return fmt.Errorf("damaged: %s has %d samples a pixel, the header says %d", s.photometric, want, s.samples)
	}
	if want == 3 {
		if v, ok := a.int(planarConfiguration); ok {
			s.byPlane = v == 1
		}
		if s.signed {
			return errors.New("damaged: colors cannot be signed")
		}
	}
	if s.photometric == ybr422 && s.allocated != 8 {
		return errors.New("YBR_FULL_422 is read with 8 bits only; export the image as MONOCHROME2")
	}
	return nil
}
