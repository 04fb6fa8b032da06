package dag

import (
	"context"
	"io"
	"iter"

	"femur/cache"
)

// Results is what planning and running need of a [cache.Store].
type Results interface {
	Put(ctx context.Context, m cache.Media, r io.Reader) (cache.Artifact, error)
	Open(ctx context.Context, a cache.Artifact) (cache.Blob, error)
	Lookup(ctx context.Context, k cache.Key) (cache.Record, error)
	Commit(ctx context.Context, recs ...cache.Record) error
	History(ctx context.Context, address string) iter.Seq2[cache.Record, error]
}

// Files is what lies outside the cache, digested and opened.
type Files interface {
	SourceFiles
	// Digests returns the digest and size of each file, in the order asked. It may answer for files
	// whose stat has not changed from an index.
	Digests(ctx context.Context, paths []string) ([]cache.Artifact, error)
	// Open opens a file for reading.
	Open(path string) (io.ReadCloser, error)
}

// Options are what a plan is made from, besides the graph.
type Options struct {
	Results Results
	Files   Files // may be nil when no stage is Sourced
	// Fingerprint returns the Code fields of a node (internal/codeid). Nil means none.
	Fingerprint func(*Node) ([]cache.Field, error)
	// Environment is recorded with every result (versions, platform), and joins the keys only when the graph says
	// StrictEnvironment. Stages that are Accelerated add their own.
	Environment map[string]string
	Selection   Selection
}

// A Step is what will happen to one node.
type Step struct {
	Address Address
	Node    *Node
	State   State
	Reasons []Reason
	Key     cache.Key     // zero when the inputs are not known
	Recipe  cache.Recipe  // of the key; without inputs when these are not known
	Record  *cache.Record // of a Hit
	Hits    int           // items of a Mapper found in the cache
	Size    int           // items of a Mapper in all
}

// A Plan lists the selected nodes in an order in which they can run.
type Plan struct{ Steps []Step }
