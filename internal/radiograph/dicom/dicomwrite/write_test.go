package dicomwrite

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	library "github.com/suyashkumar/dicom"
	"github.com/suyashkumar/dicom/pkg/tag"
	"pgregory.net/rapid"

	"femur/internal/radiograph/dicom/jpegll"
	"femur/internal/radiograph/dicom/rle"
)

// sample is an image of 5 × 3 samples whose values use all bits.
func sample(syntax string, stored int) Image {
	im := Image{
		Syntax: syntax, PatientID: "P1", PatientName: "Doe^Jane", BirthDate: "19500102", Sex: "F",
		StudyUID: UID("study"), SeriesUID: UID("series"), InstanceUID: UID("instance"), StudyDate: "20200102", Number: 1,
		Modality: "DX", BodyPart: "FEMUR", Laterality: "L", View: "AP",
		Columns: 5, Rows: 3, Stored: stored, Spacing: 0.143,
		Window: &Window{Center: math.Ldexp(1, stored-1), Width: math.Ldexp(1, stored), Function: "SIGMOID"},
	}
	if stored <= 8 {
		im.Pixels = small(stored)
	} else {
		im.Pixels = large(stored)
	}
	return im
}

func large(stored int) []uint16 {
	pix := make([]uint16, 15)
	for i := range pix {
		pix[i] = uint16(i*4999+i*i*31) & (1<<stored - 1)
	}
	return pix
}

func small(stored int) []uint8 {
	pix := make([]uint8, 15)
	for i, v := range large(stored) {
		pix[i] = uint8(v)
	}
	return pix
}

func mustBytes(t *testing.T, im Image) []byte {
	t.Helper()
	f, err := im.File()
	if err != nil {
		t.Fatal(err)
	}
	b, err := f.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// native are the samples as bytes, least significant first.
func native(pixels any) []byte {
	if b, ok := pixels.([]uint8); ok {
		return b
	}
	var b []byte
	for _, v := range pixels.([]uint16) {
		b = binary.LittleEndian.AppendUint16(b, v)
	}
	return b
}

// forms are images in all syntaxes that this program encodes, with their samples.
func forms(t *testing.T) map[string]Image {
	out := map[string]Image{}
	for _, stored := range []int{8, 10, 12, 16} {
		for _, syntax := range []string{ImplicitLittle, ExplicitLittle, ExplicitBig, Deflated} {
			out[syntax+" "+strconv.Itoa(stored)] = sample(syntax, stored)
		}
		im := sample(RLE, stored)
		packed, err := rle.Encode(native(im.Pixels), 3, 5, 1, im.allocated()/8)
		if err != nil {
			t.Fatal(err)
		}
		im.Pixels = Frame(packed)
		out["RLE "+strconv.Itoa(stored)] = im
		for selection, syntax := range map[int]string{1: JPEGLosslessSV1, 6: JPEGLossless} {
			im := sample(syntax, stored)
			packed, err := jpegll.Encode(jpegll.Image{Width: 5, Height: 3, Precision: stored, Pix: large(stored)}, jpegll.Options{Selection: selection})
			if err != nil {
				t.Fatal(err)
			}
			im.Pixels = Frame(packed)
			out[syntax+" "+strconv.Itoa(stored)] = im
		}
	}
	return out
}

// The tools of two other projects read the files, and GDCM decodes the very samples.
func TestToolsRead(t *testing.T) {
	tools := []string{"dcmdump", "gdcminfo", "gdcmconv"}
	for _, tool := range tools {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%v: install dcmtk and libgdcm-tools", err)
		}
	}
	run := func(t *testing.T, tool string, arguments ...string) string {
		t.Helper()
		out, err := exec.Command(tool, arguments...).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", tool, err, out)
		}
		return string(out)
	}
	for name, im := range forms(t) {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "image")
			if err := os.WriteFile(path, mustBytes(t, im), 0o644); err != nil {
				t.Fatal(err)
			}
			dump := run(t, "dcmdump", "+E", path)
			for _, want := range []string{"[Doe^Jane]", `[0.143\0.143]`, "(0028,0010) US 3", "[SIGMOID]", "=DigitalXRayImageStorageForPresentation"} {
				if !strings.Contains(dump, want) {
					t.Errorf("dcmdump does not show %s:\n%s", want, dump)
				}
			}
			if strings.Contains(dump, "W: ") || strings.Contains(dump, "E: ") {
				t.Errorf("dcmdump complains:\n%s", dump)
			}
			if im.Stored == 12 { // it is slow
				info := run(t, "gdcminfo", path)
				if !strings.Contains(info, "TransferSyntax is "+im.Syntax+" ") || !strings.Contains(info, "BitsStored         :12\n") {
					t.Errorf("gdcminfo says\n%s", info)
				}
			}
			raw := filepath.Join(t.TempDir(), "raw")
			run(t, "gdcmconv", "--raw", path, raw)
			b, err := os.ReadFile(raw)
			if err != nil {
				t.Fatal(err)
			}
			want := native(sample(im.Syntax, im.Stored).Pixels)
			if !bytes.Contains(b[len(b)-len(want)-1:], want) {
				t.Errorf("GDCM decodes % x, want % x", b[len(b)-len(want)-1:], want)
			}
		})
	}
}

func TestLibraryReads(t *testing.T) {
	for name, im := range forms(t) {
		t.Run(name, func(t *testing.T) {
			b := mustBytes(t, im)
			set, err := library.Parse(bytes.NewReader(b), int64(len(b)), nil, library.SkipProcessingPixelDataValue())
			if err != nil {
				t.Fatal(err)
			}
			for wanted, value := range map[tag.Tag]string{
				tag.PatientID: "[P1]", tag.Rows: "[3]", tag.Columns: "[5]", tag.BitsStored: "[" + strconv.Itoa(im.Stored) + "]",
				tag.HighBit: "[" + strconv.Itoa(im.Stored-1) + "]", tag.TransferSyntaxUID: "[" + im.Syntax + "]",
				tag.ImageLaterality: "[L]", tag.ViewPosition: "[AP]", tag.PhotometricInterpretation: "[MONOCHROME2]",
			} {
				e, err := set.FindElementByTag(wanted)
				if err != nil {
					t.Errorf("%v: %v", wanted, err)
				} else if e.Value.String() != value {
					t.Errorf("%v is %v, want %s", wanted, e.Value, value)
				}
			}
		})
	}
}

// A file by hand, byte for byte.
func TestLayouts(t *testing.T) {
	elements := []Element{
		{0x00280010, "US", []uint16{0x0102}},
		{0x00080060, "CS", "DX1"},
		{0x00081140, "SQ", [][]Element{{{0x00081155, "UI", "1.2"}}, {}}},
		{0x7FE00010, "OW", []uint16{0x0304}},
	}
	cases := []struct {
		name, syntax, want string
	}{
		{"explicit little", ExplicitLittle, "08006000CS\x04\x00DX1 " +
			"08004011SQ\x00\x00\x1c\x00\x00\x00" + "FEFF00E0\x0c\x00\x00\x00" + "08005511UI\x04\x001.2\x00" + "FEFF00E0\x00\x00\x00\x00" +
			"28001000US\x02\x00\x02\x01" + "E07F1000OW\x00\x00\x02\x00\x00\x00\x04\x03"},
		{"explicit big", ExplicitBig, "00080060CS\x00\x04DX1 " +
			"00081140SQ\x00\x00\x00\x00\x00\x1c" + "FFFEE000\x00\x00\x00\x0c" + "00081155UI\x00\x041.2\x00" + "FFFEE000\x00\x00\x00\x00" +
			"00280010US\x00\x02\x01\x02" + "7FE00010OW\x00\x00\x00\x00\x00\x02\x03\x04"},
		{"implicit little", ImplicitLittle, "08006000\x04\x00\x00\x00DX1 " +
			"08004011\x1c\x00\x00\x00" + "FEFF00E0\x0c\x00\x00\x00" + "08005511\x04\x00\x00\x001.2\x00" + "FEFF00E0\x00\x00\x00\x00" +
			"28001000\x02\x00\x00\x00\x02\x01" + "E07F1000\x02\x00\x00\x00\x04\x03"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := (&File{Syntax: c.syntax, Elements: elements, Bare: true}).Bytes()
			if err != nil {
				t.Fatal(err)
			}
			want := c.want // tags as hexadecimal digits
			for _, tag := range []string{"08006000", "08004011", "FEFF00E0", "08005511", "28001000", "E07F1000", "00080060", "00081140", "FFFEE000", "00081155", "00280010", "7FE00010"} {
				var raw []byte
				for i := 0; i < 8; i += 2 {
					v, err := strconv.ParseUint(tag[i:i+2], 16, 8)
					if err != nil {
						t.Fatal(err)
					}
					raw = append(raw, byte(v))
				}
				want = strings.ReplaceAll(want, tag, string(raw))
			}
			if string(got) != want {
				t.Errorf("got\n% x, want\n% x", got, want)
			}
		})
	}
}

func TestRefuses(t *testing.T) {
	cases := []struct {
		name string
		file File
		want string
	}{
		{"no syntax", File{}, "no transfer syntax"},
		{"twice", File{Syntax: ExplicitLittle, Elements: []Element{{Rows, "US", nil}, {Rows, "US", nil}}}, "(0028,0010) stands there twice"},
		{"no VR", File{Syntax: ExplicitLittle, Elements: []Element{{Rows, "", nil}}}, "two letters"},
		{"a type", File{Syntax: ExplicitLittle, Elements: []Element{{Rows, "US", 3}}}, "type int"},
		{"too long", File{Syntax: ExplicitLittle, Elements: []Element{{PatientName, "PN", strings.Repeat("x", 1<<16)}}}, "65536 bytes are too many for PN"},
	}
	for _, c := range cases {
		if _, err := c.file.Bytes(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v does not say %q", c.name, err, c.want)
		}
	}
	images := []struct {
		name   string
		change func(*Image)
		want   string
	}{
		{"no rows", func(im *Image) { im.Rows = 0 }, "0 rows"},
		{"too few samples", func(im *Image) { im.Rows = 4 }, "15 samples for frames of 5 × 4"},
		{"bytes for words", func(im *Image) { im.Pixels = []uint8{1} }, "8 bits where others"},
		{"words for bytes", func(im *Image) { im.Stored = 8 }, "16 bits where others"},
		{"nothing", func(im *Image) { im.Pixels = nil }, "type <nil>"},
	}
	for _, c := range images {
		im := sample(ExplicitLittle, 12)
		c.change(&im)
		if _, err := im.File(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v does not say %q", c.name, err, c.want)
		}
	}
}

// What makes an image unusual arrives in its elements.
func TestImage(t *testing.T) {
	im := sample(ExplicitLittle, 12)
	im.Modality, im.Signed, im.Inverted, im.High = "CR", true, true, 13
	im.Spacing, im.DetectorSpacing, im.Magnification = 0, 0.1, 1.15
	im.Slope, im.Intercept = 2, -1024
	im.Window = nil
	im.Pixels = append(large(12), large(12)...)
	f, err := im.File()
	if err != nil {
		t.Fatal(err)
	}
	for wanted, value := range map[Tag]string{
		SOPClassUID: ComputedRadiography, Photometric: "MONOCHROME1", PixelSpacing: "", ImagerPixelSpacing: `0.1\0.1`, NumberOfFrames: "2",
		RadiographicMagnification: "1.15", RescaleIntercept: "-1024", RescaleSlope: "2", WindowCenter: "", PresentationLUTShape: "",
	} {
		if got := f.Text(wanted); got != value {
			t.Errorf("%v is %q, want %q", wanted, got, value)
		}
	}
	words := map[Tag]uint16{HighBit: 13, PixelRepresentation: 1, BitsAllocated: 16}
	for _, e := range f.Elements {
		if v, ok := words[e.Tag]; ok && !slices.Equal(e.Value.([]uint16), []uint16{v}) {
			t.Errorf("%v is %v, want %d", e.Tag, e.Value, v)
		}
	}
	f.Set(Element{PatientID, "LO", "another"})
	f.Remove(PatientName)
	if f.Text(PatientID) != "another" || f.Text(PatientName) != "" {
		t.Errorf("patient %q, name %q", f.Text(PatientID), f.Text(PatientName))
	}
}

func TestFragments(t *testing.T) {
	f := Fragments{Frames: [][][]byte{{{1, 2, 3}, {4, 5}}, {{6, 7}}}, Offsets: true}
	got, err := (&File{Syntax: RLE, Bare: true, Elements: []Element{{PixelData, "OB", f}}}).Bytes()
	if err != nil {
		t.Fatal(err)
	}
	item := "\xFE\xFF\x00\xE0"
	want := "\xE0\x7F\x10\x00OB\x00\x00\xFF\xFF\xFF\xFF" + item + "\x08\x00\x00\x00" + "\x00\x00\x00\x00" + "\x16\x00\x00\x00" +
		item + "\x04\x00\x00\x00\x01\x02\x03\x00" + item + "\x02\x00\x00\x00\x04\x05" + item + "\x02\x00\x00\x00\x06\x07" +
		"\xFE\xFF\xDD\xE0\x00\x00\x00\x00"
	if string(got) != want {
		t.Errorf("got\n% x, want\n% x", got, want)
	}
}

func TestUID(t *testing.T) {
	const want = "2.25."
	seen := map[string]bool{}
	for _, parts := range [][]string{{}, {""}, {"a"}, {"ab"}, {"a", "b"}, {"", "ab"}} {
		uid := UID(parts...)
		if !strings.HasPrefix(uid, want) || len(uid) > 64 || uid != UID(parts...) {
			t.Errorf("UID %q of %q", uid, parts)
		}
		seen[uid] = true
	}
	if len(seen) != 6 {
		t.Errorf("%d UIDs of 6 names", len(seen))
	}
}

func TestDecimal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.Float64Range(-1e9, 1e9).Draw(t, "v")
		s := decimal(v)
		got, err := strconv.ParseFloat(s, 64)
		if err != nil || len(s) > 16 || math.Abs(got-v) > 1e-8*math.Abs(v) {
			t.Fatalf("%v became %q, %v", v, s, err)
		}
	})
}
