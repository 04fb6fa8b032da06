package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"femur/cache"
	"femur/cache/badgerstore"
	"femur/cache/memstore"
	"femur/internal/runlog"
)

// cacheReadme stands in every cache folder, for whoever finds it.
const cacheReadme = `This folder is the cache of femur, a tool for studies on radiographs.

  badger/  results and their records, by content (a Badger database; one process
           at a time, local disks only)
  runs/    what happened in each run: run.json, events.jsonl, logs of stages
  lock     who is working here

Nothing in here is input: everything can be computed again from the pipeline and
its source files, so the folder is safe to delete, at the price of that time. Do
not change single files. It can hold images and identifiers of patients: treat it
as you treat the source files.

femur ls lists what is here; femur export writes results out as ordinary files.
`

// openToRun opens the cache for writing and makes it if there is none.
func (g *global) openToRun() (cache.Store, error) {
	dir := g.cacheDir()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	readme := filepath.Join(dir, "README")
	if _, err := os.Stat(readme); errors.Is(err, fs.ErrNotExist) {
		if err := os.WriteFile(readme, []byte(cacheReadme), 0o644); err != nil {
			return nil, fmt.Errorf("cache: %w", err)
		}
	}
	return g.openToWrite()
}

// openToWrite opens a cache that is there, alone.
func (g *global) openToWrite() (cache.Store, error) {
	store, err := badgerstore.Open(g.cacheDir(), badgerstore.Options{Log: g.log.Named("cache")})
	if err != nil {
		return nil, err
	}
	if err := removeReruns(g.cacheDir()); err != nil {
		return nil, errors.Join(err, store.Close())
	}
	return store, nil
}

// openToPlan opens the cache so that the index of file digests can be kept. Where there is no cache
// yet, it gives an empty one in memory and makes nothing on the disk.
func (g *global) openToPlan() (store cache.Store, noCache bool, err error) {
	if !g.haveCache() {
		return memstore.New(), true, nil
	}
	store, err = g.openToWrite()
	return store, false, err
}

// openToRead opens the cache beside other readers. Where there is no cache yet, that is a usage error.
func (g *global) openToRead() (cache.Store, error) {
	if !g.haveCache() {
		return nil, g.noCacheError()
	}
	return badgerstore.Open(g.cacheDir(), badgerstore.Options{ReadOnly: true, Log: g.log.Named("cache")})
}

func (g *global) noCacheError() error {
	return &usageError{
		err:  fmt.Errorf("there is no cache in %s", g.cacheDir()),
		hint: "femur run makes one; --cache DIR names another.",
	}
}

// haveCache reports whether something was stored before.
func (g *global) haveCache() bool {
	return badgerstore.Exists(g.cacheDir())
}

// runs is the folder of runs beside the cache.
func (g *global) runs() runlog.Folder { return runlog.Open(g.cacheDir()) }

// closing joins the error of closing to the error that a command ends with.
func closing(err *error, what interface{ Close() error }) { *err = errors.Join(*err, what.Close()) }
