package dicom

import (
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"femur/internal/radiograph/dicom/gdcm"
)

// shared returns a path below ../shared of the module, or skips the test.
func shared(t testing.TB, path string) string {
	t.Helper()
	found := filepath.Join(root(t), "..", "shared", path)
	if _, err := os.Stat(found); err != nil {
		t.Skipf("needs ../shared/%s, which is not here", path)
	}
	return found
}

// root returns the folder of the module.
func root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if filepath.Dir(dir) == dir {
			t.Fatal("no go.mod above the test")
		}
		dir = filepath.Dir(dir)
	}
}

// need skips the test where a program is not installed.
func need(t testing.TB, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			t.Skipf("needs %s, which is not installed", p)
		}
	}
}

// complete returns a decoder that lacks nothing, or skips the test.
func complete(t testing.TB) *Decoder {
	t.Helper()
	tool, err := gdcm.Find("")
	if err != nil {
		t.Skip(err)
	}
	return &Decoder{Tool: tool}
}

func readFile(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Every file of real devices, against the hashes of the pixels as GDCM decodes them. Baseline JPEG alone is not exact,
// see TestLossyBounds.
func TestTruth(t *testing.T) {
	d := complete(t)
	dir := shared(t, "data/dicom")
	rows, err := csv.NewReader(strings.NewReader(string(readFile(t, filepath.Join(dir, "truth.csv"))))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 13 {
		t.Errorf("%d files, want 12", len(rows)-1)
	}
	for _, row := range rows[1:] {
		name, uid := row[0], row[1]
		t.Run(name, func(t *testing.T) {
			b := readFile(t, filepath.Join(dir, name))
			h, err := ReadHeader(b, name)
			if err != nil {
				t.Fatal(err)
			}
			got := []string{name, h.TransferSyntax, h.Modality, fmt.Sprint(h.Rows), fmt.Sprint(h.Columns), fmt.Sprint(h.BitsStored), h.Photometric}
			want := []string{name, uid, row[2], row[3], row[4], row[6], row[8]}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("header (-want +got):\n%s", diff)
			}
			if h.Pitch.Known() != (row[9] != "") {
				t.Errorf("the pitch is %g, the spacing %q", h.Pitch, row[9])
			}
			p, err := d.Stored(t.Context(), b, name, 0)
			if err != nil {
				t.Fatal(err)
			}
			sum := sha256.Sum256(p.Bytes())
			if got := hex.EncodeToString(sum[:]); uid != jpegBaseline && got != row[10] {
				t.Errorf("%s: pixels have hash %s, want %s", uid, got, row[10])
			}
			if lookUp(uid).codec == external {
				return // what follows has no more to do with the codec, and costs another child
			}
			im, facts, err := d.Decode(t.Context(), b, name, 0)
			if err != nil || im.Validate() != nil || facts.Pitch != h.Pitch {
				t.Errorf("decoding gives %d×%d, %+v: %v", im.Width, im.Height, facts, err)
			}
		})
	}
}
