package dicom

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
)

// A Converter rewrites a DICOM file with native pixels, as gdcmconv --raw does. It must bound the time, memory and
// output that it spends, since what it is given may be hostile.
//
// An error that is about the file has a method AboutFile that returns true. Any other is about the machine.
type Converter interface {
	Raw(ctx context.Context, file []byte) ([]byte, error)
}

// A ToolMissingError says that a file needs a [Converter] and there is none, or it cannot run. It is a fault of the
// installation and not of the file, so nothing is to be remembered of it.
type ToolMissingError struct {
	Syntax string // the transfer syntax by name
	Err    error  // why it cannot run; nil where there is none
}

// Error says what to install.
func (e *ToolMissingError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("compressed as %s, which the program gdcmconv decodes, and it cannot run: %v", e.Syntax, e.Err)
	}
	return fmt.Sprintf("compressed as %s, which the program gdcmconv decodes, and it is not installed: install the Debian package libgdcm-tools, or set the path of gdcmconv in the settings", e.Syntax)
}

// Unwrap returns why the converter cannot run.
func (e *ToolMissingError) Unwrap() error { return e.Err }

// aboutFile reports whether a converter's error is about the file.
func aboutFile(err error) bool {
	var of interface{ AboutFile() bool }
	return errors.As(err, &of) && of.AboutFile()
}

// anonymous is the UID of the files that are handed to a converter.
const anonymous = "2.25.1"

// convert decodes a frame by the converter. It is handed a new file that holds this frame and the description of its
// pixels and nothing that leads to a person.
func (d *Decoder) convert(ctx context.Context, syntax syntax, packed []byte, s shape) ([]uint16, error) {
	if s.samples != 1 {
		return nil, fmt.Errorf("colors compressed as %s are not read; export the image as MONOCHROME2", syntax.name)
	}
	if d.Tool == nil {
		return nil, &ToolMissingError{Syntax: syntax.name}
	}
	out, err := d.Tool.Raw(ctx, wrap(syntax.uid, packed, s))
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case err != nil && !aboutFile(err):
		return nil, &ToolMissingError{Syntax: syntax.name, Err: err}
	case err != nil:
		return nil, fmt.Errorf("compressed as %s: %w; copy the file again or convert it to Explicit VR Little Endian", syntax.name, err)
	}
	f, err := parse(out)
	if err != nil {
		return nil, fmt.Errorf("what gdcmconv made of it is no DICOM file: %w", err)
	}
	if f.syntax.codec != native {
		return nil, errors.New("gdcmconv left the pixels compressed; export the image as Explicit VR Little Endian")
	}
	got, err := f.shape(int64(s.pixels()))
	if err != nil {
		return nil, fmt.Errorf("what gdcmconv made of it: %w", err)
	}
	cells, err := f.native(got, 0, 1)
	if err != nil {
		return nil, fmt.Errorf("what gdcmconv made of it: %w", err)
	}
	if !s.holds(got, cells) {
		return nil, fmt.Errorf("damaged: the header says %v, the compressed image holds %v", s, got)
	}
	return cells, nil
}

// holds reports whether the cells of a compressed image are what the header of its file describes. The number of
// stored bits may differ where all values are the same by both: many writers compress 10 bits as 12 or 16. Where the
// stored bits do not end at the top of their count, the header of the file alone tells: GDCM leaves the cells as they
// are and restates the high bit.
func (s shape) holds(got shape, cells []uint16) bool {
	same := got
	same.stored, same.high = s.stored, s.high
	if same != s {
		return false
	}
	if s.high != s.stored-1 {
		return got.stored >= s.stored
	}
	for _, c := range cells {
		if s.value(int(c>>s.shift()&s.mask())) != got.value(int(c>>got.shift()&got.mask())) {
			return false
		}
	}
	return true
}

// String tells what is compared after a conversion.
func (s shape) String() string {
	sign := "unsigned"
	if s.signed {
		sign = "signed"
	}
	return fmt.Sprintf("%d×%d pixels of %d bits in %d up to bit %d, %s, %s", s.columns, s.rows, s.stored, s.allocated, s.high, sign, s.photometric)
}

// wrap writes a DICOM file around one compressed frame.
func wrap(uid string, packed []byte, s shape) []byte {
	var w scanner // explicit, little-endian
	text := func(out []byte, t id, vr, value string) []byte {
		if len(value)%2 != 0 {
			pad := " "
			if vr == "UI" {
				pad = "\x00"
			}
			value += pad
		}
		return append(w.appendHead(out, t, vr, len(value)), value...)
	}
	word := func(out []byte, t id, v int) []byte {
		return binary.LittleEndian.AppendUint16(w.appendHead(out, t, "US", 2), uint16(v))
	}
	const secondaryCapture = "1.2.840.10008.5.1.4.1.1.7"
	meta := append(w.appendHead(nil, 0x00020001, "OB", 2), 0, 1)
	meta = text(meta, mediaStorage, "UI", secondaryCapture)
	meta = text(meta, 0x00020003, "UI", anonymous)
	meta = text(meta, transferSyntax, "UI", uid)
	meta = text(meta, 0x00020012, "UI", anonymous)

	out := make([]byte, 128, len(packed)+1024)
	out = append(out, "DICM"...)
	out = binary.LittleEndian.AppendUint32(w.appendHead(out, 0x00020000, "UL", 4), uint32(len(meta)))
	out = append(out, meta...)
	out = text(out, 0x00080016, "UI", secondaryCapture)
	out = text(out, sopInstance, "UI", anonymous)
	out = text(out, modality, "CS", "OT")
	out = word(out, samples, s.samples)
	out = text(out, photometric, "CS", s.photometric)
	out = word(out, rows, s.rows)
	out = word(out, columns, s.columns)
	out = word(out, bitsAllocated, s.allocated)
	out = word(out, bitsStored, s.stored)
	out = word(out, highBit, s.high)
	signed := 0
	if s.signed {
		signed = 1
	}
	out = word(out, pixelRepresentation, signed)
	out = w.appendHead(out, pixelData, "OB", undefined)
	out = w.appendHead(out, itemTag, "", 0)
	out = w.appendHead(out, itemTag, "", (len(packed)+1)&^1)
	out = append(out, packed...)
	if len(packed)%2 != 0 {
		out = append(out, 0)
	}
	return w.appendHead(out, sequenceEnd, "", 0)
}
