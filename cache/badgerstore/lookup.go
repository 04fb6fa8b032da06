package badgerstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/dgraph-io/badger/v4"

	"femur/cache"
)

// Lookup implements [cache.Store].
func (s *Store) Lookup(ctx context.Context, k cache.Key) (rec cache.Record, err error) {
	defer border(&err)
	leave, err := s.enter(ctx)
	if err != nil {
		return rec, err
	}
	defer leave()
	err = s.db.View(func(txn *badger.Txn) error {
		number, err := s.numberOf(txn, k)
		if err != nil {
			return translate(err)
		}
		if rec, err = s.record(txn, number); err == nil && rec.Key != k {
			err = cache.ErrCorrupt
		}
		return err
	})
	if err == nil {
		err = s.complete(ctx, rec, nil)
	}
	if err != nil {
		return cache.Record{}, fmt.Errorf("key %s: %w", k.Short(), err)
	}
	return rec, nil
}

// History implements [cache.Store].
func (s *Store) History(ctx context.Context, address string) iter.Seq2[cache.Record, error] {
	return s.linked(ctx, historyOf(address))
}

// Consumers implements [cache.Store].
func (s *Store) Consumers(ctx context.Context, d cache.Digest) iter.Seq2[cache.Record, error] {
	return s.linked(ctx, digestKey(consumerPrefix, d))
}

// Producers implements [cache.Store].
func (s *Store) Producers(ctx context.Context, d cache.Digest) iter.Seq2[cache.Record, error] {
	return func(yield func(cache.Record, error) bool) {
		found := false
		for rec, err := range s.linked(ctx, digestKey(producerPrefix, d)) {
			found = true
			if !yield(rec, err) {
				return
			}
		}
		if found {
			return
		}
		prefix := digestKey(memberPrefix, d)
		for key, err := range s.keys(ctx, prefix) {
			if err != nil {
				yield(cache.Record{}, err)
				return
			}
			for rec, err := range s.linked(ctx, append([]byte{producerPrefix}, key[len(prefix):]...)) {
				if !yield(rec, err) || err != nil {
					return
				}
			}
		}
	}
}

// linked yields the records whose links begin with a prefix, the newest first.
func (s *Store) linked(ctx context.Context, prefix []byte) iter.Seq2[cache.Record, error] {
	return func(yield func(cache.Record, error) bool) {
		for key, err := range s.keys(ctx, prefix) {
			var rec cache.Record
			if err == nil {
				if len(key) != len(prefix)+8 {
					continue // of an address that begins with this one and a zero byte: there is none
				}
				rec, err = s.recordAt(ctx, linked(key))
				if errors.Is(err, badger.ErrKeyNotFound) {
					continue // replaced since the key was read
				}
			}
			if !yield(rec, err) || err != nil {
				return
			}
		}
	}
}

// recordAt reads one record by the number of its receipt.
func (s *Store) recordAt(ctx context.Context, number uint64) (rec cache.Record, err error) {
	defer border(&err)
	leave, err := s.enter(ctx)
	if err != nil {
		return rec, err
	}
	defer leave()
	err = s.db.View(func(txn *badger.Txn) error {
		if _, err := txn.Get(receiptKey(number)); err != nil {
			return err
		}
		rec, err = s.record(txn, number)
		return err
	})
	return rec, err
}

// pageSize is how many keys are read at a time. No transaction is open while a caller looks at one, so
// that its loop may use the store, take its time, or never come back.
const pageSize = 512

// keys yields copies of the keys with a prefix, in order.
func (s *Store) keys(ctx context.Context, prefix []byte) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		from := prefix
		for {
			page, err := s.page(ctx, prefix, from, pageSize)
			for _, key := range page {
				if !yield(key, nil) {
					return
				}
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if len(page) < pageSize {
				return
			}
			from = append(bytes.Clone(page[len(page)-1]), 0) // the first key behind it
		}
	}
}

// page returns up to limit keys with the prefix, from a key on.
func (s *Store) page(ctx context.Context, prefix, from []byte, limit int) (page [][]byte, err error) {
	defer border(&err)
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	err = s.db.View(func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.IteratorOptions{Prefix: prefix})
		defer it.Close()
		for it.Seek(from); it.Valid() && len(page) < limit; it.Next() {
			page = append(page, it.Item().KeyCopy(nil))
		}
		return nil
	})
	return page, translate(err)
}
