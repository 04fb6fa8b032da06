package badgerstore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"
	"github.com/hashicorp/go-hclog"

	"femur/cache"
)

// Options say how to open a store. The zero value opens it for writing, in silence.
type Options struct {
	// ReadOnly refuses changes and admits other readers. It needs a store that exists.
	ReadOnly bool
	// Log receives Badger's messages and what was repaired.
	Log hclog.Logger

	small bool                                      // logs and tables are short, so that a test sees many of them
	room  func(dir string) (free int64, known bool) // on the disk; a test makes it scarce
}

// A Store is a [cache.Store] in a folder. Use [Open].
type Store struct {
	dir      string
	readOnly bool
	small    bool
	room     func(dir string) (free int64, known bool)
	log      hclog.Logger
	hold     *hold
	gate     *gate
	db       *badger.DB // replaced by Sweep, behind the gate
	codec    codec
	buffer   *buffer

	commits sync.Mutex // one Commit at a time
	next    uint64     // number of the next receipt
	files   *fileSync
	fields  sharedFields
}

var _ cache.Store = (*Store)(nil)

// Open opens the store in dir, usually .femur, and makes it if there is none. A store that a
// process left in the middle of a write is repaired; what was committed is all there. When another
// process has the store open, the error is a [LockedError].
func Open(dir string, o Options) (_ *Store, err error) {
	s := &Store{dir: dir, readOnly: o.ReadOnly, small: o.small, room: o.room, log: o.Log, gate: newGate(), codec: newCodec()}
	if s.log == nil {
		s.log = hclog.NewNullLogger()
	}
	if s.room == nil {
		s.room = freeDisk
	}
	if o.ReadOnly {
		if !Exists(dir) {
			return nil, fmt.Errorf("cache %s: nothing was stored yet: %w", dir, fs.ErrNotExist)
		}
	} else if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	if s.hold, err = acquire(dir, o.ReadOnly); err != nil {
		return nil, err
	}
	if !o.ReadOnly {
		if err := leaveReadme(dir); err != nil {
			return nil, errors.Join(err, s.hold.release())
		}
	}
	if err := s.start(); err != nil {
		return nil, errors.Join(fmt.Errorf("cache %s: %w", dir, err), s.hold.release())
	}
	return s, nil
}

const readme = `femur keeps finished work here, so that it need not be done again.

badger/  results and their records, in one Badger database
lock     which process writes to it at this moment
runs/    what each run did

Nothing here is needed to do the work again: the folder may be deleted while no femur runs.
Its layout is described in docs/cache-format.md of femur.
`

// leaveReadme tells who finds the folder what it is.
func leaveReadme(dir string) error {
	path := filepath.Join(dir, "README")
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.WriteFile(path, []byte(readme), 0o644)
}

// start opens Badger, after repairs, and reads what the store keeps in memory.
func (s *Store) start() (err error) {
	defer border(&err)
	if !s.readOnly {
		if err := s.settle(); err != nil {
			return err
		}
		if err := os.MkdirAll(s.badgerDir(), 0o755); err != nil {
			return err
		}
	}
	if err := s.repair(); err != nil {
		return err
	}
	if err := s.checkTables(); err != nil {
		return s.advise(err)
	}
	if s.db, err = badger.Open(s.options(s.readOnly)); err != nil {
		return s.advise(err)
	}
	s.buffer = newBuffer(s.db)
	s.fields.forget()
	s.files = &fileSync{dir: s.badgerDir()}
	if err := s.checkFormat(); err != nil {
		return errors.Join(err, s.db.Close())
	}
	if err := s.countReceipts(); err != nil {
		return errors.Join(err, s.db.Close())
	}
	return nil
}

// advise says what a user can do where Badger cannot open its files.
func (s *Store) advise(err error) error {
	return fmt.Errorf("%w; if a file was damaged, move %s away: what it held is computed again", err, s.badgerDir())
}

// options are tuned for a laptop that trains networks beside the store, and for a start and an end
// in milliseconds: small tables in memory, no caches beyond the operating system's (chunks are
// read once as a rule), and value logs short enough to be scanned at a start.
func (s *Store) options(readOnly bool) badger.Options {
	memTable, valueLog := int64(16<<20), int64(64<<20)
	if s.small {
		memTable, valueLog = 1<<20, 4<<20
	}
	return badger.DefaultOptions(s.badgerDir()).
		WithLogger(badgerLog{s.log.Named("badger")}).
		WithReadOnly(readOnly).
		WithSyncWrites(true).
		WithMetricsEnabled(false).
		WithDetectConflicts(false). // writes to one key never depend on an earlier read outside a lock
		WithNumVersionsToKeep(1).
		WithCompression(options.None). // chunks are compressed, keys are hashes
		WithBlockCacheSize(0).
		WithIndexCacheSize(0).
		WithMemTableSize(memTable).
		WithNumMemtables(2).
		WithNumCompactors(2).
		WithNumLevelZeroTables(4).
		WithNumLevelZeroTablesStall(12).
		WithCompactL0OnClose(false).
		WithBaseTableSize(memTable / 4).
		WithBaseLevelSize(2 * memTable).
		WithValueThreshold(4 << 10).
		WithValueLogFileSize(valueLog).
		WithVerifyValueChecksum(true).
		WithChecksumVerificationMode(options.OnBlockRead)
}

func (s *Store) checkFormat() error {
	return s.update(func(txn *badger.Txn) error {
		item, err := txn.Get([]byte{formatKey})
		if errors.Is(err, badger.ErrKeyNotFound) {
			if s.readOnly {
				return nil
			}
			return txn.Set([]byte{formatKey}, []byte(strconv.Itoa(FormatVersion)))
		}
		if err != nil {
			return err
		}
		have, err := item.ValueCopy(nil)
		if err == nil && string(have) != strconv.Itoa(FormatVersion) {
			err = fmt.Errorf("its format is version %q, this program reads version %d; use another folder", have, FormatVersion)
		}
		return err
	})
}

// update runs f in a transaction that may write where the store may.
func (s *Store) update(f func(*badger.Txn) error) error {
	if s.readOnly {
		return s.db.View(f)
	}
	return s.db.Update(f)
}

// countReceipts finds the number that the next receipt gets.
func (s *Store) countReceipts() error {
	return s.db.View(func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.IteratorOptions{Reverse: true})
		defer it.Close()
		it.Seek([]byte{receiptPrefix + 1})
		if it.ValidForPrefix([]byte{receiptPrefix}) {
			s.next = ^linked(it.Item().Key()) + 1
		}
		return nil
	})
}

// Close implements [cache.Store]. What was put and not committed is kept.
func (s *Store) Close() (err error) {
	if !s.gate.close() {
		return nil
	}
	return errors.Join(s.stop(), s.hold.release())
}

// stop writes the buffer and closes Badger.
func (s *Store) stop() (err error) {
	defer border(&err)
	if !s.readOnly {
		err = s.flush()
	}
	return errors.Join(err, s.db.Close())
}

// enter begins an operation, which the returned function ends.
func (s *Store) enter(ctx context.Context) (leave func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := s.gate.enter(); err != nil {
		return nil, err
	}
	return s.gate.leave, nil
}

// enterToWrite begins an operation that changes the store.
func (s *Store) enterToWrite(ctx context.Context) (leave func(), err error) {
	if s.readOnly {
		return nil, fmt.Errorf("cache %s: open for reading only", s.dir)
	}
	return s.enter(ctx)
}
