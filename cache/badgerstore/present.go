package badgerstore

import (
	"context"
	"errors"
	"fmt"

	"github.com/dgraph-io/badger/v4"

	"femur/cache"
)

// present reports, as a miss with its reason, that a blob lacks its header or a chunk, or that a
// chunk is known to be damaged. It reads keys, not chunks.
func (s *Store) present(txn *badger.Txn, d cache.Digest) error {
	fail := func(err error) error { return fmt.Errorf("blob %s: %w", d.Short(), err) }
	var h header
	key := digestKey(blobPrefix, d)
	if e, ok := s.buffer.get(key); ok {
		var err error
		if h, err = decodeHeader(d, e.Value); err != nil {
			return fail(err)
		}
	} else {
		item, err := txn.Get(key)
		if errors.Is(err, badger.ErrKeyNotFound) {
			return fail(cache.ErrMissingBlob)
		}
		if err != nil {
			return fail(err)
		}
		if err := item.Value(func(b []byte) error { h, err = decodeHeader(d, b); return nil }); err != nil {
			return fail(err)
		}
		if err != nil {
			return fail(fmt.Errorf("%w: %w", err, cache.ErrCorrupt))
		}
	}
	for _, c := range h.chunks {
		key := digestKey(chunkPrefix, c.digest)
		if _, ok := s.buffer.get(key); ok {
			continue
		}
		switch item, err := txn.Get(key); {
		case errors.Is(err, badger.ErrKeyNotFound):
			return fail(cache.ErrMissingBlob)
		case err != nil:
			return fail(err)
		case item.UserMeta() == encodingDamaged:
			return fail(cache.ErrCorrupt)
		}
	}
	return nil
}

// complete checks that all that a record promises is present, and hands each manifest whose items it
// had to check to visit. A manifest that is known to be whole costs one key, not thousands.
func (s *Store) complete(ctx context.Context, rec cache.Record, visit func(manifest cache.Digest, m cache.Manifest)) error {
	txn := s.db.NewTransaction(false)
	defer txn.Discard()
	for _, o := range rec.Outputs {
		if err := s.present(txn, o.Digest); err != nil {
			return fmt.Errorf("output %s: %w", o.Name, err)
		}
		if !o.Many {
			continue
		}
		if _, err := txn.Get(digestKey(wholePrefix, o.Digest)); err == nil {
			continue
		} else if !errors.Is(err, badger.ErrKeyNotFound) {
			return err
		}
		m, err := s.manifest(o.Artifact)
		if err != nil {
			return fmt.Errorf("output %s: %w", o.Name, err)
		}
		for i, it := range m {
			if i%256 == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			if err := s.present(txn, it.Digest); err != nil {
				return fmt.Errorf("output %s: item %s: %w", o.Name, it.ID, err)
			}
		}
		if visit != nil {
			visit(o.Digest, m)
		}
	}
	if !rec.Facts.Log.IsZero() {
		if err := s.present(txn, rec.Facts.Log); err != nil {
			return fmt.Errorf("log: %w", err)
		}
	}
	return nil
}

// manifest reads and verifies a manifest.
func (s *Store) manifest(a cache.Artifact) (cache.Manifest, error) {
	b, err := s.open(a)
	if err != nil {
		return nil, err
	}
	text := make([]byte, 0, b.size)
	for i := range b.chunks {
		plain, err := b.load(i)
		if err != nil {
			return nil, err
		}
		text = append(text, plain...)
	}
	m, err := cache.DecodeManifest(text)
	if err != nil {
		return nil, fmt.Errorf("blob %s: %w", a.Digest.Short(), err)
	}
	return m, nil
}

// doubt is called when a blob turned out to be damaged or gone: the manifests that list it are no
// longer known to be whole, so that the next Lookup finds out.
func (s *Store) doubt(d cache.Digest) {
	if s.readOnly {
		return
	}
	var known []string
	prefix := digestKey(memberPrefix, d)
	err := s.db.View(func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.IteratorOptions{Prefix: prefix})
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			known = append(known, string(append([]byte{wholePrefix}, it.Item().Key()[len(prefix):]...)))
		}
		return nil
	})
	if err == nil {
		err = s.remove(known)
	}
	if err != nil {
		s.log.Warn("remember a damaged blob", "digest", d.Short(), "error", err)
	}
}
