package backend

import (
	"context"
	"errors"
	"testing"
)

// TestDevice: lazy, shared, and closed for good.
func TestDevice(t *testing.T) {
	d := NewDevice(Options{Choice: "go"})
	if d.Opened() != nil {
		t.Fatal("open before it was used")
	}
	engines := make(chan *Engine)
	for range 8 {
		go func() {
			e, err := d.Engine(context.Background())
			if err != nil {
				t.Error(err)
			}
			engines <- e
		}()
	}
	first := <-engines
	for range 7 {
		if e := <-engines; e != first {
			t.Error("two engines")
		}
	}
	if d.Opened() != first {
		t.Error("Opened returns another engine")
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	if err := d.Close(); err != nil {
		t.Errorf("second close: %v", err)
	}
	if _, err := d.Engine(t.Context()); !errors.Is(err, ErrClosed) {
		t.Errorf("after close: %v", err)
	}
	if !first.Backend().IsFinalized() {
		t.Error("the backend is still open")
	}

	broken := NewDevice(Options{Choice: "nonsense"})
	if _, err := broken.Engine(t.Context()); err == nil {
		t.Error("opened nonsense")
	}
	if err := broken.Close(); err != nil {
		t.Errorf("close of what never opened: %v", err)
	}
}
