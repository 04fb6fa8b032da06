// Package parallel spreads work that is independent item by item over the processors.
//
// Guarantee: results do not depend on the order in which workers happen to run, as long as the function
// given touches nothing shared but its own item.
package parallel

import (
	"context"
	"runtime"
	"sync"
)

// Each calls f for every item on as many goroutines as there are processors. After the first error no new
// item is begun; that error is returned once all workers are still.
func Each[T any](ctx context.Context, items []T, f func(context.Context, T) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	next := make(chan T)
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), max(len(items), 1)) {
		workers.Go(func() {
			for it := range next {
				if ctx.Err() != nil {
					continue
				}
				if err := f(ctx, it); err != nil {
					cancel(err)
				}
			}
		})
	}
	for _, it := range items {
		if ctx.Err() != nil {
			break
		}
		next <- it
	}
	close(next)
	workers.Wait()
	return context.Cause(ctx)
}

// Counter returns a function that counts its calls, from any goroutine, and reports each count in order.
func Counter(report func(done int)) func() {
	var mu sync.Mutex
	done := 0
	return func() {
		mu.Lock()
		defer mu.Unlock()
		done++
		report(done)
	}
}

// A Memo computes each value once, also when several goroutines ask for it at the same time. The zero
// value is ready to use.
type Memo[K comparable, V any] struct {
	mu      sync.Mutex
	entries map[K]*entry[V]
}

type entry[V any] struct {
	once  sync.Once
	value V
	err   error
}

// Get returns the value under the key, from f on the first call. An error is kept as well.
func (m *Memo[K, V]) Get(k K, f func() (V, error)) (V, error) {
	m.mu.Lock()
	if m.entries == nil {
		m.entries = map[K]*entry[V]{}
	}
	e, ok := m.entries[k]
	if !ok {
		e = &entry[V]{}
		m.entries[k] = e
	}
	m.mu.Unlock()
	e.once.Do(func() { e.value, e.err = f() })
	return e.value, e.err
}
