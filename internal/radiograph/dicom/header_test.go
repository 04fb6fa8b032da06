package dicom

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"femur/internal/geom"
)

func TestReadHeader(t *testing.T) {
	elements := append(described(2, 1, 16, 12, 11, false, monochrome1),
		el{studyInstance, "UI", "1.2.3.4"}, el{patient, "LO", "P1"}, el{patientIssuer, "LO", "CLINIC"},
		el{institution, "LO", "Klinik M\xfcnchen"}, el{studyDate, "DA", "20210304"}, el{viewPosition, "CS", "LL"},
		el{laterality, "CS", "R"}, el{imageLaterality, "CS", "L"}, el{imagerSpacing, "DS", `0.14\0.14`},
		el{pixelData, "OW", []int{1, 2}})
	want := Header{
		SOPInstanceUID: "1.2.3", StudyInstanceUID: "1.2.3.4", PatientID: "P1", PatientIssuer: "CLINIC",
		Institution: "Klinik München", StudyDate: "20210304", Modality: "DX", View: "LL", Side: "L", Image: true, Rows: 1,
		Columns: 2, Frames: 1, BitsStored: 12, Photometric: monochrome1, Pitch: 0.14, PitchSource: AtDetector,
	}
	for _, s := range syntaxes() {
		if s.codec != native {
			continue
		}
		b := build(s.uid, elements...)
		want.TransferSyntax = s.uid
		got, err := ReadHeader(b, "file")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", s.name, diff)
		}
		if !Is(b) {
			t.Errorf("%s is not known for DICOM", s.name)
		}
		if s.deflated {
			continue
		}
		// The first part of a file is enough, and so is the data set alone.
		if got, err = ReadHeader(b[:len(b)-3], "file"); err != nil || got != want {
			t.Errorf("%s without its pixels: %v", s.name, err)
		}
		bare := formOf(s.uid).write(elements...)
		if got, err = ReadHeader(bare, "file"); err != nil || got != want {
			t.Errorf("%s without preamble (%v, -want +got):\n%s", s.name, err, cmp.Diff(want, got))
		}
		if !Is(bare) {
			t.Errorf("%s without preamble is not known for DICOM", s.name)
		}
		if got, err = ReadHeader(b[132:], "file"); err != nil || got != want {
			t.Errorf("%s without its mark: %v", s.name, err)
		}
	}
	// Writers that say explicit and write implicit, and the other way round.
	for uid, w := range map[string]form{explicitLittle: {implicit: true}, implicitLittle: {}} {
		want.TransferSyntax = uid
		if got, err := ReadHeader(buildForm(uid, w, elements...), "file"); err != nil || got != want {
			t.Errorf("%s, written otherwise (%v, -want +got):\n%s", uid, err, cmp.Diff(want, got))
		}
	}
}

func TestIsOnlyDICOM(t *testing.T) {
	for name, b := range map[string][]byte{
		"nothing":   nil,
		"zeros":     make([]byte, 1000),
		"PNG":       []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"),
		"JPEG":      append([]byte{0xff, 0xd8, 0xff, 0xe0}, make([]byte, 200)...),
		"TIFF":      append([]byte("II*\x00\x08\x00\x00\x00"), make([]byte, 200)...),
		"text":      []byte(strings.Repeat("image,label\n", 40)),
		"one tag":   form{}.write(el{0x00080005, "CS", "ISO_IR 100"}),
		"tag, text": append(form{}.write(el{0x00080005, "CS", "ISO_IR 100"}), "and then prose that goes on"...),
	} {
		if Is(b) {
			t.Errorf("%s passes for DICOM", name)
		}
		if _, err := ReadHeader(b, "file"); err == nil {
			t.Errorf("%s has a header", name)
		}
	}
}

// What is not a word of the standard does not travel, and no error quotes it.
func TestNoFreeText(t *testing.T) {
	const planted = "DOE^JOHN 4711"
	var texts []el
	for _, e := range []el{
		{studyDate, "DA", ""}, {modality, "CS", ""}, {viewPosition, "CS", ""}, {imageLaterality, "CS", ""}, {laterality, "CS", ""},
		{photometric, "CS", ""}, {0x00080050, "SH", ""}, {0x00081030, "LO", ""}, {0x00100010, "PN", ""}, {0x00100030, "DA", ""},
		{0x00104000, "LT", ""}, {0x00204000, "LT", ""}, {0x00331010, "UN", ""}, {windowCenter, "DS", ""}, {pixelSpacing, "DS", ""},
		{presentationShape, "CS", ""}, {voiFunction, "CS", ""}, {lossyCompression, "CS", ""}, {frameCount, "IS", ""},
		{aspectRatio, "IS", ""}, {rescaleSlope, "DS", ""},
	} {
		e.value = planted
		texts = append(texts, e)
	}
	texts = append(texts, el{viewCodes, "SQ", []el{{codeMeaning, "LO", planted}}}, el{rows, "US", 1}, el{columns, "US", 1},
		el{bitsAllocated, "US", 16}, el{bitsStored, "US", 16}, el{pixelRepresentation, "US", 0}, el{pixelData, "OW", []int{1}})
	leaks := func(what, s string) {
		if strings.Contains(s, "DOE") || strings.Contains(s, "4711") {
			t.Errorf("%s tells %s", what, s)
		}
	}
	for i := range texts {
		if texts[i].tag == pixelData {
			continue
		}
		// Each text alone in an image that is otherwise sound, so that each refusal is met.
		e := append(described(1, 1, 16, 16, 15, false, monochrome2), el{windowCenter, "DS", "1"}, el{windowWidth, "DS", "9"}, el{pixelData, "OW", []int{1}})
		for j := range e {
			if e[j].tag == texts[i].tag {
				e = append(e[:j], e[j+1:]...)
				break
			}
		}
		b := build(explicitLittle, append(e, texts[i])...)
		h, err := ReadHeader(b, "file")
		leaks(texts[i].tag.String(), fmt.Sprintf("%+v %v", h, err))
		_, facts, err := new(Decoder).Decode(t.Context(), b, "file", 0)
		leaks(texts[i].tag.String(), fmt.Sprintf("%+v %v", facts, err))
	}
	// As a transfer syntax, and as what an identifier of one could hide.
	for _, uid := range []string{planted, "1.2.840.10008.4711.4711.4711", "1.2.276.4711"} {
		b := build(uid, described(1, 1, 16, 16, 15, false, monochrome2)...)
		h, err := ReadHeader(b, "file")
		leaks("transfer syntax", fmt.Sprintf("%+v %v", h, err))
		_, _, err = new(Decoder).Decode(t.Context(), b, "file", 0)
		leaks("transfer syntax", fmt.Sprint(err))
	}
	h, err := ReadHeader(build(explicitLittle, texts[1], texts[2], texts[3], texts[5]), "file")
	if err != nil || h.Modality != other || h.View != other || h.Side != other || h.Photometric != other {
		t.Errorf("unknown codes give %+v, %v", h, err)
	}
}

func TestTerms(t *testing.T) {
	for _, test := range []struct{ got, want string }{
		{modalityTerm("dx"), "DX"}, {modalityTerm(""), ""}, {modalityTerm("XRAY"), other}, {sideTerm("B"), "B"}, {sideTerm("LEFT"), other},
		{viewTerm("AP"), "AP"}, {viewTerm("HUEFTE"), other}, {viewMeaning("Antero-Posterior"), "AP"}, {viewMeaning("left lateral projection"), "LL"},
		{viewMeaning("of my left foot"), other}, {dateTerm("2019.12.31"), "20191231"}, {dateTerm("20190231"), ""}, {dateTerm("2019"), ""},
		{dateTerm("00010101"), ""}, {plainUID(jpegBaseline), jpegBaseline}, {plainUID("1.2.840.113619.5.2"), other},
	} {
		if test.got != test.want {
			t.Errorf("got %q, want %q", test.got, test.want)
		}
	}
}

func TestViewFromCode(t *testing.T) {
	for _, w := range []form{{}, {undefined: true}, {implicit: true}, {implicit: true, undefined: true}, {big: true}, {big: true, undefined: true}} {
		uid := explicitLittle
		switch {
		case w.implicit:
			uid = implicitLittle
		case w.big:
			uid = explicitBig
		}
		// A private sequence before it, nested, with what looks like the end of another.
		private := el{0x00311001, "SQ", []el{{0x00311002, "SQ", [][]el{{{0x00311003, "OB", []byte("\xfe\xff\xdd\xe0\x00\x00\x00\x00")}}, {}}}}}
		h, err := ReadHeader(buildForm(uid, w, private, el{viewCodes, "SQ", []el{{0x00080100, "SH", "R-10206"}, {codeMeaning, "LO", "antero-posterior"}}}), "file")
		if err != nil || h.View != "AP" {
			t.Errorf("%+v gives %q, %v", w, h.View, err)
		}
	}
}

func TestPitch(t *testing.T) {
	spacing := func(t id, s string) el { return el{t, "DS", s} }
	tests := []struct {
		name   string
		more   []el
		pitch  geom.Pitch
		source PitchSource
		err    string
	}{
		{name: "none", source: Unknown},
		{name: "Pixel Spacing alone", more: []el{spacing(pixelSpacing, `0.2\0.2`)}, pitch: 0.2, source: Calibrated},
		{name: "Pixel Spacing that differs", more: []el{spacing(pixelSpacing, `0.2\0.2`), spacing(imagerSpacing, `0.24\0.24`)}, pitch: 0.2, source: Calibrated},
		{name: "Pixel Spacing that repeats", more: []el{spacing(pixelSpacing, `0.24\0.24`), spacing(imagerSpacing, `0.24\0.24`)}, pitch: 0.24, source: AtDetector},
		{name: "repeats, magnified", more: []el{spacing(pixelSpacing, `0.24\0.24`), spacing(imagerSpacing, `0.24\0.24`), spacing(magnification, "1.2")}, pitch: 0.24 / 1.2, source: AtDetector},
		{name: "repeats, but calibrated", more: []el{spacing(pixelSpacing, `0.24\0.24`), spacing(imagerSpacing, `0.24\0.24`), {calibrationType, "CS", "FIDUCIAL"}}, pitch: 0.24, source: Calibrated},
		{name: "Imager Pixel Spacing", more: []el{spacing(imagerSpacing, `0.15\0.15`)}, pitch: 0.15, source: AtDetector},
		{name: "over the magnification", more: []el{spacing(imagerSpacing, `0.15\0.15`), spacing(magnification, "1.25")}, pitch: 0.15 / 1.25, source: AtDetector},
		{name: "no magnification of 0", more: []el{spacing(imagerSpacing, `0.15\0.15`), spacing(magnification, "0")}, pitch: 0.15, source: AtDetector},
		{name: "scanned film", more: []el{spacing(scannedSpacing, `0.1\0.1`)}, pitch: 0.1, source: AtDetector},
		{name: "rounded", more: []el{spacing(pixelSpacing, `0.1999\0.2`)}, pitch: 0.1999, source: Calibrated},
		{name: "zero", more: []el{spacing(pixelSpacing, `0\0`)}, source: Unknown},
		{name: "zero, then another", more: []el{spacing(pixelSpacing, `0\0`), spacing(imagerSpacing, `0.15\0.15`)}, pitch: 0.15, source: AtDetector},
		{name: "one number", more: []el{spacing(pixelSpacing, "0.2")}, source: Unknown},
		{name: "no number", more: []el{spacing(pixelSpacing, `a\b`)}, source: Unknown},
		{name: "in meters", more: []el{spacing(pixelSpacing, `0.0002\0.0002`)}, source: Unknown},
		{name: "not square", more: []el{spacing(pixelSpacing, `0.2\0.4`)}, err: "not square (Pixel Spacing)"},
		{name: "not square at the detector", more: []el{spacing(imagerSpacing, `0.2\0.21`)}, err: "not square (Imager Pixel Spacing)"},
		{name: "not square film", more: []el{spacing(scannedSpacing, `0.2\0.21`)}, err: "not square (Nominal Scanned Pixel Spacing)"},
		{name: "aspect", more: []el{{aspectRatio, "IS", `1\2`}}, err: "not square (Pixel Aspect Ratio)"},
		{name: "square aspect", more: []el{{aspectRatio, "IS", `1\1`}}, source: Unknown},
		{
			name:  "shared functional group",
			more:  []el{{sharedGroups, "SQ", []el{{groupMeasures, "SQ", []el{spacing(pixelSpacing, `0.3\0.3`)}}}}},
			pitch: 0.3, source: Calibrated,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := gray16(explicitLittle, 16, false, monochrome2, []int{1}, test.more...)
			h, err := ReadHeader(b, "file")
			if test.err != "" {
				wantError(t, err, test.err)
				return
			}
			if err != nil || h.Pitch != test.pitch || h.PitchSource != test.source {
				t.Errorf("pitch is %g by %s (%v), want %g by %s", h.Pitch, h.PitchSource, err, test.pitch, test.source)
			}
			if _, facts := decodeRow(t, b); facts.Pitch != h.Pitch || facts.PitchSource != h.PitchSource {
				t.Errorf("decoding gives %g by %s", facts.Pitch, facts.PitchSource)
			}
		})
	}
}

func TestFilesThatAreNoImages(t *testing.T) {
	report := build(explicitLittle, el{modality, "CS", "SR"}, el{0x0040a730, "SQ", []el{{0x0040a160, "UT", "text"}}})
	h, err := ReadHeader(report, "file")
	if err != nil || h.Image || h.Modality != "SR" || h.Frames != 0 {
		t.Errorf("a report is %+v, %v", h, err)
	}
	_, _, err = new(Decoder).Decode(t.Context(), report, "file", 0)
	wantError(t, err, "holds no pixels")
	listing := build(explicitLittle, el{directoryRecords, "SQ", [][]el{}})
	if h, err = ReadHeader(listing, "file"); err != nil || !h.Directory || h.Image {
		t.Errorf("a DICOMDIR is %+v, %v", h, err)
	}
	_, _, err = new(Decoder).Decode(t.Context(), listing, "file", 0)
	wantError(t, err, "a DICOMDIR")
}

func BenchmarkReadHeader(b *testing.B) {
	for _, name := range []string{"RG2_JPLL.dcm", "CT_small.dcm", "RG3_J2KI.dcm"} {
		f, err := os.ReadFile(shared(b, "data/dicom/"+name))
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := ReadHeader(f, name); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
