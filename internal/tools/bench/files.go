package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// filePipeline reads files and trains nothing, so that what is measured is the reading.
const filePipeline = `pipeline {
  name = "files"
  seed = 1
}

stage "ingest" "cohort" {
  source "csv" {
    path = "annotations.csv"
  }
}

stage "split-by-patient" "folds" {
  radiographs = ingest.cohort.radiographs
  test        = 0.25
  folds       = 2
}

stage "crop-patches" "whole" {
  radiographs = ingest.cohort.radiographs
  input       = "whole"
  size        = 32
}
`

const touchRepeats = 5

// filesTouched touches the files of a synthetic cohort.
func (b *bench) filesTouched(ctx context.Context) ([]figure, error) {
	s := study{program: b.study.program, dir: filepath.Join(b.temp, "cohort")}
	if _, err := execute(ctx, b.temp, s.program, "synth", s.dir, "--patients", "60", "--scale", "0.1"); err != nil {
		return nil, err
	}
	cache := filepath.Join(b.temp, "cohort-cache")
	if _, err := s.first(ctx, cache); err != nil {
		return nil, err
	}
	f, err := b.touched(ctx, s, cache, "every input file touched (same bytes)")
	if err != nil {
		return nil, err
	}
	return []figure{f}, nil
}

// first writes the pipeline and runs it in an empty cache.
func (s study) first(ctx context.Context, cache string) (outcome, error) {
	if err := os.WriteFile(filepath.Join(s.dir, pipelineFile), []byte(filePipeline), 0o644); err != nil {
		return outcome{}, err
	}
	o, r, err := s.run(ctx, cache)
	if err == nil && len(r.hit) > 0 {
		err = fmt.Errorf("%d instances were in an empty cache", len(r.hit))
	}
	return o, err
}

// touched runs a study repeatedly, each time after all of its files were given another time.
func (b *bench) touched(ctx context.Context, s study, cache, what string) (figure, error) {
	f := figure{What: what, Must: "0 stages run"}
	files := 0
	ran, err := b.again(ctx, &f, s, cache, touchRepeats, func(i int) (err error) {
		files, err = touch(s.dir, time.Now().Add(time.Duration(i-touchRepeats)*time.Hour))
		return err
	})
	if err != nil {
		return f, err
	}
	f.Counted += ", " + count(files, "file")
	f.Verdict = judge(len(ran) == 0 && files > 0)
	return f, nil
}

// touch gives every file below a folder this time of change and returns how many there are.
func touch(dir string, at time.Time) (int, error) {
	n := 0
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		n++
		return os.Chtimes(path, at, at)
	})
	return n, err
}

// manyFiles measures collections of as many files as the clinic's, and of ten times as many, each very small: what it
// costs to see that nothing changed. Reading large files again costs their size beside that.
func (b *bench) manyFiles(ctx context.Context) ([]figure, error) {
	if b.files == 0 {
		return nil, nil
	}
	few, err := b.smallFiles(ctx, b.files, 0)
	if err != nil {
		return few, err
	}
	many, err := b.smallFiles(ctx, 10*b.files, manySeconds)
	return append(few, many...), err
}

// manySeconds is how long it may take to see that the very large collection did not change.
const manySeconds = 1

// smallFiles measures a collection of n small files; limit 0 demands no time.
func (b *bench) smallFiles(ctx context.Context, n int, limit float64) ([]figure, error) {
	s := study{program: b.study.program, dir: filepath.Join(b.temp, fmt.Sprintf("many-%d", n))}
	if err := writeSmall(s.dir, n); err != nil {
		return nil, err
	}
	cache := filepath.Join(b.temp, fmt.Sprintf("many-%d-cache", n))
	o, err := s.first(ctx, cache)
	if err != nil {
		return nil, err
	}
	cold := figure{
		What: fmt.Sprintf("%d small files, ingested, split and scaled, cold", n), Repeats: 1,
		Series: []series{{"wall", seconds, []float64{o.wall.Seconds()}}, {"peak memory", memory, []float64{float64(o.peak)}}},
	}
	same := figure{What: fmt.Sprintf("%d small files, nothing changed", n), Must: "0 stages run"}
	if limit > 0 {
		same.Must += ", ≤ " + strconv.FormatFloat(limit, 'g', -1, 64) + " s"
	}
	ran, err := b.again(ctx, &same, s, cache, touchRepeats, func(int) error { return nil })
	if err != nil {
		return nil, err
	}
	same.Verdict = judge(len(ran) == 0 && (limit == 0 || same.Series[0].median() <= limit))
	all, err := b.touched(ctx, s, cache, fmt.Sprintf("%d small files, all touched", n))
	if err != nil {
		return []figure{cold, same}, err
	}
	return []figure{cold, same, all}, nil
}

// writeSmall writes n small radiographs of n/3 patients, every fifth patient with an atypical fracture, and their
// annotations. No two files have the same bytes, nor look alike.
func writeSmall(dir string, n int) error {
	const width, height = 32, 48
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	annotations := bytes.NewBufferString("path,patient,label,x,y\n")
	picture := image.NewGray16(image.Rect(0, 0, width, height))
	for i := range n {
		noise := rand.New(rand.NewPCG(uint64(i), 48))
		for y := range height {
			for x := range width {
				picture.SetGray16(x, y, color.Gray16{Y: uint16(noise.Uint32())})
			}
		}
		name := fmt.Sprintf("radiograph_%05d.png", i)
		var file bytes.Buffer
		if err := png.Encode(&file, picture); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name), file.Bytes(), 0o644); err != nil {
			return err
		}
		label := "NFF"
		if i/3%5 == 0 {
			label = "AFF"
		}
		fmt.Fprintf(annotations, "%s,p%04d,%s,%d,%d\n", name, i/3, label, width/2, height/2)
	}
	return os.WriteFile(filepath.Join(dir, "annotations.csv"), annotations.Bytes(), 0o644)
}
