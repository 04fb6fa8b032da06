package gdcm

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	library "github.com/suyashkumar/dicom"
	"github.com/suyashkumar/dicom/pkg/tag"

	"femur/internal/radiograph/dicom/dicomwrite"
)

// sharedFolder is where the project's sample files lie, or the test skips.
func sharedFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above the test")
		}
	}
	shared := filepath.Join(dir, "..", "shared", "data", "dicom")
	if _, err := os.Stat(shared); err != nil {
		t.Skipf("no sample files: %v", err)
	}
	return shared
}

// The real tool gives the pixels of truth.csv, within the limits; they stand at the end of its files.
func TestSharedFilesAreExact(t *testing.T) {
	tool, err := Find("")
	if err != nil {
		t.Skip(err)
	}
	version, err := tool.Version(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Log(version)
	f, err := os.Open(filepath.Join(sharedFolder(t), "truth.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }() // read only
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	forms := map[string]int{}
	for _, row := range rows[1:] {
		syntax := row[1][strings.LastIndex(row[1], ".4.")+1:]
		if !slices.Contains([]string{"4.51", "4.80", "4.81", "4.90", "4.91"}, syntax) {
			continue
		}
		forms[syntax]++
		t.Run(row[0], func(t *testing.T) {
			file, err := os.ReadFile(filepath.Join(sharedFolder(t), row[0]))
			if err != nil {
				t.Fatal(err)
			}
			raw, err := tool.Raw(t.Context(), file)
			if err != nil {
				t.Fatal(err)
			}
			size := 1
			for _, column := range []int{3, 4, 5} {
				n, err := strconv.Atoi(row[column])
				if err != nil {
					t.Fatal(err)
				}
				size *= n
			}
			size /= 8
			sum := sha256.Sum256(raw[len(raw)-size:])
			if got, want := hex.EncodeToString(sum[:]), row[len(row)-1]; got != want {
				t.Errorf("SHA-256 %s, want %s", got, want)
			}
			frame := compressed(t, file)
			hasty := *tool // GDCM takes seconds to find that a JPEG-LS frame is short
			hasty.Timeout = time.Second
			for _, n := range []int{len(frame) / 2, len(frame) - 8} {
				if _, err := hasty.Raw(t.Context(), wrapped(t, row, frame[:n])); err == nil {
					t.Errorf("the first %d of %d bytes of the frame decode", n, len(frame))
				}
			}
			if _, err := tool.Raw(t.Context(), wrapped(t, row, frame)); err != nil {
				t.Errorf("the whole frame in another file: %v", err)
			}
		})
	}
	if len(forms) != 5 {
		t.Errorf("transfer syntaxes tested: %v", forms)
	}
}

// compressed returns the only frame of a file, whose fragments the library takes for frames.
func compressed(t *testing.T, file []byte) []byte {
	t.Helper()
	set, err := library.Parse(bytes.NewReader(file), int64(len(file)), nil)
	if err != nil {
		t.Fatal(err)
	}
	e, err := set.FindElementByTag(tag.PixelData)
	if err != nil {
		t.Fatal(err)
	}
	var joined []byte
	for _, f := range library.MustGetPixelDataInfo(e.Value).Frames {
		joined = append(joined, f.EncapsulatedData.Data...)
	}
	return joined
}

// wrapped puts a frame into a file of the size that a row of truth.csv gives.
func wrapped(t *testing.T, row []string, frame []byte) []byte {
	t.Helper()
	number := func(column int) int {
		n, err := strconv.Atoi(row[column])
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	f, err := dicomwrite.Image{
		Syntax: row[1], InstanceUID: dicomwrite.UID(row[0]), Class: dicomwrite.SecondaryCapture, Modality: "OT",
		Rows: number(3), Columns: number(4), Allocated: number(5), Stored: number(6), Pixels: dicomwrite.Frame(frame),
	}.File()
	if err != nil {
		t.Fatal(err)
	}
	b, err := f.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return b
}
