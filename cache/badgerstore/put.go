package badgerstore

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/dgraph-io/badger/v4"

	"femur/cache"
)

// Put implements [cache.Store]. Small blobs wait in the buffer, so that thousands of them cost one
// flush of the disk; the next Commit writes them before its records.
func (s *Store) Put(ctx context.Context, m cache.Media, r io.Reader) (_ cache.Artifact, err error) {
	defer border(&err)
	leave, err := s.enterToWrite(ctx)
	if err != nil {
		return cache.Artifact{}, err
	}
	defer leave()

	h := header{media: m}
	whole := sha256.New()
	compress := !packed(m)
	buffer := pieces.Get().(*[chunkSize]byte)
	defer pieces.Put(buffer)
	piece := buffer[:]
	for {
		if err := ctx.Err(); err != nil {
			return cache.Artifact{}, err
		}
		n, err := io.ReadFull(r, piece)
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return cache.Artifact{}, fmt.Errorf("put: %w", err)
		}
		if n > 0 {
			whole.Write(piece[:n])
			ref := chunkRef{cache.Sum(piece[:n]), n}
			h.chunks = append(h.chunks, ref)
			encoding, perr := s.putChunk(ref, piece[:n], compress)
			if perr != nil {
				return cache.Artifact{}, perr
			}
			// The first chunk tells whether the rest is worth a try.
			compress = compress && (len(h.chunks) > 1 || encoding == encodingZstd)
		}
		if err != nil {
			break
		}
	}
	var d cache.Digest
	whole.Sum(d[:0])
	if err := s.putHeader(d, h); err != nil {
		return cache.Artifact{}, err
	}
	return cache.Artifact{Media: m, Digest: d, Size: h.size()}, nil
}

// putChunk buffers a chunk unless its bytes are stored and sound.
func (s *Store) putChunk(ref chunkRef, plain []byte, compress bool) (encoding byte, err error) {
	key := digestKey(chunkPrefix, ref.digest)
	if e, ok := s.buffer.get(key); ok {
		return e.UserMeta, nil
	}
	if kept, encoding, err := s.entry(key); err == nil {
		if _, err := s.codec.decode(ref, kept, encoding); err == nil {
			return encoding, nil
		}
	} else if !errors.Is(err, cache.ErrMiss) {
		return 0, err
	}
	kept := plain
	if compress {
		kept, encoding = s.codec.encode(plain)
	}
	if encoding == encodingPlain {
		kept = append([]byte(nil), plain...)
	}
	return encoding, s.stage(&badger.Entry{Key: key, Value: kept, UserMeta: encoding})
}

// putHeader buffers the header of a blob unless a sound one is stored, whose media then stays.
func (s *Store) putHeader(d cache.Digest, h header) error {
	if old, err := s.header(d); err == nil && old.size() == h.size() {
		return nil
	}
	return s.stage(&badger.Entry{Key: digestKey(blobPrefix, d), Value: h.encode()})
}

// stage adds an entry to the buffer and writes the buffer when it is full.
func (s *Store) stage(e *badger.Entry) error {
	if s.buffer.add(e) {
		return s.flush()
	}
	return nil
}

// pieces are the buffers that readers are read into; most blobs are far shorter than one.
var pieces = sync.Pool{New: func() any { return new([chunkSize]byte) }}
