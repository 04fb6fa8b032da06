package dicom

import (
	"bytes"
	"io/fs"
	"strings"
	"testing"

	"femur/internal/radiograph"
	"femur/internal/radiograph/dicom/jpegll"
)

// seeds are small files of every kind that is read.
func seeds(tb testing.TB) [][]byte {
	tb.Helper()
	e := append(described(3, 1, 16, 12, 11, true, monochrome1), el{windowCenter, "DS", "9"}, el{windowWidth, "DS", "20"},
		el{voiFunction, "CS", "SIGMOID"}, el{paddingValue, "SS", 5}, el{pixelSpacing, "DS", `0.2\0.2`}, el{patient, "LO", "P"},
		el{viewCodes, "SQ", []el{{codeMeaning, "LO", "lateral"}}},
		el{modalityLUTs, "SQ", []el{{lutDescriptor, "US", []int{2, 0, 16}}, {lutData, "OW", []int{1, 500}}}})
	groups := append(described(1, 1, 16, 16, 15, false, monochrome2), el{frameCount, "IS", "2"}, el{pixelData, "OW", []int{1, 2}},
		el{sharedGroups, "SQ", []el{{groupVOI, "SQ", []el{{windowCenter, "DS", "1"}, {windowWidth, "DS", "2"}}}}},
		el{frameGroups, "SQ", [][]el{{}, {{groupRescale, "SQ", []el{{rescaleSlope, "DS", "2"}, {rescaleIntercept, "DS", "1"}}}}}})
	packed, err := jpegll.Encode(jpegll.Image{Width: 3, Height: 1, Precision: 12, Pix: []uint16{0, 4095, 7}}, jpegll.Options{Selection: 1})
	if err != nil {
		tb.Fatal(err)
	}
	native := append(e, el{pixelData, "OW", []int{1, 2, 3}})
	out := [][]byte{
		formOf(implicitLittle).write(native...), formOf(explicitBig).write(native...),
		buildForm(explicitLittle, form{undefined: true}, native...), build(explicitLittle, groups...),
		append(build(jpegLosslessSV1, e...), encapsulated(nil, packed)...),
		append(build(rleLossless, colorElements(2, rgb, 0)...), encapsulated([]byte{0, 0, 0, 0}, make([]byte, 64))...),
		append(build(jpegBaseline, described(8, 1, 8, 8, 7, false, monochrome2)...), encapsulated(nil, []byte{0xff, 0xd8, 0xff, 0xd9})...),
		build(explicitLittle, append(colorElements(2, ybr422, 0), el{pixelData, "OB", []byte{1, 2, 3, 4}})...),
		build(explicitLittle, el{directoryRecords, "SQ", [][]el{{{recordType, "CS", "IMAGE"}, {fileReference, "CS", `A\B`}}}}),
	}
	for _, uid := range []string{implicitLittle, explicitLittle, explicitBig, deflatedExplicit} {
		out = append(out, build(uid, native...))
	}
	return out
}

// FuzzHeader: no bytes panic, and what comes out is in the words of the standard.
func FuzzHeader(f *testing.F) {
	for _, b := range seeds(f) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := ReadHeader(b, "file")
		if err != nil {
			if !strings.HasPrefix(err.Error(), "file: ") || h != (Header{}) {
				t.Errorf("error %q with %+v", err, h)
			}
			return
		}
		if !Is(b) {
			t.Error("there is a header, and it is not DICOM")
		}
		for _, code := range []string{h.Modality, h.View, h.Side, h.Photometric} {
			if strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_ ") != "" || len(code) > 16 {
				t.Errorf("code %q travels", code)
			}
		}
		if strings.Trim(h.StudyDate, "0123456789") != "" || h.Pitch.Validate() != nil || h.Frames > maxFrames {
			t.Errorf("%+v", h)
		}
	})
}

// FuzzDecode: no bytes panic, an image agrees with its header, and memory stays within the limit on pixels.
func FuzzDecode(f *testing.F) {
	for _, b := range seeds(f) {
		f.Add(b, 0)
		f.Add(b, 1)
	}
	f.Fuzz(func(t *testing.T, b []byte, frame int) {
		d := &Decoder{Tool: &fake{out: b}, Limits: radiograph.Limits{MaxPixels: 1 << 16}}
		im, facts, err := d.Decode(t.Context(), b, "file", frame)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "file: ") {
				t.Errorf("error %q", err)
			}
			return
		}
		h, err := ReadHeader(b, "file")
		if err != nil || im.Validate() != nil || im.Width != h.Columns || im.Height != h.Rows || facts.Frames != h.Frames {
			t.Errorf("%d×%d pixels of %+v: %v", im.Width, im.Height, h, err)
		}
		again, _, err := d.Decode(t.Context(), bytes.Clone(b), "file", frame)
		if err != nil || !again.Equal(im) {
			t.Errorf("another result the second time: %v", err)
		}
	})
}

// FuzzDirectory: no path leaves the folder.
func FuzzDirectory(f *testing.F) {
	for _, b := range seeds(f) {
		f.Add(b)
	}
	for _, path := range []string{`..\x`, `a\..\..\x`, `C:\x`, `/x`, `\x`} {
		f.Add(build(explicitLittle, el{directoryRecords, "SQ", [][]el{{{recordType, "CS", "IMAGE"}, {fileReference, "CS", path}}}}))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		paths, err := Directory(b, "file")
		if err != nil && (paths != nil || !strings.HasPrefix(err.Error(), "file: ")) {
			t.Errorf("error %q with %q", err, paths)
		}
		for _, p := range paths {
			if !fs.ValidPath(p) || p == "." || strings.ContainsAny(p, `\:`) {
				t.Errorf("path %q", p)
			}
		}
	})
}
