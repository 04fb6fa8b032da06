package synth

import (
	"math"
	"slices"
	"testing"
)

// A sample is one radiograph for a classifier: what it sees and what it should say.
type sample struct {
	features []float64
	atypical bool
}

// standardize brings every feature to mean 0 and deviation 1; constant ones become 0.
func standardize(samples []sample) {
	n := float64(len(samples))
	for j := range samples[0].features {
		var sum, square float64
		for _, s := range samples {
			sum += s.features[j]
		}
		for _, s := range samples {
			square += (s.features[j] - sum/n) * (s.features[j] - sum/n)
		}
		d := math.Sqrt(square / n)
		for _, s := range samples {
			s.features[j] -= sum / n
			if d > 1e-12 {
				s.features[j] /= d
			}
		}
	}
}

// logistic fits a ridge-penalized logistic regression by accelerated gradient descent and returns its scores for the tests.
func logistic(train, test []sample, ridge float64) []float64 {
	m := len(train[0].features) + 1
	w, velocity, gradient := make([]float64, m), make([]float64, m), make([]float64, m)
	dot := func(s sample) float64 {
		z := w[m-1]
		for j, v := range s.features {
			z += w[j] * v
		}
		return z
	}
	rate := 2.0 / float64(m)
	for range 400 {
		clear(gradient)
		for _, s := range train {
			d := 1 / (1 + math.Exp(-dot(s)))
			if s.atypical {
				d--
			}
			for j, v := range s.features {
				gradient[j] += d * v
			}
			gradient[m-1] += d
		}
		for j := range w {
			g := gradient[j] / float64(len(train))
			if j < m-1 {
				g += ridge * w[j]
			}
			velocity[j] = 0.9*velocity[j] - rate*g
			w[j] += velocity[j]
		}
	}
	scores := make([]float64, len(test))
	for i, s := range test {
		scores[i] = dot(s)
	}
	return scores
}

// auroc returns the chance that an atypical sample scores above a normal one, ties counting half.
func auroc(samples []sample, scores []float64) float64 {
	order := make([]int, len(samples))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		switch {
		case scores[a] < scores[b]:
			return -1
		case scores[a] > scores[b]:
			return 1
		}
		return 0
	})
	var rankSum float64
	positives := 0
	for i := 0; i < len(order); {
		j := i
		for j < len(order) && scores[order[j]] == scores[order[i]] {
			j++
		}
		for _, k := range order[i:j] {
			if samples[k].atypical {
				rankSum += float64(i+j+1) / 2
				positives++
			}
		}
		i = j
	}
	p, n := float64(positives), float64(len(samples)-positives)
	return (rankSum - p*(p+1)/2) / (p * n)
}

// crossValidated returns the mean AUROC over five folds and its standard error without any effect. Samples are of
// different patients, one each.
func crossValidated(samples []sample, ridge float64) (mean, err float64) {
	standardize(samples)
	const folds = 5
	positives := 0
	for k := range folds {
		var train, test []sample
		for i, s := range samples {
			if i%folds == k {
				test = append(test, s)
			} else {
				train = append(train, s)
			}
			if s.atypical && k == 0 {
				positives++
			}
		}
		mean += auroc(test, logistic(train, test, ridge)) / folds
	}
	p, n := float64(positives), float64(len(samples)-positives)
	return mean, math.Sqrt((p + n + 1) / (12 * p * n))
}

// TestLogisticFindsWhatIsThere keeps the instrument of the tests beside it honest: it must see a known effect and
// must not see one that is not there.
func TestLogisticFindsWhatIsThere(t *testing.T) {
	s := newStream(7, forPatient, 0, 0)
	var there, absent []sample
	for range 2000 {
		y := s.chance(0.2)
		shift := 0.0
		if y {
			shift = 1
		}
		there = append(there, sample{[]float64{s.normal(0, 1), s.normal(shift, 1), 3}, y})
		absent = append(absent, sample{[]float64{s.normal(0, 1), s.normal(0, 5), 3}, y})
	}
	// Two normal distributions one deviation apart: Φ(1/√2).
	if a, err := crossValidated(there, 0); math.Abs(a-0.760) > 4*err {
		t.Errorf("AUROC %.3f for a known effect, want 0.760", a)
	}
	if a, err := crossValidated(absent, 0); math.Abs(a-0.5) > 4*err {
		t.Errorf("AUROC %.3f without an effect", a)
	}
	if a := auroc([]sample{{nil, true}, {nil, false}}, []float64{1, 1}); a != 0.5 {
		t.Errorf("a tie counts %g", a)
	}
}
