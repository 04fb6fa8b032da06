package synth

import (
	"bytes"
	"context"
	"encoding/csv"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"femur/internal/radiograph/dicom"
)

func TestDICOMReadsBack(t *testing.T) {
	c := mustCohort(t, Config{Patients: 30, Scale: 0.03, Seed: 5})
	specs := c.Specs()
	dir := filepath.Join(t.TempDir(), "export")
	if err := c.WriteTo(context.Background(), dir, DICOM, nil); err != nil {
		t.Fatal(err)
	}
	table, err := os.ReadFile(filepath.Join(dir, CSVFile))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(table)).ReadAll()
	if err != nil || len(rows) != len(specs)+1 || strings.Join(rows[0], ",") != "path,label,x,y" {
		t.Fatalf("%d rows under %v, %v", len(rows), rows[0], err)
	}
	media := regexp.MustCompile(`^([A-Z0-9_]{1,8}/){1,7}[A-Z0-9_]{1,8}$`)
	syntaxes, sources, uids, paths := map[string]bool{}, map[dicom.PitchSource]bool{}, map[string]bool{}, []string{}
	for i, s := range specs {
		row := rows[i+1]
		paths = append(paths, row[0])
		if !media.MatchString(row[0]) {
			t.Errorf("%s cannot be on media", row[0])
		}
		x, errX := strconv.ParseFloat(row[2], 64)
		y, errY := strconv.ParseFloat(row[3], 64)
		if errX != nil || errY != nil || x != s.Center.X || y != s.Center.Y || row[1] != string(s.Label) {
			t.Errorf("row %v does not tell %+v", row, s)
		}
		b, err := os.ReadFile(filepath.Join(dir, row[0]))
		if err != nil {
			t.Fatal(err)
		}
		h, err := dicom.ReadHeader(b, row[0])
		if err != nil {
			t.Fatal(err)
		}
		view := map[View]string{AP: "AP", LAT: map[Side]string{Left: "LL", Right: "RL"}[s.Side]}[s.View]
		if h.PatientID != s.Patient || h.Modality != s.Modality || h.Side != string(s.Side) || h.View != view || h.Columns != s.Width || h.Rows != s.Height {
			t.Errorf("%s: %+v does not tell %+v", row[0], h, s)
		}
		known := h.PitchSource == dicom.Calibrated || h.PitchSource == dicom.AtDetector
		if known != s.SpacingKnown || math.Abs(float64(h.Pitch-s.Known())) > 1e-9 {
			t.Errorf("%s: pitch %v (%v), want %v", row[0], h.Pitch, h.PitchSource, s.Known())
		}
		for _, word := range []string{"CONTROL", string(s.Kind), s.ID} {
			if bytes.Contains(b, []byte(word)) {
				t.Errorf("%s holds %q", row[0], word)
			}
		}
		syntaxes[h.TransferSyntax], sources[h.PitchSource], uids[h.SOPInstanceUID] = true, true, true
		checkDICOMPixels(t, c, s, b)
	}
	if len(syntaxes) != 6 || len(sources) != 3 || len(uids) != len(specs) {
		t.Errorf("syntaxes %v, sources of pitch %v, %d UIDs of %d files", syntaxes, sources, len(uids), len(specs))
	}
	directory, err := os.ReadFile(filepath.Join(dir, DirectoryFile))
	if err != nil {
		t.Fatal(err)
	}
	listed, err := dicom.Directory(directory, DirectoryFile)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(listed)
	slices.Sort(paths)
	if !slices.Equal(listed, paths) {
		t.Errorf("the directory lists %v, want %v", listed, paths)
	}
	if b, err := os.ReadFile(filepath.Join(dir, NoticeFile)); err != nil || strings.TrimSpace(string(b)) != Notice {
		t.Errorf("notice %q, %v", b, err)
	}
}

// checkDICOMPixels holds that a reader sees the drawn radiograph, to within half of the file's levels.
func checkDICOMPixels(t *testing.T, c *Cohort, s Spec, b []byte) {
	t.Helper()
	want, err := c.Render(s)
	if err != nil {
		t.Fatal(err)
	}
	got, facts, err := (&dicom.Decoder{}).Decode(t.Context(), b, s.ID, 0)
	if err != nil {
		t.Fatal(err)
	}
	h := habit(s.Site)
	if facts.Inverted != h.inverted || facts.BitsStored != h.stored || !facts.Window && h.stored != 16 {
		t.Errorf("%s: %+v does not tell %+v", s.ID, facts, h)
	}
	if got.Width != want.Width || got.Height != want.Height {
		t.Fatalf("%s: %d × %d, want %d × %d", s.ID, got.Width, got.Height, want.Width, want.Height)
	}
	most := 65535/(2*h.span) + 2
	for i, v := range got.Pix {
		if d := int(v) - int(want.Pix[i]); d > most || d < -most {
			t.Fatalf("%s (site %d): sample %d is %d, want %d within %d", s.ID, s.Site, i, v, want.Pix[i], most)
		}
	}
}

// The same configuration gives the same bytes; another seed has no UID in common.
func TestDICOMIsDeterministic(t *testing.T) {
	write := func(seed uint64) map[string]string {
		dir := filepath.Join(t.TempDir(), "export")
		if err := mustCohort(t, Config{Patients: 4, Scale: 0.02, Seed: seed}).WriteTo(context.Background(), dir, DICOM, nil); err != nil {
			t.Fatal(err)
		}
		out := map[string]string{}
		err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			b, err := os.ReadFile(filepath.Join(dir, name))
			out[name] = string(b)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	first, again, other := write(1), write(1), write(2)
	if len(first) != len(again) || len(first) < 4+3 {
		t.Errorf("%d and %d files", len(first), len(again))
	}
	uids := func(files map[string]string) map[string]bool {
		out := map[string]bool{}
		for _, b := range files {
			for _, uid := range regexp.MustCompile(`2\.25\.[0-9]+`).FindAllString(b, -1) {
				out[uid] = true
			}
		}
		return out
	}
	for name, b := range first {
		if again[name] != b {
			t.Errorf("%s differs", name)
		}
	}
	common := 0
	theirs := uids(other)
	for uid := range uids(first) {
		if theirs[uid] {
			common++
		}
	}
	if common != 1 { // the Implementation Class UID
		t.Errorf("%d UIDs in common", common)
	}
}

func TestDICOMRefusesAFullFolder(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, DirectoryFile), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	err := mustCohort(t, Config{Patients: 1, Scale: 0.02}).WriteTo(context.Background(), dir, DICOM, nil)
	if err == nil || !strings.Contains(err.Error(), "DICOMDIR exists already") {
		t.Errorf("error %v", err)
	}
}
