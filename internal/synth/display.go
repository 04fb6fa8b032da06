package synth

import "math"

// A display turns attenuation into gray values and says how much noise belongs to each. It is a table, since the
// curve is that of a detector and of the film that a reader expects.
type display struct {
	gray  []int32 // 0 to 65,535
	noise []int32 // gray values per noiseUnit, times 2¹⁶
}

const (
	displaySteps = 1024 // per attenuation length
	displayMost  = 12   // attenuation lengths; what is denser looks the same
)

// quanta reach a square millimeter of the detector without an object; it makes the noise of a usual exposure.
const quanta = 2.5e5

// newDisplay returns the curve of a radiograph. center is the attenuation of the thigh at the fracture: the exposure
// control sees it, so that thick thighs are not dark.
func newDisplay(spec *Spec, center float64) *display {
	n := displaySteps * displayMost
	d := &display{gray: make([]int32, n+1), noise: make([]int32, n+1)}
	scatter := mul(0.28, expNeg(center))
	signal := func(attenuation float64) float64 { return expNeg(attenuation) + scatter }
	pixel := mul(float64(spec.Pitch), float64(spec.Pitch))
	counts := mul(mul(quanta*spec.Dose, pixel), expNeg(2.9)/expNeg(center))
	middle := -ln(signal(center+0.22)) - spec.Exposure
	slope := spec.Contrast / 0.5
	// The curve is smooth: between nodes a straight line is within a gray value of it.
	const node = 8
	at := func(i int) (gray, noise float64) {
		received := signal(float64(i) / displaySteps)
		level := mul(-ln(received)-middle, slope)
		var v float64
		if level < 0 {
			e := expNeg(-level)
			v = e / (1 + e)
		} else {
			v = 1 / (1 + expNeg(level))
		}
		// The slope of the curve, times the noise of the logarithm of Poisson counts, and the electronics' own.
		deviation := mul(mul(mul(v, 1-v), slope), 1/math.Sqrt(mul(counts, received)))
		return mul(v, 65535), mul(mul(deviation+0.0006, 65535), 65536.0/noiseUnit)
	}
	gray, noise := at(0)
	for i := 0; i < n; i += node {
		nextGray, nextNoise := at(i + node)
		for k := range node {
			part := float64(k) / node
			d.gray[i+k] = int32(gray + mul(nextGray-gray, part) + 0.5)
			d.noise[i+k] = int32(noise + mul(nextNoise-noise, part))
		}
		gray, noise = nextGray, nextNoise
	}
	d.gray[n], d.noise[n] = int32(gray+0.5), int32(noise)
	return d
}
