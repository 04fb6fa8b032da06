package dicom

import (
	"context"
	"fmt"

	"femur/internal/geom"
	"femur/internal/radiograph"
)

// Facts are what a file said of the frame that was decoded, and what was done to its pixels.
type Facts struct {
	TransferSyntax string
	Photometric    string
	Frames         int // of the file
	BitsStored     int
	Signed         bool
	Lossy          bool // the file says so, or its transfer syntax always loses something
	Color          bool // the image holds the luminance of colors
	Inverted       bool // dense tissue was dark in the file
	Rescaled       bool // by slope and intercept other than 1 and 0, or by a modality lookup table
	Window         bool // a window was applied
	VOITable       bool // a VOI lookup table was applied
	Blank          bool // all pixels of the image are alike: an empty exposure, or a window beside all values
	Padded         bool // the file names a value that stands for no pixel
	Pitch          geom.Pitch
	PitchSource    PitchSource
}

// Decode returns a frame as a physician would be shown it, dense tissue bright, 0 to 65,535. The steps are those of
// PS3.4 N.2: the modality transformation, the VOI transformation (the first one that the file offers), the
// presentation. Where the file has no VOI transformation, the range of values that its bits can hold becomes the full
// scale. What the file declares as padding is black. Name only opens the messages.
func (d *Decoder) Decode(ctx context.Context, b []byte, name string, frame int) (radiograph.Image, Facts, error) {
	im, facts, err := d.decode(ctx, b, frame)
	if err != nil {
		return radiograph.Image{}, Facts{}, fmt.Errorf("%s: %w", name, err)
	}
	return im, facts, nil
}

func (d *Decoder) decode(ctx context.Context, b []byte, frame int) (radiograph.Image, Facts, error) {
	f, err := d.parse(b)
	if err != nil {
		return radiograph.Image{}, Facts{}, err
	}
	s, cells, err := d.cells(ctx, f, frame)
	if err != nil {
		return radiograph.Image{}, Facts{}, err
	}
	facts := Facts{
		TransferSyntax: f.syntax.uid, Photometric: s.photometric, BitsStored: s.stored, Signed: s.signed,
		Lossy: f.lossy(), Color: !s.monochrome(),
	}
	if facts.Frames, err = f.frames(); err != nil {
		return radiograph.Image{}, Facts{}, err
	}
	if facts.Pitch, facts.PitchSource, err = f.pitch(frame); err != nil {
		return radiograph.Image{}, Facts{}, err
	}
	im := radiograph.Image{Width: s.columns, Height: s.rows}
	if s.samples == 3 {
		im.Pix = s.luminance(cells)
		facts.Blank = im.Uniform()
		return im, facts, nil
	}
	var table []uint16
	if s.photometric == palette {
		table, err = f.paletteTable(s)
	} else {
		table, err = f.grayTable(s, frame, &facts)
	}
	if err != nil {
		return radiograph.Image{}, Facts{}, err
	}
	shift, mask := s.shift(), s.mask()
	for i, c := range cells {
		cells[i] = table[c>>shift&mask]
	}
	im.Pix = cells
	facts.Blank = im.Uniform()
	return im, facts, nil
}

// lossy reports whether the pixels are not what the device made. Syntaxes that may lose or not are believed lossy
// unless the file denies it.
func (f *file) lossy() bool {
	stated := f.attrs.text(lossyCompression)
	switch f.syntax.uid {
	case jpegBaseline, jpegExtended:
		return true
	case jpegLSNear, jpeg2000:
		return stated != "00"
	}
	return stated == "01"
}
