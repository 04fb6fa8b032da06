// Package lineage follows results back to what they were made from, and forward to what they feed, by
// the records of the cache.
//
// Words: a World is every instance as it was executed last. An artifact is an output of an instance;
// an item is one member of an artifact with many. A subject is what is asked about; a Walk answers
// with nodes and edges, every edge from what was read to what was made of it.
//
// A walk from an artifact or a metric stays among artifacts: a set of 4,000 radiographs is one node. A
// walk from an image or a patient goes item by item, and names the artifacts that were made from many
// items at once only where that image or patient took part: a network that was fitted without a patient
// is not fed by him.
//
// Guarantee: edges come from the recipes of records alone, by digest, never from the pipeline file; an
// edge that is shown was read.
//
// Limits: what was executed under older settings is not shown, and where two instances made the same
// bytes, readers of these are shown as readers of the one that comes first by address.
package lineage

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"femur/cache"
	"femur/dag"
	"femur/internal/view"
)

// Kinds of node.
const (
	KindArtifact = "artifact"
	KindItem     = "item"
	KindFile     = "file"
	KindImage    = "image"
	KindPatient  = "patient"
	KindMetric   = "metric"
)

// A World is every instance of a cache as it was executed last.
type World struct {
	ctx     context.Context
	store   cache.Store
	records []cache.Record // by address
	// outputs finds an artifact by its digest: of itself, or of its manifest.
	outputs map[cache.Digest]string
	// holders finds the artifact that holds an item with this digest. It is filled when first needed.
	holders   map[cache.Digest]string
	manifests map[cache.Digest]cache.Manifest
	others    map[cache.Digest]error // why these are no manifests
	lists     map[cache.Digest][]cache.PatientID
}

// Open reads the newest record of every address.
func Open(ctx context.Context, store cache.Store) (*World, error) {
	w := &World{
		ctx: ctx, store: store, outputs: map[cache.Digest]string{},
		manifests: map[cache.Digest]cache.Manifest{}, others: map[cache.Digest]error{}, lists: map[cache.Digest][]cache.PatientID{},
	}
	for address, err := range store.Addresses(ctx) {
		if err != nil {
			return nil, fmt.Errorf("lineage: %w", err)
		}
		for r, err := range store.History(ctx, address) {
			if err != nil {
				return nil, fmt.Errorf("lineage: %s: %w", address, err)
			}
			w.records = append(w.records, r)
			break
		}
	}
	for _, r := range w.records {
		for _, o := range r.Outputs {
			if _, ok := w.outputs[o.Digest]; !ok {
				w.outputs[o.Digest] = name(r, o)
			}
		}
	}
	return w, nil
}

func name(r cache.Record, o cache.Output) string { return dag.Address(r.Address).Output(o.Name) }

// manifest reads a manifest once.
func (w *World) manifest(d cache.Digest) (cache.Manifest, error) {
	if m, ok := w.manifests[d]; ok {
		return m, nil
	}
	if err, ok := w.others[d]; ok {
		return nil, err
	}
	m, err := w.readManifest(d)
	if err != nil {
		w.others[d] = err
		return nil, err
	}
	w.manifests[d] = m
	return m, nil
}

func (w *World) readManifest(d cache.Digest) (cache.Manifest, error) {
	b, err := cache.ReadAll(w.ctx, w.store, cache.Artifact{Media: cache.MediaManifest, Digest: d})
	if err != nil {
		return nil, err
	}
	return cache.DecodeManifest(b)
}

// members reads the items of an output with many.
func (w *World) members(r cache.Record, o cache.Output) (cache.Manifest, error) {
	m, err := w.manifest(o.Digest)
	if err != nil {
		return nil, fmt.Errorf("lineage: %s: %w", name(r, o), err)
	}
	return m, nil
}

// holder returns the artifact that a digest is, or that an item with this digest belongs to.
func (w *World) holder(d cache.Digest) (string, bool, error) {
	if n, ok := w.outputs[d]; ok {
		return n, true, nil
	}
	if w.holders == nil {
		w.holders = map[cache.Digest]string{}
		for _, r := range w.records {
			for _, o := range r.Outputs {
				if !o.Many {
					continue
				}
				m, err := w.members(r, o)
				if err != nil {
					return "", false, err
				}
				for _, item := range m {
					if _, ok := w.holders[item.Digest]; !ok {
						w.holders[item.Digest] = name(r, o)
					}
				}
			}
		}
	}
	n, ok := w.holders[d]
	return n, ok, nil
}

// An input is what a record read, as far as the world knows it.
type input struct {
	role   string // the port
	digest cache.Digest
	from   string // the artifact; empty for a source
	count  int    // items of a manifest that the engine made of a part of one
}

// inputs lists what a record read.
func (w *World) inputs(r cache.Record) ([]input, error) {
	var list []input
	for _, f := range r.Recipe.Fields {
		if f.Kind != cache.Input && f.Kind != cache.Source || strings.HasSuffix(f.Label, ".learned") {
			continue
		}
		role, _, _ := strings.Cut(f.Label, "[")
		for _, d := range (cache.Recipe{Fields: []cache.Field{f}}).Digests() {
			in := input{role: role, digest: d}
			if f.Kind == cache.Input {
				if err := w.resolve(&in); err != nil {
					return nil, err
				}
			}
			if f.Kind == cache.Source || in.from != "" {
				list = append(list, in)
			}
		}
	}
	return list, nil
}

// resolve finds the artifact behind an input. A manifest that no instance has as its output is a part
// of one, which the engine made by a list of items: its first item tells whose.
func (w *World) resolve(in *input) error {
	from, ok, err := w.holder(in.digest)
	if err != nil || ok {
		in.from = from
		return err
	}
	m, err := w.manifest(in.digest)
	if err != nil || len(m) == 0 {
		return nil // not a manifest, or one of nothing: there is no artifact to name
	}
	in.count = len(m)
	in.from, _, err = w.holder(m[0].Digest)
	return err
}

// A graph collects nodes and edges, each once.
type graph struct {
	view.Lineage
	seen map[string]bool
}

func newGraph() *graph {
	return &graph{Lineage: view.Lineage{Nodes: []view.LineageNode{}, Edges: []view.LineageEdge{}}, seen: map[string]bool{}}
}

// node adds a node unless it is there, and reports whether it was new.
func (g *graph) node(id, kind, label string) bool {
	if g.seen[id] {
		return false
	}
	g.seen[id] = true
	g.Nodes = append(g.Nodes, view.LineageNode{ID: id, Kind: kind, Label: label})
	return true
}

// edge adds an edge; what is read in several roles has one edge with all of them.
func (g *graph) edge(from, to, role string) {
	for i, e := range g.Edges {
		if e.From == from && e.To == to {
			if !slices.Contains(strings.Split(e.Role, ", "), role) {
				g.Edges[i].Role += ", " + role
			}
			return
		}
	}
	g.Edges = append(g.Edges, view.LineageEdge{From: from, To: to, Role: role})
}
