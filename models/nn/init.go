package nn

import (
	"math"
	"math/rand/v2"
)

// An Init is a rule for starting values: Mean plus a normal draw of deviation
// Std, redrawn beyond two deviations. Zero Std gives the constant Mean.
type Init struct {
	Mean, Std float64
}

// Zeros starts at 0.
func Zeros() Init { return Init{} }

// Ones starts at 1.
func Ones() Init { return Init{Mean: 1} }

// Normal draws from a normal distribution cut at two deviations, the
// initializer of timm's vision transformers (there with std 0.02).
func Normal(std float64) Init { return Init{Std: std} }

// He draws with deviation √(2/fanIn), for layers before a rectifier-like
// activation (He et al. 2015, equation 10).
func He(fanIn int) Init { return Init{Std: math.Sqrt(2 / float64(fanIn))} }

// LeCun draws with deviation √(1/fanIn), for layers without one.
func LeCun(fanIn int) Init { return Init{Std: math.Sqrt(1 / float64(fanIn))} }

func (i Init) fill(values []float32, rng *rand.Rand) {
	for k := range values {
		v := i.Mean
		if i.Std != 0 {
			z := rng.NormFloat64()
			for math.Abs(z) > 2 {
				z = rng.NormFloat64()
			}
			v += i.Std * z
		}
		values[k] = float32(v)
	}
}
