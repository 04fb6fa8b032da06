package duplicates

import (
	"cmp"
	"context"
	"math/bits"
	"slices"

	"femur/internal/parallel"
)

// A Candidate is a pair of fingerprints, by index with A < B, whose hashes are near, and how B would lie on A.
type Candidate struct {
	A, B     int
	Exact    bool // equal pixels; Distance is then 0, unmirrored and not inverted
	Mirror   Mirror
	Inverted bool
	Distance int // in bits of 256
}

// block is how many hashes are compared with how many at a time: two of 8 kB fit the innermost cache.
const block = 256

// crowd is how many candidates a hash may have among those that follow it. Hashes of different radiographs are far
// apart, so more is a crowd: copies of one picture, or pictures that are none of a patient. The nearest are kept,
// which connects copies, and keeps the work from growing with the square of their number.
const crowd = 32

// An owned hash knows the index of its fingerprint.
type owned struct {
	hashes []Hash
	owner  []int
}

// Pairs returns all pairs whose hashes differ in at most threshold bits, in whatever way they are laid on each other,
// sorted by A, then B; of a crowd, the nearest 32 that follow each. Flat fingerprints are in no pair. Every pair is
// looked at: 50,000 fingerprints take seconds.
func Pairs(f []Fingerprint, threshold int) []Candidate {
	var all owned
	for i := range f {
		if f[i].Flat {
			continue
		}
		for _, h := range f[i].Hashes {
			all.hashes, all.owner = append(all.hashes, h), append(all.owner, i)
		}
	}
	rows := make([]int, 0, len(all.hashes)/block+1)
	for at := 0; at < len(all.hashes); at += block {
		rows = append(rows, at)
	}
	found := make([][]Candidate, len(rows))
	// No call returns an error, and nobody cancels.
	_ = parallel.Each(context.Background(), rows, func(_ context.Context, at int) error {
		found[at/block] = all.row(f, at, threshold)
		return nil
	})
	out := slices.Concat(found...)
	// A pair with borders may be found up to four times: the nearest counts.
	slices.SortStableFunc(out, func(a, b Candidate) int {
		return cmp.Or(cmp.Compare(a.A, b.A), cmp.Compare(a.B, b.B), cmp.Compare(a.Distance, b.Distance))
	})
	return slices.CompactFunc(out, func(a, b Candidate) bool { return a.A == b.A && a.B == b.B })
}

// row compares the hashes of the block that begins at a place with all that follow.
func (all owned) row(f []Fingerprint, at, threshold int) []Candidate {
	end := min(at+block, len(all.hashes))
	each := make([][]Candidate, end-at)
	for from := at; from < len(all.hashes); from += block {
		to := min(from+block, len(all.hashes))
		for a := at; a < end; a++ {
			first := max(from, a+1)
			if first >= to {
				continue
			}
			h := all.hashes[a]
			for k, g := range all.hashes[first:to] {
				if near(h, g, threshold) && all.owner[a] != all.owner[first+k] {
					each[a-at] = append(each[a-at], candidate(f, all.owner[a], all.owner[first+k], h, g))
				}
			}
			if len(each[a-at]) > crowd {
				each[a-at] = nearest(each[a-at])
			}
		}
	}
	return slices.Concat(each...)
}

// nearest keeps the nearest candidates of a crowd, the first where they are equally near.
func nearest(c []Candidate) []Candidate {
	slices.SortFunc(c, func(a, b Candidate) int { return cmp.Or(cmp.Compare(a.Distance, b.Distance), cmp.Compare(a.B, b.B)) })
	return c[:min(len(c), crowd)]
}

// near reports whether h and g differ in at most threshold bits in one of the eight ways. Each way turns round an even
// number of the four words, and every even choice is a way. So the nearest takes each word as it is nearer, and where
// these are an odd number of turns, gives up the cheapest.
func near(h, g Hash, threshold int) bool {
	// By how many bits more than half of them each word agrees; it is turned where that is negative.
	s0, s1, s2 := 32-bits.OnesCount64(h[0]^g[0]), 32-bits.OnesCount64(h[1]^g[1]), 32-bits.OnesCount64(h[2]^g[2])
	sum := abs(s0) + abs(s1) + abs(s2)
	if 96-sum > threshold {
		return false // three words of four decide nearly all pairs
	}
	s3 := 32 - bits.OnesCount64(h[3]^g[3])
	if sum += abs(s3); 128-sum > threshold {
		return false
	}
	if s0^s1^s2^s3 < 0 {
		sum -= 2 * min(abs(s0), abs(s1), abs(s2), abs(s3))
	}
	return 128-sum <= threshold
}

func abs(v int) int { return max(v, -v) }

func candidate(f []Fingerprint, a, b int, h, g Hash) Candidate {
	c := Candidate{A: a, B: b}
	if f[a].Pixels == f[b].Pixels {
		c.Exact = true
		return c
	}
	c.Distance, c.Mirror, c.Inverted = h.Distance(g)
	return c
}
