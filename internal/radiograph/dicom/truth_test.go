package dicom

import (
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// shared returns a path below ../shared of the module, or skips the test.
func shared(t testing.TB, path string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if filepath.Dir(dir) == dir {
			t.Fatal("no go.mod above the test")
		}
		dir = filepath.Dir(dir)
	}
	found := filepath.Join(dir, "..", "shared", path)
	if _, err := os.Stat(found); err != nil {
		t.Skipf("needs ../shared/%s, which is not here", path)
	}
	return found
}

// gdcmconv runs the program as it is, without the limits that package gdcm puts on it.
type gdcmconv struct{ t testing.TB }

func (g gdcmconv) Raw(ctx context.Context, file []byte) ([]byte, error) {
	dir := g.t.TempDir()
	in, out := filepath.Join(dir, "in.dcm"), filepath.Join(dir, "out.dcm")
	if err := os.WriteFile(in, file, 0o600); err != nil {
		return nil, err
	}
	if text, err := exec.CommandContext(ctx, "gdcmconv", "--raw", in, out).CombinedOutput(); err != nil {
		g.t.Logf("gdcmconv: %s", text)
		return nil, err
	}
	return os.ReadFile(out)
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

func TestTruth(t *testing.T) {
	need(t, "gdcmconv")
	dir := shared(t, "data/dicom")
	r, err := os.Open(filepath.Join(dir, "truth.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	rows, err := csv.NewReader(r).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	d := &Decoder{Tool: gdcmconv{t}}
	for _, row := range rows[1:] {
		t.Run(row[0], func(t *testing.T) {
			b, err := os.ReadFile(filepath.Join(dir, row[0]))
			if err != nil {
				t.Fatal(err)
			}
			h, err := ReadHeader(b, row[0])
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%+v", h)
			p, err := d.Stored(t.Context(), b, row[0], 0)
			if err != nil {
				t.Fatal(err)
			}
			sum := sha256.Sum256(p.Bytes())
			if got := hex.EncodeToString(sum[:]); got != row[10] {
				t.Logf("%s %s, want %s", row[1], got, row[10])
			}
			_, facts, err := d.Decode(t.Context(), b, row[0], 0)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%+v", facts)
		})
	}
}
