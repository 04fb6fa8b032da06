package synth

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"

	"femur/internal/radiograph"
)

// A FileFormat is that of exported radiographs.
type FileFormat string

// The formats.
const (
	PNG16 FileFormat = "png"  // 16-bit gray, nothing lost
	JPEG8 FileFormat = "jpeg" // 8-bit gray of quality 92
)

const jpegQuality = 92

// The names of what an export writes beside the radiographs.
const (
	ImageFolder     = "images"
	CSVFile         = "annotations.csv"
	LabelStudioFile = "label-studio.json"
	NoticeFile      = "SYNTHETIC.txt"
)

// extension returns that of a format, or an error.
func (f FileFormat) extension() (string, error) {
	switch f {
	case PNG16:
		return ".png", nil
	case JPEG8:
		return ".jpg", nil
	}
	return "", fmt.Errorf("no format %q for synthetic radiographs; use %q or %q", f, PNG16, JPEG8)
}

// WriteTo writes the cohort to dir as ordinary files: the radiographs below [ImageFolder], a CSV table with the
// columns path, patient, label, x, y (oriented pixels) and spacing (mm per pixel, empty where unknown), the same
// truth as the clinic's annotation tool exports it (column → row → value, x and y in percent), and the notice. Files
// that are there already are an error. The tables come last, so that an interrupted export has none.
//
// wrote, where it is not nil, is called after each radiograph with the number done so far; never twice at a time.
func (c *Cohort) WriteTo(ctx context.Context, dir string, format FileFormat, wrote func(done int)) error {
	extension, err := format.extension()
	if err != nil {
		return err
	}
	for _, name := range []string{CSVFile, LabelStudioFile, NoticeFile, ImageFolder} {
		if _, err := os.Lstat(filepath.Join(dir, name)); !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("synthetic cohort: %s exists already; give an empty folder", filepath.Join(dir, name))
		}
	}
	images := filepath.Join(dir, ImageFolder)
	if err := os.MkdirAll(images, 0o755); err != nil {
		return fmt.Errorf("synthetic cohort: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, NoticeFile), []byte(Notice+"\n"), 0o644); err != nil {
		return fmt.Errorf("synthetic cohort: %w", err)
	}
	if err := c.writeImages(ctx, images, extension, wrote); err != nil {
		return err
	}
	if err := c.writeLabelStudio(filepath.Join(dir, LabelStudioFile), extension); err != nil {
		return err
	}
	return c.writeCSV(filepath.Join(dir, CSVFile), extension)
}

// writeImages renders on every processor.
func (c *Cohort) writeImages(ctx context.Context, dir, extension string, wrote func(int)) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	next := make(chan Spec)
	var workers sync.WaitGroup
	var done sync.Mutex
	count := 0
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for spec := range next {
				if err := c.writeImage(filepath.Join(dir, spec.ID+extension), spec); err != nil {
					cancel(err)
					continue
				}
				done.Lock()
				count++
				if wrote != nil {
					wrote(count)
				}
				done.Unlock()
			}
		})
	}
feed:
	for _, spec := range c.specs {
		select {
		case next <- spec:
		case <-ctx.Done():
			break feed
		}
	}
	close(next)
	workers.Wait()
	return context.Cause(ctx)
}

func (c *Cohort) writeImage(path string, spec Spec) (err error) {
	im, err := c.Render(spec)
	if err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("synthetic radiograph: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if filepath.Ext(path) == ".png" {
		return radiograph.WritePNG(f, im)
	}
	return radiograph.WriteJPEG(f, im, jpegQuality)
}

// number writes a float so that reading it gives the same float.
func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

func (c *Cohort) writeCSV(path, extension string) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("synthetic cohort: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := csv.NewWriter(f)
	rows := [][]string{{"path", "patient", "label", "x", "y", "spacing"}}
	for _, s := range c.specs {
		spacing := ""
		if s.SpacingKnown {
			spacing = number(float64(s.Pitch))
		}
		rows = append(rows, []string{ImageFolder + "/" + s.ID + extension, s.Patient, string(s.Label), number(s.Center.X), number(s.Center.Y), spacing})
	}
	if err := w.WriteAll(rows); err != nil {
		return fmt.Errorf("synthetic cohort: %w", err)
	}
	return nil
}

// writeLabelStudio writes one object per column, each from row number to value.
func (c *Cohort) writeLabelStudio(path, extension string) error {
	var columns struct {
		FileName map[string]string  `json:"file_name"`
		Width    map[string]float64 `json:"original_width"`
		Height   map[string]float64 `json:"original_height"`
		X        map[string]float64 `json:"x"`
		Y        map[string]float64 `json:"y"`
	}
	columns.FileName = map[string]string{}
	columns.Width, columns.Height = map[string]float64{}, map[string]float64{}
	columns.X, columns.Y = map[string]float64{}, map[string]float64{}
	for i, s := range c.specs {
		row := strconv.Itoa(i)
		columns.FileName[row] = s.ID + extension
		columns.Width[row], columns.Height[row] = float64(s.Width), float64(s.Height)
		columns.X[row], columns.Y[row] = 100*s.Center.X/float64(s.Width), 100*s.Center.Y/float64(s.Height)
	}
	b, err := json.Marshal(columns)
	if err != nil {
		return fmt.Errorf("synthetic cohort: %w", err)
	}
	if err := os.WriteFile(path, append(b, '\n'), 0o644); err != nil {
		return fmt.Errorf("synthetic cohort: %w", err)
	}
	return nil
}
