package duplicates

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"femur/cache"
	"femur/internal/cohort"
	"femur/internal/parallel"
	"femur/internal/radiograph"
)

const (
	// threshold is the distance of hashes up to which pairs are looked at; doc.go says how it was found.
	threshold = 70
	// leastThumb is the correlation of aligned thumbnails from which pixels are looked at.
	leastThumb = 0.9
)

// batch is how many radiographs' copies are held at a time, at 175 kB each, twice.
const batch = 128

// An Item is a radiograph whose duplicates are sought.
type Item struct {
	ID          cache.ItemID
	Patient     cache.PatientID
	Fingerprint Fingerprint
}

// Links returns the pairs of items that show the same exposure, sorted by their ids, all filled but Conflict; of many
// copies of one, enough pairs to connect them all, so that the time grows with the number of items. Links
// within a patient are among them. Ids must be unique. open is asked, from several goroutines, for the pixels of
// candidates alone, once or a few times each; exact duplicates need none. An error of open ends the search.
func Links(ctx context.Context, items []Item, open func(cache.ItemID) (radiograph.Image, error)) ([]cohort.LinkRow, error) {
	s := search{items: slices.SortedFunc(slices.Values(items), func(a, b Item) int { return cmp.Compare(a.ID, b.ID) }), open: open}
	fingerprints := make([]Fingerprint, len(items))
	for i, it := range s.items {
		if err := it.Fingerprint.Validate(); err != nil {
			return nil, fmt.Errorf("duplicates of %s: %w", it.ID, err)
		}
		if i > 0 && it.ID == s.items[i-1].ID {
			return nil, fmt.Errorf("duplicates of %s: the radiograph is listed twice", it.ID)
		}
		fingerprints[i] = it.Fingerprint
	}
	s.candidates = Pairs(fingerprints, threshold)
	s.verdicts = make([]Verdict, len(s.candidates))
	if err := s.run(ctx); err != nil {
		return nil, err
	}
	var out []cohort.LinkRow
	for i, c := range s.candidates {
		v := s.verdicts[i]
		if !v.Duplicate {
			continue
		}
		a, b := s.items[c.A], s.items[c.B]
		out = append(out, cohort.LinkRow{
			A: string(a.ID), PatientA: string(a.Patient), B: string(b.ID), PatientB: string(b.Patient),
			Exact: c.Exact, Mirrored: v.Mirror.String(), Inverted: v.Inverted,
			Distance: int32(c.Distance), Correlation: v.Correlation,
		})
	}
	return out, nil
}

// A search decides on candidates.
type search struct {
	items      []Item
	open       func(cache.ItemID) (radiograph.Image, error)
	candidates []Candidate
	verdicts   []Verdict // of each candidate
}

// few is how many candidates a radiograph may have for all of them to be decided. Of more, those that are connected
// already through others are left out: a hundred copies are linked, not each with each.
const few = 6

// run fills in the verdicts: of exact duplicates at once, of the others by their thumbnails and then their pixels,
// each radiograph's nearest first.
func (s *search) run(ctx context.Context) error {
	of := map[int][]int{} // candidates of their first end
	groups := newForest(len(s.items))
	for i, c := range s.candidates {
		if c.Exact {
			s.verdicts[i] = same
			groups.join(c.A, c.B)
			continue
		}
		of[c.A] = append(of[c.A], i)
	}
	firsts := slices.Sorted(maps.Keys(of))
	for _, a := range firsts {
		slices.SortStableFunc(of[a], func(x, y int) int { return cmp.Compare(s.candidates[x].Distance, s.candidates[y].Distance) })
	}
	for rank := 0; len(firsts) > 0; rank++ {
		var now []int
		for _, a := range firsts {
			i := of[a][rank]
			if len(of[a]) > few && groups.root(a) == groups.root(s.candidates[i].B) {
				continue
			}
			now = append(now, i)
		}
		if err := s.decide(ctx, now); err != nil {
			return err
		}
		for _, i := range now {
			if s.verdicts[i].Duplicate {
				groups.join(s.candidates[i].A, s.candidates[i].B)
			}
		}
		firsts = slices.DeleteFunc(firsts, func(a int) bool { return len(of[a]) <= rank+1 })
	}
	return nil
}

// decide fills in the verdicts of some candidates.
func (s *search) decide(ctx context.Context, which []int) error {
	likely := make([]bool, len(which))
	places := make([]int, len(which))
	for k := range which {
		places[k] = k
	}
	err := parallel.Each(ctx, places, func(_ context.Context, k int) error {
		likely[k] = s.likely(s.candidates[which[k]])
		return nil
	})
	if err != nil {
		return err
	}
	// Candidates are taken by the blocks of items in which their ends are: a radiograph is opened once for each pair of
	// blocks, and the copies of two blocks are held.
	tasks := map[[2]int][]int{}
	for k, i := range which {
		if c := s.candidates[i]; likely[k] {
			key := [2]int{c.A / batch, c.B / batch}
			tasks[key] = append(tasks[key], i)
		}
	}
	byBlocks := func(a, b [2]int) int { return slices.Compare(a[:], b[:]) }
	for _, key := range slices.SortedFunc(maps.Keys(tasks), byBlocks) {
		if err := s.verify(ctx, tasks[key]); err != nil {
			return err
		}
	}
	return nil
}

// A forest says which items are connected.
type forest []int

func newForest(n int) forest {
	f := make(forest, n)
	for i := range f {
		f[i] = i
	}
	return f
}

func (f forest) root(i int) int {
	for f[i] != i {
		f[i] = f[f[i]]
		i = f[i]
	}
	return i
}

func (f forest) join(a, b int) { f[f.root(b)] = f.root(a) }

// likely reports whether the thumbnails can be laid on each other.
func (s *search) likely(c Candidate) bool {
	a, b := s.items[c.A].Fingerprint, s.items[c.B].Fingerprint
	w := coarse(a.thumb(), b.thumb(), borders(a.Border).frame(), borders(b.Border).frame())
	return w.correlation >= leastThumb
}

// verify opens the radiographs of some candidates and compares them.
func (s *search) verify(ctx context.Context, which []int) error {
	copies := map[int]*Copy{}
	for _, i := range which {
		c := s.candidates[i]
		copies[c.A], copies[c.B] = nil, nil
	}
	var mu sync.Mutex
	err := parallel.Each(ctx, slices.Sorted(maps.Keys(copies)), func(_ context.Context, i int) error {
		im, err := s.open(s.items[i].ID)
		if err == nil {
			err = im.Validate()
		}
		if err != nil {
			return fmt.Errorf("duplicates of %s: %w", s.items[i].ID, err)
		}
		c := NewCopy(im)
		mu.Lock()
		defer mu.Unlock()
		copies[i] = &c
		return nil
	})
	if err != nil {
		return err
	}
	return parallel.Each(ctx, which, func(_ context.Context, i int) error {
		c := s.candidates[i]
		s.verdicts[i] = Compare(*copies[c.A], *copies[c.B], c.Distance)
		return nil
	})
}
