package dag

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"femur/cache"
)

// A bound is a port with what is bound to it, at the side of the engine.
type bound struct {
	Input
	fields []ingredient
	// loaded says that Items and learned are filled. An unfiltered Many port waits with that until a stage has to
	// run, since its manifest's digest is all that a key needs.
	loaded   bool
	manifest cache.Artifact   // of a Many port: of all items that count
	record   *cache.Record    // that made it; nil for external ports and of List ports
	learned  []cache.Digest   // per item: patients of the models behind it
	fitted   []cache.Digest   // per item: patients that it was fitted on, when it is a model
	made     []cache.Manifest // filtered manifests, to be stored with the result
	// behind is the union of learned, over all items.
	behind cache.Digest
}

// An ingredient is an artifact in a key.
type ingredient struct {
	label  string
	digest cache.Digest
}

func (x *bound) label(id cache.ItemID) string {
	if id == "" {
		return x.Port.Name
	}
	return fmt.Sprintf("%s[%s]", x.Port.Name, id)
}

// bind finds what stands behind the input ports of a node, given the records of all upstream nodes.
func (s *session) bind(ctx context.Context, n *Node, in []Port, up map[Address]*cache.Record) ([]*bound, error) {
	bindings := map[string]Binding{}
	for _, b := range n.Inputs {
		bindings[b.Port] = b
	}
	var ports []*bound
	for _, p := range in {
		b, ok := bindings[p.Name]
		switch {
		case p.Ignored || p.External:
			continue
		case !ok && p.Optional:
			continue
		case !ok:
			return nil, fmt.Errorf("input %s: nothing is bound to it", p.Name)
		}
		x := &bound{Input: Input{Port: p}}
		var err error
		switch {
		case p.List:
			err = x.bindList(b, up)
		case len(b.Sources) != 1:
			err = fmt.Errorf("takes one artifact, not %d", len(b.Sources))
		default:
			err = x.bindOne(b.Sources[0], up)
		}
		if err == nil {
			x.behind, err = s.join(ctx, x.learned...)
		}
		if err != nil {
			return nil, fmt.Errorf("input %s: %w", p.Name, err)
		}
		ports = append(ports, x)
	}
	// Lists are chosen before what is filtered by them.
	for _, within := range []bool{false, true} {
		for _, x := range ports {
			if (x.Port.Within != "") != within || len(x.Port.Pick) == 0 && !within {
				continue
			}
			if err := s.filter(ctx, x, ports); err != nil {
				return nil, fmt.Errorf("input %s: %w", x.Port.Name, err)
			}
		}
	}
	return ports, nil
}

func output(src OutputRef, up map[Address]*cache.Record) (cache.Output, *cache.Record, error) {
	rec := up[src.Address]
	if rec == nil {
		return cache.Output{}, nil, fmt.Errorf("%s has no result yet", src.Address)
	}
	o, ok := rec.Output(src.Output)
	if !ok {
		return o, rec, fmt.Errorf("%s has no output %s", src.Address, src.Output)
	}
	return o, rec, nil
}

func (x *bound) bindOne(src OutputRef, up map[Address]*cache.Record) error {
	o, rec, err := output(src, up)
	if err != nil {
		return err
	}
	if o.Many != x.Port.Many {
		return fmt.Errorf("%s is %s, want %s", src.Address.Output(src.Output), number(o.Many), number(x.Port.Many))
	}
	x.record = rec
	x.fields = []ingredient{{x.Port.Name, o.Digest}}
	x.learned, x.fitted = []cache.Digest{rec.Learned}, []cache.Digest{rec.Fitted}
	if x.Port.Many {
		x.manifest = o.Artifact
		return nil
	}
	x.Items, x.loaded = []cache.Item{{Artifact: o.Artifact}}, true
	return nil
}

func number(many bool) string {
	if many {
		return "many items"
	}
	return "one artifact"
}

func (x *bound) bindList(b Binding, up map[Address]*cache.Record) error {
	type entry struct {
		cache.Item
		learned, fitted cache.Digest
	}
	var entries []entry
	for _, src := range b.Sources {
		o, rec, err := output(src, up)
		if err != nil {
			return err
		}
		entries = append(entries, entry{cache.Item{ID: src.ID, Artifact: o.Artifact}, rec.Learned, rec.Fitted})
	}
	slices.SortFunc(entries, func(a, b entry) int { return strings.Compare(string(a.ID), string(b.ID)) })
	for i, e := range entries {
		if i > 0 && e.ID == entries[i-1].ID {
			return fmt.Errorf("two sources with the name %q", e.ID)
		}
		x.Items = append(x.Items, e.Item)
		x.learned, x.fitted = append(x.learned, e.learned), append(x.fitted, e.fitted)
		x.fields = append(x.fields, ingredient{x.label(e.ID), e.Digest})
	}
	x.loaded = true
	return nil
}

// load fills the items of a Many port, each with the patients behind it.
func (s *session) load(ctx context.Context, x *bound) error {
	if x.loaded {
		return nil
	}
	m, err := s.manifest(ctx, x.manifest)
	if err != nil {
		return fmt.Errorf("input %s: %w", x.Port.Name, err)
	}
	x.Items, x.loaded = m, true
	x.learned = make([]cache.Digest, len(m))
	x.fitted = make([]cache.Digest, len(m))
	if x.record == nil {
		return nil
	}
	for i := range m {
		x.learned[i], x.fitted[i] = x.record.Learned, x.record.Fitted
	}
	if x.record.ItemLearned.IsZero() {
		return nil
	}
	each, err := s.manifest(ctx, cache.Artifact{Media: cache.MediaManifest, Digest: x.record.ItemLearned})
	switch {
	case errors.Is(err, cache.ErrMiss):
		return nil // the union holds more, never less
	case err != nil:
		return fmt.Errorf("input %s: patients by item: %w", x.Port.Name, err)
	}
	for i, it := range m {
		p, _ := each.Find(it.ID) // none: no model stands behind it
		x.learned[i] = p.Digest
	}
	return nil
}

// filter keeps the items of Pick and Within, and makes the key fields of what is left.
func (s *session) filter(ctx context.Context, x *bound, ports []*bound) error {
	if err := s.load(ctx, x); err != nil {
		return err
	}
	keep := map[cache.ItemID]bool{}
	for _, id := range x.Port.Pick {
		keep[id] = true
		if !slices.ContainsFunc(x.Items, func(it cache.Item) bool { return it.ID == id }) {
			ids := make([]string, len(x.Items))
			for i, it := range x.Items {
				ids[i] = string(it.ID)
			}
			return fmt.Errorf("no item %q.%s", id, didYouMean(string(id), "items", ids))
		}
	}
	if len(x.Port.Pick) > 0 {
		x.keep(func(id cache.ItemID) bool { return keep[id] })
	}
	if x.Port.Within != "" {
		i := slices.IndexFunc(ports, func(q *bound) bool { return q.Port.Name == x.Port.Within })
		switch {
		case i < 0:
			return s.refit(ctx, x) // an optional list that is not bound leaves all items
		case ports[i].Port.Within != "":
			return fmt.Errorf("is within %s, which is within another port itself", x.Port.Within)
		}
		listed, err := s.listed(ctx, ports[i])
		if err != nil {
			return err
		}
		x.keep(func(id cache.ItemID) bool { return listed[id] })
	}
	return s.refit(ctx, x)
}

func (x *bound) keep(want func(cache.ItemID) bool) {
	var items []cache.Item
	var learned, fitted []cache.Digest
	for i, it := range x.Items {
		if want(it.ID) {
			items = append(items, it)
			learned, fitted = append(learned, x.learned[i]), append(fitted, x.fitted[i])
		}
	}
	x.Items, x.learned, x.fitted = items, learned, fitted
}

// refit makes the key fields of a filtered port: picked items one by one where there is no patient to
// say for them, else the manifest of what is left.
func (s *session) refit(ctx context.Context, x *bound) (err error) {
	if x.behind, err = s.join(ctx, x.learned...); err != nil {
		return err
	}
	x.fields = nil
	single := x.Port.Within == "" && !slices.ContainsFunc(x.Items, func(it cache.Item) bool { return it.Patient != "" })
	if single || x.Port.List {
		for _, it := range x.Items {
			x.fields = append(x.fields, ingredient{x.label(it.ID), it.Digest})
		}
		return nil
	}
	m := cache.Manifest(x.Items)
	encoded := m.Encode()
	x.manifest = cache.Artifact{Media: cache.MediaManifest, Digest: cache.Sum(encoded), Size: int64(len(encoded))}
	x.made = append(x.made, m)
	x.fields = []ingredient{{x.Port.Name, x.manifest.Digest}}
	return nil
}

// listed returns the ids in the item lists at a port.
func (s *session) listed(ctx context.Context, x *bound) (map[cache.ItemID]bool, error) {
	if err := s.load(ctx, x); err != nil {
		return nil, err
	}
	ids := map[cache.ItemID]bool{}
	for _, it := range x.Items {
		data, err := s.read(ctx, it.Artifact)
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", x.label(it.ID), err)
		}
		list, err := cache.DecodeItemList(data)
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", x.label(it.ID), err)
		}
		for _, ref := range list {
			ids[ref.ID] = true
		}
	}
	return ids, nil
}

// store puts the manifests that the engine made itself, so that records that name them can be read later.
func (s *session) store(ctx context.Context, ports []*bound) error {
	for _, x := range ports {
		for _, m := range x.made {
			if _, err := s.Results.Put(ctx, cache.MediaManifest, bytes.NewReader(m.Encode())); err != nil {
				return fmt.Errorf("input %s: manifest: %w", x.Port.Name, err)
			}
		}
	}
	return nil
}
