package inprocess

import (
	"errors"
	"fmt"
	"io"
	"sync"

	"femur/cache"
	"femur/dag"
)

var errAbandoned = errors.New("the output was abandoned")

// A writer passes an output on to the store while it is being written, so that none has to fit in
// memory twice. It counts only when Close returns nil.
type writer struct {
	task *task
	port dag.Port
	item cache.ItemRef
	pipe *io.PipeWriter
	done chan struct{} // the store has read all or failed

	artifact cache.Artifact
	err      error // of the store; read after done

	mu    sync.Mutex
	ended bool
}

func newWriter(t *task, p dag.Port, item cache.ItemRef) *writer {
	r, pw := io.Pipe()
	w := &writer{task: t, port: p, item: item, pipe: pw, done: make(chan struct{})}
	go func() {
		defer close(w.done)
		w.artifact, w.err = t.executor.Results.Put(t.ctx, p.Media, r)
		if w.err != nil {
			r.CloseWithError(w.err) // a Write that waits for the reader gets it
		}
	}()
	return w
}

// Write implements [io.Writer].
func (w *writer) Write(p []byte) (int, error) { return w.pipe.Write(p) }

// Close implements [io.Closer]: the output is stored and counts.
func (w *writer) Close() error {
	if !w.end() {
		return fmt.Errorf("output %s: closed twice", w.name())
	}
	w.pipe.Close() //nolint:errcheck // always nil
	<-w.done
	w.task.forget(w)
	if w.err != nil {
		return fmt.Errorf("output %s: %w", w.name(), w.err)
	}
	return w.task.commit(w.port, w.item, w.artifact)
}

// Abort drops the output. It may be created anew.
func (w *writer) Abort() {
	if w.end() {
		w.task.forget(w)
		w.task.release(w)
		w.drop(errAbandoned)
	}
}

// end marks the writer as ended and reports whether it was not.
func (w *writer) end() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	was := w.ended
	w.ended = true
	return !was
}

// drop makes the store see an error, so that nothing of the blob becomes visible.
func (w *writer) drop(err error) {
	_ = w.pipe.CloseWithError(err) // always nil
	<-w.done
}

func (w *writer) name() string {
	if w.item.ID == "" {
		return w.port.Name
	}
	return fmt.Sprintf("%s of %s", w.port.Name, w.item.ID)
}

func (t *task) forget(w *writer) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.open, w)
}

func (t *task) release(w *writer) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.created, slot{w.port.Name, w.item.ID})
}
