package retain

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"femur/cache"
)

// A Request says what to keep.
type Request struct {
	Addresses []string // instances of the pipeline, of which the newest results are kept
	Runs      []Run    // all runs of the cache
	Kept      map[string]string
	Pins      Pins
	DryRun    bool
}

// A Result says what was removed, or would be.
type Result struct {
	cache.Swept
	Addresses []Address               // that lost something, sorted
	Alone     map[string]int64        // by run: bytes that no other run, pin or instance of the pipeline needs
	Item      func(cache.ItemID) bool // reports whether a kept manifest lists the item
}

// An Address is what an instance lost. Bytes are those of the artifacts as they are exported.
type Address struct {
	Address string // empty for blobs that no record names
	Records int
	Blobs   int
	Bytes   int64
}

// Collect removes everything from the store that the request does not keep.
func Collect(ctx context.Context, store cache.Store, req Request) (Result, error) {
	c := &collector{
		request: req, live: newLive(ctx, store), wanted: map[cache.Key]bool{}, pipeline: map[string]time.Time{},
		lost: map[string]*Address{}, of: map[cache.Digest]string{},
	}
	for _, a := range req.Addresses {
		c.pipeline[a] = time.Time{}
	}
	for _, r := range req.Runs {
		for _, u := range r.Used {
			c.finishes(u.Address, r.Started)
			if req.Kept[r.ID] != "" {
				c.wanted[u.Key] = true
			}
		}
	}
	for _, p := range req.Pins {
		for _, k := range p.Keys {
			c.wanted[k] = true
		}
		if !p.Blob.IsZero() {
			c.live.blobs[p.Blob] = true
			m, err := c.live.manifest(p.Blob)
			if err != nil {
				return Result{}, fmt.Errorf("pin %s: %w", p.Name, err)
			}
			c.live.list(m)
			for _, it := range m {
				c.live.blobs[it.Digest] = true
			}
		}
	}
	whole, err := c.chooseRoots(ctx, store)
	if errors.Is(err, cache.ErrCorrupt) && !req.DryRun {
		// Damaged records are no use to anyone, and stand before those that are older.
		if _, err := store.Sweep(ctx, cache.Keep{}); err != nil {
			return Result{}, err
		}
		whole, err = c.chooseRoots(ctx, store)
	}
	if err != nil {
		return Result{}, err
	}
	result := Result{}
	if result.Alone, err = c.alone(whole); err != nil {
		return result, err
	}
	c.live.manifests = nil
	delete(c.live.blobs, cache.Digest{})
	result.Swept, err = store.Sweep(ctx, cache.Keep{Record: c.record, Blob: c.blob, DryRun: req.DryRun})
	for _, a := range c.lost {
		result.Addresses = append(result.Addresses, *a)
	}
	slices.SortFunc(result.Addresses, func(a, b Address) int { return strings.Compare(a.Address, b.Address) })
	named := map[cache.ItemID]bool{}
	for ref := range c.live.items {
		named[ref.ID] = true
	}
	result.Item = func(id cache.ItemID) bool { return named[id] }
	return result, err
}

type collector struct {
	request  Request
	live     *live
	wanted   map[cache.Key]bool
	pipeline map[string]time.Time // by instance: when the execution or run began that last came to its end with it

	lost map[string]*Address
	of   map[cache.Digest]string // the instance that a blob was lost by
}

// chooseRoots reads all whole-instance records, and what those reach that are kept.
func (c *collector) chooseRoots(ctx context.Context, store cache.Store) (all []cache.Record, err error) {
	for address, err := range store.Addresses(ctx) {
		if err != nil {
			return nil, err
		}
		seen := map[cache.Key]bool{}
		first := true
		for rec, err := range store.History(ctx, address) {
			if err != nil {
				return nil, fmt.Errorf("history of %s: %w", address, err)
			}
			_, mine := c.pipeline[address]
			if newest := mine && first; newest || c.wanted[rec.Key] && !seen[rec.Key] {
				if err := c.live.root(rec); err != nil {
					return nil, err
				}
			}
			c.finishes(address, rec.Facts.Started)
			seen[rec.Key], first = true, false
			all = append(all, rec)
		}
	}
	return all, nil
}

// record decides about one record, in the order in which they were committed.
func (c *collector) record(rec cache.Record) bool {
	var kept bool
	switch {
	case rec.Item == "":
		return c.live.roots[receiptOf(rec)] || c.dropped(rec)
	case c.wanted[rec.Key], c.request.Pins.Run(rec.Facts.Run), c.unfinished(rec):
		for _, o := range rec.Outputs {
			c.live.blobs[o.Digest] = true
		}
		kept = true
	default:
		kept = c.live.items[cache.ItemRef{ID: rec.Item, Patient: rec.Patient}] && c.live.all(rec.Outputs)
	}
	if !kept {
		return c.dropped(rec)
	}
	c.live.circumstances(rec)
	return true
}

// finishes notes that an instance of the pipeline came to its end in what began at a time.
func (c *collector) finishes(address string, began time.Time) {
	if last, mine := c.pipeline[address]; mine && began.After(last) {
		c.pipeline[address] = began
	}
}

// unfinished reports whether an item was made by an execution of an instance of the pipeline that has not
// come to its end since.
func (c *collector) unfinished(rec cache.Record) bool {
	finished, mine := c.pipeline[rec.Address]
	return mine && rec.Facts.Started.After(finished)
}

func (c *collector) dropped(rec cache.Record) bool {
	c.at(rec.Address).Records++
	for _, o := range rec.Outputs {
		c.of[o.Digest] = rec.Address
	}
	if !rec.Facts.Log.IsZero() {
		c.of[rec.Facts.Log] = rec.Address
	}
	return false
}

func (c *collector) blob(a cache.Artifact) bool {
	if c.live.blobs[a.Digest] {
		return true
	}
	lost := c.at(c.of[a.Digest])
	lost.Blobs++
	lost.Bytes += a.Size
	return false
}

func (c *collector) at(address string) *Address {
	if c.lost[address] == nil {
		c.lost[address] = &Address{Address: address}
	}
	return c.lost[address]
}

// alone adds up what each run alone needs. It also notes which instance the items of lost manifests belong to.
func (c *collector) alone(whole []cache.Record) (map[string]int64, error) {
	const shared = "*" // no run has this id
	owner := map[cache.Digest]string{}
	size := map[cache.Digest]int64{}
	users := c.users()
	take := func(a cache.Artifact, by string) {
		if before, ok := owner[a.Digest]; ok && before != by {
			by = shared
		}
		owner[a.Digest], size[a.Digest] = by, a.Size
	}
	for i, rec := range whole {
		by := shared
		newest := i == 0 || whole[i-1].Address != rec.Address
		if _, mine := c.pipeline[rec.Address]; !(newest && mine) && len(users[rec.Key]) == 1 {
			by = users[rec.Key][0]
		}
		for _, o := range rec.Outputs {
			take(o.Artifact, by)
			if !o.Many {
				continue
			}
			m, err := c.live.manifest(o.Digest)
			if err != nil {
				return nil, fmt.Errorf("%s: output %s: %w", rec.Name(), o.Name, err)
			}
			for _, it := range m {
				take(it.Artifact, by)
				if !c.live.blobs[it.Digest] {
					c.of[it.Digest] = rec.Address
				}
			}
		}
	}
	sum := map[string]int64{}
	for d, by := range owner {
		if by != shared {
			sum[by] += size[d]
		}
	}
	return sum, nil
}

// users lists the runs that used or made the record with a key; a pin counts as another user.
func (c *collector) users() map[cache.Key][]string {
	users := map[cache.Key][]string{}
	for _, r := range c.request.Runs {
		for _, k := range r.Keys() {
			users[k] = append(users[k], r.ID)
		}
	}
	for _, p := range c.request.Pins {
		for _, k := range p.Keys {
			if p.Run == "" || !slices.Contains(users[k], p.Run) {
				users[k] = append(users[k], "pin "+p.Name)
			}
		}
	}
	return users
}
