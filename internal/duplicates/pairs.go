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
	Exact    bool // equal pixels
	Mirror   Mirror
	Inverted bool
	Distance int // in bits of 256
}

// block is how many fingerprints are compared with how many at a time: two of 8 kB fit the innermost cache.
const block = 256

// Pairs returns all pairs whose hashes differ in at most threshold bits, in whatever way they are laid on each other,
// sorted by A, then B. Flat fingerprints are in no pair.
func Pairs(f []Fingerprint, threshold int) []Candidate {
	var index []int // of those that are not flat
	for i := range f {
		if !f[i].Flat {
			index = append(index, i)
		}
	}
	hashes := make([]Hash, len(index))
	for k, i := range index {
		hashes[k] = f[i].Hash
	}
	rows := make([]int, 0, len(hashes)/block+1)
	for at := 0; at < len(hashes); at += block {
		rows = append(rows, at)
	}
	found := make([][]Candidate, len(rows))
	// Nothing here can fail.
	_ = parallel.Each(context.Background(), rows, func(_ context.Context, at int) error {
		var out []Candidate
		end := min(at+block, len(hashes))
		for from := at; from < len(hashes); from += block {
			to := min(from+block, len(hashes))
			for a := at; a < end; a++ {
				first := max(from, a+1)
				if first >= to {
					continue
				}
				h := hashes[a]
				for k, g := range hashes[first:to] {
					if within(h, g, threshold) {
						out = append(out, candidate(f, index[a], index[first+k]))
					}
				}
			}
		}
		found[at/block] = out
		return nil
	})
	out := slices.Concat(found...)
	slices.SortFunc(out, func(a, b Candidate) int { return cmp.Or(cmp.Compare(a.A, b.A), cmp.Compare(a.B, b.B)) })
	return out
}

// within reports whether h and g are near in one of the eight ways. Each way turns round an even number of the four
// words, and every even choice is a way. So the nearest takes each word as it is nearer, and where these are an odd
// number of turns, gives up the cheapest.
func within(h, g Hash, threshold int) bool {
	// Twice the excess of agreement over the word's half, with the sign saying whether to turn it.
	s0, s1 := 32-bits.OnesCount64(h[0]^g[0]), 32-bits.OnesCount64(h[1]^g[1])
	s2, s3 := 32-bits.OnesCount64(h[2]^g[2]), 32-bits.OnesCount64(h[3]^g[3])
	sum := abs(s0) + abs(s1) + abs(s2) + abs(s3)
	if 128-sum > threshold {
		return false
	}
	if s0^s1^s2^s3 < 0 {
		sum -= 2 * min(abs(s0), abs(s1), abs(s2), abs(s3))
	}
	return 128-sum <= threshold
}

func abs(v int) int { return max(v, -v) }

func candidate(f []Fingerprint, a, b int) Candidate {
	c := Candidate{A: a, B: b, Exact: f[a].Pixels == f[b].Pixels}
	c.Distance, c.Mirror, c.Inverted = f[a].Hash.Distance(f[b].Hash)
	return c
}
