package stats

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// A sample is scored rows of both classes with ties, several rows a patient.
type sample struct {
	scores   []float64
	positive []bool
	patient  []string
}

func drawSample(t *rapid.T) sample {
	n := rapid.IntRange(8, 40).Draw(t, "rows")
	s := sample{}
	for i := range n {
		s.scores = append(s.scores, float64(rapid.IntRange(0, 20).Draw(t, "score"))/20)
		s.positive = append(s.positive, i < 4 || (i >= 8 && rapid.Bool().Draw(t, "positive")))
		s.patient = append(s.patient, fmt.Sprintf("p%02d", i/2))
	}
	return s
}

func mustValue(t *rapid.T, n int) func(Statistic, error) float64 {
	return func(s Statistic, err error) float64 {
		if err != nil {
			t.Fatal(err)
		}
		v, err := Value(s, n)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// TestAUROCIsPairCounting checks the definition, its symmetry, and that it sees
// only the order of the scores.
func TestAUROCIsPairCounting(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSample(t)
		value := mustValue(t, len(s.scores))
		wins, pairs := 0.0, 0.0
		for i, p := range s.positive {
			for j, q := range s.positive {
				if !p || q {
					continue
				}
				pairs++
				switch {
				case s.scores[i] > s.scores[j]:
					wins++
				case s.scores[i] == s.scores[j]:
					wins += 0.5
				}
			}
		}
		got := value(AUROC(s.scores, s.positive))
		if math.Abs(got-wins/pairs) > 1e-12 {
			t.Fatalf("AUROC %v, by pairs %v", got, wins/pairs)
		}
		mirrored, cubed := make([]float64, len(s.scores)), make([]float64, len(s.scores))
		for i, v := range s.scores {
			mirrored[i], cubed[i] = -v, v*v*v
		}
		if sum := got + value(AUROC(mirrored, s.positive)); math.Abs(sum-1) > 1e-12 {
			t.Fatalf("AUROC and that of the mirrored scores add up to %v", sum)
		}
		if again := value(AUROC(cubed, s.positive)); again != got {
			t.Fatalf("a monotone map changed AUROC from %v to %v", got, again)
		}
		area := 0.0
		curve, err := ROC(s.scores, s.positive)
		if err != nil {
			t.Fatal(err)
		}
		for i := 1; i < len(curve); i++ {
			area += (curve[i].FalsePositiveRate - curve[i-1].FalsePositiveRate) * (curve[i].TruePositiveRate + curve[i-1].TruePositiveRate) / 2
		}
		if math.Abs(area-got) > 1e-12 {
			t.Fatalf("area under the curve %v, AUROC %v", area, got)
		}
	})
}

// TestCountsAreRepetition checks every statistic: counting a row k times is the
// same as having it k times.
func TestCountsAreRepetition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSample(t)
		build := map[string]func(scores []float64, positive []bool) (Statistic, error){
			"auroc":       AUROC,
			"auprc":       AUPRC,
			"brier":       Brier,
			"mean":        func(v []float64, _ []bool) (Statistic, error) { return Mean(v) },
			"median":      func(v []float64, _ []bool) (Statistic, error) { return Median(v) },
			"p90":         func(v []float64, _ []bool) (Statistic, error) { return Quantile(v, 0.9) },
			"proportion":  func(_ []float64, p []bool) (Statistic, error) { return Proportion(p, nil) },
			"sensitivity": func(v []float64, p []bool) (Statistic, error) { return SensitivityAt(0.3, v, p) },
		}
		count := make([]int, len(s.scores))
		var scores []float64
		var positive []bool
		for i := range count {
			count[i] = rapid.IntRange(0, 3).Draw(t, "count")
			if i == 0 || i == 5 { // One row of each class stays.
				count[i] = 1
			}
			for range count[i] {
				scores = append(scores, s.scores[i])
				positive = append(positive, s.positive[i])
			}
		}
		for name, f := range build {
			counted, err := f(s.scores, s.positive)
			if err != nil {
				t.Fatal(err)
			}
			got, ok := counted(count)
			if !ok {
				t.Fatalf("%s: undefined for counts %v", name, count)
			}
			want := mustValue(t, len(scores))(f(scores, positive))
			if math.Abs(got-want) > 1e-12 {
				t.Fatalf("%s: %v by counts, %v by repetition", name, got, want)
			}
		}
	})
}

// TestBootstrapIgnoresRowOrder checks that shuffling the rows changes no bit.
func TestBootstrapIgnoresRowOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSample(t)
		order := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1)).Perm(len(s.scores))
		shuffled := sample{}
		for _, i := range order {
			shuffled.scores = append(shuffled.scores, s.scores[i])
			shuffled.positive = append(shuffled.positive, s.positive[i])
			shuffled.patient = append(shuffled.patient, s.patient[i])
		}
		interval := func(s sample) Bootstrapped {
			strata := make([]string, len(s.positive))
			for i, p := range s.positive {
				strata[i] = fmt.Sprint(p)
			}
			clusters, err := NewClusters(s.patient, strata)
			if err != nil {
				t.Fatal(err)
			}
			statistic, err := AUROC(s.scores, s.positive)
			if err != nil {
				t.Fatal(err)
			}
			out, err := Bootstrap{Resamples: 100, Level: 0.9, Method: BCa, Seed: 3}.Interval(clusters, statistic)
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		a, b := interval(s), interval(shuffled)
		if a.Interval != b.Interval || !slices.Equal(a.draws, b.draws) {
			t.Fatalf("row order changed %v to %v", a.Interval, b.Interval)
		}
	})
}

// TestDrawsKeepPatientsAndStrata checks that the rows of a patient stay together
// and that each stratum keeps its number of patients.
func TestDrawsKeepPatientsAndStrata(t *testing.T) {
	patient := []string{"a", "a", "b", "c", "c", "c", "d", "e"}
	strata := []string{"x", "x", "x", "y", "y", "y", "y", "y"}
	c, err := NewClusters(patient, strata)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for count := range c.Draws(3000, 11) {
		if count[0] != count[1] || count[3] != count[4] || count[4] != count[5] {
			t.Fatalf("rows of a patient came apart: %v", count)
		}
		if x, y := count[0]+count[2], count[3]+count[6]+count[7]; x != 2 || y != 3 {
			t.Fatalf("drew %d of stratum x and %d of y, want 2 and 3: %v", x, y, count)
		}
		seen[fmt.Sprint(count)] = true
	}
	// 3 multisets of {a, b} times 10 of {c, d, e}.
	if len(seen) != 30 {
		t.Errorf("3,000 draws gave %d different samples, want all 30", len(seen))
	}
}

// TestHolmBounds checks p ≤ adjusted ≤ min(1, m·p) and that order is kept.
func TestHolmBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SliceOfN(rapid.Float64Range(0, 1), 1, 12).Draw(t, "p")
		adjusted, err := Holm(p)
		if err != nil {
			t.Fatal(err)
		}
		for i := range p {
			if adjusted[i] < p[i] || adjusted[i] > min(1, float64(len(p))*p[i]) {
				t.Fatalf("p %v adjusted to %v in a family of %d", p[i], adjusted[i], len(p))
			}
			for j := range p {
				if p[i] < p[j] && adjusted[i] > adjusted[j] {
					t.Fatalf("order of %v and %v reversed", p[i], p[j])
				}
			}
		}
	})
}

// TestMannWhitneyExactIsNearNormal compares the two distributions where both hold.
func TestMannWhitneyExactIsNearNormal(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 5))
	for range 40 {
		var x, y []float64
		for range exactSample {
			x = append(x, random.NormFloat64())
		}
		for range 40 {
			y = append(y, random.NormFloat64()+0.4)
		}
		exact, err := MannWhitney(x, y)
		if err != nil || !exact.Exact {
			t.Fatalf("exact %t, error %v", exact.Exact, err)
		}
		// Ties take the normal distribution; two far above leave U as it was.
		tiedY := append(slices.Clone(y), 1e6, 1e6)
		normal, err := MannWhitney(x, tiedY)
		if err != nil || normal.Exact {
			t.Fatalf("exact %t, error %v", normal.Exact, err)
		}
		if p := exactRankP(len(x), len(tiedY), normal.U); math.Abs(p-normal.P) > 0.02 {
			t.Errorf("p %.4f exact, %.4f normal", p, normal.P)
		}
	}
}

// TestROCBandHoldsItsCurve compares the band with the statistics it abbreviates.
func TestROCBandHoldsItsCurve(t *testing.T) {
	s := study(rand.New(rand.NewPCG(3, 9)), 20, 50, 1)
	strata := make([]string, len(s.positive))
	for i, p := range s.positive {
		strata[i] = fmt.Sprint(p)
	}
	clusters, err := NewClusters(s.patient, strata)
	if err != nil {
		t.Fatal(err)
	}
	b := Bootstrap{Resamples: 300, Level: 0.95, Method: Percentile, Seed: 4}
	grid := []float64{0, 0.1, 0.25, 0.5, 1}
	band, err := b.ROCBand(clusters, s.scores, s.positive, grid)
	if err != nil {
		t.Fatal(err)
	}
	for i, rate := range grid {
		statistic, err := SensitivityAt(rate, s.scores, s.positive)
		if err != nil {
			t.Fatal(err)
		}
		want, err := b.Interval(clusters, statistic)
		if err != nil {
			t.Fatal(err)
		}
		if band[i] != want.Interval {
			t.Errorf("rate %v: band %+v, statistic %+v", rate, band[i], want.Interval)
		}
	}
	if _, err := b.ROCBand(clusters, s.scores, s.positive, []float64{0.5, 0.5}); err == nil {
		t.Error("a grid that does not increase: no error")
	}
}
