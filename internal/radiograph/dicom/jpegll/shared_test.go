package jpegll

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/csv"
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"
)

// sharedFolder is where the project's sample files lie, or the test skips.
func sharedFolder(tb testing.TB) string {
	tb.Helper()
	dir, err := os.Getwd()
	if err != nil {
		tb.Fatal(err)
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			tb.Fatal("no go.mod above the test")
		}
	}
	shared := filepath.Join(dir, "..", "shared", "data", "dicom")
	if _, err := os.Stat(shared); err != nil {
		tb.Skipf("no sample files: %v", err)
	}
	return shared
}

// fragments joins the fragments of the only frame of a file with an explicit little endian header: it looks for the
// pixel data element of undefined length, whose 12 bytes occur nowhere else in the samples.
func fragments(tb testing.TB, name string) []byte {
	tb.Helper()
	b, err := os.ReadFile(filepath.Join(sharedFolder(tb), name))
	if err != nil {
		tb.Fatal(err)
	}
	at := -1
	for _, vr := range []string{"OB", "OW"} {
		at = max(at, bytes.Index(b, []byte("\xE0\x7F\x10\x00"+vr+"\x00\x00\xFF\xFF\xFF\xFF")))
	}
	if at < 0 {
		tb.Fatalf("%s has no encapsulated pixels", name)
	}
	b = b[at+12:]
	var joined []byte
	for item := 0; ; item++ {
		tag, n := binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:])
		b = b[8:]
		if tag == 0xE0DDFFFE {
			return joined
		}
		if tag != 0xE000FFFE {
			tb.Fatalf("%s: item %d has tag %08X", name, item, tag)
		}
		if item > 0 { // the first is the table of offsets
			joined = append(joined, b[:n]...)
		}
		b = b[n:]
	}
}

// truth is the SHA-256 of a file's decoded pixels, by GDCM.
func truth(tb testing.TB, name string) string {
	tb.Helper()
	f, err := os.Open(filepath.Join(sharedFolder(tb), "truth.csv"))
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = f.Close() }() // read only
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		tb.Fatal(err)
	}
	for _, row := range rows {
		if row[0] == name {
			return row[len(row)-1]
		}
	}
	tb.Fatalf("truth.csv does not know %s", name)
	return ""
}

func TestSharedFilesAreExact(t *testing.T) {
	cases := []struct {
		name                     string
		width, height, precision int
	}{
		{"RG2_JPLL.dcm", 1760, 2140, 10},
		{"JPEGLossless_1s_1f_u_16_12.dcm", 1024, 1024, 12},
		{"JPEGLosslessP14SV1_1s_1f_u_16_16.dcm", 800, 535, 16},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := fragments(t, c.name)
			im, err := Decode(b, 1<<24)
			if err != nil {
				t.Fatal(err)
			}
			if im.Width != c.width || im.Height != c.height {
				t.Errorf("%d × %d, want %d × %d", im.Width, im.Height, c.width, c.height)
			}
			if im.Precision < c.precision {
				t.Errorf("precision %d is below the %d bits stored", im.Precision, c.precision)
			}
			pixels := make([]byte, 0, 2*len(im.Pix))
			for _, v := range im.Pix {
				pixels = binary.LittleEndian.AppendUint16(pixels, v)
			}
			sum := sha256.Sum256(pixels)
			if got, want := hex.EncodeToString(sum[:]), truth(t, c.name); got != want {
				t.Errorf("SHA-256 %s, want %s", got, want)
			}
			if _, err := Decode(b, int64(c.width*c.height)-1); err == nil {
				t.Error("decodes beyond the limit of samples")
			}
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	for _, name := range []string{"RG2_JPLL.dcm", "JPEGLossless_1s_1f_u_16_12.dcm", "JPEGLosslessP14SV1_1s_1f_u_16_16.dcm"} {
		b.Run(name, func(b *testing.B) {
			file := fragments(b, name)
			pixels := 0
			for b.Loop() {
				im, err := Decode(file, 1<<24)
				if err != nil {
					b.Fatal(err)
				}
				pixels += len(im.Pix)
			}
			b.ReportMetric(float64(pixels)/1e6/b.Elapsed().Seconds(), "MP/s")
		})
	}
}
