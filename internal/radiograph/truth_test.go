package radiograph

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A truth is what other programs read from a file of testdata/files; testdata/make.py says which.
type truth struct {
	Width, Height int
	SHA256        string // of a lossless file: its pixels, high byte first
	JPEG          bool   // the pixels are in a PNG file beside it
	White         bool   // small numbers are bright
	Refused       bool
}

func truths(t testing.TB) map[string]truth {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "truth.json"))
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]truth
	if err := json.Unmarshal(b, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func sample(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "files", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func digest(im Image) string {
	h := sha256.New()
	if err := binary.Write(h, binary.BigEndian, im.Pix); err != nil {
		panic(err) // a hash takes everything
	}
	return hex.EncodeToString(h.Sum(nil))
}

// TestFilesOfOtherPrograms decodes files that Pillow, OpenCV and tifffile wrote, as Pillow and OpenCV do: lossless ones
// to the bit, JPEG within the error of rounding.
func TestFilesOfOtherPrograms(t *testing.T) {
	for name, want := range truths(t) {
		t.Run(name, func(t *testing.T) {
			im, facts, err := DecodeBytes(sample(t, name), name, Limits{})
			if want.Refused {
				if err == nil {
					t.Fatalf("it is read: %+v", facts)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if im.Width != want.Width || im.Height != want.Height || facts.Width != want.Width || facts.Height != want.Height {
				t.Fatalf("%d×%d, facts %+v; want %d×%d", im.Width, im.Height, facts, want.Width, want.Height)
			}
			if facts.WhiteIsZero != want.White {
				t.Errorf("facts %+v; want white is zero: %v", facts, want.White)
			}
			if !want.JPEG {
				if got := digest(im); got != want.SHA256 {
					t.Errorf("pixels %v … have the digest %s, not %s", im.Pix[:6], got, want.SHA256)
				}
				return
			}
			compareJPEG(t, im, sample(t, name+".truth.png"))
		})
	}
}

// compareJPEG allows what two decoders may differ by: one level for the transform, and two more where four channels of
// color are rounded in another order.
func compareJPEG(t *testing.T, im Image, truth []byte) {
	t.Helper()
	decoded, err := png.Decode(bytes.NewReader(truth))
	if err != nil {
		t.Fatal(err)
	}
	want, err := toGray(decoded)
	if err != nil {
		t.Fatal(err)
	}
	most := 0
	for i, v := range im.Pix {
		d := int(To8(v)) - int(To8(want.Pix[i]))
		most = max(most, d, -d)
	}
	limit := 1
	if strings.Contains(t.Name(), "cmyk") || strings.Contains(t.Name(), "ycck") || strings.Contains(t.Name(), "rgb") {
		limit = 3
	}
	if most > limit {
		t.Errorf("off by %d levels of 255, want %d at most: %v, not %v", most, limit, im.Pix[:5], want.Pix[:5])
	}
}

// TestRefusalsByName checks that each refusal says what the file is and what to do.
func TestRefusalsByName(t *testing.T) {
	for name, want := range map[string]string{
		"pages.tif":    "a file of 2 pages is not supported",
		"pages3.tif":   "a file of 3 pages is not supported",
		"big.tif":      "BigTIFF is not supported; convert it",
		"jpeg.tif":     "with JPEG inside is not supported",
		"ycbcr.tif":    "with JPEG inside is not supported",
		"float.tif":    "floating-point samples is not supported",
		"half.tif":     "floating-point samples is not supported",
		"signed.tif":   "signed samples is not supported",
		"signed16.tif": "signed samples is not supported",
		"cmyk.tif":     "in CMYK is not supported",
		"lab.tif":      "in L*a*b* is not supported",
		"la.tif":       "extra samples, such as transparency, is not supported",
		"fax.tif":      "fax compression is not supported",
		"planes.tif":   "channels stored one after another is not supported",
		"zstd.tif":     "Zstandard compression is not supported",
	} {
		_, _, err := DecodeBytes(sample(t, name), "films/"+name, Limits{})
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "films/"+name+": ") {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
		if !truths(t)[name].Refused {
			t.Errorf("%s is not among the files that must be refused", name)
		}
	}
}

// TestJPEGRefusalsByName changes files to kinds that the decoder does not know.
func TestJPEGRefusalsByName(t *testing.T) {
	change := func(name string, find []byte, at int, to ...byte) []byte {
		b := bytes.Clone(sample(t, name))
		i := bytes.Index(b, find)
		if i < 0 {
			t.Fatalf("%s has no % x", name, find)
		}
		copy(b[i+at:], to)
		return b
	}
	for name, tt := range map[string]struct {
		b    []byte
		want string
	}{
		"12 bits":           {change("gray.jpg", []byte{0xff, markerSOF0}, 4, 12), "precision"},
		"arithmetic coding": {change("gray.jpg", []byte{0xff, markerSOF0}, 1, 0xc9), "JPEG with arithmetic coding is not supported; convert it"},
		"lossless":          {change("gray.jpg", []byte{0xff, markerSOF0}, 1, 0xc3), "lossless JPEG is not supported; convert it"},
		"CMYK unmarked":     {change("cmyk.jpg", []byte("Adobe"), 0, 'A', 'd', 'o', 'b', 'i'), "Adobe"},
		"five channels":     {change("cmyk.jpg", []byte{0xff, markerSOF0}, 9, 5), "jpeg"},
	} {
		for _, options := range []DecodeOptions{{}, use} {
			_, _, err := DecodeWith(tt.b, "a.jpg", options)
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "a.jpg: ") {
				t.Errorf("%s: %v, want %q", name, err, tt.want)
			}
		}
	}
}
