package badgerstore

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/dgraph-io/badger/v4"
)

// Note implements [cache.Store].
func (s *Store) Note(ctx context.Context, name string) (value []byte, err error) {
	defer border(&err)
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	err = s.db.View(func(txn *badger.Txn) error {
		item, err := txn.Get(noteKey(name))
		if err != nil {
			return err
		}
		value, err = item.ValueCopy(nil)
		if err == nil && len(value) == 0 { // Badger could not read it
			err = badger.ErrKeyNotFound
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("note %s: %w", name, translate(err))
	}
	return value, nil
}

// PutNotes implements [cache.Store].
func (s *Store) PutNotes(ctx context.Context, notes map[string][]byte) (err error) {
	defer border(&err)
	leave, err := s.enterToWrite(ctx)
	if err != nil {
		return err
	}
	defer leave()
	var set, drop []string
	for _, name := range slices.Sorted(maps.Keys(notes)) {
		if len(notes[name]) > 0 {
			set = append(set, name)
		} else {
			drop = append(drop, string(noteKey(name)))
		}
	}
	err = s.write(set, func(name string) *badger.Entry {
		return &badger.Entry{Key: noteKey(name), Value: slices.Clone(notes[name])}
	})
	if err == nil {
		err = s.remove(drop)
	}
	if err != nil {
		return fmt.Errorf("notes: %w", err)
	}
	return nil
}
