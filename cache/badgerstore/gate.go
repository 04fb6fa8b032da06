package badgerstore

import (
	"errors"
	"fmt"
	"sync"

	"github.com/dgraph-io/badger/v4"

	"femur/cache"
)

// A gate counts the operations that use Badger, since Badger's memory maps must not vanish under
// one. An operation within another (a Put that reads a blob) may always enter; who wants the gate
// alone waits for a moment without any.
type gate struct {
	mu     sync.Mutex
	idle   sync.Cond
	inside int
	alone  bool
	closed bool
}

func newGate() *gate {
	g := &gate{}
	g.idle.L = &g.mu
	return g
}

func (g *gate) enter() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	for g.alone {
		g.idle.Wait()
	}
	if g.closed {
		return cache.ErrClosed
	}
	g.inside++
	return nil
}

func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inside--
	g.idle.Broadcast()
}

// enterAlone waits until no operation is inside and keeps all others out until leaveAlone.
func (g *gate) enterAlone() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	for !g.closed && (g.alone || g.inside > 0) {
		g.idle.Wait()
	}
	if g.closed {
		return cache.ErrClosed
	}
	g.alone = true
	return nil
}

func (g *gate) leaveAlone() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.alone = false
	g.idle.Broadcast()
}

// close lets nobody in any more and waits for those inside. It reports false if the gate was closed.
func (g *gate) close() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return false
	}
	g.closed = true
	g.idle.Broadcast()
	for g.alone || g.inside > 0 {
		g.idle.Wait()
	}
	return true
}

// border turns a panic of Badger into an error. It is deferred by every method that calls Badger.
func border(err *error) {
	if r := recover(); r != nil {
		*err = errors.Join(*err, fmt.Errorf("badger: %v", r))
	}
}

// translate hides Badger's errors that have a meaning of ours.
func translate(err error) error {
	switch {
	case errors.Is(err, badger.ErrKeyNotFound):
		return cache.ErrMiss
	case errors.Is(err, badger.ErrDBClosed), errors.Is(err, badger.ErrBlockedWrites):
		return cache.ErrClosed
	}
	return err
}
