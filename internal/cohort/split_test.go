package cohort

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"

	"femur/cache"
)

func drawPatients(t *rapid.T, least int) []Patient {
	n := rapid.IntRange(least, 300).Draw(t, "patients")
	out := make([]Patient, n)
	for i := range out {
		out[i] = Patient{ID: cache.PatientID(fmt.Sprint("p", i)), Label: rapid.SampledFrom([]string{"AFF", "NFF"}).Draw(t, "label")}
	}
	return out
}

func drawPlan(t *rapid.T) Plan {
	return Plan{
		Seed: rapid.Uint64().Draw(t, "seed"), Test: rapid.Float64Range(0.05, 0.6).Draw(t, "test"),
		Folds: rapid.IntRange(2, 10).Draw(t, "folds"), Validate: rapid.Float64Range(0.05, 0.4).Draw(t, "validate"),
	}
}

func TestEveryPatientHasOnePlace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		plan := drawPlan(t)
		plan.Balanced = rapid.Bool().Draw(t, "balanced")
		patients := drawPatients(t, 1)
		folds := plan.Assign(patients)
		if len(folds) != len(patients) {
			t.Fatalf("%d of %d patients are assigned", len(folds), len(patients))
		}
		for id, f := range folds {
			if f < TestFold || f >= plan.Folds {
				t.Fatalf("patient %s is in fold %d of %d", id, f, plan.Folds)
			}
		}
	})
}

func TestNewPatientMovesNobody(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		plan := drawPlan(t)
		patients := drawPatients(t, 2)
		before := plan.Assign(patients[1:])
		after := plan.Assign(patients)
		for id, f := range before {
			if after[id] != f {
				t.Fatalf("patient %s moved from fold %d to %d when %s joined", id, f, after[id], patients[0].ID)
			}
		}
		for k := range plan.Folds {
			old, now := plan.ValidationSet(k, patients[1:]), plan.ValidationSet(k, patients)
			for id, v := range old {
				if now[id] != v {
					t.Fatalf("patient %s changed sides in the training of fold %d", id, k)
				}
			}
		}
	})
}

func TestBalancedCountsDifferByOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		plan := drawPlan(t)
		plan.Balanced = true
		patients := drawPatients(t, 1)
		folds := plan.Assign(patients)
		counts := map[string]map[int]int{}
		for _, p := range patients {
			if counts[p.Label] == nil {
				counts[p.Label] = map[int]int{}
			}
			counts[p.Label][folds[p.ID]]++
		}
		for label, c := range counts {
			n := 0
			for _, v := range c {
				n += v
			}
			if want := plan.Test * float64(n); math.Abs(float64(c[TestFold])-want) > 1 {
				t.Fatalf("%s: %d of %d patients in the test part, want %.1f", label, c[TestFold], n, want)
			}
			share := (1 - plan.Test) * float64(n) / float64(plan.Folds)
			for k := range plan.Folds {
				if math.Abs(float64(c[k])-share) > 1 {
					t.Fatalf("%s: %d of %d patients in fold %d, want %.1f", label, c[k], n, k, share)
				}
			}
		}
	})
}

func TestStableSharesComeOutRight(t *testing.T) {
	plan := Plan{Seed: 1, Test: 0.25, Folds: 5, Validate: 0.15}
	patients := make([]Patient, 20_000)
	for i := range patients {
		patients[i] = Patient{ID: cache.PatientID(fmt.Sprint(i)), Label: "NFF"}
	}
	counts := map[int]int{}
	for _, f := range plan.Assign(patients) {
		counts[f]++
	}
	// Five standard deviations of a binomial count.
	within := func(got int, share float64) bool {
		n := float64(len(patients))
		return math.Abs(float64(got)-share*n) < 5*math.Sqrt(n*share*(1-share))
	}
	if !within(counts[TestFold], 0.25) {
		t.Errorf("test part: %d of %d", counts[TestFold], len(patients))
	}
	for k := range 5 {
		if !within(counts[k], 0.15) {
			t.Errorf("fold %d: %d of %d", k, counts[k], len(patients))
		}
	}
	validates := 0
	for _, v := range plan.ValidationSet(0, patients) {
		if v {
			validates++
		}
	}
	if !within(validates, 0.15) {
		t.Errorf("validation: %d of %d", validates, len(patients))
	}
}

func TestFixedPatientsStay(t *testing.T) {
	plan := Plan{Seed: 1, Test: 0.2, Folds: 3, Fixed: map[cache.PatientID]int{"a": TestFold, "b": 2}}
	for _, balanced := range []bool{false, true} {
		plan.Balanced = balanced
		got := plan.Assign([]Patient{{"a", "AFF"}, {"b", "AFF"}, {"c", "NFF"}})
		if got["a"] != TestFold || got["b"] != 2 {
			t.Errorf("balanced %v: a in %d, b in %d; want -1 and 2", balanced, got["a"], got["b"])
		}
	}
}

// The assignment is part of every result: another hash would move patients between folds.
func TestAssignmentIsFrozen(t *testing.T) {
	plan := Plan{Seed: 2026, Test: 0.25, Folds: 3}
	got := ""
	for i := range 12 {
		f := plan.Assign([]Patient{{cache.PatientID(fmt.Sprint(i)), "NFF"}})
		got += fmt.Sprintf("%d ", f[cache.PatientID(fmt.Sprint(i))])
	}
	const want = "2 1 0 2 2 2 1 0 -1 -1 2 1 "
	if got != want {
		t.Errorf("folds of patients 0 to 11: %s, want %s", got, want)
	}
}
