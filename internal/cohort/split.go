package cohort

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"femur/cache"
)

// The two parts of a cohort.
const (
	Test        = "test"
	Development = "development"
)

// Names of the lists that a split makes for a fold.
const (
	Train    = "train"
	Validate = "validate"
	HeldOut  = "held-out"
)

// PartID names the list of a fold: "fold=0/train".
func PartID(fold int, list string) cache.ItemID {
	return cache.ItemID(fmt.Sprintf("fold=%d/%s", fold, list))
}

// A Patient is the unit of splits.
type Patient struct {
	ID    cache.PatientID
	Label string
}

// A Plan says how patients are split.
type Plan struct {
	Seed     uint64
	Test     float64 // share of patients in the test part
	Folds    int     // K of the development part
	Validate float64 // share of a fold's training patients set aside for early stopping
	Balanced bool    // equal counts in each stratum, at the price that a new patient may move others
	// Fixed assigns patients by hand: -1 is the test part, else a fold.
	Fixed map[cache.PatientID]int
	// Leaders names, for each patient of a group that must not be torn apart, the one by whose id the group is
	// placed; see [Plan.Lead]. Whoever is not in it stands alone.
	Leaders map[cache.PatientID]cache.PatientID
}

// TestFold stands for the test part where a fold number is expected.
const TestFold = -1

// Assign gives each patient a fold, or [TestFold]. Without Balanced the choice hangs on the seed and the
// patient's id alone, or, in a group, on its leader's. With it, patients of a label are ordered by that hash and dealt
// out by count; a group goes by its leader's label. A group is Fixed where one of its members is.
func (p Plan) Assign(patients []Patient) map[cache.PatientID]int {
	fixed := map[cache.PatientID]int{} // by leader
	for id, f := range p.Fixed {
		fixed[p.leader(id)] = f
	}
	out := make(map[cache.PatientID]int, len(patients))
	var free []Patient
	for _, q := range patients {
		if f, ok := fixed[p.leader(q.ID)]; ok {
			out[q.ID] = f
			continue
		}
		free = append(free, q)
	}
	if p.Balanced {
		dealt := p.deal("assign", free)
		for _, q := range free {
			out[q.ID] = p.fold(dealt[p.leader(q.ID)])
		}
		return out
	}
	for _, q := range free {
		out[q.ID] = p.fold(p.uniform("assign", p.leader(q.ID)))
	}
	return out
}

// fold maps u in [0,1) to the test part or a fold.
func (p Plan) fold(u float64) int {
	if u < p.Test {
		return TestFold
	}
	return min(int((u-p.Test)/(1-p.Test)*float64(p.Folds)), p.Folds-1)
}

// deal maps the leaders of the patients to [0,1), those of each label evenly and in the order of their hashes: the
// patient at rank i of n goes to (i+½)/n, so that counts differ by at most one from their share, or, next to a group,
// by at most its size.
func (p Plan) deal(purpose string, patients []Patient) map[cache.PatientID]float64 {
	out := map[cache.PatientID]float64{}
	leaders, size := p.units(patients)
	for _, stratum := range p.strata(purpose, leaders) {
		total := 0
		for _, q := range stratum {
			total += size[q.ID]
		}
		before := 0
		for _, q := range stratum {
			out[q.ID] = (float64(before) + float64(size[q.ID])/2) / float64(total)
			before += size[q.ID]
		}
	}
	return out
}

// strata groups patients by label, each group in the order of its members' hashes.
func (p Plan) strata(purpose string, patients []Patient) map[string][]Patient {
	strata := map[string][]Patient{}
	for _, q := range patients {
		strata[q.Label] = append(strata[q.Label], q)
	}
	for _, stratum := range strata {
		slices.SortFunc(stratum, func(a, b Patient) int {
			if c := cmp.Compare(p.uniform(purpose, a.ID), p.uniform(purpose, b.ID)); c != 0 {
				return c
			}
			return cmp.Compare(a.ID, b.ID)
		})
	}
	return strata
}

// ValidationSet says which of a fold's training patients serve early stopping rather than fitting. The
// choice hangs on seed, patient and fold alone, or, with Balanced, on the order of those hashes within each label.
// Groups stay whole.
func (p Plan) ValidationSet(fold int, training []Patient) map[cache.PatientID]bool {
	purpose := fmt.Sprintf("validate %d", fold)
	out := map[cache.PatientID]bool{}
	if p.Balanced {
		dealt := p.deal(purpose, training)
		for _, q := range training {
			out[q.ID] = dealt[p.leader(q.ID)] < p.Validate
		}
		return out
	}
	for _, q := range training {
		out[q.ID] = p.uniform(purpose, p.leader(q.ID)) < p.Validate
	}
	return out
}

// uniform maps a patient to [0,1) by a seeded hash.
func (p Plan) uniform(purpose string, id cache.PatientID) float64 {
	var seed [8]byte
	binary.BigEndian.PutUint64(seed[:], p.Seed)
	h := sha256.New()
	h.Write(seed[:])
	h.Write(fmt.Appendf(nil, "%d %s %d %s", len(purpose), purpose, len(id), id))
	return math.Ldexp(float64(binary.BigEndian.Uint64(h.Sum(nil))>>11), -53)
}
