package radiograph

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// exifBlock is an EXIF block that holds the orientation alone.
func exifBlock(orientation uint16) []byte {
	b := []byte("II*\x00\x08\x00\x00\x00\x01\x00")
	b = binary.LittleEndian.AppendUint16(b, 0x0112)
	b = binary.LittleEndian.AppendUint16(b, 3) // SHORT
	b = binary.LittleEndian.AppendUint32(b, 1)
	b = binary.LittleEndian.AppendUint16(b, orientation)
	return append(b, 0, 0, 0, 0, 0, 0)
}

// withEXIF puts the orientation into a JPEG or PNG file.
func withEXIF(file []byte, orientation uint16) []byte {
	block := exifBlock(orientation)
	if file[0] == 0xff {
		block = append([]byte("Exif\x00\x00"), block...)
		segment := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(block)+2))
		return bytes.Join([][]byte{file[:2], segment, block, file[2:]}, nil)
	}
	const ihdrEnd = 8 + 25
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(block)))
	chunk = append(append(chunk, "eXIf"...), block...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
	return bytes.Join([][]byte{file[:ihdrEnd], chunk, file[ihdrEnd:]}, nil)
}

func encodePNG(t testing.TB, im image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, im); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func encodeJPEG(t testing.TB, im image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, im, &jpeg.Options{Quality: 100}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestDecodePNGKinds(t *testing.T) {
	r := image.Rect(0, 0, 2, 1)
	gray := image.NewGray(r)
	gray.Pix = []byte{7, 255}
	gray16 := image.NewGray16(r)
	gray16.Pix = []byte{0x12, 0x34, 0xff, 0xfe}
	nrgba := image.NewNRGBA(r) // written with alpha
	nrgba.SetNRGBA(0, 0, color.NRGBA{100, 100, 100, 255})
	nrgba.SetNRGBA(1, 0, color.NRGBA{255, 255, 255, 0})
	rgba := image.NewRGBA(r) // opaque: written without alpha
	rgba.Set(0, 0, color.RGBA{100, 100, 100, 255})
	rgba.Set(1, 0, color.RGBA{255, 0, 0, 255})
	rgba64 := image.NewRGBA64(r)
	rgba64.Set(0, 0, color.RGBA64{1234, 1234, 1234, 65535})
	rgba64.Set(1, 0, color.RGBA64{0, 65535, 0, 65535})
	paletted := image.NewPaletted(r, color.Palette{color.Gray{200}, color.RGBA{0, 0, 255, 255}})
	paletted.Pix = []byte{0, 1}

	tests := []struct {
		name  string
		src   image.Image
		want  []uint16
		bits  int
		color bool
	}{
		{"8-bit gray", gray, []uint16{7 * 257, 65535}, 8, false},
		{"16-bit gray", gray16, []uint16{0x1234, 0xfffe}, 16, false},
		{"transparent lies over black", nrgba, []uint16{100 * 257, 0}, 8, true},
		{"8-bit color", rgba, []uint16{100 * 257, 19595}, 8, true},
		{"16-bit color", rgba64, []uint16{1234, 38469}, 16, true},
		{"palette", paletted, []uint16{200 * 257, 7471}, 1, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			im, facts, err := DecodeBytes(encodePNG(t, tt.src), "a.png", Limits{})
			if err != nil {
				t.Fatal(err)
			}
			want := Image{2, 1, tt.want}
			if !im.Equal(want) {
				t.Errorf("pixels %v, want %v", im.Pix, tt.want)
			}
			if want := (Facts{Format: PNG, Width: 2, Height: 1, BitsStored: tt.bits, Color: tt.color}); facts != want {
				t.Errorf("facts %+v, want %+v", facts, want)
			}
		})
	}
}

func TestDecodeJPEGKinds(t *testing.T) {
	gray := image.NewGray(image.Rect(0, 0, 16, 16))
	ycc := image.NewRGBA(gray.Rect)
	for i := range gray.Pix {
		v := byte(8 * (i % 16))
		gray.Pix[i] = v
		ycc.Set(i%16, i/16, color.RGBA{v, v, v, 255})
	}
	for _, tt := range []struct {
		name  string
		src   image.Image
		color bool
	}{{"gray", gray, false}, {"YCbCr", ycc, true}} {
		im, facts, err := DecodeBytes(encodeJPEG(t, tt.src), "a.jpg", Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if want := (Facts{Format: JPEG, Width: 16, Height: 16, BitsStored: 8, Color: tt.color}); facts != want {
			t.Errorf("%s: facts %+v, want %+v", tt.name, facts, want)
		}
		for i, v := range im.Pix {
			if d := int(To8(v)) - int(gray.Pix[i]); d < -2 || d > 2 {
				t.Fatalf("%s: pixel %d is %d, want about %d", tt.name, i, To8(v), gray.Pix[i])
			}
		}
	}
	cmyk, err := toGray(&image.CMYK{Pix: []byte{0, 0, 0, 0, 0, 0, 0, 255}, Stride: 8, Rect: image.Rect(0, 0, 2, 1)})
	if err != nil || cmyk.Pix[0] != 65535 || cmyk.Pix[1] != 0 {
		t.Errorf("CMYK paper and black became %v, %v", cmyk.Pix, err)
	}
}

// TestOrientations decodes a 3×2 picture stored in each of the eight ways; upright it reads 0…5.
func TestOrientations(t *testing.T) {
	// stored[o] shows, row by row, where each upright pixel lies in the file, from the EXIF definition of the
	// position of row 0 and column 0.
	stored := map[uint16][][]byte{
		0: {{0, 1, 2}, {3, 4, 5}},
		1: {{0, 1, 2}, {3, 4, 5}},
		2: {{2, 1, 0}, {5, 4, 3}},
		3: {{5, 4, 3}, {2, 1, 0}},
		4: {{3, 4, 5}, {0, 1, 2}},
		5: {{0, 3}, {1, 4}, {2, 5}},
		6: {{2, 5}, {1, 4}, {0, 3}},
		7: {{5, 2}, {4, 1}, {3, 0}},
		8: {{3, 0}, {4, 1}, {5, 2}},
	}
	for o, rows := range stored {
		// Blocks of 8 pixels survive JPEG exactly enough.
		gray := image.NewGray(image.Rect(0, 0, 8*len(rows[0]), 8*len(rows)))
		for i := range gray.Pix {
			gray.Pix[i] = 40 * rows[i/gray.Stride/8][i%gray.Stride/8]
		}
		for _, file := range [][]byte{encodeJPEG(t, gray), encodePNG(t, gray)} {
			if o != 0 {
				file = withEXIF(file, o)
			}
			im, facts, err := DecodeBytes(file, "a", Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if facts.Orientation != Orientation(o) || facts.Width != 24 || facts.Height != 16 {
				t.Fatalf("orientation %d: facts %+v", o, facts)
			}
			for i := range 6 {
				got := int(To8(im.At(8*(i%3)+4, 8*(i/3)+4)))
				if d := got - 40*i; d < -2 || d > 2 {
					t.Errorf("%s, orientation %d: place %d shows %d, want %d", facts.Format, o, i, got, 40*i)
				}
			}
			probed, err := ProbeBytes(file, "a", Limits{})
			if err != nil || probed != facts {
				t.Errorf("probe %+v, %v; decode %+v", probed, err, facts)
			}
		}
	}
	file := withEXIF(encodeJPEG(t, image.NewGray(image.Rect(0, 0, 8, 8))), 9)
	if _, _, err := DecodeBytes(file, "a.jpg", Limits{}); err == nil || !strings.Contains(err.Error(), "orientation is 9") {
		t.Errorf("orientation 9: %v", err)
	}
}

func TestOrientedInverses(t *testing.T) {
	im := noisy(70, 131, 3)
	inverse := map[Orientation]Orientation{1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 8, 7: 7, 8: 6}
	for o, back := range inverse {
		if !im.Oriented(o).Oriented(back).Equal(im) {
			t.Errorf("%v and back by %v is another image", o, back)
		}
	}
	if !im.Oriented(Rotated90).Oriented(Rotated90).Equal(im.Oriented(Rotated180)) || !im.FlipX().FlipY().Equal(im.Oriented(Rotated180)) {
		t.Error("two quarter turns, or two flips, are not a half turn")
	}
	if im.FlipX().At(0, 5) != im.At(69, 5) || im.Invert().At(3, 4) != 65535-im.At(3, 4) {
		t.Error("flip or negative moved the wrong pixel")
	}
}

func TestDecodeRefuses(t *testing.T) {
	gray := image.NewGray(image.Rect(0, 0, 64, 64))
	for i := range gray.Pix {
		gray.Pix[i] = byte(i * i)
	}
	p, j := encodePNG(t, gray), encodeJPEG(t, gray)
	flipped := bytes.Clone(p)
	flipped[len(p)/2] ^= 0x40
	// A PNG header that asks for 2³⁰ pixels and holds none.
	bomb := bytes.Clone(p)
	binary.BigEndian.PutUint32(bomb[16:], 1<<15)
	binary.BigEndian.PutUint32(bomb[20:], 1<<15)
	binary.BigEndian.PutUint32(bomb[29:], crc32.ChecksumIEEE(bomb[12:29]))
	dicom := append(make([]byte, 128), "DICM more"...)

	tests := []struct {
		name string
		file []byte
		want string
	}{
		{"empty", nil, "empty"},
		{"text", []byte("patient,label\n"), "neither PNG nor JPEG nor TIFF: the file begins with 70 61"},
		{"dicom", dicom, "DICOM"},
		{"tiff", []byte("II*\x00rest"), "truncated tiff: the data end after 8 bytes"},
		{"png signature only", p[:8], "truncated png"},
		{"png cut in half", p[:len(p)/2], "truncated png"},
		{"png without its end", p[:len(p)-12], "truncated png"},
		{"png with a flipped bit", flipped, "damaged png"},
		{"jpeg cut in half", j[:len(j)/2], "truncated jpeg"},
		{"jpeg without its end", j[:len(j)-2], "truncated jpeg"},
		{"jpeg header only", j[:4], "truncated jpeg"},
		{"bomb", bomb, "32768×32768 is more than"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := DecodeBytes(tt.file, "films/a.png", Limits{})
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), "films/a.png: ") {
				t.Errorf("error %v, want one with %q that begins with the name", err, tt.want)
			}
		})
	}
	if _, _, err := DecodeBytes(p, "a", Limits{MaxPixels: 64*64 - 1}); err == nil {
		t.Error("an image beyond the limit is decoded")
	}
	if _, _, err := DecodeBytes(p, "a", Limits{MaxBytes: 10}); err == nil || !strings.Contains(err.Error(), "more than the limit of 10") {
		t.Errorf("a file beyond the limit: %v", err)
	}
}

func TestEveryFracAtlasRadiographDecodes(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(shared(t, "data/fracatlas/images"), "*.jpg"))
	if err != nil || len(files) != 201 {
		t.Fatalf("%d images, %v; want 201", len(files), err)
	}
	if testing.Short() {
		files = files[:20]
	}
	progressive := 0
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		im, facts, err := DecodeBytes(b, filepath.Base(file), Limits{})
		if err != nil {
			t.Error(err)
			continue
		}
		if facts.Progressive {
			progressive++
		}
		low, high := im.Pix[0], im.Pix[0]
		for _, v := range im.Pix {
			low, high = min(low, v), max(high, v)
		}
		if high-low < 100*257 || min(im.Width, im.Height) < 290 {
			t.Errorf("%s: %d×%d, values %d to %d", file, im.Width, im.Height, low, high)
		}
	}
	if progressive == 0 && !testing.Short() {
		t.Error("no progressive file among them; the set holds some")
	}
}

func FuzzDecode(f *testing.F) {
	gray := image.NewGray(image.Rect(0, 0, 9, 5))
	for i := range gray.Pix {
		gray.Pix[i] = byte(5 * i)
	}
	p, j := encodePNG(f, gray), encodeJPEG(f, gray)
	f.Add(p)
	f.Add(j)
	f.Add(withEXIF(p, 6))
	f.Add(withEXIF(j, 5))
	f.Add(p[:len(p)-7])
	f.Fuzz(func(t *testing.T, b []byte) {
		limits := Limits{MaxPixels: 1 << 16}
		im, facts, err := DecodeBytes(b, "fuzz", limits)
		if err != nil {
			return
		}
		if err := im.Validate(); err != nil {
			t.Fatal(err)
		}
		if im.Width != facts.Width || im.Height != facts.Height || im.Width*im.Height > 1<<16 {
			t.Fatalf("%d×%d, facts %+v", im.Width, im.Height, facts)
		}
	})
}
