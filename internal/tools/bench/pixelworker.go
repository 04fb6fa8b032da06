package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"sync"
	"time"

	"femur/internal/radiograph"
	"femur/internal/radiograph/dicom"
)

// workerCommand as the first argument makes the program do pixel work and say how long it took: it starts itself so.
const workerCommand = "pixel-worker"

// inputSide is the side of the network's input that radiographs are scaled to.
const inputSide = 224

// A pixelTask is what a worker does with each file.
type pixelTask string

const (
	taskPNG    pixelTask = "png"    // read, decode, letterbox
	taskDICOM  pixelTask = "dicom"  // the same
	taskResize pixelTask = "resize" // letterbox what was decoded before
)

// A workload is what a worker did.
type workload struct {
	Pixels  int64   `json:"pixels"`
	Seconds float64 `json:"seconds"`
	Sum     uint64  `json:"sum"` // of all decoded pixels, so that both programs are known to read the same
}

// pixelWorker is the command: TASK THREADS SECONDS FILE...
func pixelWorker(args []string, out io.Writer) error {
	if len(args) < 4 {
		return fmt.Errorf("usage: %s TASK THREADS SECONDS FILE [FILE ...]", workerCommand)
	}
	threads, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	long, err := strconv.ParseFloat(args[2], 64)
	if err != nil {
		return err
	}
	runtime.GOMAXPROCS(threads)
	w, err := work(pixelTask(args[0]), threads, time.Duration(long*float64(time.Second)), args[3:])
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(w)
}

// work repeats a task on all files for a while, after all were read once.
func work(task pixelTask, threads int, long time.Duration, files []string) (workload, error) {
	var w workload
	images := make([]radiograph.Image, len(files))
	pixels := int64(0)
	for i, path := range files {
		var err error
		if images[i], err = readRadiograph(task, path); err != nil {
			return w, err
		}
		pixels += int64(len(images[i].Pix))
		for _, v := range images[i].Pix {
			w.Sum += uint64(v)
		}
	}
	begin := time.Now()
	var running sync.WaitGroup
	done, faults := make([]int64, threads), make([]error, threads)
	for t := range threads {
		running.Go(func() {
			for faults[t] == nil && time.Since(begin) < long {
				for i, path := range files {
					im := images[i]
					if task != taskResize {
						if im, faults[t] = readRadiograph(task, path); faults[t] != nil {
							return
						}
					}
					radiograph.Letterboxed(im, inputSide)
				}
				done[t] += pixels
			}
		})
	}
	running.Wait()
	w.Seconds = time.Since(begin).Seconds()
	for t := range threads {
		if faults[t] != nil {
			return w, faults[t]
		}
		w.Pixels += done[t]
	}
	return w, nil
}

func readRadiograph(task pixelTask, path string) (radiograph.Image, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return radiograph.Image{}, err
	}
	if task == taskDICOM {
		var d dicom.Decoder
		im, _, err := d.Decode(context.Background(), b, path, 0)
		return im, err
	}
	im, _, err := radiograph.DecodeBytes(b, path, radiograph.Limits{})
	return im, err
}
