// Package analysistest makes the rows of an invented study with known effects, for
// the tests of analysis and report. Nothing in it comes from a radiograph.
package analysistest

import (
	"fmt"
	"math"
	"math/rand/v2"

	"femur/internal/analysis"
)

// A Study says how the rows are drawn. The zero value of an effect is no effect.
type Study struct {
	Seed              uint64
	Patients          int     // of both parts; a third is the test part
	PositiveShare     float64 // share of patients with the positive label
	ErrorMM           float64 // typical localization error of the first model
	SecondModelFactor float64 // its multiple for the second model
	PositiveFactor    float64 // its multiple on the positive class
	Uncalibrated      int     // every so many patients lack a pitch; 0: none
	Separation        map[string]float64
}

// Effects is a study where the patch helps and AFF is harder to localize.
func Effects() Study {
	return Study{
		Seed: 1, Patients: 180, PositiveShare: 0.3, ErrorMM: 5, SecondModelFactor: 1.4, PositiveFactor: 1.5,
		Separation: map[string]float64{"patch": 2, "whole": 0.7, "oracle": 2.3},
	}
}

// Models of the study, the first and the second.
const (
	CNN = "cnn-small"
	ViT = "vit-tiny"
)

// Rows draws the study: one to three radiographs a patient, three folds, and test
// scores of each fold's classifier.
func (s Study) Rows() ([]analysis.LocalizationRow, []analysis.ClassificationRow) {
	random := rand.New(rand.NewPCG(s.Seed, 77))
	var centers []analysis.LocalizationRow
	var scores []analysis.ClassificationRow
	for p := range s.Patients {
		patient := fmt.Sprintf("patient_%03d", p)
		positive := float64(p%20) < 20*s.PositiveShare
		label := "NFF"
		if positive {
			label = "AFF"
		}
		test := p/20%3 == 0
		fold := p % 3
		skill := random.NormFloat64()
		for image := range 1 + random.IntN(3) {
			id := fmt.Sprintf("%s_%d", patient, image)
			width, height := 1500+random.Float64()*800, 2200+random.Float64()*900
			pitch := 0.15
			if s.Uncalibrated > 0 && p%s.Uncalibrated == 0 {
				pitch = 0
			}
			x, y := width*(0.5+0.06*random.NormFloat64()), height*(0.45+0.12*random.NormFloat64())
			for m, model := range []string{CNN, ViT} {
				spread := s.ErrorMM / 0.15 * math.Exp(0.3*skill)
				if m == 1 {
					spread *= s.SecondModelFactor
				}
				if positive {
					spread *= s.PositiveFactor
				}
				row := analysis.LocalizationRow{
					Image: id, Patient: patient, Label: label, Arm: model, Partition: analysis.Development,
					TrueX: x, TrueY: y, PredX: x + spread*random.NormFloat64(), PredY: y + spread*random.NormFloat64(),
					ConstX: 0.5 * width, ConstY: 0.45 * height, Width: width, Height: height, Pitch: pitch,
				}
				if test {
					row.Partition = analysis.Test
				}
				centers = append(centers, row)
				for _, input := range []string{"oracle", "patch", "whole"} {
					latent := 0.6*skill + 0.8*random.NormFloat64()
					if positive {
						latent += s.Separation[input]
					}
					row := analysis.ClassificationRow{
						Image: id, Patient: patient, Positive: positive, Arm: model + " · " + input, Model: model, Input: input,
						Fold: fold, Partition: analysis.Validate, Score: 1 / (1 + math.Exp(1-latent)),
					}
					if !test {
						scores = append(scores, row)
						continue
					}
					row.Partition = analysis.Test
					for row.Fold = range 3 {
						row.Score = 1 / (1 + math.Exp(1-latent-0.2*random.NormFloat64()))
						scores = append(scores, row)
					}
				}
			}
		}
	}
	return centers, scores
}
