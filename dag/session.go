package dag

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"sync"

	"femur/cache"
)

// A session is one plan or one run: the graph, what it is made from, and what was read from the store
// once and is asked for again.
type session struct {
	Options
	graph *Graph

	mu        sync.Mutex
	manifests map[cache.Digest]cache.Manifest
	patients  map[cache.Digest]Patients
}

func newSession(g *Graph, o Options) *session {
	return &session{
		Options:   o,
		graph:     g,
		manifests: map[cache.Digest]cache.Manifest{},
		patients:  map[cache.Digest]Patients{},
	}
}

func (s *session) read(ctx context.Context, a cache.Artifact) ([]byte, error) {
	return cache.ReadAll(ctx, s.Results, a)
}

func (s *session) manifest(ctx context.Context, a cache.Artifact) (cache.Manifest, error) {
	s.mu.Lock()
	m, ok := s.manifests[a.Digest]
	s.mu.Unlock()
	if ok {
		return m, nil
	}
	data, err := s.read(ctx, a)
	if err != nil {
		return nil, err
	}
	if m, err = cache.DecodeManifest(data); err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.manifests[a.Digest] = m
	s.mu.Unlock()
	return m, nil
}

// set returns the patients behind a digest, none for the zero digest.
func (s *session) set(ctx context.Context, d cache.Digest) (Patients, error) {
	if d.IsZero() {
		return nil, nil
	}
	s.mu.Lock()
	p, ok := s.patients[d]
	s.mu.Unlock()
	if ok {
		return p, nil
	}
	data, err := s.read(ctx, cache.Artifact{Media: cache.MediaPatients, Digest: d})
	if err != nil {
		return nil, fmt.Errorf("patients of a model: %w", err)
	}
	if p, err = DecodePatients(data); err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.patients[d] = p
	s.mu.Unlock()
	return p, nil
}

// digest returns the digest of a set and remembers what it stands for, so that it can be joined and
// stored later. No patients are the zero digest.
func (s *session) digest(p Patients) cache.Digest {
	if len(p) == 0 {
		return cache.Digest{}
	}
	d := cache.Sum(p.Encode())
	s.mu.Lock()
	s.patients[d] = p
	s.mu.Unlock()
	return d
}

// join returns the digest of the union of sets. Most stages see one set, which costs nothing.
func (s *session) join(ctx context.Context, ds ...cache.Digest) (cache.Digest, error) {
	var distinct []cache.Digest
	seen := map[cache.Digest]bool{{}: true}
	for _, d := range ds {
		if !seen[d] {
			seen[d] = true
			distinct = append(distinct, d)
		}
	}
	switch len(distinct) {
	case 0:
		return cache.Digest{}, nil
	case 1:
		return distinct[0], nil
	}
	var all []cache.PatientID
	for _, d := range distinct {
		p, err := s.set(ctx, d)
		if err != nil {
			return d, err
		}
		all = append(all, p...)
	}
	return s.digest(NewPatients(all...)), nil
}

// save stores sets that records are about to point at.
func (s *session) save(ctx context.Context, ds ...cache.Digest) error {
	slices.SortFunc(ds, func(a, b cache.Digest) int { return bytes.Compare(a[:], b[:]) })
	for _, d := range slices.Compact(ds) {
		if d.IsZero() {
			continue
		}
		p, err := s.set(ctx, d)
		if err != nil {
			return err
		}
		if _, err := s.Results.Put(ctx, cache.MediaPatients, bytes.NewReader(p.Encode())); err != nil {
			return fmt.Errorf("patients of a model: %w", err)
		}
	}
	return nil
}

// guard turns a panic of a stage's method into an error; the stack follows the message.
func guard(what string, f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = NewPanicError(what, p)
		}
	}()
	return f()
}
