package localizer

import (
	"errors"
	"fmt"

	"femur/models/augment"
	"femur/models/fit"
)

// An Example is a letterboxed radiograph with the annotated center.
type Example struct {
	// Pixels are Size × Size, row-major, 16 bits of full scale, bright is dense.
	Pixels []uint16
	// CenterX and CenterY are in continuous input pixels, inside the image.
	CenterX, CenterY float32
}

// check reports the examples of a role that do not fit, at most ten of them.
func check(role string, examples []Example, size int) error {
	var faults []error
	for i, e := range examples {
		if len(faults) == 10 {
			return errors.Join(append(faults, fmt.Errorf("and maybe more"))...)
		}
		if len(e.Pixels) != size*size {
			faults = append(faults, fmt.Errorf("%s %d: %d pixels where %d × %d are %d", role, i, len(e.Pixels), size, size, size*size))
		}
		if !augment.None(size).Inside(float64(e.CenterX), float64(e.CenterY)) {
			faults = append(faults, fmt.Errorf("%s %d: the center (%g, %g) is outside the image of side %d", role, i, e.CenterX, e.CenterY, size))
		}
	}
	return errors.Join(faults...)
}

// source gives examples to the training loop.
type source struct {
	examples []Example
	config   Config
}

var _ fit.Source = source{}

// Len is the number of examples.
func (s source) Len() int { return len(s.examples) }

// redraws is how often a change that pushes the center out of the image is
// drawn anew before the example is left as it is.
const redraws = 8

// Draw writes one example. The same change moves pixels and center.
func (s source) Draw(i int, rng fit.Rand, pixels, target []float32) float32 {
	e, side := s.examples[i], s.config.Size
	change := augment.None(side)
	cx, cy := float64(e.CenterX), float64(e.CenterY)
	if rng != nil {
		for range redraws {
			drawn := s.config.Augment.Draw(rng, side)
			if x, y := drawn.Point(cx, cy); drawn.Inside(x, y) {
				change, cx, cy = drawn, x, y
				break
			}
		}
	}
	change.Image(pixels, e.Pixels, rng)
	target[0] = float32(cx / float64(side))
	target[1] = float32(cy / float64(side))
	return 1
}
