package synth

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"femur/internal/radiograph"
	"femur/internal/radiograph/dicom/dicomwrite"
)

// A FileFormat is that of exported radiographs.
type FileFormat string

// The formats.
const (
	PNG16 FileFormat = "png"  // 16-bit gray, nothing lost
	JPEG8 FileFormat = "jpeg" // 8-bit gray of quality 92
	// DICOM is what hospitals export: CR and DX files without extension in folders by patient and study, with a
	// DICOMDIR. A site has its habit: 12 to 16 bits stored, MONOCHROME1 or 2, a window, and a transfer syntax (half of
	// the sites lossless JPEG). The header tells patient, view, side and, where it is known, the spacing.
	DICOM FileFormat = "dicom"
)

const jpegQuality = 92

// The names of what an export writes beside the radiographs.
const (
	ImageFolder     = "images"
	CSVFile         = "annotations.csv"
	LabelStudioFile = "label-studio.json"
	NoticeFile      = "SYNTHETIC.txt"
)

// A writer puts radiographs of one format below a folder.
type writer struct {
	cohort *Cohort
	format FileFormat
	dir    string
	listed []dicomwrite.Listed // by spec, the headers of DICOM files
}

// path is where a radiograph lies below the folder of an export.
func (w *writer) path(s Spec) string {
	switch w.format {
	case DICOM:
		return w.cohort.dicomPath(s)
	case JPEG8:
		return ImageFolder + "/" + s.ID + ".jpg"
	}
	return ImageFolder + "/" + s.ID + ".png"
}

// files are the names of what an export writes into its folder, the images' first.
func (f FileFormat) files() ([]string, error) {
	switch f {
	case PNG16, JPEG8:
		return []string{ImageFolder, NoticeFile, LabelStudioFile, CSVFile}, nil
	case DICOM:
		return []string{DICOMFolder, NoticeFile, DirectoryFile, CSVFile}, nil
	}
	return nil, fmt.Errorf("no format %q for synthetic radiographs; use %q, %q or %q", f, PNG16, JPEG8, DICOM)
}

// WriteTo writes the cohort to dir as ordinary files: the radiographs below [ImageFolder], a CSV table with the
// columns path, patient, label, x, y (oriented pixels) and spacing (mm per pixel, empty where unknown), the same
// truth as the clinic's annotation tool exports it (column → row → value, x and y in percent), and the notice. Files
// that are there already are an error. The tables come last, so that an interrupted export has none.
//
// The format DICOM has its radiographs below [DICOMFolder] and a [DirectoryFile] in place of the tool's export. Its CSV
// table has the columns path, label, x and y: patient and spacing stand in the files.
//
// wrote, where it is not nil, is called after each radiograph with the number done so far; never twice at a time.
func (c *Cohort) WriteTo(ctx context.Context, dir string, format FileFormat, wrote func(done int)) error {
	names, err := format.files()
	if err != nil {
		return err
	}
	for _, name := range names {
		if _, err := os.Lstat(filepath.Join(dir, name)); !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("synthetic cohort: %s exists already; give an empty folder", filepath.Join(dir, name))
		}
	}
	if err := os.MkdirAll(filepath.Join(dir, names[0]), 0o755); err != nil {
		return fmt.Errorf("synthetic cohort: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, NoticeFile), []byte(Notice+"\n"), 0o644); err != nil {
		return fmt.Errorf("synthetic cohort: %w", err)
	}
	w := &writer{cohort: c, format: format, dir: dir, listed: make([]dicomwrite.Listed, len(c.specs))}
	if err := w.writeImages(ctx, wrote); err != nil {
		return err
	}
	if format == DICOM {
		err = w.writeDirectory()
	} else {
		err = w.writeLabelStudio()
	}
	if err != nil {
		return err
	}
	return w.writeCSV()
}

// writeImages renders on every processor.
func (w *writer) writeImages(ctx context.Context, wrote func(int)) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	next := make(chan int)
	var workers sync.WaitGroup
	var done sync.Mutex
	count := 0
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for i := range next {
				if err := w.writeImage(i); err != nil {
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
	for i := range w.cohort.specs {
		select {
		case next <- i:
		case <-ctx.Done():
			break feed
		}
	}
	close(next)
	workers.Wait()
	return context.Cause(ctx)
}

// writeImage writes the radiograph of one spec.
func (w *writer) writeImage(i int) (err error) {
	spec := w.cohort.specs[i]
	name := filepath.Join(w.dir, filepath.FromSlash(w.path(spec)))
	im, err := w.cohort.Render(spec)
	if err != nil {
		return err
	}
	if w.format == DICOM {
		return w.writeDICOM(i, name, im)
	}
	f, err := os.Create(name)
	if err != nil {
		return fmt.Errorf("synthetic radiograph: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if w.format == PNG16 {
		return radiograph.WritePNG(f, im)
	}
	return radiograph.WriteJPEG(f, im, jpegQuality)
}

// writeDICOM writes a file and keeps its header for the directory.
func (w *writer) writeDICOM(i int, name string, im radiograph.Image) error {
	spec := w.cohort.specs[i]
	f, err := w.cohort.dicomFile(spec, im)
	if err != nil {
		return fmt.Errorf("synthetic radiograph %s: %w", spec.ID, err)
	}
	b, err := f.Bytes()
	if err != nil {
		return fmt.Errorf("synthetic radiograph %s: %w", spec.ID, err)
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return fmt.Errorf("synthetic radiograph: %w", err)
	}
	if err := os.WriteFile(name, b, 0o644); err != nil {
		return fmt.Errorf("synthetic radiograph: %w", err)
	}
	f.Remove(dicomwrite.PixelData)
	w.listed[i] = dicomwrite.Listed{Path: w.path(spec), File: f}
	return nil
}

func (w *writer) writeDirectory() error {
	b, err := dicomwrite.Directory(w.cohort.uid(), w.listed)
	if err != nil {
		return fmt.Errorf("synthetic cohort: %w", err)
	}
	if err := os.WriteFile(filepath.Join(w.dir, DirectoryFile), b, 0o644); err != nil {
		return fmt.Errorf("synthetic cohort: %w", err)
	}
	return nil
}
