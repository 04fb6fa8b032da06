package dag

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/hashicorp/go-hclog"

	"femur/cache"
)

// A Reader opens what a task reads: a file or bytes from outside the cache, else a blob of the store.
// What it hands out has the digest that was asked for: a file that changed since it was listed is an
// error, never other bytes.
type Reader struct {
	Results interface {
		Open(ctx context.Context, a cache.Artifact) (cache.Blob, error)
	}
	Files    Files
	External map[cache.Digest]SourceItem
}

// Open opens an artifact. Files from outside are read whole, since their digest has to be checked before
// the first byte is used.
func (r Reader) Open(ctx context.Context, a cache.Artifact) (cache.Blob, error) {
	src, ok := r.External[a.Digest]
	if !ok {
		return r.Results.Open(ctx, a)
	}
	if src.Path == "" {
		return memory{bytes.NewReader(src.Inline)}, nil
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	data, err := r.readFile(src)
	if err != nil {
		return nil, src.Failure(err)
	}
	if cache.Sum(data) != a.Digest {
		return nil, src.Failure(&BadInput{File: src.Path, Summary: "changed while the pipeline was running", Detail: "Run again when nothing writes to it."})
	}
	return memory{bytes.NewReader(data)}, nil
}

func (r Reader) readFile(src SourceItem) ([]byte, error) {
	f, err := r.Files.Open(src.Path)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // nothing was written
	data, err := io.ReadAll(f)
	if err != nil {
		return nil, fmt.Errorf("file %s: %w", src.Path, err)
	}
	return data, nil
}

type memory struct{ *bytes.Reader }

func (memory) Close() error { return nil }

// Read yields the items of an input, or why they may not be read.
func (in Input) Read() iter.Seq2[cache.Item, error] {
	return func(yield func(cache.Item, error) bool) {
		if in.Closed != "" {
			yield(cache.Item{}, fmt.Errorf("port %s: %s", in.Port.Name, in.Closed))
			return
		}
		for _, it := range in.Items {
			if !yield(it, nil) {
				return
			}
		}
	}
}

// routing is the Task that Route gets: it reads and does nothing else.
type routing struct {
	ctx    context.Context
	reader Reader
	ev     *evaluation
}

var _ Task = (*routing)(nil)

func (s *session) reader(ctx context.Context, ev *evaluation) *routing {
	return &routing{ctx, Reader{s.Results, s.Files, ev.external}, ev}
}

var errRouting = errors.New("route only reads its inputs")

// Items implements [Task].
func (t *routing) Items(port string) iter.Seq2[cache.Item, error] {
	x := t.ev.port(port)
	if x == nil {
		return Input{}.Read() // optional and not bound
	}
	return x.Read()
}

// Open implements [Task].
func (t *routing) Open(a cache.Artifact) (cache.Blob, error) { return t.reader.Open(t.ctx, a) }

// Create implements [Task].
func (t *routing) Create(string, cache.ItemRef) (io.WriteCloser, error) { return nil, errRouting }

// Apply implements [Task].
func (t *routing) Apply(cache.ItemRef, ...cache.Item) error { return errRouting }

// Seed implements [Task].
func (t *routing) Seed() uint64 { panic("dag: route draws no random numbers") }

// Log implements [Task].
func (t *routing) Log() hclog.Logger { return hclog.NewNullLogger() }

// Progress implements [Task].
func (t *routing) Progress(Progress) {}
