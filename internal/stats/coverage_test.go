package stats

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

var simulations = flag.Int("simulations", 150, "studies to simulate in TestCoverage")

// study simulates scored rows, one to three a patient, with a shared patient effect
// that makes the rows of a patient alike.
func study(random *rand.Rand, positives, negatives int, separation float64) sample {
	var s sample
	for p := range positives + negatives {
		effect := random.NormFloat64()
		for range 1 + random.IntN(3) {
			score := (effect + 0.5*random.NormFloat64()) / math.Sqrt(1.25)
			if p < positives {
				score += separation
			}
			s.scores = append(s.scores, score)
			s.positive = append(s.positive, p < positives)
			s.patient = append(s.patient, fmt.Sprintf("p%04d", p))
		}
	}
	return s
}

// TestCoverage counts how often intervals of simulated studies contain the truth.
// The default number of studies only catches gross faults. -simulations=2000 gave,
// for 25 positive and 75 negative patients with about 200 rows and nominally 95 %:
// AUROC by percentile 0.924, by BCa 0.934, by DeLong over patients 0.923, the median
// by percentile 0.928, and DeLong with rows taken as independent 0.825.
func TestCoverage(t *testing.T) {
	const separation = 1.2
	truth := 0.5 * math.Erfc(-separation/2) // Φ(separation/√2)
	random := rand.New(rand.NewPCG(2026, 3))
	hits := map[string]int{}
	for i := range *simulations {
		s := study(random, 25, 75, separation)
		strata := make([]string, len(s.positive))
		for i, p := range s.positive {
			strata[i] = fmt.Sprint(p)
		}
		clusters, err := NewClusters(s.patient, strata)
		if err != nil {
			t.Fatal(err)
		}
		area, err := AUROC(s.scores, s.positive)
		if err != nil {
			t.Fatal(err)
		}
		middle, err := Median(s.scores[:countTrue(s.positive)])
		if err != nil {
			t.Fatal(err)
		}
		count := func(name string, interval Interval, truth float64, err error) {
			if err != nil {
				t.Fatal(err)
			}
			if interval.Contains(truth) {
				hits[name]++
			}
		}
		for _, method := range []Method{Percentile, BCa} {
			b := Bootstrap{Resamples: 400, Level: 0.95, Method: method, Seed: uint64(i)}
			got, err := b.Interval(clusters, area)
			count("AUROC, "+string(method), got.Interval, truth, err)
		}
		b := Bootstrap{Resamples: 400, Level: 0.95, Method: Percentile, Seed: uint64(i)}
		got, err := b.Interval(clusters, middle)
		count("median, percentile", got.Interval, separation, err)
		clustered, err := DeLong(s.scores, s.positive, s.patient, 0.95)
		count("AUROC, DeLong by patient", clustered.Interval, truth, err)
		naive, err := DeLong(s.scores, s.positive, nil, 0.95)
		count("AUROC, DeLong by row", naive.Interval, truth, err)
	}
	share := func(name string) float64 { return float64(hits[name]) / float64(*simulations) }
	for _, name := range []string{"AUROC, percentile", "AUROC, BCa", "AUROC, DeLong by patient", "median, percentile"} {
		t.Logf("%-26s %.3f", name, share(name))
		if share(name) < 0.88 || share(name) > 0.995 {
			t.Errorf("%s covers the truth in %.3f of studies, want about 0.95", name, share(name))
		}
	}
	// The reason for all of this: rows are not patients.
	name := "AUROC, DeLong by row"
	t.Logf("%-26s %.3f", name, share(name))
	if share(name) > share("AUROC, DeLong by patient") {
		t.Errorf("taking rows as independent covered %.3f, more than by patient", share(name))
	}
}

func countTrue(values []bool) int {
	n := 0
	for _, v := range values {
		if v {
			n++
		}
	}
	return n
}

// TestBootstrapIsFast bounds 2,000 resamples of 300 rows; BenchmarkBootstrapAUROC
// measures them.
func TestBootstrapIsFast(t *testing.T) {
	clusters, area := threeHundredRows(t)
	best := time.Hour // of three, since other work shares the machine
	for range 3 {
		start := time.Now()
		if _, err := (Bootstrap{Resamples: 2000, Level: 0.95, Method: BCa, Seed: 1}).Interval(clusters, area); err != nil {
			t.Fatal(err)
		}
		best = min(best, time.Since(start))
	}
	if best > time.Second {
		t.Errorf("2,000 resamples of 300 rows took %v", best)
	}
}

func BenchmarkBootstrapAUROC(b *testing.B) {
	clusters, area := threeHundredRows(b)
	for b.Loop() {
		if _, err := (Bootstrap{Resamples: 2000, Level: 0.95, Method: BCa, Seed: 1}).Interval(clusters, area); err != nil {
			b.Fatal(err)
		}
	}
}

func threeHundredRows(t testing.TB) (*Clusters, Statistic) {
	s := study(rand.New(rand.NewPCG(1, 2)), 30, 120, 1)
	clusters, err := NewClusters(s.patient, nil)
	if err != nil {
		t.Fatal(err)
	}
	area, err := AUROC(s.scores, s.positive)
	if err != nil {
		t.Fatal(err)
	}
	return clusters, area
}
