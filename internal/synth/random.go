package synth

import "math/rand/v2"

// A stream is a source of random numbers for one purpose. It uses integer arithmetic and exact products only, so
// that its numbers are the same everywhere.
type stream struct {
	pcg *rand.PCG
}

// Purposes keep streams apart: a new draw for one of them moves no other.
const (
	forCohort uint64 = iota + 1
	forLabels
	forPatient
	forFracture
	forAcquisition
	forTexture
	forNoise
)

// newStream returns the stream of a purpose for the patient and radiograph of the given indices.
func newStream(seed, purpose uint64, patient, radiograph int) *stream {
	high := scramble(seed + scramble(purpose))
	low := scramble(high + scramble(uint64(patient)<<20+uint64(radiograph)))
	return &stream{pcg: rand.NewPCG(high, low)}
}

// scramble is the finalizer of SplitMix64: every bit of x reaches every bit of the result.
func scramble(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// unit returns a number in [0, 1).
func (s *stream) unit() float64 { return float64(s.pcg.Uint64()>>11) * 0x1p-53 }

// between returns a number in [low, high).
func (s *stream) between(low, high float64) float64 { return low + mul(high-low, s.unit()) }

// normal returns a number of about normal distribution, the sum of twelve even ones: never more than six deviations
// from the mean.
func (s *stream) normal(mean, deviation float64) float64 {
	sum := -6.0
	for range 12 {
		sum += s.unit()
	}
	return mean + mul(deviation, sum)
}

// within returns normal numbers until one lies in [low, high].
func (s *stream) within(mean, deviation, low, high float64) float64 {
	for {
		if v := s.normal(mean, deviation); v >= low && v <= high {
			return v
		}
	}
}

// chance reports true with probability p.
func (s *stream) chance(p float64) bool { return s.unit() < p }

// below returns an index in [0, n).
func (s *stream) below(n int) int { return int(mul(s.unit(), float64(n))) }

// sign returns −1 or 1.
func (s *stream) sign() float64 {
	if s.chance(0.5) {
		return -1
	}
	return 1
}

// pick returns the index of a weight, each with the chance its weight has among all.
func (s *stream) pick(weights []int) int {
	total := 0
	for _, w := range weights {
		total += w
	}
	at := s.below(total)
	for i, w := range weights {
		if at -= w; at < 0 {
			return i
		}
	}
	panic("synth: no weights to pick from")
}

// quantile returns a number whose distribution has these quantiles at even steps from 0 to 1, linear between them.
func (s *stream) quantile(q []float64) float64 {
	at := mul(s.unit(), float64(len(q)-1))
	i := int(at)
	return q[i] + mul(q[i+1]-q[i], at-float64(i))
}
