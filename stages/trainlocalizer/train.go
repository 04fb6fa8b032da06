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
	"encoding/json"
	"fmt"
	"io"

	"femur/cache"
	"femur/dag"
	"femur/internal/cohort"
	"femur/internal/compute"
	"femur/models/fit"
	"femur/models/localizer"
	"femur/models/zoo"
)

// Params are the attributes of the block.
type Params struct {
	HoldOut int              `hcl:"hold_out" doc:"The fold whose patients the network never sees."`
	Repeat  int              `hcl:"repeat,optional" doc:"Number of the repeat; another number draws other luck."`
	Network localizer.Config `hcl:",remain"`
}

// Kind describes the stage.
func Kind(shared *compute.Shared) dag.Kind {
	return dag.Kind{
		Type:    "train-localizer",
		Package: "stages/trainlocalizer",
		Doc:     "Fits a network to the annotated centers of all development patients but those of one fold.",
		New: func() (dag.Stage, any) {
			s := &stage{shared: shared, Params: Params{Network: localizer.Defaults()}}
			return s, &s.Params
		},
	}
}

type stage struct {
	shared *compute.Shared
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
		{Name: "split", Media: cache.MediaItemList, Many: true, Pick: []cache.ItemID{cohort.PartID(s.HoldOut, cohort.Train), cohort.PartID(s.HoldOut, cohort.Validate)}, Doc: "The lists of the split."},
	}
	out = []dag.Port{
		{Name: "localizer", Media: cache.MediaModel, Doc: "Weights and configuration."},
		{Name: "curve", Media: cache.MediaJSON, Doc: "Loss and median error by epoch."},
	}
	return in, out
}

// Describe implements [dag.Stage].
func (s *stage) Describe(r *cache.Recipe) {
	r.Add(cache.Params, "hold_out", s.HoldOut)
	r.Add(cache.Params, "repeat", s.Repeat)
	s.Network.Fields(func(label string, v any) { r.Add(cache.Params, label, v) })
}

// Check implements [dag.Checked].
func (s *stage) Check() []dag.Problem {
	problems := dag.Problems(s.Network.Validate())
	if s.HoldOut < 0 {
		problems = append(problems, dag.Problem{Attribute: "hold_out", Summary: "Invalid fold", Detail: fmt.Sprintf("Folds count from 0, not from %d.", s.HoldOut)})
	}
	return problems
}

// LearnsFrom implements [dag.Trainer].
func (s *stage) LearnsFrom() string { return "annotations" }

// Seeded implements [dag.Seeded].
func (s *stage) Seeded() bool { return true }

// Environment implements [dag.Accelerated].
func (s *stage) Environment(ctx context.Context) (map[string]string, error) {
	return s.shared.Describe(ctx)
}

// Chosen implements [dag.Chooser].
func (s *stage) Chosen() []string {
	pkg, err := zoo.Package(s.Network.Model)
	if err != nil {
		return nil // Check reports the name
	}
	return []string{pkg}
}

// Run implements [dag.Stage].
func (s *stage) Run(ctx context.Context, t dag.Task) error {
	train, err := s.examples(ctx, t, cohort.Train)
	if err != nil {
		return err
	}
	validate, err := s.examples(ctx, t, cohort.Validate)
	if err != nil {
		return err
	}
	t.Log().Info("training", "model", s.Network.Model, "train", len(train), "validate", len(validate))
	seed := dag.Derive(dag.Derive(t.Seed(), "fold", s.HoldOut), "repeat", s.Repeat)
	model, curve, err := localizer.Train(ctx, s.shared.Programs, s.Network, train, validate, seed, compute.Progress(t, "median_error_px"))
	if err != nil {
		return err
	}
	best := curve.Points[curve.Best-1]
	t.Log().Info("trained", "best_epoch", curve.Best, "validation_loss", best.ValidationLoss, "median_error_px", best.Metric)
	if err := dag.Write(t, "localizer", cache.ItemRef{}, model.Save); err != nil {
		return err
	}
	return dag.Write(t, "curve", cache.ItemRef{}, func(w io.Writer) error { return writeCurve(w, curve) })
}

// examples letterboxes the radiographs of one list, with their centers in the frame of the input.
func (s *stage) examples(ctx context.Context, t dag.Task, list string) ([]localizer.Example, error) {
	want, err := dag.ReadList(t, "split", cohort.PartID(s.HoldOut, list))
	if err != nil {
		return nil, err
	}
	var items []cache.Item
	for it, err := range t.Items("radiographs") {
		if err != nil {
			return nil, err
		}
		if want[it.ID] {
			items = append(items, it)
		}
	}
	inputs, err := s.shared.Inputs.Load(ctx, t, items, s.Network.Size)
	if err != nil {
		return nil, err
	}
	truth, err := cohort.Annotations(t, "annotations")
	if err != nil {
		return nil, err
	}
	examples := make([]localizer.Example, len(items))
	for i, it := range items {
		a, ok := truth[it.ID]
		if !ok {
			return nil, fmt.Errorf("%s: no annotation", it.ID)
		}
		c := inputs[i].Box.ToInput(a.Center)
		examples[i] = localizer.Example{Pixels: inputs[i].Pixels, CenterX: float32(c.X), CenterY: float32(c.Y)}
	}
	return examples, nil
}

func writeCurve(w io.Writer, c fit.Curve) error {
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	return e.Encode(c)
}
