package badgerstore

import (
	"bytes"
	"testing"

	"github.com/dgraph-io/badger/v4"

	"femur/cache"
	"femur/cache/cachetest"
)

func TestStore(t *testing.T) {
	cachetest.Run(t, func(t *testing.T) cache.Store { return &tested{open(t, t.TempDir())} })
}

func open(t testing.TB, dir string) *Store {
	t.Helper()
	s, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// tested adds what the suite asks for beyond the contract.
type tested struct{ *Store }

func (s *tested) Reopen(t *testing.T) cache.Store {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return &tested{open(t, s.dir)}
}

// Damage changes a byte of the last chunk of a blob, so that Badger's own checksums hold.
func (s *tested) Damage(d cache.Digest) error {
	if err := s.flush(); err != nil {
		return err
	}
	h, err := s.header(d)
	if err != nil {
		return err
	}
	key := digestKey(chunkPrefix, h.chunks[len(h.chunks)-1].digest)
	kept, encoding, err := s.entry(key)
	if err != nil {
		return err
	}
	kept = bytes.Clone(kept)
	kept[len(kept)/2] ^= 1
	return s.write([]string{""}, func(string) *badger.Entry { return badger.NewEntry(key, kept).WithMeta(encoding) })
}
