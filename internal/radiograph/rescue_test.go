package radiograph

import (
	"bytes"
	"image"
	"os"
	"path/filepath"
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
		used, last := 0, whole.Height
		for cut := len(file.b) - 1; cut > 0; cut -= max(1, len(file.b)/200) {
			if _, _, err := DecodeBytes(file.b[:cut], "a.jpg", Limits{}); err == nil {
				t.Fatalf("%s cut at %d is not refused", file.name, cut)
			}
			im, facts, err := DecodeWith(file.b[:cut], "a.jpg", use)
			if err != nil {
				continue
			}
			used++
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
		if used < 100 {
			t.Errorf("%s: only %d of 200 cuts could be used", file.name, used)
		}
	}
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
	found, err := filepath.Glob(filepath.Join("testdata", "jpeg", "*.jpg"))
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
