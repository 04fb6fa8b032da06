package analysis

import (
	"fmt"
	"math"

	"femur/internal/stats"
)

// Options are the choices of the analysis, all of them part of the result.
type Options struct {
	Seed      uint64  // of the bootstrap
	Level     float64 // coverage of intervals; 1−Level is the significance level
	Resamples int     // bootstrap resamples of patients

	Positive string // the class looked for, as it stands in the labels
	Negative string // the name shown for the rest

	MarginMM      float64 // errors that differ by less are equally accurate
	MarginPercent float64 // the same in percent of the diagonal, without a pitch
	MarginAUROC   float64 // areas that differ by less are equally good
	MinPatients   int     // of each class, to answer anything

	SuccessMM      []float64 // radii of the success rates
	SuccessPercent []float64 // the same in percent of the diagonal

	// Names of the inputs that the second question is about, as in the rows.
	PatchInput, WholeInput, OracleInput, CenterInput string
}

// Defaults are the options of the study; Positive and Negative are AFF and NFF.
func Defaults() Options {
	return Options{
		Seed: 1, Level: 0.95, Resamples: 2000,
		Positive: "AFF", Negative: "NFF",
		MarginMM: 5, MarginPercent: 1, MarginAUROC: 0.05, MinPatients: 10,
		SuccessMM: []float64{5, 10, 20, 40}, SuccessPercent: []float64{1, 2, 5, 10},
		PatchInput: "patch", WholeInput: "whole", OracleInput: "oracle", CenterInput: "center",
	}
}

// Check names the first option that cannot be used.
func (o Options) Check() error {
	positive := func(name string, values ...float64) error {
		for _, v := range values {
			if !(v > 0) || math.IsInf(v, 0) {
				return fmt.Errorf("%s is %v: want a positive number", name, v)
			}
		}
		return nil
	}
	for _, err := range []error{
		positive("margin in mm", o.MarginMM), positive("margin in percent", o.MarginPercent), positive("margin of AUROC", o.MarginAUROC),
		positive("success radius in mm", o.SuccessMM...), positive("success radius in percent", o.SuccessPercent...),
	} {
		if err != nil {
			return err
		}
	}
	switch {
	case !(o.Level > 0.5 && o.Level < 1):
		return fmt.Errorf("confidence level is %v: want a number between 0.5 and 1, such as 0.95", o.Level)
	case o.Resamples < 100:
		return fmt.Errorf("%d resamples: want at least 100", o.Resamples)
	case o.MinPatients < 2:
		return fmt.Errorf("at least %d patients a class: want 2 or more", o.MinPatients)
	case o.Positive == "" || o.Negative == "" || o.Positive == o.Negative:
		return fmt.Errorf("classes are named %q and %q: want two different names", o.Positive, o.Negative)
	}
	return nil
}

// alpha is the significance level.
func (o Options) alpha() float64 { return 1 - o.Level }

// bootstrap is the way every interval here is made, but for the method.
func (o Options) bootstrap(m stats.Method) stats.Bootstrap {
	return stats.Bootstrap{Resamples: o.Resamples, Level: o.Level, Method: m, Seed: o.Seed}
}
