package outoffold

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"femur/cache"
	"femur/dag"
)

// A Pass is what a stage does that lets models predict for the items at one of its ports: embedded, it
// makes the stage a [dag.Mapper] and a [dag.Router]. M is a model as it is loaded, P what one model says
// of one item.
type Pass[M, P any] struct {
	// The ports that are read: the items, the lists of the split, and the models.
	Items, Split, Models string
	// Output is the port that gets one item for each of Items, under its id.
	Output string

	// Load decodes a model; each is loaded once.
	Load func([]byte) (M, error)
	// Predict returns one prediction for each item.
	Predict func(ctx context.Context, t dag.Task, model M, items []cache.Item) ([]P, error)
	// Join encodes what the models of an item said, in the order of their ids. Fold is the one that holds
	// the patient out, [cohort.TestFold] in the test part.
	Join func(said []P, fold int) []byte
}

// MapOver implements [dag.Mapper].
func (p Pass[M, P]) MapOver() string { return p.Items }

// Route implements [dag.Router]: an item needs its models and, of the split, nothing but which models
// these are, so that a patient who joins its fold does not touch it.
func (p Pass[M, P]) Route(_ context.Context, t dag.Task) (func(cache.ItemID) map[string][]cache.ItemID, error) {
	r, err := New(t, p.Split, p.Models)
	if err != nil {
		return nil, err
	}
	return func(id cache.ItemID) map[string][]cache.ItemID {
		models, _, err := r.Models(id)
		if err != nil {
			return nil // Run reports it
		}
		ids := make([]cache.ItemID, len(models))
		for i, m := range models {
			ids[i] = m.ID
		}
		return map[string][]cache.ItemID{p.Split: {}, p.Models: ids}
	}, nil
}

// batch is how many items are predicted between two commits of finished work.
const batch = 64

// Run implements [dag.Stage]: it predicts for all items, in batches of those that share their models. The leak rule is checked for
// each item and model before anything is predicted.
func (p Pass[M, P]) Run(ctx context.Context, t dag.Task) error {
	r, err := New(t, p.Split, p.Models)
	if err != nil {
		return err
	}
	groups, total, err := p.groups(t, r)
	if err != nil {
		return err
	}
	done := 0
	loaded := map[cache.Digest]M{}
	for _, fold := range slices.Sorted(maps.Keys(groups)) {
		for some := range slices.Chunk(groups[fold], batch) {
			if err := p.predict(ctx, t, r, loaded, some, fold); err != nil {
				return err
			}
			done += len(some)
			t.Progress(dag.Progress{Done: done, Total: total, Unit: p.Items})
		}
	}
	return nil
}

// groups sorts the items by the fold that holds them out and declares the models of each.
func (p Pass[M, P]) groups(t dag.Task, r *Router) (groups map[int][]cache.Item, total int, err error) {
	groups = map[int][]cache.Item{}
	for it, err := range t.Items(p.Items) {
		if err != nil {
			return nil, 0, err
		}
		models, fold, err := r.Models(it.ID)
		if err != nil {
			return nil, 0, err
		}
		if err := t.Apply(cache.ItemRef{ID: it.ID, Patient: it.Patient}, models...); err != nil {
			return nil, 0, err
		}
		groups[fold] = append(groups[fold], it)
		total++
	}
	return groups, total, nil
}

// predict finishes items of one fold: each model speaks of all of them, then each item is stored.
func (p Pass[M, P]) predict(ctx context.Context, t dag.Task, r *Router, loaded map[cache.Digest]M, items []cache.Item, fold int) error {
	models, _, err := r.Models(items[0].ID)
	if err != nil {
		return err
	}
	said := make([][]P, len(items))
	for _, m := range models {
		model, ok := loaded[m.Digest]
		if !ok {
			b, err := dag.ReadAll(t, m.Artifact)
			if err != nil {
				return err
			}
			if model, err = p.Load(b); err != nil {
				return fmt.Errorf("model %s: %w", m.ID, err)
			}
			loaded[m.Digest] = model
		}
		predictions, err := p.Predict(ctx, t, model, items)
		if err != nil {
			return fmt.Errorf("model %s: %w", m.ID, err)
		}
		for i := range items {
			said[i] = append(said[i], predictions[i])
		}
	}
	for i, it := range items {
		if err := dag.WriteBytes(t, p.Output, cache.ItemRef{ID: it.ID, Patient: it.Patient}, p.Join(said[i], fold)); err != nil {
			return err
		}
	}
	return nil
}
