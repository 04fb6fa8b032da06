package dicom

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A difference is how far two decodings of one image are apart.
type difference struct {
	Most   int `json:"most"`   // the greatest difference of a pixel, in levels
	Pixels int `json:"pixels"` // how many differ
}

func between(t *testing.T, a, b []byte, wide bool) (d difference) {
	t.Helper()
	if len(a) != len(b) {
		t.Fatalf("%d and %d bytes of pixels", len(a), len(b))
	}
	at := func(b []byte, i int) int { return int(b[i]) }
	n := len(a)
	if wide {
		at, n = func(b []byte, i int) int { return int(b[2*i]) | int(b[2*i+1])<<8 }, n/2
	}
	for i := range n {
		off := at(a, i) - at(b, i)
		if off < 0 {
			off = -off
		}
		if off > 0 {
			d.Pixels++
		}
		d.Most = max(d.Most, off)
	}
	return d
}

// Decoders of lossy JPEG may round differently. The bound is what the two that hospitals use most differ by, GDCM and
// libjpeg (OpenJPEG for JPEG 2000), on the same file. testdata/bounds.json keeps it, so that the test means something
// where Python is not set up; where it is (testdata/venv.sh), the bound is measured again.
func TestLossyBounds(t *testing.T) {
	d := complete(t)
	const golden = "testdata/bounds.json"
	var bounds map[string]difference
	if err := json.Unmarshal(readFile(t, golden), &bounds); err != nil {
		t.Fatal(err)
	}
	names := []string{"JPEGBaseline_1s_1f_u_08_08.dcm", "RG2_JPLY_fixed.dcm", "RG3_J2KI.dcm", "RG2_JLSN.dcm"}
	others := byPydicom(t, names)
	if others == "" {
		t.Log("the bounds are not measured anew: run internal/radiograph/dicom/testdata/venv.sh once, or set FEMUR_VENV_FORMATS")
	}
	measured := map[string]difference{}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			b := readFile(t, shared(t, "data/dicom/"+name))
			ours, err := d.Stored(t.Context(), b, name, 0)
			if err != nil {
				t.Fatal(err)
			}
			wide := ours.BitsAllocated == 16
			raw, err := d.Tool.Raw(t.Context(), b)
			if err != nil {
				t.Fatal(err)
			}
			theirs, err := d.Stored(t.Context(), raw, name, 0)
			if err != nil {
				t.Fatal(err)
			}
			bound := bounds[name]
			if others != "" {
				bound = between(t, theirs.Bytes(), readFile(t, filepath.Join(others, name+".raw")), wide)
				measured[name] = bound
			}
			got := between(t, ours.Bytes(), theirs.Bytes(), wide)
			t.Logf("ours and GDCM differ by up to %d, in %d of %d pixels; the other two by %d, in %d", got.Most, got.Pixels, len(ours.Cells), bound.Most, bound.Pixels)
			if got.Most > bound.Most {
				t.Errorf("ours differs from GDCM by %d levels, the other decoder by %d", got.Most, bound.Most)
			}
			if got.Pixels*25 > len(ours.Cells) {
				t.Errorf("ours differs from GDCM in %d of %d pixels; rounding touches 2 %%", got.Pixels, len(ours.Cells))
			}
		})
	}
	if others == "" || t.Failed() {
		return
	}
	if os.Getenv("UPDATE_GOLDEN") != "" {
		out, err := json.MarshalIndent(measured, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, append(out, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(bounds, measured); diff != "" {
		t.Errorf("%s (-kept +measured); UPDATE_GOLDEN=1 writes it:\n%s", golden, diff)
	}
}

// byPydicom decodes files by pydicom and returns the folder of their pixels, "" where it is not set up.
func byPydicom(t *testing.T, names []string) string {
	t.Helper()
	python := pydicom()
	if python == "" {
		return ""
	}
	dir := t.TempDir()
	args := []string{"testdata/pixels.py", dir}
	for _, name := range names {
		args = append(args, shared(t, "data/dicom/"+name))
	}
	if out, err := exec.CommandContext(t.Context(), python, args...).CombinedOutput(); err != nil {
		t.Fatalf("pydicom: %v\n%s", err, out)
	}
	return dir
}

// pydicom returns the Python of the virtual environment that testdata/venv.sh builds, "" where there is none.
func pydicom() string {
	venv := os.Getenv("FEMUR_VENV_FORMATS")
	if venv == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return ""
		}
		venv = filepath.Join(cache, "femur", "venv-formats")
	}
	python := filepath.Join(venv, "bin", "python")
	if _, err := os.Stat(python); err != nil {
		return ""
	}
	return python
}
