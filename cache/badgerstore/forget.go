package badgerstore

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/dgraph-io/badger/v4"
)

// forget gives the room of removed entries back and leaves nothing of them in any file.
//
// What is removed Badger only marks at first. It drops it when it merges tables and rewrites value logs,
// which shrink makes it do to the end; but of what a process wrote last before it was killed, or of how
// much of a log is dead after a crash, it may know nothing. So the files are compared with what they should
// hold, to the byte, and where they hold more, all that is live is copied into a new database that takes
// the old one's place. Where the disk has no room for that, short says how many bytes are missing.
func (s *Store) forget(ctx context.Context) (forgotten bool, short int64, err error) {
	if err := s.restart(); err != nil { // what is in memory becomes tables, logs get their true length
		return false, 0, err
	}
	clean, _, err := s.spotless(ctx)
	if err != nil || clean {
		return clean, 0, err
	}
	if err := s.shrink(ctx); err != nil {
		return false, 0, err
	}
	if err := s.restart(); err != nil {
		return false, 0, err
	}
	clean, need, err := s.spotless(ctx)
	if err != nil || clean {
		return clean, 0, err
	}
	s.log.Info("copy what is kept into a new database", "bytes", need)
	if short = s.missing(need); short > 0 {
		return false, short, nil
	}
	if err := s.renew(ctx); err != nil {
		return false, 0, err
	}
	if clean, _, err = s.spotless(ctx); err == nil && !clean {
		err = errors.New("the new database holds more than what was copied into it")
	}
	return clean, 0, err
}

// restart closes Badger and opens it again.
func (s *Store) restart() error {
	if err := s.db.Close(); err != nil {
		return err
	}
	return s.start()
}

// spotless reports whether the files hold live entries only, and how many bytes these take. It must
// follow a start, before anything is written: then every log that was written to has the length of its
// entries, and tables hold the rest.
func (s *Store) spotless(ctx context.Context) (clean bool, need int64, err error) {
	var logged int64 // bytes in value logs that live entries account for
	clean = true
	threshold := s.options(false).ValueThreshold
	err = s.db.View(func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.IteratorOptions{AllVersions: true})
		defer it.Close()
		var last []byte
		for it.Rewind(); it.Valid(); it.Next() {
			if err := ctx.Err(); err != nil {
				return err
			}
			item := it.Item()
			if item.IsDeletedOrExpired() || string(item.Key()) == string(last) {
				clean = false
				continue
			}
			last = item.KeyCopy(last)
			need += item.EstimatedSize() // that of a value in a log is the length of its entry there
			if item.ValueSize() >= threshold {
				logged += item.EstimatedSize()
			}
		}
		return nil
	})
	if err != nil || !clean {
		return false, need, err
	}
	files, err := s.logBytes()
	return files == logged, need, err
}

// logHeader is what stands before the first entry of a value log.
const logHeader = 20

// logBytes is how many bytes of entries are in the value logs, the one left out that Badger made to write to.
func (s *Store) logBytes() (n int64, err error) {
	entries, err := os.ReadDir(s.badgerDir()) // sorted by name, which is their order
	if err != nil {
		return 0, err
	}
	var last int64
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".vlog") {
			continue
		}
		info, err := e.Info()
		if err != nil {
			return 0, err
		}
		last = info.Size() - logHeader
		n += last
	}
	return n - last, nil
}

// missing is how many bytes of free disk a copy of need bytes lacks.
func (s *Store) missing(need int64) int64 {
	free, known := s.room(s.dir)
	// Beside the entries: an index of each table, and files that Badger makes in advance.
	if need += need/16 + s.options(false).MemTableSize*4; !known || free >= need {
		return 0
	}
	return need - free
}

// shrink makes Badger give back the room that it can tell is dead. It learns how much of a value log is
// dead when it merges tables, for which they must leave level 0 (at the Close of a store opened for
// that); and it never rewrites the log that it writes to, of which every Open begins a new one. It needs
// the room of one log.
func (s *Store) shrink(ctx context.Context) error {
	if err := s.shrinkTables(); err != nil {
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

func (s *Store) shrinkTables() error {
	if err := s.db.Close(); err != nil {
		return err
	}
	merging, err := badger.Open(s.options(false).WithCompactL0OnClose(true))
	if err != nil {
		return errors.Join(err, s.start())
	}
	if err := merging.Close(); err != nil {
		return errors.Join(err, s.start())
	}
	if err := s.start(); err != nil {
		return err
	}
	return s.db.Flatten(2)
}

// worthRewriting is the part of a value log that must be dead. A log has 64 MiB: this is less than the
// shortest value in one.
const worthRewriting = 1e-6

// Exists reports whether something was ever stored in dir.
func Exists(dir string) bool {
	for _, name := range []string{badgerName, nextName} {
		if _, err := os.Stat(filepath.Join(dir, name, badger.ManifestFilename)); !errors.Is(err, fs.ErrNotExist) {
			return true
		}
	}
	return false
}

func (s *Store) badgerDir() string { return filepath.Join(s.dir, badgerName) }
