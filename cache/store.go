package cache

import (
	"context"
	"errors"
	"io"
	"iter"
)

// ErrMiss says that a store has no usable record or blob. Errors that wrap it name the reason:
// never stored, a blob of it missing, or bytes that do not match their digest.
var ErrMiss = errors.New("not in the cache")

// Errors that refine [ErrMiss] (errors.Is holds for both).
var (
	ErrMissingBlob = miss("a blob of it is missing")
	ErrCorrupt     = miss("its bytes do not match their digest")
)

// ErrLocked says that another process holds the store.
var ErrLocked = errors.New("the cache is in use")

type missReason struct{ text string }

func miss(text string) error               { return &missReason{text} }
func (e *missReason) Error() string        { return e.text }
func (e *missReason) Is(target error) bool { return target == ErrMiss }

// A Blob is the bytes of an artifact, open for reading. ReadAt may be called from several goroutines.
type Blob interface {
	io.ReaderAt
	io.Closer
	Size() int64
}

// A Store keeps blobs and records.
//
// Guarantees: Put returns only after the bytes are safe and their digest is known, and storing the
// same bytes twice costs nothing. Commit is atomic for all its records, and refuses a record with an
// output or log that is not stored (blobs first, record last). Whatever is damaged is a miss with its
// reason, never a wrong result: Open verifies the bytes it hands out. Safe for concurrent use.
type Store interface {
	Put(ctx context.Context, m Media, r io.Reader) (Artifact, error)
	Open(ctx context.Context, a Artifact) (Blob, error)
	// Lookup returns the record under the key; for one whose blobs are gone, an error that is ErrMiss and
	// says why. It checks the presence of the outputs (and of a manifest's items), not every byte.
	Lookup(ctx context.Context, k Key) (Record, error)
	Commit(ctx context.Context, recs ...Record) error
	// History yields the whole-instance records committed under an address, the newest first.
	History(ctx context.Context, address string) iter.Seq2[Record, error]
	// Addresses yields every address that has history, sorted.
	Addresses(ctx context.Context) iter.Seq2[string, error]
	// Producers yields records with the blob among their outputs or (for an item's blob) the records of that item.
	Producers(ctx context.Context, d Digest) iter.Seq2[Record, error]
	// Consumers yields records with the digest among the Input or Source fields of their recipe.
	Consumers(ctx context.Context, d Digest) iter.Seq2[Record, error]
	// FindDigest yields the digests of stored blobs that begin with the hex prefix.
	FindDigest(ctx context.Context, prefix string) iter.Seq2[Digest, error]
	// Blobs yields every stored blob, for verification.
	Blobs(ctx context.Context) iter.Seq2[Artifact, error]
	Sweep(ctx context.Context, live func(Digest) bool) (freed int64, err error)
	// Note and PutNotes keep small advisory facts, such as the index of file digests. They may be lost
	// at any time without harm.
	Note(ctx context.Context, name string) ([]byte, error)
	PutNotes(ctx context.Context, notes map[string][]byte) error
	Close() error
}
