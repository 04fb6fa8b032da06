// Package badgerstore is the [cache.Store] on disk: everything in one Badger database, beside a
// lock file that says who holds it.
//
// Words:
//
//   - A chunk is at most 1 MiB of a blob, named by the digest of its plain bytes, and kept compressed
//     where that saves something. A blob is a header that lists its chunks.
//   - A receipt is one committed record, numbered in the order of the commits. Everything else that is
//     said of records (history, producers, consumers) is a link to a receipt.
//   - The buffer holds chunks and headers that were put and are not on the disk yet.
//
// Guarantees: Commit first writes the buffer, chunks before headers, in synced transactions; then
// each record with its links in one synced transaction. So a record on the disk has all of its
// bytes on the disk, whenever the process or the machine stops, and thousands of small blobs cost
// a handful of disk flushes. Every chunk is checked against its digest when it is read; one that
// does not match is marked, so that the record that needs it is a miss with that reason from then
// on, and the next Put of its bytes heals it.
//
// Limits: one process at a time ([cache.ErrLocked] for the others), on a local file system. Badger
// reports some damage of its own index files by ending the process; panics in the calling goroutine
// are turned into errors. The layout is described in docs/cache-format.md.
package badgerstore
