package sourceindex

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"femur/cache"
	"femur/dag"
	"femur/internal/parallel"
)

// maxDerived is the size of the largest file that Derive reads, since it holds it whole. A radiograph of
// 100 megapixels has 0.2 GB.
const maxDerived = 1 << 30

// A view is the index as one kind of stage sees it.
type view struct {
	*Index
	kind string
	code cache.Digest
}

var _ dag.SourceFiles = view{}

// As implements [dag.Files].
func (x *Index) As(kind string, code cache.Digest) dag.SourceFiles { return view{x, kind, code} }

// Derive implements [dag.SourceFiles], for no stage in particular.
func (x *Index) Derive(ctx context.Context, paths []dag.SourcePath, purpose string, f func(path string, b []byte) ([]byte, error)) ([]dag.Derived, error) {
	return view{Index: x}.Derive(ctx, paths, purpose, f)
}

// Derive implements [dag.SourceFiles]. A file is read once, for its digest and for f; one whose content is
// known, and what f makes of that, is not read. Panics of f are errors of the file.
func (v view) Derive(ctx context.Context, paths []dag.SourcePath, purpose string, f func(path string, b []byte) ([]byte, error)) ([]dag.Derived, error) {
	facts := map[bool]*tables{}
	for _, p := range paths {
		if facts[p.Private] == nil {
			t, err := v.facts(ctx, purpose, p.Private)
			if err != nil {
				return nil, err
			}
			facts[p.Private] = t
		}
	}
	all := make([]dag.Derived, len(paths))
	err := inChunks(ctx, len(paths), func(ctx context.Context, i int) error {
		p := paths[i]
		b, err := v.derive(ctx, p, facts[p.Private], f)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil && p.Private {
			err = dag.Conceal(err, p.Path)
		}
		all[i] = dag.Derived{Bytes: b, Err: err}
		return nil
	})
	return all, errors.Join(err, v.keep(ctx, func(ctx context.Context) error { return v.saveFacts(ctx, facts) }))
}

func (v view) derive(ctx context.Context, p dag.SourcePath, facts *tables, f func(path string, b []byte) ([]byte, error)) ([]byte, error) {
	found, err := v.examine(ctx, p)
	if err != nil {
		return nil, err
	}
	if found.known {
		if b, ok, err := facts.get(ctx, found.digest); ok || err != nil {
			return slices.Clone(b), err
		}
	}
	if found.size > maxDerived {
		return nil, &dag.BadInput{
			File: p.Path, Summary: fmt.Sprintf("has %.1f GB", float64(found.size)/1e9),
			Detail: "No radiograph is that large, and files of more than 1.1 GB are not read. Remove it from the source's folder.",
		}
	}
	content, ok := v.buffers.Get().(*bytes.Buffer)
	if !ok {
		content = &bytes.Buffer{}
	}
	defer v.buffers.Put(content)
	if found, err = v.read(ctx, found, content); err != nil {
		return nil, err
	}
	if b, ok, err := facts.get(ctx, found.digest); ok || err != nil { // it was touched, or is a copy
		return slices.Clone(b), err
	}
	b, err := guarded(f, p.Path, content.Bytes())
	if err != nil {
		return nil, err
	}
	return b, facts.put(ctx, found.digest, slices.Clone(b))
}

// guarded turns a panic on a damaged file into an error of that file.
func guarded(f func(string, []byte) ([]byte, error), path string, content []byte) (b []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			b, err = nil, dag.NewPanicError("derive", p)
		}
	}()
	return f(path, content)
}

// factsNote lists the prefixes of the tables of facts, for Prune.
const factsNote = "facts"

// facts returns the tables of what a purpose of the view's kind derived. They are forgotten with the code,
// and, where paths are private, with the identifiers' edition, since pseudonyms may be among them.
func (v view) facts(ctx context.Context, purpose string, private bool) (*tables, error) {
	salt, err := v.salt(private)
	if err != nil {
		return nil, err
	}
	slot := cache.Sum(fmt.Appendf(nil, "%q %q %v", v.kind, purpose, private)).Short()
	v.mu.Lock()
	defer v.mu.Unlock()
	if t := v.derived[slot]; t != nil && t.salt == salt {
		return t, nil
	}
	t := newTables(v.notes, factsNote+"/"+slot, salt, v.today())
	v.derived[slot] = t
	return t, nil
}

func (v view) salt(private bool) (cache.Digest, error) {
	edition := ""
	if private {
		var err error
		if edition, err = v.ids.Edition(); err != nil {
			return cache.Digest{}, err
		}
	}
	return cache.Sum(fmt.Appendf(nil, "%s %q", v.code, edition)), nil
}

// saveFacts writes what was derived, and that it is there.
func (v view) saveFacts(ctx context.Context, facts map[bool]*tables) error {
	for _, t := range facts {
		if err := t.save(ctx); err != nil {
			return err
		}
	}
	slots, err := v.slots(ctx)
	if err != nil {
		return err
	}
	before := len(slots)
	for _, t := range facts {
		if slot := strings.TrimPrefix(t.prefix, factsNote+"/"); !slices.Contains(slots, slot) {
			slots = append(slots, slot)
		}
	}
	if len(slots) == before {
		return nil
	}
	slices.Sort(slots)
	return v.notes.PutNotes(ctx, map[string][]byte{factsNote: []byte(strings.Join(slots, "\n"))})
}

// inChunks calls f for every number below n in parallel: a stat is too small a job to hand out alone.
func inChunks(ctx context.Context, n int, f func(ctx context.Context, i int) error) error {
	const chunk = 32
	var starts []int
	for i := 0; i < n; i += chunk {
		starts = append(starts, i)
	}
	return parallel.Each(ctx, starts, func(ctx context.Context, start int) error {
		for i := start; i < min(start+chunk, n); i++ {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := f(ctx, i); err != nil {
				return err
			}
		}
		return nil
	})
}
