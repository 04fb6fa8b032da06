package badgerstore

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"iter"
	"strings"

	"femur/cache"
)

// Addresses implements [cache.Store]. It reads one key per address, however long the histories are.
func (s *Store) Addresses(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		from := []byte{historyPrefix}
		for {
			key, err := s.first(ctx, historyPrefix, from)
			if err != nil {
				yield("", err)
				return
			}
			if key == nil {
				return
			}
			address, _, _ := bytes.Cut(key[1:], []byte{0})
			if !yield(string(address), nil) {
				return
			}
			from = append(append([]byte{historyPrefix}, address...), 1) // behind all that it has
		}
	}
}

// first returns the first key with the prefix from a key on, or nil.
func (s *Store) first(ctx context.Context, prefix byte, from []byte) ([]byte, error) {
	page, err := s.page(ctx, []byte{prefix}, from, 1)
	if len(page) == 0 {
		return nil, err
	}
	return page[0], err
}

// FindDigest implements [cache.Store].
func (s *Store) FindDigest(ctx context.Context, prefix string) iter.Seq2[cache.Digest, error] {
	return func(yield func(cache.Digest, error) bool) {
		if strings.Trim(prefix, "0123456789abcdef") != "" {
			yield(cache.Digest{}, fmt.Errorf("digest %q: want lower-case hex digits", prefix))
			return
		}
		even := prefix[:len(prefix)/2*2]
		key, err := hex.DecodeString(even)
		if err != nil {
			yield(cache.Digest{}, fmt.Errorf("digest %q: %w", prefix, err))
			return
		}
		for d, err := range s.digests(ctx, append([]byte{blobPrefix}, key...)) {
			if err == nil && !strings.HasPrefix(d.String(), prefix) {
				continue
			}
			if !yield(d, err) {
				return
			}
		}
	}
}

// Blobs implements [cache.Store].
func (s *Store) Blobs(ctx context.Context) iter.Seq2[cache.Artifact, error] {
	return func(yield func(cache.Artifact, error) bool) {
		for d, err := range s.digests(ctx, []byte{blobPrefix}) {
			if err != nil {
				yield(cache.Artifact{}, err)
				return
			}
			a := cache.Artifact{Digest: d}
			h, err := s.headerOf(ctx, d)
			if err == nil {
				a.Media, a.Size = h.media, h.size()
			}
			if !yield(a, err) || err != nil {
				return
			}
		}
	}
}

func (s *Store) headerOf(ctx context.Context, d cache.Digest) (_ header, err error) {
	defer border(&err)
	leave, err := s.enter(ctx)
	if err != nil {
		return header{}, err
	}
	defer leave()
	return s.header(d)
}

// digests yields the digests of blobs, those in the buffer included.
func (s *Store) digests(ctx context.Context, prefix []byte) iter.Seq2[cache.Digest, error] {
	return func(yield func(cache.Digest, error) bool) {
		if err := s.flushNow(ctx); err != nil {
			yield(cache.Digest{}, err)
			return
		}
		for key, err := range s.keys(ctx, prefix) {
			d, _ := digestIn(key)
			if !yield(d, err) || err != nil {
				return
			}
		}
	}
}

// flushNow is flush as an operation of its own.
func (s *Store) flushNow(ctx context.Context) (err error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	return s.flush()
}
