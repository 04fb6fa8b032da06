package fit

import (
	"context"
	"fmt"
	"sync"

	"femur/models/nn"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
)

// Programs compiles nets and keeps what it compiled, so that folds, seeds and
// repeats of one architecture share it. It may be used from several goroutines:
// who asks for a program that another is compiling waits for it.
type Programs struct {
	device Device

	mu       sync.Mutex
	entries  map[string]*entry
	compiles int
}

// An entry is one program, made by the first who asks.
type entry struct {
	mu   sync.Mutex
	made any
}

// NewPrograms returns an empty set of programs on a device, which is opened
// when the first is compiled.
func NewPrograms(device Device) *Programs {
	return &Programs{device: device, entries: map[string]*entry{}}
}

// Compiles is the number of programs compiled so far.
func (p *Programs) Compiles() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.compiles
}

// shared returns what make made for a key, making it at most once; an attempt
// that failed is not kept.
func shared[T any](ctx context.Context, p *Programs, key string, build func(compute.Backend) (T, error)) (T, error) {
	var zero T
	backend, err := p.device.Compute(ctx)
	if err != nil {
		return zero, err
	}
	p.mu.Lock()
	e := p.entries[key]
	if e == nil {
		e = &entry{}
		p.entries[key] = e
	}
	p.mu.Unlock()

	e.mu.Lock()
	defer e.mu.Unlock()
	if e.made == nil {
		if err := ctx.Err(); err != nil {
			return zero, context.Cause(ctx)
		}
		made, err := build(backend)
		if err != nil {
			return zero, err
		}
		e.made = made
	}
	return e.made.(T), nil
}

// key tells programs of nets apart.
func (n Net) key(kind string, batch int) string {
	return fmt.Sprintf("%s %q size=%d targets=%d outputs=%d batch=%d", kind, n.Name, n.Size, n.Targets, n.Outputs, batch)
}

// Layout returns the net's tensors. It compiles nothing.
func (p *Programs) Layout(ctx context.Context, net Net) (nn.Layout, error) {
	return shared(ctx, p, net.key("layout", 0), func(backend compute.Backend) (nn.Layout, error) {
		var layout nn.Layout
		err := catch("build "+net.Name, func() error {
			layout = nn.Trace(backend, func(g *graph.Graph, s nn.Scope) {
				net.Build(s, net.images(g, 1), net.targets(g, 1))
			})
			return nil
		})
		return layout, err
	})
}

// A compileObserver is a [Device] that wants to be told of each program that was
// compiled: what it is for and the name of its net.
type compileObserver interface{ Compiled(program string) }

// compile finishes a graph, counts it and tells the device.
func (p *Programs) compile(g *graph.Graph, outputs ...*graph.Node) error {
	if err := g.Compile(outputs...); err != nil {
		return err
	}
	p.mu.Lock()
	p.compiles++
	p.mu.Unlock()
	if o, ok := p.device.(compileObserver); ok {
		o.Compiled(g.Name())
	}
	return nil
}
