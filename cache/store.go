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
// Guarantees: what Put returned can be opened by its digest, and is on the disk no later than the
// Commit that refers to it; storing the same bytes twice costs nothing. Commit is atomic for each of
// its records: a crash leaves some of them, in the order given, each with all its bytes. Whatever
// is damaged is a miss with its reason, never a wrong result: Open verifies the bytes it hands out.
// Safe for concurrent use. A canceled context ends any method, and any sequence, with its error.
//
// A sequence yields an error as its last element, never silently less than there is.
type Store interface {
	// Put stores the bytes of r under their digest. An error of r is returned, and nothing of the blob is
	// visible then.
	Put(ctx context.Context, m Media, r io.Reader) (Artifact, error)
	// Open returns the blob with the digest of a, whose size is checked if it is not zero. An error that is
	// [ErrMiss] says why there is none; a damaged blob may show only in the blob's ReadAt.
	Open(ctx context.Context, a Artifact) (Blob, error)
	// Lookup returns the record under the key; for one whose blobs are gone, an error that is ErrMiss and
	// says why. It checks the presence of the outputs (and of a manifest's items), not every byte.
	Lookup(ctx context.Context, k Key) (Record, error)
	// Commit stores records, each under its key, its address's history (without Item), and the links that
	// Producers and Consumers follow. It refuses all of them if one is not valid, or has an output, an item
	// of an output, or a log that is not stored (blobs first, record last). A key committed again points
	// at the newer record from then on, under whatever address.
	Commit(ctx context.Context, recs ...Record) error
	// History yields the whole-instance records committed under an address, the newest first.
	History(ctx context.Context, address string) iter.Seq2[Record, error]
	// Addresses yields every address that has history, sorted.
	Addresses(ctx context.Context) iter.Seq2[string, error]
	// Producers yields, newest first, the records with the blob among their outputs. For an item's blob that
	// no record has as an output (its stage does not work item by item), it yields the whole-instance records
	// with a manifest that lists it.
	Producers(ctx context.Context, d Digest) iter.Seq2[Record, error]
	// Consumers yields, newest first, the records with the digest among the Input or Source fields of their
	// recipe, alone or within a list.
	Consumers(ctx context.Context, d Digest) iter.Seq2[Record, error]
	// FindDigest yields the digests of stored blobs that begin with the hex prefix, sorted.
	FindDigest(ctx context.Context, prefix string) iter.Seq2[Digest, error]
	// Blobs yields every stored blob, sorted by digest, with the media of its first Put, for verification.
	Blobs(ctx context.Context) iter.Seq2[Artifact, error]
	// Sweep removes the records and blobs that are not to be kept, and with them the records of single items
	// that lost an output; a whole-instance record that is kept stays as history, whatever it lost. Then it
	// makes the store forget: no file of it holds what was removed, where [Swept] says Forgotten. The rest of
	// the store waits for it. It is safe to stop at any moment: what is kept is never touched, and the next
	// Sweep goes on.
	Sweep(ctx context.Context, keep Keep) (Swept, error)
	// Note returns what PutNotes stored under the name, or ErrMiss. Notes are small advisory facts, such as
	// the index of file digests. They may be lost at any time without harm; an empty note is none.
	Note(ctx context.Context, name string) ([]byte, error)
	PutNotes(ctx context.Context, notes map[string][]byte) error
	// Close ends the store; what was put and never committed may be kept or not. Blobs that are still open
	// answer with an error from then on.
	Close() error
}

// A Keep decides what survives a Sweep. Its functions must not use the store. Record is asked first, of
// every record in the order of their commits, then Blob of every blob; nil keeps all. A blob's artifact has the
// media of its first Put.
type Keep struct {
	Record func(Record) bool
	Blob   func(Artifact) bool
	// DryRun counts what would go and removes nothing; a store that is open for reading can do it.
	DryRun bool
}

// Swept says what a Sweep removed, or would remove.
type Swept struct {
	Records int   // of whole instances and of single items
	Blobs   int   // blobs, not their parts
	Bytes   int64 // that they took in the store, compressed and each part once
	// Forgotten says that no file of the store holds anything of what was ever removed. Where it is false
	// after a Sweep that is no DryRun, Short is how many bytes of free disk were missing for that.
	Forgotten bool
	Short     int64
}

// ErrClosed says that a store or a blob was used after its Close.
var ErrClosed = errors.New("the cache is closed")
