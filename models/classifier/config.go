package classifier

import (
	"errors"
	"fmt"
	"slices"

	"femur/models/augment"
	"femur/models/fit"
	"femur/models/zoo"
)

// Ways to meet class imbalance.
const (
	BalanceWeights = "weights"
	BalanceNone    = "none"
)

// Balances lists the ways to meet class imbalance.
func Balances() []string { return []string{BalanceWeights, BalanceNone} }

// A Config is everything but data and seed that decides a classifier.
type Config struct {
	// Model names the backbone; see package zoo.
	Model string `json:"model" hcl:"model,optional" doc:"Name of the backbone."`
	// Size is the side of the input in pixels. It is no parameter of a stage:
	// the patches decide it.
	Size int `json:"size"`
	// Balance is how class imbalance is met; see Balances.
	Balance string `json:"balance" hcl:"balance,optional" doc:"How class imbalance is met: weights (by class frequency) or none."`
	// Smoothing moves the targets 0 and 1 towards each other by this much.
	Smoothing float64         `json:"smoothing" hcl:"smoothing,optional" doc:"Moves the targets 0 and 1 towards each other by this much."`
	Plan      fit.Plan        `json:"plan" hcl:",remain"`
	Augment   *augment.Config `json:"augment" hcl:"augment,block"`
}

// Defaults suit some hundred radiographs.
func Defaults() Config {
	return Config{
		Model:     "cnn-small",
		Size:      224,
		Balance:   BalanceWeights,
		Smoothing: 0.05,
		Plan: fit.Plan{
			Epochs: 20, BatchSize: 8, LearningRate: 4e-3, FinalRate: 0.01, Warmup: 0.08,
			WeightDecay: 0.05, ClipNorm: 1, Averaging: 0.95,
		},
		Augment: &augment.Config{Flip: true, Shift: 0.05, Scale: 0.1, RotationDegrees: 8, Contrast: 0.2, Gamma: 0.2, Noise: 0.02},
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
	if !slices.Contains(Balances(), c.Balance) {
		faults = append(faults, fmt.Errorf("balance: %w", zoo.Unknown("way to balance", c.Balance, Balances())))
	}
	if !(c.Smoothing >= 0 && c.Smoothing < 0.5) {
		faults = append(faults, fmt.Errorf("smoothing: from 0 to below 0.5, not %g", c.Smoothing))
	}
	if c.Augment == nil {
		faults = append(faults, errors.New("augment: missing"))
	} else {
		faults = append(faults, c.Augment.Validate())
	}
	return errors.Join(append(faults, c.Plan.Validate())...)
}
