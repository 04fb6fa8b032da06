package leaksearch

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"femur/cache"
	"femur/cache/badgerstore"
	"femur/internal/parallel"
)

// A Hit is a marker that was found.
type Hit struct{ Where, Marker, Form string }

// String says what was found where.
func (h Hit) String() string { return fmt.Sprintf("%s: %s as %s", h.Where, h.Marker, h.Form) }

// A Search collects hits. Use [New].
type Search struct {
	searcher *searcher

	mu   sync.Mutex
	hits map[Hit]bool
	// Searched counts the bytes looked at, unpacked ones included, so that a test can see that there was something.
	searched int64
}

// New prepares a search for markers.
func New(markers ...string) (*Search, error) {
	s, err := newSearcher(markers)
	return &Search{searcher: s, hits: map[Hit]bool{}}, err
}

// Hits returns what was found so far, sorted, and how many bytes were looked at, unpacked ones included.
func (s *Search) Hits() (hits []Hit, searched int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for h := range s.hits {
		hits = append(hits, h)
	}
	slices.SortFunc(hits, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(a.Where, b.Where), cmp.Compare(a.Marker, b.Marker), cmp.Compare(a.Form, b.Form))
	})
	return hits, s.searched
}

// Bytes searches bytes and what is packed in them.
func (s *Search) Bytes(where string, b []byte) error {
	return unpack(b, func(piece []byte) {
		found := s.searcher.find(piece)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.searched += int64(len(piece))
		for _, f := range found {
			s.hits[Hit{where, f.marker, f.name}] = true
		}
	})
}

// Folder searches every file at or below a path, and its name; what is no regular file counts by its name.
func (s *Search) Folder(dir string) error {
	var files []string
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if path != dir {
			if err := s.Bytes("the name of "+path, []byte(e.Name())); err != nil {
				return err
			}
		}
		if e.Type().IsRegular() {
			files = append(files, path)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return parallel.Each(context.Background(), files, func(_ context.Context, path string) error {
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return s.Bytes(path, bytes.TrimRight(b, "\x00")) // Badger's files are long and empty
	})
}

// Cache searches all that the store in a cache folder answers with (blobs, records of instances and of items),
// and then the raw files of the folder, which hold its notes as well. Nobody else may have it open for writing.
func (s *Search) Cache(ctx context.Context, dir string) (err error) {
	store, err := badgerstore.Open(dir, badgerstore.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	if err := errors.Join(s.Store(ctx, store), store.Close()); err != nil {
		return err
	}
	return s.Folder(dir)
}

// Store searches all that a store answers with.
func (s *Search) Store(ctx context.Context, store cache.Store) error {
	for a, err := range store.Blobs(ctx) {
		if err != nil {
			return err
		}
		if err := s.blob(ctx, store, a); err != nil {
			return err
		}
		for rec, err := range store.Producers(ctx, a.Digest) {
			if err != nil {
				return err
			}
			if err := s.record(rec); err != nil {
				return err
			}
		}
	}
	for address, err := range store.Addresses(ctx) {
		if err != nil {
			return err
		}
		if err := s.Bytes("address", []byte(address)); err != nil {
			return err
		}
		for rec, err := range store.History(ctx, address) {
			if err != nil {
				return err
			}
			if err := s.record(rec); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Search) blob(ctx context.Context, store cache.Store, a cache.Artifact) error {
	b, err := cache.ReadAll(ctx, store, a)
	if err != nil {
		return fmt.Errorf("blob %s: %w", a.Digest.Short(), err)
	}
	return s.Bytes(fmt.Sprintf("blob %s (%s)", a.Digest.Short(), a.Media), b)
}

// record searches a record twice: as it is stored, where texts may be escaped, and its texts one by one.
func (s *Search) record(rec cache.Record) error {
	where := "record " + rec.Name()
	b, err := cache.EncodeRecord(rec)
	if err != nil {
		return err
	}
	if err := s.Bytes(where, b); err != nil {
		return err
	}
	var plain any
	if err := json.Unmarshal(b, &plain); err != nil {
		return fmt.Errorf("%s: %w", where, err)
	}
	return s.texts(where, plain)
}

func (s *Search) texts(where string, v any) error {
	switch v := v.(type) {
	case string:
		return s.Bytes(where, []byte(v))
	case []any:
		for _, one := range v {
			if err := s.texts(where, one); err != nil {
				return err
			}
		}
	case map[string]any:
		for name, one := range v {
			if err := errors.Join(s.Bytes(where, []byte(name)), s.texts(where, one)); err != nil {
				return err
			}
		}
	}
	return nil
}
