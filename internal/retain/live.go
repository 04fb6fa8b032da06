package retain

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"femur/cache"
)

// A receipt names one execution. A key may have been executed more than once.
type receipt struct {
	address string
	key     cache.Key
	run     string
	started time.Time
}

func receiptOf(rec cache.Record) receipt {
	return receipt{rec.Address, rec.Key, rec.Facts.Run, rec.Facts.Started.UTC()}
}

// live is what roots reach.
type live struct {
	ctx   context.Context
	store cache.Store

	roots map[receipt]bool
	blobs map[cache.Digest]bool
	items map[cache.ItemRef]bool // in manifests that are kept

	manifests map[cache.Digest]cache.Manifest // that were read; nil for what is none
}

func newLive(ctx context.Context, store cache.Store) *live {
	return &live{
		ctx: ctx, store: store, roots: map[receipt]bool{}, blobs: map[cache.Digest]bool{},
		items: map[cache.ItemRef]bool{}, manifests: map[cache.Digest]cache.Manifest{},
	}
}

// root adds a record and all that it reaches.
func (l *live) root(rec cache.Record) error {
	l.roots[receiptOf(rec)] = true
	for _, o := range rec.Outputs {
		l.blobs[o.Digest] = true
		if !o.Many {
			continue
		}
		m, err := l.manifest(o.Digest)
		if err != nil {
			return fmt.Errorf("%s: output %s: %w", rec.Name(), o.Name, err)
		}
		l.list(m)
		for _, it := range m {
			l.blobs[it.Digest] = true
		}
	}
	l.circumstances(rec)
	if !rec.ItemLearned.IsZero() {
		m, err := l.manifest(rec.ItemLearned)
		if err != nil {
			return fmt.Errorf("%s: patients by item: %w", rec.Name(), err)
		}
		for _, it := range m {
			l.blobs[it.Digest] = true
		}
	}
	for _, d := range rec.Recipe.Digests() {
		m, err := l.manifest(d)
		if err != nil {
			return fmt.Errorf("%s: inputs: %w", rec.Name(), err)
		}
		l.blobs[d] = true
		l.list(m)
	}
	return nil
}

// circumstances adds what belongs to a record besides its outputs.
func (l *live) circumstances(rec cache.Record) {
	for _, d := range []cache.Digest{rec.Fitted, rec.Learned, rec.ItemLearned, rec.Facts.Log} {
		l.blobs[d] = true
	}
}

func (l *live) list(m cache.Manifest) {
	for _, it := range m {
		l.items[cache.ItemRef{ID: it.ID, Patient: it.Patient}] = true
	}
}

// manifest reads a blob as a manifest. One that is none, or that is gone or damaged, has no items.
func (l *live) manifest(d cache.Digest) (cache.Manifest, error) {
	if m, ok := l.manifests[d]; ok {
		return m, nil
	}
	m, err := l.readManifest(d)
	if err != nil && !errors.Is(err, cache.ErrMiss) {
		return nil, err
	}
	l.manifests[d] = m
	return m, nil
}

func (l *live) readManifest(d cache.Digest) (m cache.Manifest, err error) {
	b, err := l.store.Open(l.ctx, cache.Artifact{Digest: d})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	first := make([]byte, 1) // so that no network's weights are read for this
	if n, err := b.ReadAt(first, 0); n == 0 || first[0] != '[' {
		if errors.Is(err, io.EOF) {
			err = nil
		}
		return nil, err
	}
	text := make([]byte, b.Size())
	if n, err := b.ReadAt(text, 0); n < len(text) {
		return nil, err
	}
	m, err = cache.DecodeManifest(text)
	if err != nil {
		return nil, nil //nolint:nilerr // another list in JSON
	}
	return m, nil
}

// all reports whether every output is kept.
func (l *live) all(outputs []cache.Output) bool {
	for _, o := range outputs {
		if !l.blobs[o.Digest] {
			return false
		}
	}
	return true
}
