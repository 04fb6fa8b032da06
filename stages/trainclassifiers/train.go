// Package trainclassifiers fits a network that tells the positive label (AFF) from the other, without
// the patients of one fold.
//
// Words: hold_out is the fold whose patients the network must never see; of the others, those of the
// fold's train list are fitted and those of its validate list choose the best epoch.
//
// Guarantee: only patches of those two lists are read. Class imbalance is met by weights computed from
// the training list alone. Equal inputs and seed give equal weights on one backend.
package trainclassifiers

import (
	"context"
	"fmt"

	"femur/cache"
	"femur/dag"
	"femur/internal/cohort"
	"femur/internal/compute"
	"femur/models/classifier"
	"femur/models/zoo"
)

// Params are the attributes of the block.
type Params struct {
	compute.Training `hcl:",remain"`
	Positive         string            `hcl:"positive,optional" doc:"The label that the score is the probability of."`
	Network          classifier.Config `hcl:",remain"`
}

// Kind describes the stage.
func Kind(shared *compute.Shared) dag.Kind {
	return dag.Kind{
		Type:    "train-classifiers",
		Package: "stages/trainclassifiers",
		Doc:     "Fits a network to the labels of all development patients but those of one fold. The side of its input is that of the patches.",
		New: func() (dag.Stage, any) {
			s := &stage{Shared: shared, Params: Params{Positive: "AFF", Network: classifier.Defaults()}}
			return s, &s.Params
		},
	}
}

type stage struct {
	*compute.Shared
	Params
}

var (
	_ dag.Trainer     = (*stage)(nil)
	_ dag.Accelerated = (*stage)(nil)
	_ dag.Chooser     = (*stage)(nil)
	_ dag.Seeded      = (*stage)(nil)
	_ dag.Checked     = (*stage)(nil)
)

// Ports implements [dag.Stage].
func (s *stage) Ports() (in, out []dag.Port) {
	in = []dag.Port{
		{Name: "patches", Media: cache.MediaNPY, Many: true, Within: "split", Doc: "What the network sees; only those of the fold's train and validate lists are read."},
		{Name: "annotations", From: "radiographs", Media: cache.MediaAnnotation, Many: true, Within: "split", Doc: "Labels of the same radiographs."},
		s.SplitPort(),
	}
	out = []dag.Port{
		{Name: "classifier", Media: cache.MediaModel, Doc: "Weights and configuration."},
		{Name: "curve", Media: cache.MediaJSON, Doc: "Loss by epoch."},
	}
	return in, out
}

// Describe implements [dag.Stage].
func (s *stage) Describe(r *cache.Recipe) {
	s.Training.Describe(r)
	r.Add(cache.Params, "positive", s.Positive)
	s.Network.Fields(func(label string, v any) { r.Add(cache.Params, label, v) })
}

// Check implements [dag.Checked].
func (s *stage) Check() []dag.Problem {
	problems := s.Problems(s.Network.Validate())
	if s.Positive == "" {
		problems = append(problems, dag.Problem{Attribute: "positive", Summary: "Invalid label", Detail: "Name the label that the score is the probability of."})
	}
	return problems
}

// LearnsFrom implements [dag.Trainer].
func (s *stage) LearnsFrom() string { return "annotations" }

// Chosen implements [dag.Chooser].
func (s *stage) Chosen() []string { return compute.Chosen(zoo.Package(s.Network.Model)) }

// Run implements [dag.Stage].
func (s *stage) Run(ctx context.Context, t dag.Task) error {
	truth, err := cohort.Annotations(t, "annotations")
	if err != nil {
		return err
	}
	train, err := s.read(t, cohort.Train, truth)
	if err != nil {
		return err
	}
	validate, err := s.read(t, cohort.Validate, truth)
	if err != nil {
		return err
	}
	config, err := s.config(train, validate)
	if err != nil {
		return err
	}
	t.Log().Info("training", "model", config.Model, "size", config.Size, "train", len(train.examples), "labels", train.counts(), "validate", len(validate.examples))
	model, curve, err := classifier.Train(ctx, s.Programs, config, train.examples, validate.examples, s.Seed(t), compute.Progress(t, "validation_metric"))
	if err != nil {
		return err
	}
	return s.Store(t, "classifier", model.Save, curve)
}

// config is the network's, with the side of the patches as that of its input.
func (s *stage) config(train, validate list) (classifier.Config, error) {
	config := s.Network
	if train.labels[s.Positive] == 0 || len(train.labels) < 2 {
		return config, &dag.BadInput{
			Record:  fmt.Sprintf("positive = %q", s.Positive),
			Summary: "the radiographs to learn from are labeled " + train.counts(),
			Detail:  "The positive label and at least one other must be among them. Correct positive, or the labels of the source.",
		}
	}
	config.Size = train.side
	if validate.side != 0 && validate.side != train.side {
		return config, fmt.Errorf("patches have sides of %d and of %d pixels; cut all with one size", train.side, validate.side)
	}
	if err := config.Validate(); err != nil {
		return config, &dag.BadInput{
			Record:  fmt.Sprintf("patches of %d × %d pixels", config.Size, config.Size),
			Summary: err.Error(), Detail: "Correct size of crop-patches.",
		}
	}
	return config, nil
}
