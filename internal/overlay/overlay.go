// Package overlay lets a stage run against a cache without leaving anything in it.
//
// Words: the base is the cache, which is only read; the top is a store of its own that takes what is written
// and is thrown away.
//
// Guarantee: nothing of the base changes, whatever runs. What was written is read back from the top, all else
// from the base, and both verify the bytes that they hand out. Records are kept in memory, those of whole
// instances alone, and found by [Results.Made] and nothing else, so that a lookup never answers with them.
//
// Limits: bytes that the base has too are written to the top again.
package overlay

import (
	"context"
	"errors"
	"io"
	"iter"
	"sync"

	"femur/cache"
	"femur/dag"
)

// Blobs is what the top needs of a [cache.Store].
type Blobs interface {
	Put(ctx context.Context, m cache.Media, r io.Reader) (cache.Artifact, error)
	Open(ctx context.Context, a cache.Artifact) (cache.Blob, error)
}

// Results are a cache seen through what is being made again. Use [New].
type Results struct {
	base dag.Results
	top  Blobs

	mu   sync.Mutex
	made map[string]cache.Record // by address
}

var _ dag.Results = (*Results)(nil)

// New returns results that read from both stores and write to the top.
func New(base dag.Results, top Blobs) *Results {
	return &Results{base: base, top: top, made: map[string]cache.Record{}}
}

// Put implements [dag.Results]: the bytes go to the top.
func (r *Results) Put(ctx context.Context, m cache.Media, from io.Reader) (cache.Artifact, error) {
	return r.top.Put(ctx, m, from)
}

// Open implements [dag.Results].
func (r *Results) Open(ctx context.Context, a cache.Artifact) (cache.Blob, error) {
	b, err := r.top.Open(ctx, a)
	if errors.Is(err, cache.ErrMiss) {
		return r.base.Open(ctx, a)
	}
	return b, err
}

// Lookup implements [dag.Results], in the base.
func (r *Results) Lookup(ctx context.Context, k cache.Key) (cache.Record, error) {
	return r.base.Lookup(ctx, k)
}

// History implements [dag.Results], of the base.
func (r *Results) History(ctx context.Context, address string) iter.Seq2[cache.Record, error] {
	return r.base.History(ctx, address)
}

// Commit implements [dag.Results]: it remembers the records of whole instances.
func (r *Results) Commit(ctx context.Context, recs ...cache.Record) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, rec := range recs {
		if rec.Item == "" {
			r.made[rec.Address] = rec
		}
	}
	return nil
}

// Made returns the record that was committed last under an address.
func (r *Results) Made(address string) (cache.Record, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	rec, ok := r.made[address]
	return rec, ok
}
