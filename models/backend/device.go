package backend

import (
	"context"
	"errors"
	"sync"

	"github.com/gomlx/compute"
)

// ErrClosed is returned by a device that was closed.
var ErrClosed = errors.New("the compute device is closed")

// A Device is an engine that is opened on first use and shared by all that hold
// it. The zero value is not useful; NewDevice makes one.
type Device struct {
	opts   Options
	mu     sync.Mutex
	engine *Engine
	closed bool
}

// NewDevice returns a device with these options. It loads nothing, finds nothing and never fails.
func NewDevice(opts Options) *Device { return &Device{opts: opts} }

// Engine opens the engine, or returns the one already open. An attempt that
// failed is not remembered: the next call tries again.
func (d *Device) Engine(ctx context.Context) (*Engine, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil, ErrClosed
	}
	if d.engine == nil {
		engine, err := Open(ctx, d.opts)
		if err != nil {
			return nil, err
		}
		d.engine = engine
	}
	return d.engine, nil
}

// Opened returns the engine if it is open already, else nil; it costs nothing.
func (d *Device) Opened() *Engine {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.engine
}

// Close closes the engine, if it was opened, and refuses to open another.
func (d *Device) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = true
	if d.engine == nil {
		return nil
	}
	err := d.engine.Close()
	d.engine = nil
	return err
}

// Compute opens the engine if need be and returns its backend, for package fit.
func (d *Device) Compute(ctx context.Context) (compute.Backend, error) {
	engine, err := d.Engine(ctx)
	if err != nil {
		return nil, err
	}
	return engine.Backend(), nil
}

// Compiled logs that a program was compiled, which takes seconds to minutes and happens once in a
// process for each architecture. Package fit calls it, and make bench counts these lines.
func (d *Device) Compiled(program string) {
	if d.opts.Log != nil {
		d.opts.Log.Info("compiled", "program", program)
	}
}
