package fit

import (
	"errors"
	"fmt"
	"math"
)

// A Plan is how to train. It says nothing of the network, and no value of it is
// compiled in except BatchSize, which is a shape.
type Plan struct {
	// Epochs is the greatest number of passes over the training examples.
	Epochs int `json:"epochs" hcl:"epochs,optional" doc:"Greatest number of passes over the training radiographs."`
	// BatchSize is the number of examples per step.
	BatchSize int `json:"batch_size" hcl:"batch_size,optional" doc:"Radiographs per step."`
	// LearningRate is the peak, reached after the warm-up.
	LearningRate float64 `json:"learning_rate" hcl:"learning_rate,optional" doc:"Peak of the learning rate, after the warm-up."`
	// FinalRate is the fraction of LearningRate at the last step, after a cosine.
	FinalRate float64 `json:"final_rate" hcl:"final_rate,optional" doc:"Fraction of the peak at the last step, after a cosine."`
	// Warmup is the fraction of all steps in which the rate grows linearly from 0.
	Warmup float64 `json:"warmup" hcl:"warmup,optional" doc:"Fraction of the training in which the rate grows linearly from 0."`
	// WeightDecay is AdamW's, decoupled; norms, biases, tokens and positions are exempt.
	WeightDecay float64 `json:"weight_decay" hcl:"weight_decay,optional" doc:"Decoupled weight decay of AdamW; norms, biases, tokens and positions are exempt."`
	// ClipNorm bounds the gradient's Euclidean norm; 0 does not.
	ClipNorm float64 `json:"clip_norm" hcl:"clip_norm,optional" doc:"Bound of the gradient's norm; 0 is none."`
	// Averaging is the decay per step of the running mean of the weights, which
	// is what is validated and kept; 0 keeps the last weights themselves.
	Averaging float64 `json:"averaging" hcl:"averaging,optional" doc:"Decay per step of the running mean of the weights, which is what is kept; 0 keeps the weights themselves."`
	// Patience ends training after so many epochs without a better validation
	// loss; 0 never does.
	Patience int `json:"patience" hcl:"patience,optional" doc:"Epochs without a better validation loss before training ends; 0 never ends early."`
}

// Validate reports all faults at once, each beginning with the field's JSON name.
func (p Plan) Validate() error {
	var faults []error
	bad := func(field, rule string, value any) {
		faults = append(faults, fmt.Errorf("%s: %s, not %v", field, rule, value))
	}
	if p.Epochs < 1 {
		bad("epochs", "at least 1", p.Epochs)
	}
	if p.BatchSize < 1 {
		bad("batch_size", "at least 1", p.BatchSize)
	}
	if !(p.LearningRate > 0) || p.LearningRate > 10 {
		bad("learning_rate", "above 0 and at most 10", p.LearningRate)
	}
	if !(p.FinalRate >= 0 && p.FinalRate <= 1) {
		bad("final_rate", "from 0 to 1", p.FinalRate)
	}
	if !(p.Warmup >= 0 && p.Warmup <= 1) {
		bad("warmup", "from 0 to 1", p.Warmup)
	}
	if !(p.WeightDecay >= 0 && p.WeightDecay <= 10) {
		bad("weight_decay", "from 0 to 10", p.WeightDecay)
	}
	if !(p.ClipNorm >= 0) || math.IsInf(p.ClipNorm, 0) {
		bad("clip_norm", "0 or more", p.ClipNorm)
	}
	if !(p.Averaging >= 0 && p.Averaging < 1) {
		bad("averaging", "from 0 to below 1", p.Averaging)
	}
	if p.Patience < 0 {
		bad("patience", "0 or more", p.Patience)
	}
	return errors.Join(faults...)
}

// steps is the number of steps per epoch for n examples.
func (p Plan) steps(n int) int { return (n + p.BatchSize - 1) / p.BatchSize }

// rate is the learning rate of a step, counted from 0, of total steps.
func (p Plan) rate(step, total int) float64 {
	warmup := p.Warmup * float64(total)
	at := float64(step) + 1
	if at < warmup {
		return p.LearningRate * at / warmup
	}
	progress := (at - warmup) / math.Max(float64(total)-warmup, 1)
	cosine := (1 + math.Cos(math.Pi*math.Min(progress, 1))) / 2
	return p.LearningRate * (p.FinalRate + (1-p.FinalRate)*cosine)
}
