// Package memstore is a [cache.Store] in memory, for tests and for runs that keep nothing.
//
// It passes the suite in cachetest, as badgerstore does, and holds every blob whole. Records go
// through their JSON form, so that what cannot be kept on a disk is refused here as well.
package memstore

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"

	"femur/cache"
)

// A Store keeps blobs and records in memory. Use [New].
type Store struct {
	mu       sync.RWMutex
	closed   bool
	blobs    map[cache.Digest]*blob
	receipts []receipt
	byKey    map[cache.Key]int // index of the newest receipt
	notes    map[string][]byte
}

type blob struct {
	media   cache.Media
	data    []byte
	corrupt bool // found by an Open
}

type receipt struct {
	encoded []byte // nil once swept
	rec     cache.Record
	listed  map[cache.Digest]bool // the blobs of the items of its manifests
}

var _ cache.Store = (*Store)(nil)

// New returns an empty store.
func New() *Store {
	return &Store{
		blobs: make(map[cache.Digest]*blob),
		byKey: make(map[cache.Key]int),
		notes: make(map[string][]byte),
	}
}

// Put implements [cache.Store].
func (s *Store) Put(ctx context.Context, m cache.Media, r io.Reader) (cache.Artifact, error) {
	data, err := io.ReadAll(contextReader{ctx, r})
	if err != nil {
		return cache.Artifact{}, fmt.Errorf("put: %w", err)
	}
	d := cache.Sum(data)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return cache.Artifact{}, cache.ErrClosed
	}
	if b, ok := s.blobs[d]; !ok || cache.Sum(b.data) != d {
		s.blobs[d] = &blob{media: m, data: data}
	}
	return cache.Artifact{Media: m, Digest: d, Size: int64(len(data))}, nil
}

// Open implements [cache.Store].
func (s *Store) Open(ctx context.Context, a cache.Artifact) (cache.Blob, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.usable(ctx); err != nil {
		return nil, err
	}
	data, err := s.read(a)
	if err != nil {
		return nil, err
	}
	return &openBlob{Reader: bytes.NewReader(data), store: s}, nil
}

// read returns verified bytes; s.mu is held for writing, since damage is remembered.
func (s *Store) read(a cache.Artifact) ([]byte, error) {
	if err := s.present(a.Digest); err != nil {
		return nil, err
	}
	b := s.blobs[a.Digest]
	if b.corrupt = cache.Sum(b.data) != a.Digest; b.corrupt {
		return nil, s.present(a.Digest)
	}
	if a.Size != 0 && a.Size != int64(len(b.data)) {
		return nil, fmt.Errorf("blob %s: %d bytes stored, %d expected: %w", a.Digest.Short(), len(b.data), a.Size, cache.ErrCorrupt)
	}
	return b.data, nil
}

func (s *Store) present(d cache.Digest) error {
	switch b, ok := s.blobs[d]; {
	case !ok:
		return fmt.Errorf("blob %s: %w", d.Short(), cache.ErrMissingBlob)
	case b.corrupt:
		return fmt.Errorf("blob %s: %w", d.Short(), cache.ErrCorrupt)
	}
	return nil
}

// Lookup implements [cache.Store].
func (s *Store) Lookup(ctx context.Context, k cache.Key) (cache.Record, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.usable(ctx); err != nil {
		return cache.Record{}, err
	}
	i, ok := s.byKey[k]
	if !ok {
		return cache.Record{}, fmt.Errorf("key %s: %w", k.Short(), cache.ErrMiss)
	}
	rec, err := cache.DecodeRecord(s.receipts[i].encoded)
	if err == nil {
		_, err = s.complete(rec)
	}
	if err != nil {
		return cache.Record{}, fmt.Errorf("key %s: %w", k.Short(), err)
	}
	return rec, nil
}

// complete checks the presence of all that a record promises, and returns the blobs of its items.
func (s *Store) complete(rec cache.Record) (map[cache.Digest]bool, error) {
	listed := make(map[cache.Digest]bool)
	for _, o := range rec.Outputs {
		if err := s.present(o.Digest); err != nil {
			return nil, fmt.Errorf("output %s: %w", o.Name, err)
		}
		if !o.Many {
			continue
		}
		data, err := s.read(o.Artifact)
		if err != nil {
			return nil, fmt.Errorf("output %s: %w", o.Name, err)
		}
		m, err := cache.DecodeManifest(data)
		if err != nil {
			return nil, fmt.Errorf("output %s: %w", o.Name, err)
		}
		for _, it := range m {
			if err := s.present(it.Digest); err != nil {
				return nil, fmt.Errorf("output %s: item %s: %w", o.Name, it.ID, err)
			}
			listed[it.Digest] = true
		}
	}
	if !rec.Facts.Log.IsZero() {
		if err := s.present(rec.Facts.Log); err != nil {
			return nil, fmt.Errorf("log: %w", err)
		}
	}
	return listed, nil
}

// Commit implements [cache.Store].
func (s *Store) Commit(ctx context.Context, recs ...cache.Record) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.usable(ctx); err != nil {
		return err
	}
	added := make([]receipt, len(recs))
	for i, rec := range recs {
		encoded, err := cache.EncodeRecord(rec)
		if err != nil {
			return fmt.Errorf("commit: %w", err)
		}
		listed, err := s.complete(rec)
		if err != nil {
			return fmt.Errorf("commit: record %s: %w", rec.Name(), err)
		}
		if rec, err = cache.DecodeRecord(encoded); err != nil {
			return fmt.Errorf("commit: %w", err)
		}
		added[i] = receipt{encoded, rec, listed}
	}
	for _, r := range added {
		if old, ok := s.byKey[r.rec.Key]; ok && s.receipts[old].rec.Item != "" {
			s.receipts[old].encoded = nil // an item's record has no history
		}
		s.byKey[r.rec.Key] = len(s.receipts)
		s.receipts = append(s.receipts, r)
	}
	return nil
}

// newest yields, newest first, the records that want admits.
func (s *Store) newest(ctx context.Context, want func(receipt) bool) iter.Seq2[cache.Record, error] {
	return func(yield func(cache.Record, error) bool) {
		s.mu.RLock()
		err := s.usable(ctx)
		receipts := slices.Clone(s.receipts)
		s.mu.RUnlock()
		if err != nil {
			yield(cache.Record{}, err)
			return
		}
		for _, r := range slices.Backward(receipts) {
			if r.encoded == nil || !want(r) {
				continue
			}
			rec, err := cache.DecodeRecord(r.encoded)
			if ctx.Err() != nil {
				err = ctx.Err()
			}
			if !yield(rec, err) || err != nil {
				return
			}
		}
	}
}

// History implements [cache.Store].
func (s *Store) History(ctx context.Context, address string) iter.Seq2[cache.Record, error] {
	return s.newest(ctx, func(r receipt) bool { return r.rec.Item == "" && r.rec.Address == address })
}

// Addresses implements [cache.Store].
func (s *Store) Addresses(ctx context.Context) iter.Seq2[string, error] {
	return sorted(ctx, s, strings.Compare, func(add func(string)) error {
		for _, r := range s.receipts {
			if r.encoded != nil && r.rec.Item == "" {
				add(r.rec.Address)
			}
		}
		return nil
	})
}

// Producers implements [cache.Store].
func (s *Store) Producers(ctx context.Context, d cache.Digest) iter.Seq2[cache.Record, error] {
	made := func(r receipt) bool {
		return slices.ContainsFunc(r.rec.Outputs, func(o cache.Output) bool { return o.Digest == d })
	}
	return func(yield func(cache.Record, error) bool) {
		found := false
		for rec, err := range s.newest(ctx, made) {
			found = true
			if !yield(rec, err) {
				return
			}
		}
		if !found {
			s.newest(ctx, func(r receipt) bool { return r.listed[d] })(yield)
		}
	}
}

// Consumers implements [cache.Store].
func (s *Store) Consumers(ctx context.Context, d cache.Digest) iter.Seq2[cache.Record, error] {
	return s.newest(ctx, func(r receipt) bool { return slices.Contains(r.rec.Recipe.Digests(), d) })
}

// FindDigest implements [cache.Store].
func (s *Store) FindDigest(ctx context.Context, prefix string) iter.Seq2[cache.Digest, error] {
	return sorted(ctx, s, compareDigests, func(add func(cache.Digest)) error {
		if strings.Trim(prefix, "0123456789abcdef") != "" {
			return fmt.Errorf("digest %q: want lower-case hex digits", prefix)
		}
		for d := range s.blobs {
			if strings.HasPrefix(d.String(), prefix) {
				add(d)
			}
		}
		return nil
	})
}

// Blobs implements [cache.Store].
func (s *Store) Blobs(ctx context.Context) iter.Seq2[cache.Artifact, error] {
	byDigest := func(a, b cache.Artifact) int { return compareDigests(a.Digest, b.Digest) }
	return sorted(ctx, s, byDigest, func(add func(cache.Artifact)) error {
		for d, b := range s.blobs {
			add(cache.Artifact{Media: b.media, Digest: d, Size: int64(len(b.data))})
		}
		return nil
	})
}

// Sweep implements [cache.Store].
func (s *Store) Sweep(ctx context.Context, keep cache.Keep) (swept cache.Swept, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.usable(ctx); err != nil {
		return swept, err
	}
	dead := make(map[int]bool) // by their place among the receipts
	for i, r := range s.receipts {
		dead[i] = r.encoded != nil && keep.Record != nil && !keep.Record(r.rec)
	}
	gone := make(map[cache.Digest]bool)
	for d, b := range s.blobs {
		if keep.Blob != nil && !keep.Blob(cache.Artifact{Media: b.media, Digest: d, Size: int64(len(b.data))}) {
			gone[d] = true
			swept.Blobs++
			swept.Bytes += int64(len(b.data))
		}
	}
	for i, r := range s.receipts {
		lost := func(o cache.Output) bool { return gone[o.Digest] || s.blobs[o.Digest] == nil }
		dead[i] = r.encoded != nil && (dead[i] || r.rec.Item != "" && slices.ContainsFunc(r.rec.Outputs, lost))
		if dead[i] {
			swept.Records++
		}
	}
	if keep.DryRun {
		return swept, nil
	}
	maps.DeleteFunc(s.blobs, func(d cache.Digest, _ *blob) bool { return gone[d] })
	clear(s.byKey)
	for i, r := range s.receipts {
		if dead[i] {
			s.receipts[i] = receipt{}
		} else if r.encoded != nil {
			s.byKey[r.rec.Key] = i
		}
	}
	swept.Forgotten = true
	return swept, nil
}

// Note implements [cache.Store].
func (s *Store) Note(ctx context.Context, name string) ([]byte, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if err := s.usable(ctx); err != nil {
		return nil, err
	}
	if n, ok := s.notes[name]; ok {
		return bytes.Clone(n), nil
	}
	return nil, fmt.Errorf("note %s: %w", name, cache.ErrMiss)
}

// PutNotes implements [cache.Store].
func (s *Store) PutNotes(ctx context.Context, notes map[string][]byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.usable(ctx); err != nil {
		return err
	}
	for name, n := range notes {
		if len(n) == 0 {
			delete(s.notes, name)
			continue
		}
		s.notes[name] = bytes.Clone(n)
	}
	return nil
}

// Close implements [cache.Store].
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	return nil
}

// Damage changes a stored byte, so that a test can see what becomes of it.
func (s *Store) Damage(d cache.Digest) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, ok := s.blobs[d]
	if !ok || len(b.data) == 0 {
		return fmt.Errorf("blob %s: no byte to damage", d.Short())
	}
	b.data = bytes.Clone(b.data)
	b.data[len(b.data)/2] ^= 1
	return nil
}

func (s *Store) usable(ctx context.Context) error {
	if s.closed {
		return cache.ErrClosed
	}
	return ctx.Err()
}
