package badgerstore

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/dgraph-io/badger/v4"

	"femur/cache"
)

// Sweep implements [cache.Store]. It also drops what a failed Put or a killed process left behind: chunks
// without a blob, links without a record. It has the store to itself.
func (s *Store) Sweep(ctx context.Context, keep cache.Keep) (swept cache.Swept, err error) {
	defer border(&err)
	if s.readOnly && !keep.DryRun {
		return swept, fmt.Errorf("cache %s: open for reading only", s.dir)
	}
	if err := ctx.Err(); err != nil {
		return swept, err
	}
	if err := s.gate.enterAlone(); err != nil {
		return swept, err
	}
	defer s.gate.leaveAlone()
	if short := s.missing(0); short > 0 && !keep.DryRun { // a full disk would end the process in the middle of it
		return cache.Swept{Short: short}, fmt.Errorf("sweep: cache %s: %d more bytes of free disk are needed to work in; make that room elsewhere first", s.dir, short)
	}
	if err := s.flush(); err != nil {
		return swept, err
	}
	found, err := s.survey(ctx, keep)
	if err == nil && !keep.DryRun {
		if err = s.sweepRecords(ctx, found); err == nil {
			err = s.sweepBlobs(ctx, found)
		}
		if err == nil {
			found.Forgotten, found.Short, err = s.forget(ctx)
		}
	}
	if err != nil {
		return found.Swept, fmt.Errorf("sweep: %w", err)
	}
	return found.Swept, nil
}

// A survey is what a sweep has found out before it changes anything. It takes some hundred bytes of memory
// for each record and each blob.
type survey struct {
	cache.Swept
	dead      map[uint64]bool       // numbers of receipts
	alive     map[uint64]cache.Key  // numbers of the others
	fields    map[cache.Digest]bool // shared lists of those alive
	blobs     map[cache.Digest]bool // that stay
	deadBlobs []string              // keys of headers
	deadParts []string              // keys of chunks
}

// survey asks what is to be kept, and follows what that means.
func (s *Store) survey(ctx context.Context, keep cache.Keep) (*survey, error) {
	f := &survey{
		dead: make(map[uint64]bool), alive: make(map[uint64]cache.Key),
		fields: make(map[cache.Digest]bool), blobs: make(map[cache.Digest]bool),
	}
	type itemRecord struct {
		number  uint64
		outputs []cache.Digest
	}
	var items []itemRecord
	lists := make(map[uint64]cache.Digest)
	err := s.each(ctx, receiptPrefix, func(item *badger.Item) error {
		number := ^linked(item.Key())
		return s.db.View(func(txn *badger.Txn) error {
			rec, err := s.record(txn, number)
			if errors.Is(err, cache.ErrMiss) {
				s.log.Warn("damaged record", "number", number, "error", err)
				f.dead[number] = true
				return nil
			}
			if err != nil {
				return err
			}
			if keep.Record != nil && !keep.Record(rec) {
				f.dead[number] = true
				return nil
			}
			f.alive[number] = rec.Key
			r, err := newReceipt(rec)
			lists[number] = r.Shared
			if rec.Item != "" {
				one := itemRecord{number: number}
				for _, o := range rec.Outputs {
					one.outputs = append(one.outputs, o.Digest)
				}
				items = append(items, one)
			}
			return err
		})
	})
	if err != nil {
		return f, err
	}
	if err := s.surveyBlobs(ctx, keep, f); err != nil {
		return f, err
	}
	for _, r := range items {
		for _, d := range r.outputs {
			if !f.blobs[d] {
				f.dead[r.number] = true
				delete(f.alive, r.number)
			}
		}
	}
	for number := range f.alive {
		f.fields[lists[number]] = true
	}
	f.Records = len(f.dead)
	return f, nil
}

func (s *Store) surveyBlobs(ctx context.Context, keep cache.Keep, f *survey) error {
	parts := make(map[cache.Digest]bool) // chunks of the blobs that stay
	err := s.each(ctx, blobPrefix, func(item *badger.Item) error {
		d, _ := digestIn(item.Key())
		var h header
		err := item.Value(func(b []byte) (err error) {
			h, err = decodeHeader(d, b)
			return err
		})
		if err != nil || keep.Blob != nil && !keep.Blob(cache.Artifact{Media: h.media, Digest: d, Size: h.size()}) {
			f.deadBlobs = append(f.deadBlobs, string(item.Key()))
			f.Bytes += item.EstimatedSize()
			return nil
		}
		f.blobs[d] = true
		for _, c := range h.chunks {
			parts[c.digest] = true
		}
		return nil
	})
	if err != nil {
		return err
	}
	f.Blobs = len(f.deadBlobs)
	return s.each(ctx, chunkPrefix, func(item *badger.Item) error {
		if d, ok := digestIn(item.Key()); !ok || !parts[d] {
			f.deadParts = append(f.deadParts, string(item.Key()))
			f.Bytes += item.EstimatedSize()
		}
		return nil
	})
}

// sweepRecords removes receipts after all that leads to them, so that a sweep that is stopped in between
// leaves receipts to find again, and no link that a later receipt of the same number could be taken for.
func (s *Store) sweepRecords(ctx context.Context, f *survey) error {
	newest := make(map[cache.Key]uint64)
	for number, k := range f.alive {
		if have, ok := newest[k]; !ok || number > have {
			newest[k] = number
		}
	}
	var dead, moved []string
	for _, prefix := range []byte{historyPrefix, producerPrefix, consumerPrefix} {
		err := s.each(ctx, prefix, func(item *badger.Item) error {
			if _, ok := f.alive[linked(item.Key())]; !ok {
				dead = append(dead, string(item.Key()))
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	err := s.each(ctx, keyPrefix, func(item *badger.Item) error {
		d, _ := digestIn(item.Key())
		number, kept := newest[cache.Key(d)]
		if !kept {
			dead = append(dead, string(item.Key()))
			return nil
		}
		return item.Value(func(b []byte) error {
			if len(b) != 8 || binary.BigEndian.Uint64(b) != number {
				moved = append(moved, string(item.Key()))
			}
			return nil
		})
	})
	if err != nil {
		return err
	}
	for number := range f.dead {
		dead = append(dead, string(receiptKey(number)))
	}
	err = s.each(ctx, fieldsPrefix, func(item *badger.Item) error {
		if d, ok := digestIn(item.Key()); !ok || !f.fields[d] {
			dead = append(dead, string(item.Key()))
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = s.write(moved, func(key string) *badger.Entry {
		d, _ := digestIn([]byte(key))
		return &badger.Entry{Key: []byte(key), Value: binary.BigEndian.AppendUint64(nil, newest[cache.Key(d)])}
	})
	if err != nil {
		return err
	}
	s.fields.forget()
	return s.remove(dead)
}

// sweepBlobs removes what manifests are known by, then headers, then chunks, so that no header ever lacks
// a chunk. What is still whole is found out anew.
func (s *Store) sweepBlobs(ctx context.Context, f *survey) error {
	var dead []string
	if len(f.deadBlobs) > 0 { // any manifest may have lost an item
		err := s.each(ctx, wholePrefix, func(item *badger.Item) error {
			dead = append(dead, string(item.Key()))
			return nil
		})
		if err != nil {
			return err
		}
	}
	dead = append(dead, f.deadBlobs...)
	dead = append(dead, f.deadParts...)
	err := s.each(ctx, memberPrefix, func(item *badger.Item) error {
		manifest, ok := digestIn(item.Key()[min(len(cache.Digest{}), len(item.Key())-1):])
		if !ok || !f.blobs[manifest] {
			dead = append(dead, string(item.Key()))
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := s.remove(dead); err != nil || len(f.deadBlobs) == 0 {
		return err
	}
	var whole []string
	for number := range f.alive {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := s.db.View(func(txn *badger.Txn) error {
			rec, err := s.record(txn, number)
			if err != nil || rec.Item != "" {
				return err
			}
			err = s.complete(ctx, rec, func(manifest cache.Digest, _ cache.Manifest) {
				whole = append(whole, string(digestKey(wholePrefix, manifest)))
			})
			if errors.Is(err, cache.ErrMiss) {
				return nil
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return s.write(whole, func(key string) *badger.Entry { return &badger.Entry{Key: []byte(key)} })
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
