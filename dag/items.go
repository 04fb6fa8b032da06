package dag

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"femur/cache"
)

// A work is the second level of a Mapper whose key missed: its items, and which of them the cache has.
type work struct {
	port  *bound // that it maps over
	items []itemWork
	todo  []int // indexes of items to make
	// whole are the ports that count whole for some item; the others are restricted to the items to make.
	whole map[string]bool
	// routed are the models in the recipe of each item, for the leak rule. Nil without a Router.
	routed map[cache.ItemID][]cache.Digest
}

type itemWork struct {
	cache.Item
	recipe  cache.Recipe
	key     cache.Key
	learned cache.Digest
	record  *cache.Record // of a hit, or once it is made
}

// items looks a Mapper's items up one by one. A forced one remakes them all.
func (s *session) items(ctx context.Context, ev *evaluation, forced bool) (w *work, err error) {
	err = guard("route", func() error {
		w, err = s.itemsUnguarded(ctx, ev, forced)
		return err
	})
	return w, err
}

func (s *session) itemsUnguarded(ctx context.Context, ev *evaluation, forced bool) (*work, error) {
	mapper, ok := ev.node.Stage.(Mapper)
	if !ok {
		return nil, nil
	}
	for _, x := range ev.ports {
		if err := s.load(ctx, x); err != nil {
			return nil, err
		}
	}
	w := &work{port: ev.port(mapper.MapOver()), whole: map[string]bool{}}
	if w.port == nil || !w.port.Port.Many {
		return nil, fmt.Errorf("maps over %q, which is no port with many items", mapper.MapOver())
	}
	route := func(cache.ItemID) map[string][]cache.ItemID { return nil }
	if router, ok := ev.node.Stage.(Router); ok {
		var err error
		if route, err = router.Route(ctx, s.reader(ctx, ev)); err != nil {
			return nil, fmt.Errorf("route: %w", err)
		}
		w.routed = map[cache.ItemID][]cache.Digest{}
	}
	code, err := s.itemCode(ev.node)
	if err != nil {
		return nil, err
	}
	base := itemBase(ev.recipe, ev.node.Stage, code)
	places := newPlaces(ev.ports)
	for i, it := range w.port.Items {
		x := itemWork{Item: it}
		if err := s.itemRecipe(ctx, ev, w, base, places, route(it.ID), i, &x); err != nil {
			return nil, fmt.Errorf("item %s: %w", it.ID, err)
		}
		x.key = x.recipe.Key()
		if !forced {
			rec, err := s.Results.Lookup(ctx, x.key)
			switch {
			case err == nil:
				x.record = &rec
			case !errors.Is(err, cache.ErrMiss):
				return nil, fmt.Errorf("item %s: %w", it.ID, err)
			}
		}
		if x.record == nil {
			w.todo = append(w.todo, i)
		}
		w.items = append(w.items, x)
	}
	return w, nil
}

// itemBase is what the recipes of all items share: parameters, environment, and the code as one field,
// since the instance's own record names its files and thousands of items need not repeat them. What
// Collect alone reads is left out.
func itemBase(instance cache.Recipe, stage Stage, code cache.Digest) cache.Recipe {
	var collects cache.Recipe
	if c, ok := stage.(CollectDescriber); ok {
		c.DescribeCollect(&collects)
	}
	r := cache.Recipe{Stage: instance.Stage}
	for _, f := range instance.Fields {
		switch f.Kind {
		case cache.Params, cache.Environment:
			if slices.ContainsFunc(collects.Fields, func(c cache.Field) bool { return c.Kind == f.Kind && c.Label == f.Label }) {
				continue
			}
			r.Fields = append(r.Fields, f)
		}
	}
	r.Add(cache.Code, "files", code.String())
	return r
}

// places finds items at ports by id.
type places map[string]map[cache.ItemID]int

func newPlaces(ports []*bound) places {
	p := places{}
	for _, x := range ports {
		at := make(map[cache.ItemID]int, len(x.Items))
		for i, it := range x.Items {
			at[it.ID] = i
		}
		p[x.Port.Name] = at
	}
	return p
}

func (s *session) itemRecipe(ctx context.Context, ev *evaluation, w *work, base cache.Recipe, at places, routes map[string][]cache.ItemID, i int, x *itemWork) error {
	x.recipe = cache.Recipe{Stage: base.Stage, Fields: slices.Clone(base.Fields)}
	x.recipe.Add(cache.Params, "item.id", string(x.ID))
	x.recipe.Add(cache.Params, "item.patient", string(x.Patient))
	var behind []cache.Digest
	for _, p := range ev.ports {
		kind := cache.Input
		if p.Port.External {
			kind = cache.Source
		}
		learned := p.behind
		ids, routed := routes[p.Port.Name]
		same, hasSame := at[p.Port.Name][x.ID]
		switch {
		case p == w.port:
			x.recipe.Add(kind, p.Port.Name, x.Digest)
			learned = p.learned[i]
		case routed:
			var ds []cache.Digest
			for _, id := range ids {
				j, ok := at[p.Port.Name][id]
				if !ok {
					return fmt.Errorf("route: port %s has no item %q", p.Port.Name, id)
				}
				x.recipe.Add(kind, p.label(id), p.Items[j].Digest)
				ds = append(ds, p.learned[j])
				if p.Port.Media == cache.MediaModel {
					w.routed[x.ID] = append(w.routed[x.ID], p.Items[j].Digest)
				}
			}
			var err error
			if learned, err = s.join(ctx, ds...); err != nil {
				return err
			}
			w.whole[p.Port.Name] = true
		case filters(ev, p):
			continue
		case p.Port.Many && hasSame:
			x.recipe.Add(kind, p.Port.Name, p.Items[same].Digest)
			learned = p.learned[same]
		default:
			for _, f := range p.fields {
				x.recipe.Add(kind, f.label, f.digest)
			}
			w.whole[p.Port.Name] = true
		}
		if !learned.IsZero() {
			x.recipe.Add(cache.Input, p.Port.Name+".learned", learned)
			behind = append(behind, learned)
		}
	}
	var err error
	x.learned, err = s.join(ctx, behind...)
	return err
}

// filters reports whether a port lists which items of another one count. What it says reaches a key
// through those, so that a longer list does not change the items that were on it before.
func filters(ev *evaluation, p *bound) bool {
	return slices.ContainsFunc(ev.ports, func(q *bound) bool { return q.Port.Within == p.Port.Name })
}
