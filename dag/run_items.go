package dag

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"femur/cache"
)

// Items are committed when so many are finished, or when the oldest has waited so long: often enough to
// lose little, seldom enough that the sync of each commit costs nothing beside decoding a radiograph.
const (
	batchItems = 64
	batchAge   = time.Second
)

// executeItems makes what is missing of a Mapper's items, then what is made of them all.
func (x *run) executeItems(ctx context.Context, n *runNode, spec TaskSpec, rec *cache.Record) (TaskResult, error) {
	w := n.work
	if len(w.todo) > 0 {
		c := &itemCommitter{run: x, node: n, facts: rec.Facts, purity: rec.Purity, fitted: rec.Fitted, last: x.now()}
		c.index = make(map[cache.ItemID]*itemWork, len(w.todo))
		for _, i := range w.todo {
			c.index[w.items[i].ID] = &w.items[i]
		}
		_, err := x.runner.Executor.Execute(ctx, w.restrict(spec, n.ev, c.finish))
		// What is finished is kept, also of a run that is being canceled.
		if flushErr := c.flush(context.WithoutCancel(ctx)); err == nil {
			err = flushErr
		}
		if err != nil {
			return TaskResult{}, err
		}
		if err := ctx.Err(); err != nil {
			return TaskResult{}, err
		}
		if err := c.rest(ctx); err != nil {
			return TaskResult{}, err
		}
	}
	var result TaskResult
	made, err := x.assemble(ctx, n, &result)
	if err != nil {
		return result, err
	}
	if rec.ItemLearned, err = x.itemLearned(ctx, w); err != nil {
		return result, err
	}
	if _, ok := n.Stage.(Collector); !ok {
		return result, nil
	}
	spec = spec.withInputs()
	spec.Phase = PhaseCollect
	for name, in := range made {
		spec.Inputs[name] = in
	}
	collected, err := x.runner.Executor.Execute(ctx, spec)
	result.Outputs = append(result.Outputs, collected.Outputs...)
	result.Predictions += collected.Predictions
	return result, err
}

// restrict narrows a spec to the items to make. What does not reach an item's key by itself may not be
// read for it.
func (w *work) restrict(spec TaskSpec, ev *evaluation, finish func(ItemResult) error) TaskSpec {
	spec = spec.withInputs()
	spec.OnItem = finish
	spec.Leaks.Routed = w.routed
	todo := make(map[cache.ItemID]bool, len(w.todo))
	for _, i := range w.todo {
		todo[w.items[i].ID] = true
		spec.Items = append(spec.Items, cache.ItemRef{ID: w.items[i].ID, Patient: w.items[i].Patient})
	}
	for name, in := range spec.Inputs {
		switch p := ev.port(name); {
		case w.whole[name]:
			continue
		case filters(ev, p):
			in.Closed = "only says which items of another port count, and is no part of an item's key; a Router may name it"
		case in.Port.Many:
			in.Items = slices.DeleteFunc(slices.Clone(in.Items), func(it cache.Item) bool { return !todo[it.ID] })
		}
		spec.Inputs[name] = in
	}
	return spec
}

// An itemCommitter turns finished items into records, in batches.
type itemCommitter struct {
	run    *run
	node   *runNode
	facts  cache.Facts
	purity cache.Purity
	fitted cache.Digest
	index  map[cache.ItemID]*itemWork

	mu      sync.Mutex
	pending []cache.Record
	last    time.Time
}

// finish takes one item over. It may be called from several goroutines.
func (c *itemCommitter) finish(r ItemResult) error {
	x, ok := c.index[r.Item.ID]
	if !ok {
		return fmt.Errorf("item %s: was not asked for", r.Item.ID)
	}
	rec := cache.Record{
		Address: string(c.node.Address), Item: r.Item.ID, Patient: r.Item.Patient, Key: x.key, Recipe: x.recipe,
		Outputs: inOrder(r.Outputs, c.node.ev.out), Fitted: c.fitted, Purity: c.purity, Facts: c.facts,
	}
	rec.Facts.Predictions = r.Predictions
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.run.now()
	ctx := context.Background() // what is finished is kept, whatever is canceled
	var err error
	if rec.Learned, err = c.run.join(ctx, x.learned, c.fitted); err != nil {
		return err
	}
	x.record = &rec
	c.pending = append(c.pending, rec)
	if len(c.pending) < batchItems && now.Sub(c.last) < batchAge {
		return nil
	}
	return c.flushLocked(ctx)
}

func (c *itemCommitter) flush(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.flushLocked(ctx)
}

func (c *itemCommitter) flushLocked(ctx context.Context) error {
	c.last = c.run.now()
	if len(c.pending) == 0 {
		return nil
	}
	var sets []cache.Digest
	for _, rec := range c.pending {
		sets = append(sets, rec.Learned)
	}
	if err := c.run.save(ctx, sets...); err != nil {
		return err
	}
	if err := c.run.Results.Commit(ctx, c.pending...); err != nil {
		return err
	}
	c.pending = nil
	return nil
}

// rest records the items of which the stage made nothing, so that they are not tried again.
func (c *itemCommitter) rest(ctx context.Context) error {
	for _, i := range c.node.work.todo {
		x := &c.node.work.items[i]
		if x.record != nil {
			continue
		}
		if err := c.finish(ItemResult{Item: cache.ItemRef{ID: x.ID, Patient: x.Patient}}); err != nil {
			return err
		}
	}
	return c.flush(ctx)
}

// assemble makes the manifests of a Mapper from the records of all its items, cached and new. Items that
// are no longer at the port it maps over are in none of them.
func (x *run) assemble(ctx context.Context, n *runNode, result *TaskResult) (map[string]Input, error) {
	made := map[string]Input{}
	for _, p := range n.ev.out {
		if !p.Many {
			continue
		}
		var items []cache.Item
		for _, it := range n.work.items {
			if o, ok := it.record.Output(p.Name); ok {
				items = append(items, cache.Item{ID: it.ID, Patient: it.record.Patient, Artifact: o.Artifact})
			}
		}
		m, err := cache.NewManifest(items)
		if err != nil {
			return nil, fmt.Errorf("output %s: %w", p.Name, err)
		}
		o, err := PutManifest(ctx, x.Results, p, m)
		if err != nil {
			return nil, err
		}
		made[p.Name] = Input{Port: p, Items: m}
		result.Outputs = append(result.Outputs, o)
	}
	for _, it := range n.work.items {
		result.Predictions += it.record.Facts.Predictions
	}
	return made, nil
}

// PutManifest stores a manifest as the output at a Many port.
func PutManifest(ctx context.Context, r Results, p Port, m cache.Manifest) (cache.Output, error) {
	a, err := r.Put(ctx, cache.MediaManifest, bytes.NewReader(m.Encode()))
	if err != nil {
		return cache.Output{}, fmt.Errorf("output %s: manifest: %w", p.Name, err)
	}
	return cache.Output{Name: p.Name, Artifact: a, Many: true, Items: len(m), ItemMedia: p.Media}, nil
}

// itemLearned stores whom each item learned from, where items differ in it.
func (x *run) itemLearned(ctx context.Context, w *work) (cache.Digest, error) {
	var each cache.Manifest
	differ := false
	for _, it := range w.items {
		d := it.record.Learned
		differ = differ || d != w.items[0].record.Learned
		if d.IsZero() {
			continue
		}
		p, err := x.set(ctx, d)
		if err != nil {
			return d, fmt.Errorf("item %s: %w", it.ID, err)
		}
		each = append(each, cache.Item{ID: it.ID, Artifact: cache.Artifact{Media: cache.MediaPatients, Digest: d, Size: int64(len(p.Encode()))}})
	}
	if !differ {
		return cache.Digest{}, nil
	}
	a, err := x.Results.Put(ctx, cache.MediaManifest, bytes.NewReader(each.Encode()))
	if err != nil {
		return cache.Digest{}, fmt.Errorf("patients by item: %w", err)
	}
	return a.Digest, nil
}
