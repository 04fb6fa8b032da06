package badgerstore

import (
	"errors"
	"sync"

	"github.com/dgraph-io/badger/v4"
)

// bufferSize is how many bytes may wait before they are written without being asked for: many small
// blobs share one flush of the disk, and the memory stays small.
const bufferSize = 8 << 20

// A buffer holds entries that are not on the disk yet, in the order in which they were put.
type buffer struct {
	db *badger.DB

	mu      sync.Mutex // guards what follows
	waiting batch
	writing batch // being written by flush

	flushing sync.Mutex // held by the one flush
}

type batch struct {
	entries map[string]*badger.Entry
	order   []string
	bytes   int
}

func newBuffer(db *badger.DB) *buffer { return &buffer{db: db} }

// get returns an entry that is not on the disk yet.
func (b *buffer) get(key []byte) (*badger.Entry, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if e, ok := b.waiting.entries[string(key)]; ok {
		return e, true
	}
	e, ok := b.writing.entries[string(key)]
	return e, ok
}

// add appends entries that belong together and reports whether the buffer should be flushed. Nobody
// may change the entries any more.
func (b *buffer) add(entries ...*badger.Entry) (full bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range entries {
		b.waiting.add(e)
	}
	return b.waiting.bytes >= bufferSize
}

func (b *batch) add(e *badger.Entry) {
	if _, ok := b.entries[string(e.Key)]; ok {
		return // named by its content, so the same
	}
	if b.entries == nil {
		b.entries = make(map[string]*badger.Entry)
	}
	b.entries[string(e.Key)] = e
	b.order = append(b.order, string(e.Key))
	b.bytes += len(e.Key) + len(e.Value)
}

// flush writes everything that was added before the call. Entries are written in their order, so a
// header never comes before a chunk of it. After an error they wait for the next flush.
func (s *Store) flush() error {
	b := s.buffer
	b.flushing.Lock()
	defer b.flushing.Unlock()
	b.mu.Lock()
	b.waiting, b.writing = batch{}, b.waiting
	b.mu.Unlock()

	err := s.write(b.writing.order, func(key string) *badger.Entry { return b.writing.entries[key] })

	b.mu.Lock()
	defer b.mu.Unlock()
	if err != nil {
		for _, key := range b.waiting.order {
			b.writing.add(b.waiting.entries[key])
		}
		b.waiting = b.writing
	}
	b.writing = batch{}
	return err
}

// write stores entries in their order, in as few synced transactions as hold them.
func (s *Store) write(keys []string, entry func(key string) *badger.Entry) (err error) {
	defer border(&err)
	if len(keys) == 0 {
		return nil
	}
	txn := s.db.NewTransaction(true)
	defer func() { txn.Discard() }()
	for _, key := range keys {
		e := *entry(key) // Badger sets the version in its copy
		err := txn.SetEntry(&e)
		if errors.Is(err, badger.ErrTxnTooBig) {
			if err := txn.Commit(); err != nil {
				return translate(err)
			}
			txn = s.db.NewTransaction(true)
			err = txn.SetEntry(&e)
		}
		if err != nil {
			return translate(err)
		}
	}
	return s.files.commit(txn)
}
