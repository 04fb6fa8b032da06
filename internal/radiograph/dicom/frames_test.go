package dicom

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"femur/internal/radiograph/dicom/dicomwrite"
)

// Files of several frames, as other programs compress them: with an offset table, without, in pieces.
func TestFramesOfOthers(t *testing.T) {
	d := complete(t)
	need(t, "dcmcrle", "dcmcjpeg", "dcmcjpls")
	const frames, width, height = 3, 16, 8
	pixels := make([]uint16, frames*width*height)
	for i := range pixels {
		pixels[i] = uint16(i * 9)
	}
	f, err := dicomwrite.Image{
		Syntax: explicitLittle, Modality: "DX", InstanceUID: "1.2.3", StudyUID: "1.2.4", SeriesUID: "1.2.5", Number: 1,
		Columns: width, Rows: height, Stored: 12, Pixels: pixels,
	}.File()
	if err != nil {
		t.Fatal(err)
	}
	f.Set(dicomwrite.Element{Tag: dicomwrite.Tag(frameCount), VR: "IS", Value: "3"})
	b, err := f.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "s.dcm"), b, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, e := range []encoder{
		{explicitBig, "dcmconv +tb", nil}, {rleLossless, "dcmcrle", nil}, {rleLossless, "dcmcrle -ot", nil}, {jpegLosslessSV1, "dcmcjpeg +e1", nil},
		{jpegLosslessSV1, "dcmcjpeg +e1 -ot", nil}, {jpegLosslessSV1, "dcmcjpeg +e1 +fs 1", nil}, {jpegLSLossless, "dcmcjpls +el", nil},
		{jpegLSLossless, "gdcmconv --jpegls", nil}, {jpeg2000Lossless, "gdcmconv --j2k", nil},
	} {
		t.Run(strings.ReplaceAll(e.command, " ", "_"), func(t *testing.T) {
			b, err := e.encode(t.Context(), dir, specimen{name: "s"})
			if err != nil {
				t.Fatal(err)
			}
			if h, err := ReadHeader(b, "file"); err != nil || h.TransferSyntax != e.uid || h.Frames != frames {
				t.Fatalf("%+v, %v", h, err)
			}
			for frame := range frames {
				p, err := d.Stored(t.Context(), b, "file", frame)
				if err != nil {
					t.Errorf("frame %d: %v", frame, err)
					continue
				}
				for i, c := range p.Cells {
					if c != pixels[frame*width*height+i] {
						t.Errorf("frame %d, pixel %d is %d, want %d", frame, i, c, pixels[frame*width*height+i])
						break
					}
				}
			}
		})
	}
}

// img2dcm wraps a JPEG picture as it is; colors become their luminance.
func TestPictureOfImg2dcm(t *testing.T) {
	need(t, "img2dcm")
	colors := image.NewRGBA(image.Rect(0, 0, 17, 16))
	gray := image.NewGray(colors.Rect)
	for i := range gray.Pix {
		colors.Set(i%17, i/17, color.RGBA{200, 100, 50, 255}) // luminance 124
		gray.Pix[i] = 124
	}
	for name, picture := range map[string]image.Image{"colors": colors, "gray": gray} {
		var packed bytes.Buffer
		if err := jpeg.Encode(&packed, picture, &jpeg.Options{Quality: 100}); err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		in, out := filepath.Join(dir, "p.jpg"), filepath.Join(dir, "p.dcm")
		if err := os.WriteFile(in, packed.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		if text, err := exec.CommandContext(t.Context(), "img2dcm", in, out).CombinedOutput(); err != nil {
			t.Fatalf("img2dcm: %v\n%s", err, text)
		}
		got, facts := decodeRow(t, readFile(t, out))
		if y := int(got[100]) / 257; y < 123 || y > 125 || facts.Color != (name == "colors") || facts.TransferSyntax != jpegBaseline {
			t.Errorf("%s: luminance %d, want 124; %+v", name, y, facts)
		}
	}
}

func TestColorsOfDCMTK(t *testing.T) {
	need(t, "dcmcjpeg", "dcmconv")
	dir := t.TempDir()
	e := colorElements(16, rgb, 0)
	for i := range e {
		if e[i].tag == rows {
			e[i].value = 16
		}
	}
	pixels := make([]byte, 3*256)
	for i := range 256 {
		pixels[3*i], pixels[3*i+1], pixels[3*i+2] = 200, 100, 50 // luminance 124
	}
	file := filepath.Join(dir, "s.dcm")
	e = append(e, el{studyInstance, "UI", "1.2.4"}, el{0x0020000e, "UI", "1.2.5"}, el{pixelData, "OB", pixels})
	if err := os.WriteFile(file, build(explicitLittle, e...), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{"dcmcjpeg +eb", "dcmcjpeg +eb +cn", "dcmconv +tb"} {
		b, err := encoder{command: command}.encode(t.Context(), dir, specimen{name: "s"})
		if err != nil {
			t.Fatal(err)
		}
		im, facts, err := new(Decoder).Decode(t.Context(), b, "file", 0)
		if err != nil {
			t.Errorf("%s: %v", command, err)
			continue
		}
		if y := int(im.Pix[100]) / 257; y < 122 || y > 126 || !facts.Color {
			t.Errorf("%s: luminance %d of %s, want 124", command, y, facts.Photometric)
		}
	}
}

// A DICOMDIR as DCMTK writes it.
func TestDirectoryOfDCMTK(t *testing.T) {
	need(t, "dcmmkdir")
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "IMAGES"), 0o700); err != nil {
		t.Fatal(err)
	}
	var want []string
	for i := range 3 {
		f, err := dicomwrite.Image{
			Syntax: explicitLittle, Modality: "DX", PatientID: "P", PatientName: "A^B", InstanceUID: fmt.Sprintf("1.2.3.%d", i+1), StudyUID: "1.2.4",
			SeriesUID: "1.2.5", StudyDate: "20200102", Number: i + 1, Columns: 2, Rows: 1, Stored: 12, Pixels: []uint16{1, 2},
		}.File()
		if err != nil {
			t.Fatal(err)
		}
		f.Set(dicomwrite.Element{Tag: dicomwrite.StudyTime, VR: "TM", Value: "120000"})
		f.Set(dicomwrite.Element{Tag: dicomwrite.StudyID, VR: "SH", Value: "1"})
		b, err := f.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, fmt.Sprintf("IMAGES/IM%d", i+1))
		if err := os.WriteFile(filepath.Join(dir, want[i]), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "dcmmkdir", "+r", "+id", dir)
	cmd.Dir = dir
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("dcmmkdir: %v\n%s", err, text)
	}
	got, err := Directory(readFile(t, filepath.Join(dir, "DICOMDIR")), "file")
	slices.Sort(got) // the order is that of the folder on the disk
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("files %v, want %v: %v", got, want, err)
	}
}
