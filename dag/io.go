package dag

import (
	"fmt"
	"io"

	"femur/cache"
)

// ReadAll returns the bytes of an artifact that a task reads.
func ReadAll(t Task, a cache.Artifact) ([]byte, error) {
	b, err := t.Open(a)
	if err != nil {
		return nil, err
	}
	defer b.Close()
	p := make([]byte, b.Size())
	if n, err := b.ReadAt(p, 0); n < len(p) {
		return nil, fmt.Errorf("artifact %s: %w", a.Digest.Short(), err)
	}
	return p, nil
}

// ReadOne returns the item and the bytes at a port that is not Many.
func ReadOne(t Task, port string) (cache.Item, []byte, error) {
	for it, err := range t.Items(port) {
		if err != nil {
			return it, nil, err
		}
		b, err := ReadAll(t, it.Artifact)
		return it, b, err
	}
	return cache.Item{}, nil, fmt.Errorf("port %s: no artifact", port)
}

// Write creates an output from what f writes. Nothing counts unless f and the final Close succeed.
func Write(t Task, port string, item cache.ItemRef, f func(io.Writer) error) error {
	w, err := t.Create(port, item)
	if err != nil {
		return err
	}
	if err := f(w); err != nil {
		return abandon(w, port, item, err)
	}
	return w.Close()
}

// WriteBytes creates an output from b.
func WriteBytes(t Task, port string, item cache.ItemRef, b []byte) error {
	return Write(t, port, item, func(w io.Writer) error {
		_, err := w.Write(b)
		return err
	})
}

// abandon drops a half-written output: a writer that is an Aborter is told, any other is never closed.
func abandon(w io.WriteCloser, port string, item cache.ItemRef, err error) error {
	if a, ok := w.(interface{ Abort() }); ok {
		a.Abort()
	}
	if item.ID == "" {
		return fmt.Errorf("output %s: %w", port, err)
	}
	return fmt.Errorf("output %s of %s: %w", port, item.ID, err)
}
