package dicom

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
)

// fake is a converter that gives back what it is told.
type fake struct {
	out  []byte
	err  error
	seen []byte
}

func (f *fake) Raw(_ context.Context, file []byte) ([]byte, error) {
	f.seen = file
	return f.out, f.err
}

type aboutTheFile struct{}

func (aboutTheFile) Error() string   { return "it is broken" }
func (aboutTheFile) AboutFile() bool { return true }

func TestConverter(t *testing.T) {
	e := append(described(2, 1, 16, 12, 11, false, monochrome1), el{0x00100010, "PN", "DOE^JOHN"}, el{patient, "LO", "4711"},
		el{windowCenter, "DS", "2048"}, el{windowWidth, "DS", "4096"}, el{studyInstance, "UI", "1.2.99"})
	file := append(build(jpegLSLossless, e...), encapsulated(nil, []byte{0xff, 0xd8, 1}, []byte{2, 3})...)

	_, _, err := new(Decoder).Decode(t.Context(), file, "file", 0)
	wantError(t, err, "libgdcm-tools")
	if missing := (*ToolMissingError)(nil); !errors.As(err, &missing) || missing.Syntax != "JPEG-LS Lossless" {
		t.Errorf("error is %#v, want a ToolMissingError", err)
	}

	tool := &fake{out: gray16(explicitLittle, 12, false, monochrome1, []int{0, 4095})}
	im, facts, err := (&Decoder{Tool: tool}).Decode(t.Context(), file, "file", 0)
	if err != nil || !slices.Equal(im.Pix, []uint16{65535, 0}) || !facts.Window {
		t.Errorf("pixels %v, %+v, %v", im.Pix, facts, err)
	}
	for _, secret := range []string{"DOE", "4711", "1.2.99", "2048"} {
		if bytes.Contains(tool.seen, []byte(secret)) {
			t.Errorf("the converter is told %s", secret)
		}
	}
	if !bytes.Contains(tool.seen, []byte{0xff, 0xd8, 1, 0, 2, 3}) {
		t.Error("the converter is not given the frame's fragments, joined")
	}

	for want, out := range map[string][]byte{
		"is no DICOM file":                     []byte("oops"),
		"left the pixels compressed":           tool.seen,
		"holds 1×1 pixels":                     gray16(explicitLittle, 12, false, monochrome1, []int{0}),
		"more than 2 pixels":                   gray16(explicitLittle, 12, false, monochrome1, []int{0, 1, 2}),
		"of 13 bits in 16 up to bit 12":        gray16(explicitLittle, 13, false, monochrome1, []int{0, 4096}),
		"of 10 bits in 16 up to bit 9":         gray16(explicitLittle, 10, false, monochrome1, []int{0, 1024}),
		"unsigned, MONOCHROME2":                gray16(explicitLittle, 12, false, monochrome2, []int{0, 1}),
		"bit 11, signed":                       gray16(explicitLittle, 12, true, monochrome1, []int{0, 1}),
		"need 4 bytes, the file holds 2":       build(explicitLittle, append(described(2, 1, 16, 12, 11, false, monochrome1), el{pixelData, "OW", []int{1}})...),
		"what gdcmconv made of it: damaged: t": build(explicitLittle, el{samples, "US", 1}, el{pixelData, "OW", []int{1}}),
	} {
		_, _, err := (&Decoder{Tool: &fake{out: out}}).Decode(t.Context(), file, "file", 0)
		wantError(t, err, want)
	}
	// Other numbers of bits, but the same values.
	for _, bits := range []int{10, 16} {
		tool := &fake{out: gray16(explicitLittle, bits, false, monochrome1, []int{0, 1023})}
		p, err := (&Decoder{Tool: tool}).Stored(t.Context(), file, "file", 0)
		if err != nil || p.BitsStored != 12 || p.Value(1) != 1023 {
			t.Errorf("%d bits: %+v, %v", bits, p, err)
		}
	}
	// What the converter has against the file is a refusal; what the machine has against the converter is not.
	_, _, err = (&Decoder{Tool: &fake{err: aboutTheFile{}}}).Decode(t.Context(), file, "file", 0)
	wantError(t, err, "JPEG-LS Lossless: it is broken; copy the file")
	if missing := (*ToolMissingError)(nil); errors.As(err, &missing) {
		t.Errorf("%v passes for a missing tool", err)
	}
	gone := errors.New("gone")
	if _, _, err = (&Decoder{Tool: &fake{err: gone}}).Decode(t.Context(), file, "file", 0); !errors.Is(err, gone) {
		t.Errorf("the converter's error is lost: %v", err)
	}
	if missing := (*ToolMissingError)(nil); !errors.As(err, &missing) || !strings.Contains(err.Error(), "cannot run: gone") {
		t.Errorf("error is %v, want a ToolMissingError", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err = (&Decoder{Tool: &fake{err: gone}}).Decode(ctx, file, "file", 0); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v, want the end of the context", err)
	}
	color := append(build(jpeg2000, colorElements(4, rgb, 0)...), encapsulated(nil, []byte{1, 2})...)
	_, _, err = (&Decoder{Tool: tool}).Decode(t.Context(), color, "file", 0)
	wantError(t, err, "colors compressed as JPEG 2000")
}
