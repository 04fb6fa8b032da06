package badgerstore

import (
	"context"
	"fmt"
	"io"
	"sort"
	"sync"
	"sync/atomic"

	"github.com/dgraph-io/badger/v4"

	"femur/cache"
)

// entry returns a copy of what is stored under a key, in the buffer or on the disk.
func (s *Store) entry(key []byte) (value []byte, meta byte, err error) {
	if e, ok := s.buffer.get(key); ok {
		return e.Value, e.UserMeta, nil
	}
	err = s.db.View(func(txn *badger.Txn) error {
		item, err := txn.Get(key)
		if err != nil {
			return err
		}
		meta = item.UserMeta()
		value, err = item.ValueCopy(nil) // empty, not an error, where Badger cannot read it
		return err
	})
	return value, meta, translate(err)
}

// header returns the header of a blob. Errors are misses with their reason, or Badger's.
func (s *Store) header(d cache.Digest) (header, error) {
	b, _, err := s.entry(digestKey(blobPrefix, d))
	if err == cache.ErrMiss { //nolint:errorlint // made by translate, unwrapped
		return header{}, fmt.Errorf("blob %s: %w", d.Short(), cache.ErrMissingBlob)
	}
	if err != nil {
		return header{}, fmt.Errorf("blob %s: %w", d.Short(), err)
	}
	h, err := decodeHeader(d, b)
	if err != nil {
		return header{}, fmt.Errorf("blob %s: %w: %w", d.Short(), err, cache.ErrCorrupt)
	}
	return h, nil
}

// chunk returns the verified bytes of a chunk. A damaged one is marked, so that whoever asks for its
// presence learns of it.
func (s *Store) chunk(ref chunkRef) ([]byte, error) {
	key := digestKey(chunkPrefix, ref.digest)
	kept, encoding, err := s.entry(key)
	if err == cache.ErrMiss { //nolint:errorlint // made by translate, unwrapped
		return nil, cache.ErrMissingBlob
	}
	if err != nil {
		return nil, err
	}
	plain, err := s.codec.decode(ref, kept, encoding)
	if err == nil {
		return plain, nil
	}
	if encoding != encodingDamaged && !s.readOnly {
		s.log.Warn("damaged chunk", "digest", ref.digest.Short())
		mark := badger.NewEntry(key, []byte{0}).WithMeta(encodingDamaged)
		if err := s.write([]string{""}, func(string) *badger.Entry { return mark }); err != nil {
			s.log.Warn("mark damaged chunk", "digest", ref.digest.Short(), "error", err)
		}
	}
	return nil, fmt.Errorf("%w: %w", err, cache.ErrCorrupt)
}

// Open implements [cache.Store]. A blob of one chunk is verified here and kept in memory; the chunks
// of a longer one are verified as they are read.
func (s *Store) Open(ctx context.Context, a cache.Artifact) (_ cache.Blob, err error) {
	defer border(&err)
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	b, err := s.open(a)
	if err != nil { // not the nil *blob
		return nil, err
	}
	return b, nil
}

func (s *Store) open(a cache.Artifact) (*blob, error) {
	h, err := s.header(a.Digest)
	if err != nil {
		s.doubt(a.Digest)
		return nil, err
	}
	b := &blob{store: s, digest: a.Digest, chunks: h.chunks, size: h.size()}
	if a.Size != 0 && a.Size != b.size {
		return nil, fmt.Errorf("blob %s: %d bytes stored, %d expected: %w", a.Digest.Short(), b.size, a.Size, cache.ErrCorrupt)
	}
	for end, i := int64(0), 0; i < len(h.chunks); i++ {
		end += int64(h.chunks[i].length)
		b.ends = append(b.ends, end)
	}
	if len(h.chunks) == 1 {
		if _, err := b.load(0); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// A blob reads its chunks as they are asked for and keeps the latest few.
type blob struct {
	store  *Store
	digest cache.Digest
	chunks []chunkRef
	ends   []int64 // where each chunk ends in the blob
	size   int64
	closed atomic.Bool

	mu     sync.Mutex
	recent [2]loaded // the latest first
}

type loaded struct {
	index int
	plain []byte // nil if none
}

func (b *blob) Size() int64 { return b.size }

func (b *blob) Close() error {
	b.closed.Store(true)
	return nil
}

// ReadAt implements [io.ReaderAt].
func (b *blob) ReadAt(p []byte, off int64) (n int, err error) {
	defer border(&err)
	if b.closed.Load() {
		return 0, fmt.Errorf("blob %s: %w", b.digest.Short(), cache.ErrClosed)
	}
	if off < 0 {
		return 0, fmt.Errorf("blob %s: read at %d", b.digest.Short(), off)
	}
	if err := b.store.gate.enter(); err != nil {
		return 0, err
	}
	defer b.store.gate.leave()
	for n < len(p) && off < b.size {
		i := sort.Search(len(b.ends), func(i int) bool { return b.ends[i] > off })
		plain, err := b.load(i)
		if err != nil {
			return n, err
		}
		m := copy(p[n:], plain[int64(len(plain))-(b.ends[i]-off):])
		n, off = n+m, off+int64(m)
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// load returns the bytes of a chunk, which nobody may change.
func (b *blob) load(i int) ([]byte, error) {
	b.mu.Lock()
	for _, r := range b.recent {
		if r.plain != nil && r.index == i {
			b.mu.Unlock()
			return r.plain, nil
		}
	}
	b.mu.Unlock()
	plain, err := b.store.chunk(b.chunks[i])
	if err != nil {
		b.store.doubt(b.digest)
		return nil, fmt.Errorf("blob %s: chunk %d of %d: %w", b.digest.Short(), i+1, len(b.chunks), err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.recent[1], b.recent[0] = b.recent[0], loaded{i, plain}
	return plain, nil
}
