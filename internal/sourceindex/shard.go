package sourceindex

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"os"
	"path"
	"slices"
	"sync"
	"time"

	"femur/cache"
)

// racyWindow is how long before its reading a file must have been left alone for its stat to be trusted.
// The coarsest clocks of file systems in use (FAT, some network servers) tick every two seconds.
const racyWindow = 2 * time.Second

// shards is the number of notes that an index is spread over, by folder: 43,000 files are some 7 MB, of
// which a changed file rewrites one part.
const shardCount = 64

const shardMagic = "femur-files-1\n"

// An entry is what was known of a file when it was read. Times are nanoseconds since 1970.
type entry struct {
	size, mtime, ctime int64
	inode, device      uint64
	read               int64 // when it was read
	digest             cache.Digest
}

func newEntry(info os.FileInfo) entry {
	e := entry{size: info.Size(), mtime: info.ModTime().UnixNano()}
	e.ctime, e.inode, e.device = systemStat(info)
	return e
}

func (e entry) sameFile(f entry) bool {
	return e.size == f.size && e.mtime == f.mtime && e.ctime == f.ctime && e.inode == f.inode && e.device == f.device
}

func (e entry) racy() bool {
	return max(e.mtime, e.ctime) > e.read-int64(racyWindow)
}

type shard struct {
	mu      sync.Mutex
	entries map[string]entry
	changed bool
}

func (s *shard) get(path string) (entry, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, ok := s.entries[path]
	return e, ok
}

func (s *shard) put(path string, e entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.entries[path], s.changed = e, true
}

func shardNumber(file string) int {
	h := fnv.New32a()
	h.Write([]byte(path.Dir(file)))
	return int(h.Sum32() % shardCount)
}

func (x *Index) shardOf(file string) *shard {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.shards[shardNumber(file)]
}

func noteName(i int) string { return fmt.Sprintf("files/%02d", i) }

// load reads the shards of the paths that were not read yet.
func (x *Index) load(ctx context.Context, paths []string) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, p := range paths {
		i := shardNumber(p)
		if x.shards[i] != nil {
			continue
		}
		s := &shard{entries: map[string]entry{}}
		note, err := x.notes.Note(ctx, noteName(i))
		switch {
		case err == nil:
			if entries, ok := decodeShard(note); ok {
				s.entries = entries
			}
		case !errors.Is(err, cache.ErrMiss):
			return fmt.Errorf("index of files: %w", err)
		}
		x.shards[i] = s
	}
	return nil
}

// save writes the shards that changed.
func (x *Index) save(ctx context.Context) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	notes := map[string][]byte{}
	for i, s := range x.shards {
		s.mu.Lock()
		if s.changed {
			notes[noteName(i)] = encodeShard(s.entries)
			s.changed = false
		}
		s.mu.Unlock()
	}
	if len(notes) == 0 {
		return nil
	}
	if err := x.notes.PutNotes(ctx, notes); err != nil {
		return fmt.Errorf("index of files: %w", err)
	}
	return nil
}

// encodeShard writes entries sorted by path: lengths and numbers as varints, digests as they are, and the
// digest of it all at the end.
func encodeShard(entries map[string]entry) []byte {
	b := []byte(shardMagic)
	b = binary.AppendUvarint(b, uint64(len(entries)))
	for _, p := range slices.Sorted(maps.Keys(entries)) {
		e := entries[p]
		b = binary.AppendUvarint(b, uint64(len(p)))
		b = append(b, p...)
		for _, v := range []int64{e.size, e.mtime, e.ctime, e.read} {
			b = binary.AppendVarint(b, v)
		}
		b = binary.AppendUvarint(b, e.inode)
		b = binary.AppendUvarint(b, e.device)
		b = append(b, e.digest[:]...)
	}
	sum := cache.Sum(b)
	return append(b, sum[:]...)
}

// decodeShard reads what encodeShard wrote. What is damaged or of another version is as good as none.
func decodeShard(b []byte) (map[string]entry, bool) {
	end := len(b) - len(cache.Digest{})
	if end < len(shardMagic) || !bytes.HasPrefix(b, []byte(shardMagic)) || cache.Sum(b[:end]) != cache.Digest(b[end:]) {
		return nil, false
	}
	r := reader{b: b[len(shardMagic):end]}
	n := r.uvarint()
	if n > uint64(len(b)) {
		return nil, false
	}
	entries := make(map[string]entry, n)
	for range n {
		p := string(r.take(r.uvarint()))
		e := entry{size: r.varint(), mtime: r.varint(), ctime: r.varint(), read: r.varint(), inode: r.uvarint(), device: r.uvarint()}
		copy(e.digest[:], r.take(uint64(len(e.digest))))
		if r.bad {
			return nil, false
		}
		entries[p] = e
	}
	return entries, len(r.b) == 0
}

// A reader takes numbers and bytes off a slice; bad says that it ended too early.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.b)
	r.skip(n)
	return v
}

func (r *reader) varint() int64 {
	v, n := binary.Varint(r.b)
	r.skip(n)
	return v
}

func (r *reader) skip(n int) {
	if n <= 0 {
		r.b, r.bad = nil, true
		return
	}
	r.b = r.b[n:]
}

func (r *reader) take(n uint64) []byte {
	if n > uint64(len(r.b)) {
		r.b, r.bad = nil, true
		return nil
	}
	p := r.b[:n]
	r.b = r.b[n:]
	return p
}
