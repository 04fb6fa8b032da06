package duplicates

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"

	"femur/cache"
	"femur/internal/cohort"
	"femur/internal/parallel"
	"femur/internal/radiograph"
)

// threshold is the distance up to which pairs are looked at.
const threshold = 70

// An Item is a radiograph whose duplicates are sought.
type Item struct {
	ID          cache.ItemID
	Patient     cache.PatientID
	Fingerprint Fingerprint
}

// batch is how many radiographs' copies are held at a time, at 128 kB each, twice.
const batch = 128

// Links returns the pairs of items that show the same exposure, sorted by id, without their Conflict. It asks open for
// the pixels of candidates only, from several goroutines, and holds few at a time. Links within a patient are listed too.
func Links(ctx context.Context, items []Item, open func(cache.ItemID) (radiograph.Image, error)) ([]cohort.LinkRow, error) {
	items = slices.SortedFunc(slices.Values(items), func(a, b Item) int { return cmp.Compare(a.ID, b.ID) })
	fingerprints := make([]Fingerprint, len(items))
	for i, it := range items {
		fingerprints[i] = it.Fingerprint
	}
	candidates := Pairs(fingerprints, threshold)
	verdicts := make([]Verdict, len(candidates))
	// Candidates are taken by the blocks that their ends are in, so that an image is opened once a pair of blocks.
	tasks := map[[2]int][]int{}
	for i, c := range candidates {
		if c.Exact {
			verdicts[i] = same
			candidates[i].Mirror, candidates[i].Inverted, candidates[i].Distance = Unmirrored, false, 0
			continue
		}
		key := [2]int{c.A / batch, c.B / batch}
		tasks[key] = append(tasks[key], i)
	}
	keys := make([][2]int, 0, len(tasks))
	for key := range tasks {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b [2]int) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	for _, key := range keys {
		if err := verifyAll(ctx, items, candidates, verdicts, tasks[key], open); err != nil {
			return nil, err
		}
	}
	var out []cohort.LinkRow
	for i, c := range candidates {
		v := verdicts[i]
		if !v.Duplicate {
			continue
		}
		a, b := items[c.A], items[c.B]
		out = append(out, cohort.LinkRow{
			A: string(a.ID), PatientA: string(a.Patient), B: string(b.ID), PatientB: string(b.Patient),
			Exact: c.Exact, Mirrored: v.Mirror.String(), Inverted: v.Inverted,
			Distance: int32(c.Distance), Correlation: v.Correlation,
		})
	}
	return out, nil
}

// verifyAll opens the images of the candidates and compares them.
func verifyAll(ctx context.Context, items []Item, candidates []Candidate, verdicts []Verdict, which []int, open func(cache.ItemID) (radiograph.Image, error)) error {
	needed := map[int]bool{}
	for _, i := range which {
		needed[candidates[i].A], needed[candidates[i].B] = true, true
	}
	var ends []int
	for i := range needed {
		ends = append(ends, i)
	}
	slices.Sort(ends)
	copies := make(map[int]Copy, len(ends))
	var mu sync.Mutex
	err := parallel.Each(ctx, ends, func(_ context.Context, i int) error {
		im, err := open(items[i].ID)
		if err != nil {
			return fmt.Errorf("duplicates of %s: %w", items[i].ID, err)
		}
		c := NewCopy(im)
		mu.Lock()
		defer mu.Unlock()
		copies[i] = c
		return nil
	})
	if err != nil {
		return err
	}
	return parallel.Each(ctx, which, func(_ context.Context, i int) error {
		verdicts[i] = Compare(copies[candidates[i].A], copies[candidates[i].B])
		return nil
	})
}
