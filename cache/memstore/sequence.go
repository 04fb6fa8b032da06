package memstore

import (
	"bytes"
	"context"
	"io"
	"iter"
	"slices"
	"sync/atomic"

	"femur/cache"
)

// sorted yields what collect adds while the store is locked, in order and each once. It holds no
// lock while it yields, so that the caller may use the store within its loop.
func sorted[T comparable](ctx context.Context, s *Store, compare func(a, b T) int, collect func(add func(T)) error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var all []T
		s.mu.RLock()
		err := s.usable(ctx)
		if err == nil {
			err = collect(func(v T) { all = append(all, v) })
		}
		s.mu.RUnlock()
		slices.SortFunc(all, compare)
		for _, v := range slices.Compact(all) {
			if err = ctx.Err(); err != nil {
				break
			}
			if !yield(v, nil) {
				return
			}
		}
		if err != nil {
			var zero T
			yield(zero, err)
		}
	}
}

func compareDigests(a, b cache.Digest) int { return bytes.Compare(a[:], b[:]) }

// contextReader ends with the error of its context.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (r contextReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}

// openBlob reads bytes that were verified when it was opened.
type openBlob struct {
	*bytes.Reader
	store  *Store
	closed atomic.Bool
}

func (b *openBlob) ReadAt(p []byte, off int64) (int, error) {
	b.store.mu.RLock()
	gone := b.store.closed
	b.store.mu.RUnlock()
	if gone || b.closed.Load() {
		return 0, cache.ErrClosed
	}
	return b.Reader.ReadAt(p, off)
}

func (b *openBlob) Close() error {
	b.closed.Store(true)
	return nil
}
