package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"femur/internal/radiograph"
	"femur/internal/radiograph/dicom"
)

func TestFilmsAreSoundAndDiffer(t *testing.T) {
	dir := t.TempDir()
	size, err := writeFilms(dir, 3)
	if err != nil {
		t.Fatal(err)
	}
	sum := int64(0)
	var last radiograph.Image
	for _, name := range []string{"film_00000.png", "film_00001.png", "film_00002.png"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		sum += int64(len(b))
		im, facts, err := radiograph.DecodeBytes(b, name, radiograph.Limits{})
		if err != nil || facts.BitsStored != 16 || im.Width != filmWidth || im.Height != filmHeight {
			t.Fatalf("%+v, %v", facts, err)
		}
		if last.Pix != nil && im.Equal(last) {
			t.Errorf("%s shows the same as the one before", name)
		}
		last = im
	}
	if sum != size || size < 300_000 {
		t.Errorf("the files have %d bytes, %d are said", sum, size)
	}
	table, err := os.ReadFile(filepath.Join(dir, "annotations.csv"))
	if err != nil || strings.Count(string(table), "\n") != 4 {
		t.Errorf("annotations %q, %v", table, err)
	}
}

// TestPixelWorker does each task once, on one radiograph in both formats.
func TestPixelWorker(t *testing.T) {
	im := radiograph.New(60, 90)
	sum := uint64(0)
	for i := range im.Pix {
		im.Pix[i] = uint16(i) * 11
		sum += uint64(im.Pix[i])
	}
	dir := t.TempDir()
	png, dcm := filepath.Join(dir, "a.png"), filepath.Join(dir, "a.dcm")
	if err := writeFile(png, func(f *os.File) error { return radiograph.WritePNG(f, im) }); err != nil {
		t.Fatal(err)
	}
	if err := writeFile(dcm, func(f *os.File) error { return writeLossless(f, im) }); err != nil {
		t.Fatal(err)
	}
	for task, file := range map[pixelTask]string{taskPNG: png, taskResize: png, taskDICOM: dcm} {
		var out bytes.Buffer
		if err := pixelWorker([]string{string(task), "2", "0.01", file}, &out); err != nil {
			t.Fatalf("%s: %v", task, err)
		}
		var w workload
		if err := json.Unmarshal(out.Bytes(), &w); err != nil {
			t.Fatal(err)
		}
		if w.Pixels < 60*90 || w.Pixels%(60*90) != 0 || w.Seconds < 0.01 || task != taskDICOM && w.Sum != sum {
			t.Errorf("%s: %+v", task, w)
		}
	}
	if err := pixelWorker([]string{"png", "1", "0.01", filepath.Join(dir, "none.png")}, &bytes.Buffer{}); err == nil {
		t.Error("a file that is not there")
	}
	// The file is what it says: stored values come back, at full scale.
	back, err := readRadiograph(taskDICOM, dcm)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range back.Pix {
		if want := int(im.Pix[i]>>4) * 65535 / 4095; int(v)-want > 1 || want-int(v) > 1 {
			t.Fatalf("pixel %d is %d, want about %d", i, v, want)
		}
	}
	if !dicom.Is([]byte(strings.Repeat("\x00", 128) + "DICM\x02\x00")) {
		t.Error("DICOM is not told from its preamble")
	}
}

func TestComparisonsWithoutPython(t *testing.T) {
	b := &bench{options: options{python: filepath.Join(t.TempDir(), "none")}}
	figures, err := b.pixels(t.Context())
	if err != nil || len(figures) != len(comparisons()) {
		t.Fatalf("%d figures, %v", len(figures), err)
	}
	for _, f := range figures {
		if f.Verdict != notMeasured || !strings.Contains(f.Measured(), "make bench-python") {
			t.Errorf("%+v", f)
		}
	}
}
