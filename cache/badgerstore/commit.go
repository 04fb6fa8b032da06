package badgerstore

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/dgraph-io/badger/v4"

	"femur/cache"
)

// Commit implements [cache.Store]. Buffered blobs are written first, then the members of manifests,
// then the records: each with its links in one transaction, many in one where they fit. Every step
// is on the disk before the next begins.
func (s *Store) Commit(ctx context.Context, recs ...cache.Record) (err error) {
	defer border(&err)
	leave, err := s.enterToWrite(ctx)
	if err != nil {
		return err
	}
	defer leave()
	for _, rec := range recs {
		if err := rec.Validate(); err != nil {
			return fmt.Errorf("commit: %w", err)
		}
	}
	if err := s.flush(); err != nil {
		return fmt.Errorf("commit: write blobs: %w", err)
	}
	s.commits.Lock()
	defer s.commits.Unlock()
	var members [][]byte
	for _, rec := range recs {
		err := s.complete(ctx, rec, func(manifest cache.Digest, m cache.Manifest) {
			for _, it := range m {
				members = append(members, memberKey(it.Digest, manifest))
			}
			members = append(members, digestKey(wholePrefix, manifest))
		})
		if err != nil {
			return fmt.Errorf("commit: record %s: %w", rec.Name(), err)
		}
	}
	if err := s.writeMembers(members); err != nil {
		return fmt.Errorf("commit: write manifests' members: %w", err)
	}
	return s.writeRecords(ctx, recs)
}

// writeMembers stores what is not stored yet of the links from items to manifests, then that the
// manifests are whole. It says nothing of records, so it need not be atomic with any.
func (s *Store) writeMembers(members [][]byte) error {
	var fresh []string
	err := s.db.View(func(txn *badger.Txn) error {
		for _, key := range members {
			if _, err := txn.Get(key); errors.Is(err, badger.ErrKeyNotFound) {
				fresh = append(fresh, string(key))
			} else if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	slices.Sort(fresh) // wholePrefix comes last
	return s.write(slices.Compact(fresh), func(key string) *badger.Entry { return &badger.Entry{Key: []byte(key)} })
}

// writeRecords fills transactions with whole records.
func (s *Store) writeRecords(ctx context.Context, recs []cache.Record) (err error) {
	txn := s.db.NewTransaction(true)
	defer func() {
		txn.Discard()
		if err != nil {
			s.fields.forget()
		}
	}()
	var used size
	var within map[cache.Key]bool // keys of the open transaction
	finish := func() error {
		if used.count == 0 {
			return nil
		}
		if err := s.files.commit(txn); err != nil {
			return fmt.Errorf("commit: %w", err)
		}
		txn, used, within = s.db.NewTransaction(true), size{}, nil
		return nil
	}
	for _, rec := range recs {
		if within[rec.Key] { // the second replaces the first, which it must find
			if err := finish(); err != nil {
				return err
			}
		}
		changes, err := s.changes(txn, rec)
		if err != nil {
			return fmt.Errorf("commit: record %s: %w", rec.Name(), err)
		}
		need := changes.size()
		if !used.plus(need).fits(s.db) {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := finish(); err != nil {
				return err
			}
		}
		if err := changes.apply(txn); err != nil {
			return fmt.Errorf("commit: record %s: %w", rec.Name(), err)
		}
		used = used.plus(need)
		s.next++
		if within == nil {
			within = make(map[cache.Key]bool)
		}
		within[rec.Key] = true
	}
	return finish()
}

// changes is what a record means to the database.
type changes struct {
	set    []*badger.Entry
	remove [][]byte
}

// changes builds the receipt with the next number and all its links.
func (s *Store) changes(txn *badger.Txn, rec cache.Record) (c changes, err error) {
	r, err := newReceipt(rec)
	if err != nil {
		return c, err
	}
	text, err := json.Marshal(r)
	if err != nil {
		return c, err
	}
	number := s.next
	c.put(receiptKey(number), text)
	c.put(recordKey(rec.Key), binary.BigEndian.AppendUint64(nil, number))
	if r.fields != nil {
		if _, err := s.fields.get(txn, r.Shared); err != nil { // not stored yet, or no more
			c.put(digestKey(fieldsPrefix, r.Shared), r.fields)
		}
	}
	for _, key := range linksOf(rec, number) {
		c.put(key, nil)
	}
	return c, s.replace(txn, rec.Key, &c)
}

// replace drops the receipt of an item that a newer one under the same key makes useless.
func (s *Store) replace(txn *badger.Txn, k cache.Key, c *changes) error {
	number, err := s.numberOf(txn, k)
	if errors.Is(err, badger.ErrKeyNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	old, err := s.record(txn, number)
	if errors.Is(err, cache.ErrMiss) || old.Item == "" {
		return nil // damaged: Sweep removes it
	}
	if err != nil {
		return err
	}
	c.remove = append(linksOf(old, number), receiptKey(number))
	return nil
}

// numberOf returns the number of the newest receipt under a key.
func (s *Store) numberOf(txn *badger.Txn, k cache.Key) (number uint64, err error) {
	item, err := txn.Get(recordKey(k))
	if err != nil {
		return 0, err
	}
	return number, item.Value(func(b []byte) error {
		if len(b) != 8 {
			return cache.ErrCorrupt
		}
		number = binary.BigEndian.Uint64(b)
		return nil
	})
}

// linksOf lists the keys that lead to a receipt, besides its record's key.
func linksOf(rec cache.Record, number uint64) (keys [][]byte) {
	if rec.Item == "" {
		keys = append(keys, link(historyOf(rec.Address), number))
	}
	for _, o := range rec.Outputs {
		keys = append(keys, link(digestKey(producerPrefix, o.Digest), number))
	}
	for _, d := range rec.Recipe.Digests() {
		keys = append(keys, link(digestKey(consumerPrefix, d), number))
	}
	return keys
}

func (c *changes) put(key, value []byte) {
	c.set = append(c.set, &badger.Entry{Key: key, Value: value})
}

func (c *changes) apply(txn *badger.Txn) error {
	for _, key := range c.remove {
		if err := txn.Delete(key); err != nil {
			return err
		}
	}
	for _, e := range c.set {
		if err := txn.SetEntry(e); err != nil {
			return err
		}
	}
	return nil
}

// size is how much of a transaction's room is taken.
type size struct{ count, bytes int64 }

// perEntry is more than Badger counts for an entry beyond its key and value.
const perEntry = 32

func (c changes) size() size {
	n := size{count: int64(len(c.set) + len(c.remove))}
	for _, e := range c.set {
		n.bytes += int64(len(e.Key) + len(e.Value) + perEntry)
	}
	for _, key := range c.remove {
		n.bytes += int64(len(key) + perEntry)
	}
	return n
}

func (a size) plus(b size) size { return size{a.count + b.count, a.bytes + b.bytes} }

// fits leaves room for Badger's own entry at the end of a transaction.
func (a size) fits(db *badger.DB) bool {
	return a.count+1 < db.MaxBatchCount() && a.bytes+perEntry < db.MaxBatchSize()
}
