// Package trainlocalizer fits a network that finds the center of the fracture, without the patients of
// one fold.
//
// Words: hold_out is the fold whose patients the network must never see; of the others, those of the
// fold's train list are fitted and those of its validate list choose the best epoch.
//
// Guarantee: only radiographs of those two lists are read, so nothing that happens in the held-out fold or
// in the test part reruns the training. Equal inputs and seed give equal weights on one backend.
package trainlocalizer

import (
	"context"
	"fmt"

	"femur/cache"
	"femur/dag"
	"femur/internal/cohort"
	"femur/internal/compute"
	"femur/models/localizer"
	"femur/models/zoo"
)

// Params are the attributes of the block.
type Params struct {
	compute.Training `hcl:",remain"`
	Network          localizer.Config `hcl:",remain"`
}

// Kind describes the stage.
func Kind(shared *compute.Shared) dag.Kind {
	return dag.Kind{
		Type:    "train-localizer",
		Package: "stages/trainlocalizer",
		Doc:     "Fits a network to the annotated centers of all development patients but those of one fold.",
		New: func() (dag.Stage, any) {
			s := &stage{Shared: shared, Params: Params{Network: localizer.Defaults()}}
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
		{Name: "radiographs", Media: cache.MediaRadiograph, Many: true, Within: "split", Doc: "Pixels; only those of the fold's train and validate lists are read."},
		{Name: "annotations", From: "radiographs", Media: cache.MediaAnnotation, Many: true, Within: "split", Doc: "Annotated centers of the same radiographs."},
		s.SplitPort(),
	}
	out = []dag.Port{
		{Name: "localizer", Media: cache.MediaModel, Doc: "Weights and configuration."},
		{Name: "curve", Media: cache.MediaJSON, Doc: "Loss and median error by epoch."},
	}
	return in, out
}

// Describe implements [dag.Stage].
func (s *stage) Describe(r *cache.Recipe) {
	s.Training.Describe(r)
	s.Network.Fields(func(label string, v any) { r.Add(cache.Params, label, v) })
}

// Check implements [dag.Checked].
func (s *stage) Check() []dag.Problem { return s.Problems(s.Network.Validate()) }

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
	train, err := s.examples(ctx, t, cohort.Train, truth)
	if err != nil {
		return err
	}
	validate, err := s.examples(ctx, t, cohort.Validate, truth)
	if err != nil {
		return err
	}
	t.Log().Info("training", "model", s.Network.Model, "train", len(train), "validate", len(validate))
	model, curve, err := localizer.Train(ctx, s.Programs, s.Network, train, validate, s.Seed(t), compute.Progress(t, "median_error_px"))
	if err != nil {
		return err
	}
	return s.Store(t, "localizer", model.Save, curve)
}

// examples letterboxes the radiographs of one list, with their centers in the frame of the input.
func (s *stage) examples(ctx context.Context, t dag.Task, list string, truth map[cache.ItemID]cohort.Annotation) ([]localizer.Example, error) {
	listed, err := s.Items(t, "radiographs", list)
	if err != nil {
		return nil, err
	}
	items, err := located(listed, truth, list)
	if err != nil {
		return nil, err
	}
	if n := len(listed) - len(items); n > 0 {
		t.Log().Info("radiographs without an annotated center are left out", "list", list, "count", n)
	}
	inputs, err := s.Inputs.Load(ctx, t, items, s.Network.Size)
	if err != nil {
		return nil, err
	}
	examples := make([]localizer.Example, len(items))
	for i, it := range items {
		c := inputs[i].Box.ToInput(truth[it.ID].Center)
		examples[i] = localizer.Example{Pixels: inputs[i].Pixels, CenterX: float32(c.X), CenterY: float32(c.Y)}
	}
	return examples, nil
}

// located returns the items whose center is annotated. A list without any cannot teach where a center is.
func located(listed []cache.Item, truth map[cache.ItemID]cohort.Annotation, list string) ([]cache.Item, error) {
	var items []cache.Item
	for _, it := range listed {
		a, ok := truth[it.ID]
		if !ok {
			return nil, fmt.Errorf("%s: no annotation", it.ID)
		}
		if !a.Unlocated {
			items = append(items, it)
		}
	}
	if len(items) == 0 && len(listed) > 0 {
		return nil, &dag.BadInput{
			Record: list, Summary: fmt.Sprintf("no center is annotated on any of %d radiographs", len(listed)),
			Detail: "A localizer learns from annotated centers. Annotate them, or leave train-localizer out and compare the inputs whole and center.",
		}
	}
	return items, nil
}
