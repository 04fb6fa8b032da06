package badgerstore

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/dgraph-io/badger/v4"
)

// repair prepares what a process left that did not close the store. Badger replays its logs by
// itself when it opens for writing, except that it refuses log files without a byte, which is how it
// leaves one when it is stopped while making or deleting it.
func (s *Store) repair() error {
	unclean, err := s.unsettled()
	if err != nil {
		return err
	}
	if unclean {
		return s.repairForReader() // a writer has settled it by now
	}
	logs, err := os.ReadDir(s.badgerDir())
	if err != nil {
		return err
	}
	for _, f := range logs {
		memory := strings.HasSuffix(f.Name(), ".mem") // none is left by a clean end
		unclean = unclean || memory
		if !memory && !strings.HasSuffix(f.Name(), ".vlog") {
			continue
		}
		info, err := f.Info()
		if err != nil {
			return err
		}
		if info.Size() > 0 {
			continue
		}
		if s.readOnly {
			unclean = true
			continue
		}
		s.log.Info("remove empty log", "file", f.Name())
		if err := os.Remove(filepath.Join(s.badgerDir(), f.Name())); err != nil {
			return err
		}
	}
	if unclean && s.readOnly {
		return s.repairForReader()
	}
	return nil
}

// repairForReader opens the store for writing once, which replays the logs; a reader cannot.
func (s *Store) repairForReader() error {
	if err := s.hold.release(); err != nil {
		return err
	}
	writer, err := Open(s.dir, Options{Log: s.log, small: s.small})
	if err == nil {
		err = writer.Close()
	}
	if err != nil {
		err = fmt.Errorf("repair: %w", err)
	}
	again, lockErr := acquire(s.dir, true)
	if lockErr != nil {
		return lockErr
	}
	s.hold = again
	return err
}

// fileSync makes new files of Badger's survive a power failure: Badger syncs what it writes into
// them, but not the folder that names them.
type fileSync struct {
	dir string

	mu    sync.Mutex // held until the folder is synced, so that nobody acknowledges before
	known map[string]bool
}

// sync is called after a synced transaction, before it is acknowledged.
func (f *fileSync) sync() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	dir, err := os.Open(f.dir)
	if err != nil {
		return err
	}
	defer dir.Close() //nolint:errcheck // only read
	names, err := dir.Readdirnames(-1)
	if err != nil {
		return err
	}
	fresh := false
	now := make(map[string]bool, len(names))
	for _, n := range names {
		now[n] = true
		fresh = fresh || !f.known[n]
	}
	if fresh {
		if err := dir.Sync(); err != nil {
			return err
		}
	}
	f.known = now
	return nil
}

// commit ends a transaction so that it survives a power failure.
func (f *fileSync) commit(txn *badger.Txn) error {
	if err := txn.Commit(); err != nil {
		return translate(err)
	}
	return f.sync()
}
