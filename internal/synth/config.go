package synth

import (
	"fmt"
	"math"
)

// Config says which cohort to draw. The zero value of each field but Patients takes the default.
type Config struct {
	Patients int
	// AFF is the share of patients with an atypical fracture, 0 to 1 exclusive. The default is 0.2. Any run of 20
	// consecutive patients starting at a multiple of 20 holds this share to within one patient.
	AFF float64
	// Scale shrinks every radiograph: 1, the default, renders real sizes of about six megapixels; 0.25 renders the
	// same anatomy with a quarter of the pixels per side, each four times as wide. Between 0.02 and 1.
	Scale float64
	// MinImages and MaxImages bound the radiographs per patient. Where both are 0 the fitted distribution holds
	// (1 to 9, three on average); otherwise every number between them is equally likely.
	MinImages, MaxImages int
	// Seed decides everything that is drawn.
	Seed uint64
}

const (
	defaultAFF   = 0.2
	defaultScale = 1
	minScale     = 0.02
	mostPatients = 10_000_000
	mostImages   = 1000
)

// withDefaults returns the configuration with its zero fields filled in, or what is wrong with it.
func (c Config) withDefaults() (Config, error) {
	if c.AFF == 0 {
		c.AFF = defaultAFF
	}
	if c.Scale == 0 {
		c.Scale = defaultScale
	}
	switch {
	case c.Patients < 1 || c.Patients > mostPatients:
		return c, fmt.Errorf("synthetic cohort: %d patients; give 1 to %d", c.Patients, mostPatients)
	case math.IsNaN(c.AFF) || c.AFF <= 0 || c.AFF >= 1:
		return c, fmt.Errorf("synthetic cohort: a share of %g atypical fractures; give a number between 0 and 1", c.AFF)
	case math.IsNaN(c.Scale) || c.Scale < minScale || c.Scale > 1:
		return c, fmt.Errorf("synthetic cohort: a scale of %g; give a number from %g to 1", c.Scale, minScale)
	case c.MinImages == 0 && c.MaxImages == 0:
	case c.MinImages < 1 || c.MaxImages < c.MinImages || c.MaxImages > mostImages:
		return c, fmt.Errorf("synthetic cohort: %d to %d radiographs per patient; give 1 to %d, the smaller number first",
			c.MinImages, c.MaxImages, mostImages)
	}
	return c, nil
}
