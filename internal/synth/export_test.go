package synth

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"femur/internal/radiograph"
)

func TestWriteToReadsBack(t *testing.T) {
	c := mustCohort(t, Config{Patients: 5, Scale: 0.04, Seed: 3})
	specs := c.Specs()
	for _, format := range []FileFormat{PNG16, JPEG8} {
		dir := filepath.Join(t.TempDir(), "cohort")
		last := 0
		if err := c.WriteTo(context.Background(), dir, format, func(done int) { last = done }); err != nil {
			t.Fatal(err)
		}
		if last != len(specs) {
			t.Errorf("%d radiographs reported, want %d", last, len(specs))
		}
		f, err := os.Open(filepath.Join(dir, CSVFile))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(f).ReadAll()
		if err := f.Close(); err != nil {
			t.Error(err)
		}
		if err != nil || len(rows) != len(specs)+1 || strings.Join(rows[0], ",") != "path,patient,label,x,y,spacing" {
			t.Fatalf("%d rows under %v, %v", len(rows), rows[0], err)
		}
		for i, s := range specs {
			row := rows[i+1]
			b, err := os.ReadFile(filepath.Join(dir, row[0]))
			if err != nil {
				t.Fatal(err)
			}
			im, facts, err := radiograph.DecodeBytes(b, row[0], radiograph.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			want, err := c.Render(s)
			if err != nil {
				t.Fatal(err)
			}
			switch {
			case format == PNG16 && (!im.Equal(want) || facts.BitsStored != 16):
				t.Errorf("%s changed on its way, %+v", row[0], facts)
			case im.Width != s.Width || im.Height != s.Height:
				t.Errorf("%s is %d×%d", row[0], im.Width, im.Height)
			}
			x, errX := strconv.ParseFloat(row[3], 64)
			y, errY := strconv.ParseFloat(row[4], 64)
			if errX != nil || errY != nil || x != s.Center.X || y != s.Center.Y || row[1] != s.Patient || row[2] != string(s.Label) {
				t.Errorf("row %v does not tell %+v", row, s)
			}
			if (row[5] != "") != s.SpacingKnown {
				t.Errorf("row %v: spacing known %v", row, s.SpacingKnown)
			}
		}
		checkLabelStudio(t, filepath.Join(dir, LabelStudioFile), specs)
		if b, err := os.ReadFile(filepath.Join(dir, NoticeFile)); err != nil || strings.TrimSpace(string(b)) != Notice {
			t.Errorf("notice %q, %v", b, err)
		}
		if err := c.WriteTo(context.Background(), dir, format, nil); err == nil || !strings.Contains(err.Error(), "exists already") {
			t.Errorf("a second export into one folder: %v", err)
		}
	}
}

func checkLabelStudio(t *testing.T, path string, specs []Spec) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var columns map[string]map[string]any
	if err := json.Unmarshal(b, &columns); err != nil {
		t.Fatal(err)
	}
	for i, s := range specs {
		row := strconv.Itoa(i)
		name, _ := columns["file_name"][row].(string)
		width, _ := columns["original_width"][row].(float64)
		x, _ := columns["x"][row].(float64)
		if !convention.MatchString(strings.TrimSuffix(name, filepath.Ext(name))) || int(width) != s.Width ||
			math.Abs(x/100*width-s.Center.X) > 1e-9*width {
			t.Errorf("row %s holds %s, %g, %g for %+v", row, name, width, x, s)
		}
	}
}

func TestWriteToStops(t *testing.T) {
	c := mustCohort(t, Config{Patients: 40, Scale: 0.04, Seed: 3})
	dir := t.TempDir()
	if err := c.WriteTo(context.Background(), dir, "bmp", nil); err == nil || !strings.Contains(err.Error(), `"bmp"`) {
		t.Errorf("an unknown format: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	err := c.WriteTo(ctx, dir, PNG16, func(done int) {
		if done == 3 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("canceled, but %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, CSVFile)); err == nil {
		t.Error("an interrupted export has its table")
	}
}
