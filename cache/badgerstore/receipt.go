package badgerstore

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/dgraph-io/badger/v4"

	"femur/cache"
)

// A receipt is a record as it is kept. Thousands of items share their code, parameters and
// environment, which are most of a record's bytes: they are kept once, under their digest.
type receipt struct {
	Version int          `json:"version"`         // cache.RecordVersion
	Shared  cache.Digest `json:"shared,omitzero"` // JSON list of the fields left out of the recipe
	Record  cache.Record `json:"record"`          // its recipe holds the Input and Source fields only
	fields  []byte       // the JSON list, to be stored with the receipt
}

func newReceipt(rec cache.Record) (receipt, error) {
	r := receipt{Version: cache.RecordVersion, Record: rec}
	r.Record.Recipe.Fields = nil
	var shared []cache.Field
	for _, f := range rec.Recipe.Sorted().Fields {
		if f.Kind == cache.Input || f.Kind == cache.Source {
			r.Record.Recipe.Fields = append(r.Record.Recipe.Fields, f)
		} else {
			shared = append(shared, f)
		}
	}
	if shared == nil {
		return r, nil
	}
	text, err := json.Marshal(shared)
	r.Shared, r.fields = cache.Sum(text), text
	return r, err
}

// sharedFields remembers lists of fields, of which a store has about one per kind of stage.
type sharedFields struct {
	mu    sync.Mutex
	lists map[cache.Digest][]cache.Field
}

const maxSharedLists = 1024

func (f *sharedFields) get(txn *badger.Txn, d cache.Digest) ([]cache.Field, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if list, ok := f.lists[d]; ok {
		return list, nil
	}
	item, err := txn.Get(digestKey(fieldsPrefix, d))
	if err != nil {
		return nil, err
	}
	var list []cache.Field
	err = item.Value(func(text []byte) error {
		if cache.Sum(text) != d {
			return cache.ErrCorrupt
		}
		return json.Unmarshal(text, &list)
	})
	if err != nil {
		return nil, err
	}
	if f.lists == nil || len(f.lists) >= maxSharedLists {
		f.lists = make(map[cache.Digest][]cache.Field)
	}
	f.lists[d] = list
	return list, nil
}

// forget is called when a list may have been read in a transaction that is not stored.
func (f *sharedFields) forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lists = nil
}

// record reads a receipt and checks it as a whole: its recipe must hash to its key.
func (s *Store) record(txn *badger.Txn, number uint64) (cache.Record, error) {
	rec, err := s.readReceipt(txn, number)
	if errors.Is(err, badger.ErrKeyNotFound) {
		return rec, fmt.Errorf("record %d: a part of it is gone: %w", number, cache.ErrCorrupt)
	}
	if err != nil {
		return rec, fmt.Errorf("record %d: %w: %w", number, err, cache.ErrCorrupt)
	}
	return rec, nil
}

func (s *Store) readReceipt(txn *badger.Txn, number uint64) (cache.Record, error) {
	item, err := txn.Get(receiptKey(number))
	if err != nil {
		return cache.Record{}, err
	}
	var r receipt
	if err := item.Value(func(b []byte) error { return json.Unmarshal(b, &r) }); err != nil {
		return cache.Record{}, err
	}
	if r.Version != cache.RecordVersion {
		return cache.Record{}, fmt.Errorf("version %d, this program reads version %d", r.Version, cache.RecordVersion)
	}
	if !r.Shared.IsZero() {
		shared, err := s.fields.get(txn, r.Shared)
		if err != nil {
			return cache.Record{}, err
		}
		r.Record.Recipe.Fields = slices.Concat(shared, r.Record.Recipe.Fields)
		r.Record.Recipe = r.Record.Recipe.Sorted()
	}
	return r.Record, r.Record.Validate()
}
