package radiograph

import (
	"bytes"
	"image"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var use = DecodeOptions{Truncated: UseTruncated}

// TestTruncatedJPEGKeepsWhatIsThere cuts files of all kinds everywhere: what is not black is as in the whole file.
func TestTruncatedJPEGKeepsWhatIsThere(t *testing.T) {
	for _, file := range truncatable(t) {
		whole, facts, err := DecodeWith(file.b, "a.jpg", use)
		if err != nil || facts.Truncated || facts.MissingRows != 0 || facts.Blurred {
			t.Fatalf("%s: whole: %+v, %v", file.name, facts, err)
		}
		whole = asStored(whole, facts.Orientation)
		used, last := 0, whole.Height
		for cut := len(file.b) - 2; cut > 0; cut -= max(1, len(file.b)/100) {
			if _, _, err := DecodeBytes(file.b[:cut], "a.jpg", Limits{}); err == nil {
				t.Fatalf("%s cut at %d is not refused", file.name, cut)
			}
			im, facts, err := DecodeWith(file.b[:cut], "a.jpg", use)
			if err != nil {
				continue
			}
			used++
			if cut >= len(file.b)-2 && (facts.MissingRows > 0 || facts.Blurred) {
				t.Errorf("%s lacks its end mark alone, and not %+v", file.name, facts)
			}
			im = asStored(im, facts.Orientation)
			if !facts.Truncated || facts.MissingRows >= whole.Height || im.Height != whole.Height {
				t.Fatalf("%s cut at %d: %+v", file.name, cut, facts)
			}
			there := whole.Height - facts.MissingRows
			if there > last {
				t.Fatalf("%s: a shorter file, cut at %d, has more rows", file.name, cut)
			}
			last = there
			for i, v := range im.Pix {
				if want := whole.Pix[i]; i >= there*whole.Width && v != 0 || i < there*whole.Width && v != want && !facts.Blurred {
					t.Fatalf("%s cut at %d: pixel %d of row %d is %d, want %d; %+v", file.name, cut, i, i/whole.Width, v, want, facts)
				}
			}
		}
		if used < 10 { // headers are the larger part of small files
			t.Errorf("%s: only %d of 100 cuts could be used", file.name, used)
		}
	}
}

// asStored undoes the orientation: what is missing is missing in the order of the file.
func asStored(im Image, o Orientation) Image {
	return im.Oriented(map[Orientation]Orientation{Rotated90: Rotated270, Rotated270: Rotated90}[o]).Oriented(
		map[bool]Orientation{true: o}[o != Rotated90 && o != Rotated270])
}

type namedFile struct {
	name string
	b    []byte
}

// truncatable are JPEG files of this package's encoder and of the shared collection, among them progressive ones.
func truncatable(t *testing.T) []namedFile {
	t.Helper()
	gray := image.NewGray(image.Rect(0, 0, 123, 157))
	for i, v := range noisy(123, 157, 1).Pix {
		gray.Pix[i] = To8(v)
	}
	color := image.NewRGBA(gray.Rect)
	for i, v := range gray.Pix {
		copy(color.Pix[4*i:], []byte{v, v / 2, 255 - v, 255})
	}
	files := []namedFile{{"gray", encodeJPEG(t, gray)}, {"color", encodeJPEG(t, color)}}
	found, err := filepath.Glob(filepath.Join("testdata", "files", "*.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range found {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, namedFile{path, bytes.Clone(b)})
	}
	return files
}

// TestBlurredIsTheWholePicture: a progressive file that ends within its later scans shows all of the picture, roughly.
func TestBlurredIsTheWholePicture(t *testing.T) {
	file := sample(t, "progressive_gray.jpg")
	whole, _, err := DecodeBytes(file, "a.jpg", Limits{})
	if err != nil {
		t.Fatal(err)
	}
	im, facts, err := DecodeWith(file[:len(file)-20], "a.jpg", use)
	if err != nil || !facts.Blurred || facts.MissingRows != 0 {
		t.Fatalf("%+v, %v", facts, err)
	}
	if d := worst(im, whole); d == 0 || d > 40*257 {
		t.Errorf("off by %d levels of 65,535", d)
	}
}

// TestRescueRefuses what is not truncated, or holds no row.
func TestRescueRefuses(t *testing.T) {
	file := sample(t, "gray.jpg")
	damaged := bytes.Clone(file)
	scan := bytes.Index(damaged, []byte{0xff, markerSOS})
	copy(damaged[scan+12:], []byte{0xff, 0x33, 0xff, 0x33}) // markers where none belong
	for name, tt := range map[string]struct {
		b    []byte
		want string
	}{
		"damaged":   {damaged, "damaged jpeg"},
		"no pixels": {file[:scan+14], "before the first row of pixels"},
		"no scan":   {file[:scan], "it ends before the pixels begin"},
		"header":    {file[:30], "truncated jpeg"},
	} {
		if _, _, err := DecodeWith(tt.b, "a.jpg", use); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("a truncation that does not exist is taken")
		}
	}()
	_, _, _ = DecodeWith(file, "a.jpg", DecodeOptions{Truncated: "perhaps"})
}

// TestZerosAreNoPixels: a copy that reserved the space of the whole file and stopped shows no more than the file cut there.
func TestZerosAreNoPixels(t *testing.T) {
	for _, name := range []string{"gray.jpg", "color.jpg", "optimized.jpg", "restart.jpg"} {
		file := sample(t, name)
		cut := len(file) * 9 / 10
		for file[cut-1] == 0 || file[cut-1] == 0xff {
			cut--
		}
		want, wantFacts, err := DecodeWith(file[:cut], name, use)
		if err != nil || wantFacts.MissingRows == 0 {
			t.Fatalf("%s: %+v, %v", name, wantFacts, err)
		}
		filled := append(bytes.Clone(file[:cut]), make([]byte, 10_000)...)
		if _, _, err := DecodeBytes(filled, name, Limits{}); err == nil {
			t.Errorf("%s: zeros instead of pixels are read", name)
		}
		im, facts, err := DecodeWith(filled, name, use)
		if err != nil || facts != wantFacts || !im.Equal(want) {
			t.Errorf("%s: %+v, want %+v, %v", name, facts, wantFacts, err)
		}
	}
}
