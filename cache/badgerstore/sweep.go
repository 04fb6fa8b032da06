package badgerstore

import (
	"context"
	"errors"
	"fmt"

	"github.com/dgraph-io/badger/v4"

	"femur/cache"
)

// Sweep implements [cache.Store]. It also drops chunks without a blob, which a failed Put leaves, and
// gives the room back to the file system. It has the store to itself.
func (s *Store) Sweep(ctx context.Context, live func(cache.Digest) bool) (freed int64, err error) {
	if s.readOnly {
		return 0, fmt.Errorf("cache %s: open for reading only", s.dir)
	}
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if err := s.gate.enterAlone(); err != nil {
		return 0, err
	}
	defer s.gate.leaveAlone()
	if err := s.flush(); err != nil {
		return 0, err
	}
	freed, err = s.sweepBlobs(ctx, live)
	if err == nil {
		err = s.sweepReceipts(ctx)
	}
	if err == nil {
		err = s.shrink(ctx)
	}
	if err != nil {
		return freed, fmt.Errorf("sweep: %w", err)
	}
	return freed, nil
}

// sweepBlobs removes headers first, so that no header ever lacks a chunk.
func (s *Store) sweepBlobs(ctx context.Context, live func(cache.Digest) bool) (freed int64, err error) {
	defer border(&err)
	kept := make(map[cache.Digest]bool) // chunks
	var dead []string
	err = s.each(ctx, blobPrefix, func(item *badger.Item) error {
		d, _ := digestIn(item.Key())
		var h header
		err := item.Value(func(b []byte) (err error) {
			h, err = decodeHeader(d, b)
			return err
		})
		if err != nil || !live(d) {
			dead = append(dead, string(item.Key()))
			freed += item.EstimatedSize()
			return nil
		}
		for _, c := range h.chunks {
			kept[c.digest] = true
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	if len(dead) > 0 { // any manifest may have lost an item
		if err := s.removeAll(ctx, wholePrefix); err != nil {
			return 0, err
		}
	}
	if err := s.remove(dead); err != nil {
		return 0, err
	}
	dead = nil
	err = s.each(ctx, chunkPrefix, func(item *badger.Item) error {
		if d, ok := digestIn(item.Key()); !ok || !kept[d] {
			dead = append(dead, string(item.Key()))
			freed += item.EstimatedSize()
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return freed, s.remove(dead)
}

// sweepReceipts removes the receipts of items that lost an output, and what nothing refers to any more.
func (s *Store) sweepReceipts(ctx context.Context) (err error) {
	defer border(&err)
	var dead, whole []string
	lists := make(map[cache.Digest]bool)
	isWhole := func(manifest cache.Digest, _ cache.Manifest) {
		whole = append(whole, string(digestKey(wholePrefix, manifest)))
	}
	err = s.each(ctx, receiptPrefix, func(item *badger.Item) error {
		number := ^linked(item.Key())
		return s.db.View(func(txn *badger.Txn) error {
			rec, err := s.record(txn, number)
			if errors.Is(err, cache.ErrMiss) { // its links lead nowhere then, which readers pass over
				s.log.Warn("remove damaged record", "number", number, "error", err)
				dead = append(dead, string(receiptKey(number)))
				return nil
			}
			if err != nil {
				return err
			}
			err = s.complete(ctx, rec, isWhole)
			if errors.Is(err, cache.ErrMissingBlob) && rec.Item != "" {
				dead = append(dead, s.traces(txn, rec, number)...)
				return nil
			}
			if err != nil && !errors.Is(err, cache.ErrMiss) {
				return err
			}
			r, err := newReceipt(rec)
			lists[r.Shared] = true
			return err
		})
	})
	if err != nil {
		return err
	}
	err = s.each(ctx, fieldsPrefix, func(item *badger.Item) error {
		if d, ok := digestIn(item.Key()); !ok || !lists[d] {
			dead = append(dead, string(item.Key()))
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = s.each(ctx, memberPrefix, func(item *badger.Item) error {
		manifest, ok := digestIn(item.Key()[min(len(cache.Digest{}), len(item.Key())-1):])
		if _, err := s.header(manifest); !ok || errors.Is(err, cache.ErrMissingBlob) {
			dead = append(dead, string(item.Key()))
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := s.remove(dead); err != nil {
		return err
	}
	return s.write(whole, func(key string) *badger.Entry { return &badger.Entry{Key: []byte(key)} })
}

// traces lists all keys of a receipt, the record's key only where no newer receipt has it.
func (s *Store) traces(txn *badger.Txn, rec cache.Record, number uint64) []string {
	keys := []string{string(receiptKey(number))}
	for _, key := range linksOf(rec, number) {
		keys = append(keys, string(key))
	}
	if newest, err := s.numberOf(txn, rec.Key); err == nil && newest == number {
		keys = append(keys, string(recordKey(rec.Key)))
	}
	return keys
}

// each calls f for every entry with a prefix.
func (s *Store) each(ctx context.Context, prefix byte, f func(*badger.Item) error) error {
	return s.db.View(func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.IteratorOptions{Prefix: []byte{prefix}})
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := f(it.Item()); err != nil {
				return err
			}
		}
		return nil
	})
}

// removeAll deletes every entry with a prefix.
func (s *Store) removeAll(ctx context.Context, prefix byte) error {
	var keys []string
	err := s.each(ctx, prefix, func(item *badger.Item) error {
		keys = append(keys, string(item.Key()))
		return nil
	})
	if err != nil {
		return err
	}
	return s.remove(keys)
}

// remove deletes keys, in their order.
func (s *Store) remove(keys []string) error {
	if len(keys) == 0 {
		return nil
	}
	txn := s.db.NewTransaction(true)
	defer func() { txn.Discard() }()
	for _, key := range keys {
		err := txn.Delete([]byte(key))
		if errors.Is(err, badger.ErrTxnTooBig) {
			if err := txn.Commit(); err != nil {
				return translate(err)
			}
			txn = s.db.NewTransaction(true)
			err = txn.Delete([]byte(key))
		}
		if err != nil {
			return translate(err)
		}
	}
	return s.files.commit(txn)
}

// shrink gives the room of removed entries back. Badger learns how much of a value log is dead when it
// merges tables, for which those in memory must become files first (at a Close) and leave level 0 (at
// the Close of a store opened for that); and it never rewrites the log that it writes to, of which every
// Open begins a new one. Then it is asked until nothing is left that is worth a rewrite.
func (s *Store) shrink(ctx context.Context) (err error) {
	defer border(&err)
	if err := s.db.Close(); err != nil {
		return err
	}
	merging, err := badger.Open(s.options(false).WithCompactL0OnClose(true))
	if err != nil {
		return err
	}
	if err := merging.Close(); err != nil {
		return err
	}
	if err := s.start(); err != nil {
		return err
	}
	if err := s.db.Flatten(2); err != nil {
		return err
	}
	for ctx.Err() == nil {
		if err := s.db.RunValueLogGC(worthRewriting); err != nil {
			if errors.Is(err, badger.ErrNoRewrite) {
				return nil
			}
			return err
		}
	}
	return ctx.Err()
}

// worthRewriting is the part of a value log that must be dead.
const worthRewriting = 0.1
