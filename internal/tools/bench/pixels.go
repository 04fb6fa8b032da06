package main

import (
	"context"
	_ "embed" // the script
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"

	"femur/internal/radiograph"
	"femur/internal/synth"
)

//go:embed python/pixels.py
var pixelScript []byte

const (
	pixelSeconds = "2" // that a worker works
	pixelRepeats = 5
	ratioLeast   = 1.0
)

// A comparison is one row against Python: a task, done by some processes of some threads each.
type comparison struct {
	what               string
	task               pixelTask
	processes, threads int
	exact              bool // both programs must have decoded the same values
}

func comparisons() []comparison {
	return []comparison{
		{"16-bit PNG decoded and letterboxed, against OpenCV, two processes each", taskPNG, 2, 1, true},
		{"DICOM of lossless JPEG decoded and letterboxed, against pydicom and pylibjpeg, two processes each", taskDICOM, 2, 1, false},
		{"area-average resize of 16 bits, against OpenCV's `INTER_AREA`, one thread each", taskResize, 1, 1, true},
		{"area-average resize of 16 bits, against OpenCV's `INTER_AREA`, two threads each", taskResize, 1, 2, true},
	}
}

// pixels compares decoding and scaling with Python's, both in turn on the same files. Without the environment the rows
// say how to make it.
func (b *bench) pixels(ctx context.Context) ([]figure, error) {
	fault := ""
	if b.python == "" {
		fault = "there is no folder for the user's caches; give -python"
	} else if _, err := os.Stat(b.python); err != nil {
		fault = "the Python environment is not there; run `make bench-python`"
	}
	var files map[pixelTask][]string
	if fault == "" {
		var err error
		if files, err = b.pixelFiles(); err != nil {
			return nil, err
		}
	}
	var figures []figure
	for _, c := range comparisons() {
		f := figure{What: c.what, Must: "≥ 1.0×"}
		if fault == "" {
			if err := b.compare(ctx, c, files[c.task], &f); ctx.Err() != nil {
				return figures, err
			} else if err != nil {
				f.Verdict, f.Fault = notMeasured, err.Error()
			}
		} else {
			f.Verdict, f.Fault = notMeasured, fault
		}
		figures = append(figures, f)
	}
	return figures, nil
}

// compare measures a row: in each repeat first this program and then Python, so that a busy machine slows both.
func (b *bench) compare(ctx context.Context, c comparison, files []string, f *figure) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	script := filepath.Join(b.temp, "pixels.py")
	if err := os.WriteFile(script, pixelScript, 0o644); err != nil {
		return err
	}
	args := append([]string{string(c.task), strconv.Itoa(c.threads), pixelSeconds}, files...)
	var ratios, ours, theirs []float64
	for range pixelRepeats {
		own, err := together(ctx, c, self, append([]string{workerCommand}, args...))
		if err != nil {
			return err
		}
		other, err := together(ctx, c, b.python, append([]string{script}, args...))
		if err != nil {
			return err
		}
		if c.exact && own.Sum != other.Sum {
			return fmt.Errorf("the programs read other pixels: their sums are %d and %d", own.Sum, other.Sum)
		}
		ours, theirs = append(ours, own.megapixels()), append(theirs, other.megapixels())
		ratios = append(ratios, own.megapixels()/other.megapixels())
	}
	f.Repeats = pixelRepeats
	f.Series = []series{{"", ratio, ratios}, {"femur", rate, ours}, {"Python", rate, theirs}}
	f.Verdict = judge(median(ratios) >= ratioLeast)
	return nil
}

func (w workload) megapixels() float64 { return float64(w.Pixels) / 1e6 / w.Seconds }

// together runs the same command in as many processes as a comparison asks for and adds up what they did in a second.
func together(ctx context.Context, c comparison, program string, args []string) (workload, error) {
	var running sync.WaitGroup
	done, faults := make([]workload, c.processes), make([]error, c.processes)
	for i := range c.processes {
		running.Go(func() {
			o, err := execute(ctx, ".", program, args...)
			if err == nil {
				err = json.Unmarshal(o.stdout, &done[i])
			}
			if err == nil && (done[i].Pixels <= 0 || done[i].Seconds <= 0) {
				err = fmt.Errorf("%s did nothing: %s", program, o.stdout)
			}
			faults[i] = err
		})
	}
	running.Wait()
	sum := workload{Seconds: 1}
	for i, w := range done {
		if faults[i] != nil {
			return sum, faults[i]
		}
		sum.Pixels += int64(float64(w.Pixels) / w.Seconds)
		sum.Sum = w.Sum
	}
	return sum, nil
}

// pixelFiles writes what is read: synthetic radiographs of the clinic's sizes, as 16-bit PNG and as DICOM of lossless
// JPEG.
func (b *bench) pixelFiles() (map[pixelTask][]string, error) {
	dir := filepath.Join(b.temp, "pixels")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	cohort, err := synth.NewCohort(synth.Config{Patients: 2, Scale: 1, Seed: 1})
	if err != nil {
		return nil, err
	}
	files := map[pixelTask][]string{}
	for i, s := range cohort.Specs()[:min(2, len(cohort.Specs()))] {
		im, err := cohort.Render(s)
		if err != nil {
			return nil, err
		}
		sides := [][2]int{{1760, 2140}, {2800, 3400}}[i]
		im = radiograph.Resize(im, sides[0], sides[1])
		path := filepath.Join(dir, fmt.Sprintf("%d.png", i))
		if err := writeFile(path, func(f *os.File) error { return radiograph.WritePNG(f, im) }); err != nil {
			return nil, err
		}
		files[taskPNG], files[taskResize] = append(files[taskPNG], path), append(files[taskResize], path)
		path = filepath.Join(dir, fmt.Sprintf("%d.dcm", i))
		if err := writeFile(path, func(f *os.File) error { return writeLossless(f, im) }); err != nil {
			return nil, err
		}
		files[taskDICOM] = append(files[taskDICOM], path)
	}
	return files, nil
}

// writeFile makes a file.
func writeFile(path string, fill func(*os.File) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := fill(f); err != nil {
		_ = f.Close() // the first error counts
		return fmt.Errorf("%s: %w", path, err)
	}
	return f.Close()
}

// defaultPython is where make bench-python puts the environment.
func defaultPython() string {
	cache, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	if runtime.GOOS == "windows" {
		return filepath.Join(cache, "femur-bench-python", "Scripts", "python.exe")
	}
	return filepath.Join(cache, "femur-bench-python", "bin", "python")
}
