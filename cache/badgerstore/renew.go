package badgerstore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/dgraph-io/badger/v4"
)

// Folders of Badger databases beside each other. A copy is made in newName; when it is whole and on the disk
// it becomes nextName, which takes the place of badgerName at once, or when the store is opened next.
// oldName is what it took the place of.
const (
	badgerName = "badger"
	newName    = "badger.new"
	nextName   = "badger.next"
	oldName    = "badger.old"
)

// renew copies what is live into a new database and puts it in the place of the old one.
func (s *Store) renew(ctx context.Context) error {
	fresh := filepath.Join(s.dir, newName)
	if err := os.RemoveAll(fresh); err != nil {
		return err
	}
	if err := s.copyTo(ctx, fresh); err != nil {
		return errors.Join(fmt.Errorf("copy what is kept: %w", err), os.RemoveAll(fresh))
	}
	if err := s.db.Close(); err != nil {
		return errors.Join(err, os.RemoveAll(fresh), s.start())
	}
	if err := os.Rename(fresh, filepath.Join(s.dir, nextName)); err != nil {
		return errors.Join(err, s.start())
	}
	return s.start() // which puts it in its place
}

// copyTo writes every live entry into a database in the folder and leaves it closed and on the disk.
func (s *Store) copyTo(ctx context.Context, dir string) (err error) {
	db, err := badger.Open(s.options(false).WithDir(dir).WithValueDir(dir).WithSyncWrites(false))
	if err != nil {
		return err
	}
	if err := s.copyEntries(ctx, db); err != nil {
		return errors.Join(err, db.Close())
	}
	if err := db.Close(); err != nil {
		return err
	}
	return syncFiles(dir)
}

// copyEntries keeps entries as they are, damaged ones included: that they are damaged is found out from
// their digests, as before.
func (s *Store) copyEntries(ctx context.Context, to *badger.DB) error {
	batch := to.NewWriteBatch()
	defer batch.Cancel()
	err := s.db.View(func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.IteratorOptions{})
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			if err := ctx.Err(); err != nil {
				return err
			}
			item := it.Item()
			value, err := item.ValueCopy(nil)
			if err != nil {
				return err
			}
			e := badger.NewEntry(item.KeyCopy(nil), value).WithMeta(item.UserMeta())
			if err := batch.SetEntry(e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return batch.Flush()
}

// syncFiles puts a folder and its files on the disk.
func syncFiles(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := syncPath(filepath.Join(dir, e.Name())); err != nil {
			return err
		}
	}
	return syncPath(dir)
}

func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// settle ends a renewal that a process began, wherever it was stopped: a copy that is whole takes its
// place, and the others go.
func (s *Store) settle() error {
	at := func(name string) string { return filepath.Join(s.dir, name) }
	_, err := os.Stat(at(nextName))
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	default:
		s.log.Info("put the copy of the database in its place")
		if _, err := os.Stat(at(badgerName)); err == nil {
			if err := os.RemoveAll(at(oldName)); err != nil {
				return err
			}
			if err := os.Rename(at(badgerName), at(oldName)); err != nil {
				return err
			}
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err := os.Rename(at(nextName), at(badgerName)); err != nil {
			return err
		}
		if err := syncPath(s.dir); err != nil {
			return err
		}
	}
	return errors.Join(os.RemoveAll(at(oldName)), os.RemoveAll(at(newName)))
}

// unsettled reports whether a copy waits to take its place, which a reader cannot give it.
func (s *Store) unsettled() (bool, error) {
	_, err := os.Stat(filepath.Join(s.dir, nextName))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}
