package backend

import (
	"context"
	"errors"
	"fmt"
	"slices"
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

// lines is a Logger that keeps what it is told at level Info.
type lines struct {
	silent
	info []string
}

func (l *lines) Info(msg string, pairs ...any) { l.info = append(l.info, fmt.Sprint(msg, pairs)) }

// TestCompiledIsLogged: make bench counts these lines.
func TestCompiledIsLogged(t *testing.T) {
	log := &lines{}
	NewDevice(Options{Log: log}).Compiled("step cnn")
	if want := []string{"compiled[program step cnn]"}; !slices.Equal(log.info, want) {
		t.Errorf("logged %q, want %q", log.info, want)
	}
	NewDevice(Options{}).Compiled("step cnn") // without a log it is silent
}
