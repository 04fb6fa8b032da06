package runlog

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"femur/dag"
	"femur/internal/view"
)

// progressEvery thins progress: a line a second shows a reader that an instance lives, and keeps the
// file of a week's training below 100 MB.
const progressEvery = time.Second

// A Writer fills the folder of one run.
type Writer struct {
	run    Run
	dir    string
	events *os.File

	mu       sync.Mutex
	progress map[dag.Address]time.Time // when one was last written
	err      error
}

var _ dag.Observer = (*Writer)(nil)

// Create makes the folder of a run that starts now, and its run.json. The id is the start in UTC, to
// the second; of several runs in one second the later ones get a number.
func (f Folder) Create(run Run, now time.Time) (*Writer, error) {
	if err := os.MkdirAll(f.dir, 0o700); err != nil {
		return nil, fmt.Errorf("runs: %w", err)
	}
	base := now.UTC().Format("20060102-150405")
	run.ID, run.State, run.Started = base, Running, now.UTC()
	for n := 2; ; n++ {
		err := os.Mkdir(filepath.Join(f.dir, run.ID), 0o700)
		if err == nil {
			break
		}
		if !errors.Is(err, fs.ErrExist) {
			return nil, fmt.Errorf("runs: %w", err)
		}
		run.ID = fmt.Sprintf("%s-%02d", base, n)
	}
	w := &Writer{run: run, dir: filepath.Join(f.dir, run.ID), progress: map[dag.Address]time.Time{}}
	events, err := os.OpenFile(filepath.Join(w.dir, "events.jsonl"), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("run %s: %w", run.ID, err)
	}
	w.events = events
	if err := run.write(w.dir); err != nil {
		return nil, errors.Join(err, events.Close())
	}
	return w, nil
}

// ID returns the id of the run.
func (w *Writer) ID() string { return w.run.ID }

// Observe implements [dag.Observer]. The first error of writing is kept for Close.
func (w *Writer) Observe(e dag.Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil {
		return
	}
	switch e := e.(type) {
	case dag.StageProgress:
		if last, ok := w.progress[e.Address]; ok && e.Time.Sub(last) < progressEvery {
			return
		}
		w.progress[e.Address] = e.Time
	case dag.RunEnd:
		w.run.Ended, w.run.Seconds = e.Time.UTC(), e.Seconds
		w.run.Totals = view.RunTotals(e.Totals)
		switch {
		case e.Interrupted:
			w.run.State = Interrupted
		case e.Totals.Failed > 0:
			w.run.State = Failed
		default:
			w.run.State = Done
		}
	}
	line, err := json.Marshal(view.NewEvent(e))
	if err == nil {
		_, err = w.events.Write(append(line, '\n')) // one write, so that readers see whole lines
	}
	if err != nil {
		w.err = fmt.Errorf("run %s: %w", w.run.ID, err)
	}
}

// LogSink opens the file that an instance prints to; it is a [dag.Runner]'s LogSink.
func (w *Writer) LogSink(a dag.Address) (io.WriteCloser, error) {
	path := logPath(w.dir, a)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("log of %s: %w", a, err)
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("log of %s: %w", a, err)
	}
	return file, nil
}

// Close writes how the run ended. A run closed without a [dag.RunEnd] did not come to run anything:
// it is marked as failed.
func (w *Writer) Close(now time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.run.State == Running {
		w.run.State, w.run.Ended = Failed, now.UTC()
	}
	return errors.Join(w.err, w.run.write(w.dir), w.events.Close())
}
