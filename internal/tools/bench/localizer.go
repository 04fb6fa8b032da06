package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
)

const (
	ratioName  = "median_error_ratio_to_constant_mean"
	ratioLimit = 0.25
)

// An estimate is the part of an entry of compare's metrics that is needed here.
type estimate struct {
	Name, Arm, Group, Partition string
	Estimate, Low, High         float64
	Patients                    int `json:"n_patients"`
	Images                      int `json:"n_images"`
}

// localizer reads how far off the localizers are on the test patients, beside one that always guesses the mean
// center of the training radiographs.
func (b *bench) localizer(ctx context.Context) ([]figure, error) {
	o, err := b.study.femur(ctx, b.base, "show", compareMain+".metrics")
	if err != nil {
		return nil, err
	}
	ratios, err := parseRatios(o.stdout)
	if err != nil {
		return nil, err
	}
	return []figure{ratioFigure(ratios)}, nil
}

// parseRatios finds the estimates of the whole test part, one for each localizer.
func parseRatios(shown []byte) ([]estimate, error) {
	var model struct {
		JSON struct{ Localization []estimate }
	}
	if err := json.Unmarshal(shown, &model); err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	var found []estimate
	for _, e := range model.JSON.Localization {
		if e.Name == ratioName && e.Partition == "test" && e.Group == "all" {
			found = append(found, e)
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("metrics: there is no %s of the test part", ratioName)
	}
	return found, nil
}

// ratioFigure demands that the best localizer's median error is at most a quarter of the guess's, and that each
// is better than the guess: the whole interval, not only the estimate, lies below 1.
func ratioFigure(ratios []estimate) figure {
	best, better := ratios[0].Estimate, true
	var parts []string
	for _, e := range ratios {
		best = min(best, e.Estimate)
		better = better && e.High < 1
		parts = append(parts, fmt.Sprintf("%s %.3f (95 %% CI %.3f – %.3f)", e.Arm, e.Estimate, e.Low, e.High))
	}
	return figure{
		What:    "localizer on the synthetic test patients: median error ÷ that of the constant-mean guess",
		Must:    "best ≤ 1/4; CNN and ViT both < 1",
		Counted: fmt.Sprintf("%s; %d patients, %d radiographs", strings.Join(parts, ", "), ratios[0].Patients, ratios[0].Images),
		Repeats: 1, Verdict: judge(best <= ratioLimit && better),
	}
}
