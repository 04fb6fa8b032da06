package stats

import (
	"cmp"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
)

// Clusters says which rows belong to which patient and which patients are drawn
// from the same stratum. It keeps the last draws, since many statistics are computed
// on the same ones, and is safe for concurrent use.
type Clusters struct {
	members [][]int // row numbers of each patient, patients sorted by name
	strata  [][]int // indices into members, strata sorted by name
	ofRow   []int   // index into members of each row

	mu    sync.Mutex
	n     int // how many samples are in drawn, from seed
	seed  uint64
	drawn []uint16 // multiplicity of each patient, sample after sample
}

// NewClusters groups rows by patient; patient[i] is the patient of row i. With
// strata, resampling keeps the number of patients of each stratum, as a study does
// that fixes how many cases and controls it has; strata[i] is the stratum of row i
// and a patient with rows of several strata is in the stratum named by all of
// them. A nil strata draws all patients from one urn.
func NewClusters(patient, strata []string) (*Clusters, error) {
	if len(patient) == 0 {
		return nil, fmt.Errorf("clusters: %w", ErrEmpty)
	}
	if strata != nil && len(strata) != len(patient) {
		return nil, fmt.Errorf("clusters: %d strata for %d rows: want one a row", len(strata), len(patient))
	}
	byName := map[string][]int{}
	for row, name := range patient {
		byName[name] = append(byName[name], row)
	}
	names := make([]string, 0, len(byName))
	for name := range byName {
		names = append(names, name)
	}
	slices.Sort(names)

	if len(names) > math.MaxUint16 {
		return nil, fmt.Errorf("clusters: %d patients: want at most %d", len(names), math.MaxUint16)
	}
	c := &Clusters{ofRow: make([]int, len(patient))}
	stratumOf := make([]string, len(names))
	for i, name := range names {
		c.members = append(c.members, byName[name])
		for _, row := range byName[name] {
			c.ofRow[row] = i
		}
		if strata != nil {
			stratumOf[i] = stratumName(strata, byName[name])
		}
	}
	distinct := slices.Clone(stratumOf)
	slices.Sort(distinct)
	distinct = slices.Compact(distinct)
	c.strata = make([][]int, len(distinct))
	for i, name := range stratumOf {
		s, _ := slices.BinarySearchFunc(distinct, name, cmp.Compare[string])
		c.strata[s] = append(c.strata[s], i)
	}
	return c, nil
}

// stratumName is the sorted set of the strata of a patient's rows.
func stratumName(strata []string, rows []int) string {
	var set []string
	for _, row := range rows {
		set = append(set, strata[row])
	}
	slices.Sort(set)
	return strings.Join(slices.Compact(set), "\x00")
}

// Patients is the number of distinct patients.
func (c *Clusters) Patients() int { return len(c.members) }

// Rows is the number of rows.
func (c *Clusters) Rows() int { return len(c.ofRow) }

// Once is the multiplicity of the sample itself: every row counts once.
func (c *Clusters) Once() []int {
	count := make([]int, len(c.ofRow))
	for i := range count {
		count[i] = 1
	}
	return count
}

// Draws yields the multiplicities of n bootstrap samples: in each stratum, as many
// patients as it has, with replacement. The slice is reused from one draw to the
// next. Equal seeds give equal draws, so statistics computed in separate passes
// over the same clusters are still paired.
func (c *Clusters) Draws(n int, seed uint64) iter.Seq[[]int] {
	return func(yield func([]int) bool) {
		drawn := c.draw(n, seed)
		count := make([]int, len(c.ofRow))
		for ; len(drawn) > 0; drawn = drawn[len(c.members):] {
			for row, member := range c.ofRow {
				count[row] = int(drawn[member])
			}
			if !yield(count) {
				return
			}
		}
	}
}

// draw is the multiplicity of each patient in n samples, kept for the next call.
func (c *Clusters) draw(n int, seed uint64) []uint16 {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.drawn != nil && c.n == n && c.seed == seed {
		return c.drawn
	}
	random := rand.New(rand.NewPCG(seed, drawStream))
	drawn := make([]uint16, n*len(c.members))
	for s := range n {
		sample := drawn[s*len(c.members) : (s+1)*len(c.members)]
		for _, stratum := range c.strata {
			for range stratum {
				sample[stratum[random.IntN(len(stratum))]]++
			}
		}
	}
	c.n, c.seed, c.drawn = n, seed, drawn
	return drawn
}

// drawStream separates these draws from other users of the same seed.
const drawStream = 0x9e3779b97f4a7c15

// without calls visit with the multiplicities of the sample that lacks one
// patient, for each patient in turn. The slice is reused.
func (c *Clusters) without(visit func(member int, count []int)) {
	count := c.Once()
	for i, rows := range c.members {
		for _, row := range rows {
			count[row] = 0
		}
		visit(i, count)
		for _, row := range rows {
			count[row] = 1
		}
	}
}
