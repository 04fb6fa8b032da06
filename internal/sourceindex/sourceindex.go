// Package sourceindex reads the files that a pipeline points at, and remembers their digests and what
// stages derived from them.
//
// Words: a stat is what the file system says of a file without reading it (size, times, inode, device);
// the index maps paths to the stat and the digest that a file had when it was last read; a fact is what a
// stage derived from a file, kept under the file's digest. A path is private when it identifies people.
//
// Guarantee: a digest is answered from the index only while the stat is the same, and only if the file
// had not been modified just before it was read, since a second change within the grain of the file
// system's clock would leave no trace. A touched file is read again and has the same digest. A fact is
// answered only for the same bytes, purpose and code of the stage. No path is stored in clear; a private one
// stands in no error's text, and its entry is under a keyed hash.
//
// Limits: a file that was changed and given its old times, size and inode on purpose is not noticed by the
// index; a stage that reads it notices, since what it reads is checked against the digest. Hidden files
// and folders, whose names begin with a dot, are never listed. A link that is put in the place of a file
// after the folder was listed is followed. What was not asked for in 90 days is forgotten, and so are
// facts that another key of identifiers was used for: their files are read again.
package sourceindex

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"femur/cache"
	"femur/dag"
)

// Notes is where the index is kept: two methods of [cache.Store]. What it loses is read again.
type Notes interface {
	Note(ctx context.Context, name string) ([]byte, error)
	PutNotes(ctx context.Context, notes map[string][]byte) error
}

// An Index reads files below and beside the folder of a pipeline. Use [New].
type Index struct {
	// OtherKey, if it is set, is told that identifiers were hashed under another key when the cache was used last:
	// then every id is another one, and everything is made anew.
	OtherKey func()

	root    string
	also    string // empty, or where to look for what root does not have
	notes   Notes
	ids     Identifiers
	now     func() time.Time
	open    func(path string) (io.ReadCloser, error) // os.Open; replaced by tests that count
	files   *tables                                  // by the hash of the path
	buffers sync.Pool                                // contents of files, one for each worker
	folder  func() (string, error)                   // the working directory

	mu      sync.Mutex
	derived map[string]*tables
	places  map[string]string // of folders, as [Index.place] found them
}

var _ dag.Files = (*Index)(nil)

// New returns the index of the files of a pipeline in the folder root. A relative path is looked up there,
// and, where root has no such folder (or, for a bare name, no such file), in the folder also, if that is not
// empty: paths in the file are relative to the file, paths typed at a prompt to where they were typed. No
// result depends on which of the two it was, since keys hold contents and not places. Without ids, no path
// can be private.
func New(root, also string, notes Notes, ids Identifiers) *Index {
	if ids == nil {
		ids = nobody{}
	}
	x := &Index{
		root: root, also: also, notes: notes, ids: ids, now: time.Now,
		open:    func(path string) (io.ReadCloser, error) { return os.Open(path) },
		folder:  sync.OnceValues(func() (string, error) { return filepath.Abs(".") }),
		derived: map[string]*tables{}, places: map[string]string{},
	}
	x.files = newTables(notes, "files", cache.Digest{}, x.today())
	return x
}

// today is the number of the day since 1970.
func (x *Index) today() uint32 { return uint32(x.now().Unix() / (24 * 60 * 60)) }

// ReadFile implements [dag.SourceFiles].
func (x *Index) ReadFile(path string) ([]byte, error) {
	f, err := x.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // nothing was written
	return io.ReadAll(f)
}

// Exists implements [dag.SourceFiles]: the path is a file or a folder.
func (x *Index) Exists(path string) bool {
	_, err := os.Stat(x.resolve(path))
	return err == nil
}

// Open implements [dag.Files]. What is no regular file is refused before it is opened, since opening a
// FIFO may wait for ever.
func (x *Index) Open(path string) (io.ReadCloser, error) {
	if _, err := x.stat(path); err != nil {
		return nil, err
	}
	return os.Open(x.resolve(path))
}

func (x *Index) stat(path string) (os.FileInfo, error) {
	info, err := os.Stat(x.resolve(path))
	if err != nil {
		return nil, missing(path, err)
	}
	if !info.Mode().IsRegular() {
		return nil, refuse(path, info.Mode())
	}
	return info, nil
}

// Digests implements [dag.Files]. Files whose stat has not changed are not read. Where private items lie,
// and whose they are, is noted for the user.
func (x *Index) Digests(ctx context.Context, items []dag.SourceItem) ([]cache.Artifact, error) {
	found := make([]cache.Artifact, len(items))
	err := inChunks(ctx, len(items), func(ctx context.Context, i int) error {
		it := items[i]
		d, err := x.digest(ctx, dag.SourcePath{Path: it.Path, Private: it.Private})
		if it.Private {
			if err = it.Failure(err); err == nil {
				err = x.locate(it)
			}
		}
		found[i] = cache.Artifact{Media: cache.MediaFile, Digest: d.digest, Size: d.size}
		return err
	})
	var also func(context.Context) error
	if slices.ContainsFunc(items, func(it dag.SourceItem) bool { return it.Private }) {
		also = x.keepKey
	}
	return found, errors.Join(err, x.keep(ctx, also))
}

// keyNote is the note that tells keys of identifiers apart; it is a hash under the key.
const keyNote = "identifiers/key"

// keepKey tells when the key is another one than last time, and remembers it.
func (x *Index) keepKey(ctx context.Context) error {
	now, err := x.ids.Hash("cache", "which key")
	if err != nil {
		return err
	}
	before, err := x.notes.Note(ctx, keyNote)
	switch {
	case err == nil && bytes.Equal(before, now[:]):
		return nil
	case err == nil && x.OtherKey != nil:
		x.OtherKey()
	case err != nil && !errors.Is(err, cache.ErrMiss):
		return fmt.Errorf("index of files: %w", err)
	}
	return x.notes.PutNotes(ctx, map[string][]byte{keyNote: now[:]})
}

// keep stores what was read, also when another file is missing or the context is canceled; first of all, whom
// new pseudonyms stand for.
func (x *Index) keep(ctx context.Context, also func(context.Context) error) error {
	ctx = context.WithoutCancel(ctx)
	if err := x.ids.Flush(); err != nil {
		return err
	}
	if err := x.files.save(ctx); err != nil {
		return err
	}
	if also == nil {
		return nil
	}
	return also(ctx)
}

// locate notes where the file of a private item is.
func (x *Index) locate(it dag.SourceItem) error {
	file := x.resolve(it.Path)
	if !filepath.IsAbs(file) {
		folder, err := x.folder() // asked once: tens of thousands of files lie below it
		if err != nil {
			return err
		}
		file = filepath.Join(folder, file)
	}
	return x.ids.Locate(string(it.ID), string(it.Patient), file)
}

// A finding is what the index and the file system say of a file.
type finding struct {
	entry
	path  string
	key   cache.Digest // of the entry
	known bool         // the digest is good; else only the stat is
}

// examine looks at a file without reading it.
func (x *Index) examine(ctx context.Context, p dag.SourcePath) (finding, error) {
	info, err := x.stat(p.Path)
	if err != nil {
		return finding{}, err
	}
	found := finding{entry: newEntry(info), path: p.Path}
	if found.key, err = x.pathKey(p); err != nil {
		return found, err
	}
	b, ok, err := x.files.get(ctx, found.key)
	if err != nil || !ok {
		return found, err
	}
	if old, ok := decodeEntry(b); ok && old.sameFile(found.entry) && !old.racy() {
		found.entry, found.known = old, true
	}
	return found, nil
}

// pathKey is what an entry is stored under. No path is stored in clear, and what a private one was can
// not be tested by who guesses it, either.
func (x *Index) pathKey(p dag.SourcePath) (cache.Digest, error) {
	if p.Private {
		return x.ids.Hash("path", p.Path)
	}
	return cache.Sum([]byte("path " + p.Path)), nil
}

func (x *Index) digest(ctx context.Context, p dag.SourcePath) (finding, error) {
	found, err := x.examine(ctx, p)
	if err != nil || found.known {
		return found, err
	}
	return x.read(ctx, found, nil)
}

// read reads a file for its digest and, where content is not nil, for its bytes.
func (x *Index) read(ctx context.Context, found finding, content *bytes.Buffer) (finding, error) {
	found.entry.read = x.now().UnixNano()
	f, err := x.open(x.resolve(found.path))
	if err != nil {
		return found, missing(found.path, err)
	}
	defer f.Close() //nolint:errcheck // nothing was written
	h := sha256.New()
	limited := io.LimitReader(f, found.size+1) // a file that grows is refused below
	var size int64
	if content == nil {
		size, err = io.Copy(h, limited)
	} else {
		content.Reset()
		content.Grow(int(found.size) + bytes.MinRead)
		size, err = content.ReadFrom(limited)
		h.Write(content.Bytes())
	}
	if err != nil {
		return found, missing(found.path, err)
	}
	after, err := x.stat(found.path)
	if err != nil {
		return found, err
	}
	if size != found.size || !newEntry(after).sameFile(found.entry) {
		return found, &dag.BadInput{File: found.path, Summary: "changed while it was being read", Detail: "Run again when nothing writes to it."}
	}
	found.digest, found.known = cache.Digest(h.Sum(nil)), true
	return found, x.files.put(ctx, found.key, found.encode())
}
