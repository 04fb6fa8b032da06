// Package sourceindex reads the files that a pipeline points at, and remembers their digests.
//
// Words: a stat is what the file system says of a file without reading it (size, times, inode, device);
// the index maps paths to the stat and the digest that a file had when it was last read.
//
// Guarantee: a digest is answered from the index only while the stat is the same, and only if the file
// had not been modified just before it was read, since a second change within the grain of the file
// system's clock would leave no trace. A touched file is read again and has the same digest.
//
// Limits: a file that was changed and given its old times, size and inode on purpose is not noticed by the
// index; a stage that reads it notices, since what it reads is checked against the digest. Hidden files
// and folders, whose names begin with a dot, are never listed.
package sourceindex

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"femur/cache"
	"femur/dag"
	"femur/internal/parallel"
)

// Notes is where the index is kept: two methods of [cache.Store]. What it loses is read again.
type Notes interface {
	Note(ctx context.Context, name string) ([]byte, error)
	PutNotes(ctx context.Context, notes map[string][]byte) error
}

// An Index reads files below and beside the folder of a pipeline. Use [New].
type Index struct {
	root  string
	also  string // empty, or where to look for what root does not have
	notes Notes
	now   func() time.Time
	hash  func(path string) (cache.Digest, int64, error) // of a whole file; replaced by tests that count

	mu     sync.Mutex
	shards map[int]*shard
	places map[string]string // of folders, as [Index.place] found them
}

var _ dag.Files = (*Index)(nil)

// New returns the index of the files of a pipeline in the folder root. A relative path is looked up there,
// and, where root has no such folder (or, for a bare name, no such file), in the folder also, if that is not
// empty: paths in the file are relative to the file, paths typed at a prompt to where they were typed. No
// result depends on which of the two it was, since keys hold contents and not places.
func New(root, also string, notes Notes) *Index {
	return &Index{
		root: root, also: also, notes: notes, now: time.Now, hash: hashFile,
		shards: map[int]*shard{}, places: map[string]string{},
	}
}

// resolve turns a path of the pipeline into one of the system.
func (x *Index) resolve(path string) string {
	p := filepath.FromSlash(path)
	if filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(x.place(p), p)
}

// place returns the folder that a relative path is relative to. All files of a folder share the answer.
func (x *Index) place(p string) string {
	if x.also == "" || x.also == x.root {
		return x.root
	}
	probe := filepath.Dir(p)
	if probe == "." {
		probe = p
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if place, ok := x.places[probe]; ok {
		return place
	}
	place := x.root
	if _, err := os.Stat(filepath.Join(x.root, probe)); os.IsNotExist(err) {
		if _, err := os.Stat(filepath.Join(x.also, probe)); err == nil {
			place = x.also
		}
	}
	x.places[probe] = place
	return place
}

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

// Digests implements [dag.Files]. Files whose stat has not changed are not read.
func (x *Index) Digests(ctx context.Context, items []dag.SourceItem) ([]cache.Artifact, error) {
	paths := make([]string, len(items))
	for i, it := range items {
		paths[i] = it.Path
	}
	if err := x.load(ctx, paths); err != nil {
		return nil, err
	}
	found := make([]cache.Artifact, len(paths))
	const chunk = 64 // files a worker takes at once: a stat is too small a job of its own
	var starts []int
	for i := 0; i < len(paths); i += chunk {
		starts = append(starts, i)
	}
	err := parallel.Each(ctx, starts, func(ctx context.Context, start int) error {
		for i := start; i < min(start+chunk, len(paths)); i++ {
			if err := ctx.Err(); err != nil {
				return err
			}
			var err error
			if found[i], err = x.digest(paths[i]); err != nil {
				return err
			}
		}
		return nil
	})
	// What was read is kept, also when another file is missing.
	if saveErr := x.save(context.WithoutCancel(ctx)); err == nil {
		err = saveErr
	}
	return found, err
}

func (x *Index) digest(path string) (cache.Artifact, error) {
	info, err := x.stat(path)
	if err != nil {
		return cache.Artifact{}, err
	}
	now := newEntry(info)
	s := x.shardOf(path)
	if old, ok := s.get(path); ok && old.sameFile(now) && !old.racy() {
		return artifact(old), nil
	}
	now.read = x.now().UnixNano()
	d, size, err := x.hash(x.resolve(path))
	if err != nil {
		return cache.Artifact{}, missing(path, err)
	}
	after, err := x.stat(path)
	if err != nil {
		return cache.Artifact{}, err
	}
	if size != now.size || !newEntry(after).sameFile(now) {
		return cache.Artifact{}, &dag.BadInput{File: path, Summary: "changed while it was being read", Detail: "Run again when nothing writes to it."}
	}
	now.digest = d
	s.put(path, now)
	return artifact(now), nil
}

func artifact(e entry) cache.Artifact {
	return cache.Artifact{Media: cache.MediaFile, Digest: e.digest, Size: e.size}
}

func hashFile(path string) (d cache.Digest, size int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return d, 0, err
	}
	defer f.Close() //nolint:errcheck // nothing was written
	h := sha256.New()
	if size, err = io.Copy(h, f); err != nil {
		return d, size, err
	}
	return cache.Digest(h.Sum(nil)), size, nil
}

// missing names a file that cannot be read as the pipeline does.
func missing(path string, err error) error {
	if os.IsNotExist(err) {
		return &dag.BadInput{File: path, Summary: "no such file", Detail: "Paths are relative to the folder of the pipeline file."}
	}
	return fmt.Errorf("file %s: %w", path, err)
}

func refuse(path string, mode os.FileMode) error {
	what := "no regular file"
	switch {
	case mode.IsDir():
		what = "a folder, not a file"
	case mode&os.ModeNamedPipe != 0:
		what = "a FIFO, not a file"
	case mode&os.ModeSocket != 0:
		what = "a socket, not a file"
	case mode&os.ModeDevice != 0:
		what = "a device, not a file"
	}
	return &dag.BadInput{File: path, Summary: "is " + what, Detail: "Remove it from the source's folder, or point the source elsewhere."}
}
