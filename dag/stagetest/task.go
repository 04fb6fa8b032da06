// Package stagetest runs a stage by hand, without engine or store: inputs from memory, outputs to memory.
//
// Guarantee: like the engine's, its Task refuses an output at a port the stage does not have, and an item
// written twice. Unlike it, it keeps no keys and checks no leaks; it records what Apply was told.
package stagetest

import (
	"bytes"
	"context"
	"encoding/base32"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/go-hclog"

	"femur/cache"
	"femur/dag"
)

// A Task holds the inputs and outputs of one stage.
type Task struct {
	Inputs  map[string][]cache.Item
	Outputs map[string]map[cache.ItemID][]byte
	// Applied lists, for each item, the models that were declared for it.
	Applied map[cache.ItemID][]cache.ItemID
	SeedIs  uint64

	mu       sync.Mutex
	blobs    map[cache.Digest][]byte
	patients map[cache.ItemID]cache.PatientID
	out      []dag.Port
}

var _ dag.Task = (*Task)(nil)

// New returns a task for a stage.
func New(s dag.Stage) *Task {
	_, out := s.Ports()
	return &Task{
		Inputs: map[string][]cache.Item{}, Outputs: map[string]map[cache.ItemID][]byte{},
		Applied: map[cache.ItemID][]cache.ItemID{}, SeedIs: 1,
		blobs: map[cache.Digest][]byte{}, patients: map[cache.ItemID]cache.PatientID{}, out: out,
	}
}

// Add puts an item at an input port.
func (t *Task) Add(port string, m cache.Media, id cache.ItemID, patient cache.PatientID, b []byte) {
	d := cache.Sum(b)
	t.blobs[d] = b
	t.Inputs[port] = append(t.Inputs[port], cache.Item{ID: id, Patient: patient, Artifact: cache.Artifact{Media: m, Digest: d, Size: int64(len(b))}})
}

// Feed puts the items that another task wrote at an output to an input port.
func (t *Task) Feed(port string, from *Task, output string) {
	for id, b := range from.Outputs[output] {
		t.Add(port, "", id, from.patients[id], b)
	}
}

// Run lists the sources of a stage, runs it, and lets it collect.
func (t *Task) Run(ctx context.Context, s dag.Stage, files dag.SourceFiles) error {
	if src, ok := s.(dag.Sourced); ok {
		items, err := src.Sources(ctx, files)
		if err != nil {
			return err
		}
		for _, it := range items {
			b := it.Inline
			if it.Path != "" {
				if b, err = files.ReadFile(it.Path); err != nil {
					return err
				}
			}
			t.Add(it.Port, cache.MediaFile, it.ID, it.Patient, b)
		}
	}
	if err := s.Run(ctx, t); err != nil {
		return err
	}
	if c, ok := s.(dag.Collector); ok {
		return c.Collect(ctx, t)
	}
	return nil
}

// One returns the bytes of an output that is not Many.
func (t *Task) One(port string) []byte { return t.Outputs[port][""] }

// Items implements [dag.Task]; own outputs are yielded too, as to a Collector.
func (t *Task) Items(port string) iter.Seq2[cache.Item, error] {
	t.mu.Lock()
	items := slices.Clone(t.Inputs[port])
	for id, b := range t.Outputs[port] {
		d := cache.Sum(b)
		t.blobs[d] = b
		items = append(items, cache.Item{ID: id, Patient: t.patients[id], Artifact: cache.Artifact{Digest: d, Size: int64(len(b))}})
	}
	t.mu.Unlock()
	slices.SortFunc(items, func(a, b cache.Item) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return func(yield func(cache.Item, error) bool) {
		for _, it := range items {
			if !yield(it, nil) {
				return
			}
		}
	}
}

// Open implements [dag.Task].
func (t *Task) Open(a cache.Artifact) (cache.Blob, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	b, ok := t.blobs[a.Digest]
	if !ok {
		return nil, fmt.Errorf("artifact %s: %w", a.Digest.Short(), cache.ErrMissingBlob)
	}
	return blob{bytes.NewReader(b)}, nil
}

type blob struct{ *bytes.Reader }

func (b blob) Close() error { return nil }

// Create implements [dag.Task].
func (t *Task) Create(port string, item cache.ItemRef) (io.WriteCloser, error) {
	i := slices.IndexFunc(t.out, func(p dag.Port) bool { return p.Name == port })
	if i < 0 {
		return nil, fmt.Errorf("output %s: the stage has no such port", port)
	}
	if t.out[i].Many != (item.ID != "") {
		return nil, fmt.Errorf("output %s: item %q at a port that is Many: %v", port, item.ID, t.out[i].Many)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.patients[item.ID] = item.Patient
	return &writer{task: t, port: port, id: item.ID}, nil
}

type writer struct {
	bytes.Buffer
	task *Task
	port string
	id   cache.ItemID
}

// Close keeps what was written.
func (w *writer) Close() error {
	w.task.mu.Lock()
	defer w.task.mu.Unlock()
	if w.task.Outputs[w.port] == nil {
		w.task.Outputs[w.port] = map[cache.ItemID][]byte{}
	}
	if _, ok := w.task.Outputs[w.port][w.id]; ok {
		return fmt.Errorf("output %s of %q: written twice", w.port, w.id)
	}
	w.task.Outputs[w.port][w.id] = w.Bytes()
	return nil
}

// Apply implements [dag.Task].
func (t *Task) Apply(item cache.ItemRef, models ...cache.Item) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, m := range models {
		t.Applied[item.ID] = append(t.Applied[item.ID], m.ID)
	}
	return nil
}

// Seed implements [dag.Task].
func (t *Task) Seed() uint64 { return t.SeedIs }

// Log implements [dag.Task].
func (t *Task) Log() hclog.Logger { return hclog.NewNullLogger() }

// Progress implements [dag.Task].
func (t *Task) Progress(dag.Progress) {}

// Files is a folder of source files.
type Files struct{ FS fs.FS }

var _ dag.SourceFiles = Files{}

// ReadFile implements [dag.SourceFiles].
func (f Files) ReadFile(path string) ([]byte, error) { return fs.ReadFile(f.FS, path) }

// Exists implements [dag.SourceFiles].
func (f Files) Exists(path string) bool {
	info, err := fs.Stat(f.FS, path)
	return err == nil && info.Mode().IsRegular()
}

// Walk implements [dag.SourceFiles].
func (f Files) Walk(dir string) ([]string, error) {
	var out []string
	err := fs.WalkDir(f.FS, dir, func(p string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			out = append(out, strings.TrimPrefix(strings.TrimPrefix(p, dir), "/"))
		}
		return err
	})
	return out, err
}

// Derive implements [dag.SourceFiles]; it remembers nothing.
func (f Files) Derive(_ context.Context, paths []dag.SourcePath, _ string, derive func(string, []byte) ([]byte, error)) ([]dag.Derived, error) {
	all := make([]dag.Derived, len(paths))
	for i, p := range paths {
		b, err := f.ReadFile(p.Path)
		if err == nil {
			b, err = derive(p.Path, b)
		}
		if err != nil && p.Private {
			err = dag.Conceal(err, p.Path)
		}
		all[i] = dag.Derived{Bytes: b, Err: err}
	}
	return all, nil
}

// Pseudonym implements [dag.SourceFiles]: of the form that the program's have, under a key that everyone knows.
func (f Files) Pseudonym(purpose, name string) (string, error) {
	sum := cache.Sum(fmt.Appendf(nil, "%d %s %s", len(purpose), purpose, name))
	return purpose[:1] + strings.ToLower(base32.StdEncoding.EncodeToString(sum[:10])), nil
}
