package localizer

import (
	"errors"
	"fmt"
	"slices"

	"femur/models/augment"
	"femur/models/fit"
	"femur/models/zoo"
)

// A Config is everything but data and seed that decides a localizer.
type Config struct {
	// Model names the backbone; see package zoo.
	Model string `json:"model" hcl:"model,optional" doc:"Name of the backbone."`
	// Size is the side of the letterboxed input in pixels.
	Size int `json:"size" hcl:"size,optional" doc:"Side of the letterboxed input in pixels."`
	// Head names how features become a point; see Heads.
	Head string `json:"head" hcl:"head,optional" doc:"dsnt (mean of a heatmap) or regression (pooled features to a point)."`
	// Spread is the deviation of the Gaussian that the heatmap of the head
	// "dsnt" is drawn to, in sides of the input.
	Spread float64 `json:"spread" hcl:"spread,optional" doc:"dsnt: deviation of the Gaussian that the heatmap is drawn to, as a fraction of the side."`
	// Regularization weighs that pull against the distance; 0 is none.
	Regularization float64         `json:"regularization" hcl:"regularization,optional" doc:"dsnt: weight of that pull."`
	Plan           fit.Plan        `json:"plan" hcl:",remain"`
	Augment        *augment.Config `json:"augment" hcl:"augment,block"`
}

// Defaults suit some hundred radiographs.
func Defaults() Config {
	return Config{
		Model:          "cnn-small",
		Size:           224,
		Head:           HeadDSNT,
		Spread:         0.03,
		Regularization: 5,
		Plan: fit.Plan{
			Epochs: 24, BatchSize: 8, LearningRate: 4e-3, FinalRate: 0.01, Warmup: 0.08,
			WeightDecay: 0.05, ClipNorm: 1, Averaging: 0.95,
		},
		Augment: &augment.Config{Flip: true, Shift: 0.08, Scale: 0.15, RotationDegrees: 10, Contrast: 0.2, Gamma: 0.2, Noise: 0.02},
	}
}

// Validate reports all faults at once, each beginning with the field's JSON name.
func (c Config) Validate() error {
	var faults []error
	if v, err := zoo.Lookup(c.Model); err != nil {
		faults = append(faults, fmt.Errorf("model: %w", err))
	} else if err := v.CheckSize(c.Size); err != nil {
		faults = append(faults, fmt.Errorf("size: %w", err))
	}
	if !slices.Contains(Heads(), c.Head) {
		faults = append(faults, fmt.Errorf("head: %w", zoo.Unknown("head", c.Head, Heads())))
	}
	if !(c.Spread > 0 && c.Spread <= 1) {
		faults = append(faults, fmt.Errorf("spread: above 0 and at most 1, not %g", c.Spread))
	}
	if !(c.Regularization >= 0 && c.Regularization <= 1000) {
		faults = append(faults, fmt.Errorf("regularization: from 0 to 1000, not %g", c.Regularization))
	}
	if c.Augment == nil {
		faults = append(faults, errors.New("augment: missing"))
	} else {
		faults = append(faults, c.Augment.Validate())
	}
	return errors.Join(append(faults, c.Plan.Validate())...)
}
