package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"hash/adler32"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/klauspost/compress/flate"
)

// ingestPipeline reads a collection and does nothing else with it.
const ingestPipeline = `pipeline {
  name = "films"
  seed = 1
}

stage "ingest" "cohort" {
  source "csv" {
    path = "annotations.csv"
  }
}
`

const (
	filmWidth, filmHeight = 2240, 2688 // six megapixels
	filmMemory            = 3 << 29    // 1.5 GiB
)

// largeFiles ingests a collection of the clinic's size and counts the memory: what the program holds, without pages of
// files. The cache's files are mapped, so every page that was written counts as resident until the system wants it
// back, and there are gigabytes of them. The files have the clinic's number of
// pixels and compress better, so that they and the cache fit a developer's disk.
func (b *bench) largeFiles(ctx context.Context) ([]figure, error) {
	if b.films == 0 {
		return nil, nil
	}
	s := study{program: b.study.program, dir: filepath.Join(b.temp, "films")}
	size, err := writeFilms(s.dir, b.films)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(s.dir, pipelineFile), []byte(ingestPipeline), 0o644); err != nil {
		return nil, err
	}
	cache := filepath.Join(b.temp, "films-cache")
	o, _, err := s.run(ctx, cache)
	if err != nil {
		return nil, err
	}
	for _, dir := range []string{s.dir, cache} { // gigabytes that nothing after it needs
		if err := os.RemoveAll(dir); err != nil {
			return nil, err
		}
	}
	held, what := o.held, "peak memory without pages of files"
	if held == 0 { // this system does not tell them apart
		held, what = o.peak, "peak memory"
	}
	megapixels := float64(b.films) * filmWidth * filmHeight / 1e6
	return []figure{{
		What: fmt.Sprintf("%d 16-bit PNG files of 6 megapixels, %s in all, ingested", b.films, memory.format(float64(size))),
		Must: "≤ 1.5 GiB", Repeats: 1, Verdict: judge(held > 0 && held <= filmMemory),
		Series: []series{
			{what, memory, []float64{float64(held)}}, {"with them", memory, []float64{float64(o.peak)}}, {"wall", seconds, []float64{o.wall.Seconds()}},
			{"", rate, []float64{megapixels / o.wall.Seconds()}},
		},
	}}, nil
}

// A band is some rows of a picture, compressed apart from the others.
type band struct{ raw, packed []byte }

const (
	bandRows = 64
	allBands = 96 // of which every picture takes some, in an order of its own
	filmSide = filmHeight / bandRows
)

// writeFilms writes n 16-bit PNG files of six megapixels and their annotations, and returns the size of all. Each
// picture is made of bands in another order, which takes a hundredth of the time of compressing it.
func writeFilms(dir string, n int) (int64, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return 0, err
	}
	r := rand.New(rand.NewPCG(1, 1))
	bands := make([]band, allBands)
	for i := range bands {
		var err error
		if bands[i], err = newBand(r, i); err != nil {
			return 0, err
		}
	}
	annotations := bytes.NewBufferString("path,patient,label,x,y\n")
	size := int64(0)
	for i := range n {
		name := fmt.Sprintf("film_%05d.png", i)
		var chosen []band
		for _, k := range r.Perm(allBands)[:filmSide] {
			chosen = append(chosen, bands[k])
		}
		file := film(chosen)
		if err := os.WriteFile(filepath.Join(dir, name), file, 0o644); err != nil {
			return 0, err
		}
		size += int64(len(file))
		label := "NFF"
		if i/3%5 == 0 {
			label = "AFF"
		}
		fmt.Fprintf(annotations, "%s,p%04d,%s,%d,%d\n", name, i/3, label, filmWidth/2, filmHeight/2)
	}
	return size, os.WriteFile(filepath.Join(dir, "annotations.csv"), annotations.Bytes(), 0o644)
}

// newBand makes rows of a smooth slope with noise in an eighth of the columns, each filtered by its left neighbor.
func newBand(r *rand.Rand, i int) (band, error) {
	var b band
	base := r.IntN(40000)
	for range bandRows {
		b.raw = append(b.raw, 1)
		left := uint16(0)
		for x := range filmWidth {
			v := uint16(base + 8*x*(i%5)/5)
			if x%1024 < 128 {
				v += uint16(r.IntN(256))
			}
			b.raw = binary.BigEndian.AppendUint16(b.raw, subtractBytes(v, left))
			left = v
		}
	}
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestSpeed)
	if err != nil {
		return b, err
	}
	if _, err := w.Write(b.raw); err != nil {
		return b, err
	}
	// A flush ends at a whole byte, with a block that is not the last: so bands can be put together.
	if err := w.Flush(); err != nil {
		return b, err
	}
	b.packed = packed.Bytes()
	return b, nil
}

// subtractBytes is the PNG filter: byte by byte, without borrowing.
func subtractBytes(v, left uint16) uint16 {
	return uint16(byte(v>>8)-byte(left>>8))<<8 | uint16(byte(v)-byte(left))
}

// film is a PNG file of bands.
func film(bands []band) []byte {
	header := binary.BigEndian.AppendUint32(nil, filmWidth)
	header = binary.BigEndian.AppendUint32(header, uint32(len(bands)*bandRows))
	header = append(header, 16, 0, 0, 0, 0)
	stream := []byte{0x78, 0x01}
	sum := adler32.New()
	for _, b := range bands {
		stream = append(stream, b.packed...)
		_, _ = sum.Write(b.raw) // a hash takes everything
	}
	stream = append(stream, 1, 0, 0, 0xff, 0xff) // the last block, empty
	stream = sum.Sum(stream)
	var file bytes.Buffer
	_, _ = io.WriteString(&file, "\x89PNG\r\n\x1a\n") // a buffer takes everything
	for _, c := range []struct {
		kind string
		body []byte
	}{{"IHDR", header}, {"IDAT", stream}, {"IEND", nil}} {
		b := binary.BigEndian.AppendUint32(nil, uint32(len(c.body)))
		b = append(append(b, c.kind...), c.body...)
		_, _ = file.Write(binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:])))
	}
	return file.Bytes()
}
