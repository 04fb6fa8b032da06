package dagtest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"sync"

	"femur/cache"
	"femur/dag"
)

// Single and Many are outputs of text; In is an input for either.
func Single(name string) dag.Port { return dag.Port{Name: name, Media: cache.MediaText} }

// Many is an output or input of many texts.
func Many(name string) dag.Port { return dag.Port{Name: name, Media: cache.MediaText, Many: true} }

// Rows is an external input of many rows.
func Rows(name string) dag.Port {
	return dag.Port{Name: name, Media: cache.MediaJSON, Many: true, External: true}
}

// Node makes a node of a stage at KIND.NAME. Bind its inputs with From.
func Node(address string, s dag.Stage, inputs ...dag.Binding) *dag.Node {
	a, _, err := dag.ParseTarget(address)
	if err != nil {
		panic(err)
	}
	return &dag.Node{Address: a, Kind: dag.Kind{Type: a.Kind(), Package: "stages/" + a.Kind()}, Stage: s, Inputs: inputs}
}

// From binds a port to an output: From("in", "a.main", "out").
func From(port, address, output string) dag.Binding {
	return dag.Binding{Port: port, Sources: []dag.OutputRef{{Address: dag.Address(address), Output: output}}}
}

// Graph makes a graph of nodes.
func Graph(nodes ...*dag.Node) *dag.Graph {
	g := &dag.Graph{Name: "test", Seed: 1}
	for _, n := range nodes {
		if err := g.Add(n); err != nil {
			panic(err)
		}
	}
	return g
}

// A Recorder is an observer that keeps all events.
type Recorder struct {
	mu     sync.Mutex
	events []dag.Event
}

var _ dag.Observer = (*Recorder)(nil)

// Observe implements [dag.Observer].
func (r *Recorder) Observe(e dag.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, e)
}

// Events returns what was observed so far.
func (r *Recorder) Events() []dag.Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]dag.Event(nil), r.events...)
}

// Results returns how each node ended.
func (r *Recorder) Results() map[dag.Address]dag.Result {
	ended := map[dag.Address]dag.Result{}
	for _, e := range r.Events() {
		if e, ok := e.(dag.StageEnd); ok {
			ended[e.Address] = e.Result
		}
	}
	return ended
}

// Files are files in memory.
type Files map[string]string

var _ dag.Files = Files(nil)

// ReadFile implements [dag.SourceFiles].
func (f Files) ReadFile(path string) ([]byte, error) {
	text, ok := f[path]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
	}
	return []byte(text), nil
}

// Walk implements [dag.SourceFiles]; there are no folders.
func (f Files) Walk(string) ([]string, error) { return nil, errors.New("dagtest: no folders") }

// Exists implements [dag.SourceFiles].
func (f Files) Exists(path string) bool { _, ok := f[path]; return ok }

// As implements [dag.Files].
func (f Files) As(string, cache.Digest) dag.SourceFiles { return f }

// Derive implements [dag.SourceFiles]; it remembers nothing.
func (f Files) Derive(_ context.Context, paths []dag.SourcePath, _ string, derive func(string, []byte) ([]byte, error)) ([]dag.Derived, error) {
	all := make([]dag.Derived, len(paths))
	for i, p := range paths {
		b, err := f.ReadFile(p.Path)
		if err == nil {
			b, err = derive(p.Path, b)
		}
		all[i] = dag.Derived{Bytes: b, Err: err}
	}
	return all, nil
}

// Pseudonym implements [dag.SourceFiles]: a name that nobody could guess from it, under no key.
func (f Files) Pseudonym(purpose, name string) (string, error) {
	return purpose[:1] + cache.Sum([]byte(purpose+"\x00"+name)).Short(), nil
}

// Digests implements [dag.Files].
func (f Files) Digests(_ context.Context, items []dag.SourceItem) ([]cache.Artifact, error) {
	found := make([]cache.Artifact, len(items))
	for i, it := range items {
		data, err := f.ReadFile(it.Path)
		if err != nil {
			if it.Private {
				err = dag.Conceal(err, it.Path)
			}
			return nil, err
		}
		found[i] = cache.Artifact{Media: cache.MediaFile, Digest: cache.Sum(data), Size: int64(len(data))}
	}
	return found, nil
}

// Open implements [dag.Files].
func (f Files) Open(path string) (io.ReadCloser, error) {
	data, err := f.ReadFile(path)
	return io.NopCloser(bytes.NewReader(data)), err
}
