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
	"encoding/json"
	"fmt"
	"io"

	"femur/cache"
	"femur/dag"
	"femur/internal/cohort"
	"femur/internal/compute"
	"femur/models/classifier"
	"femur/models/zoo"
)

// Params are the attributes of the block.
type Params struct {
	HoldOut  int               `hcl:"hold_out" doc:"The fold whose patients the network never sees."`
	Repeat   int               `hcl:"repeat,optional" doc:"Number of the repeat; another number draws other luck."`
	Positive string            `hcl:"positive,optional" doc:"The label that the score is the probability of."`
	Network  classifier.Config `hcl:",remain"`
}

// Kind describes the stage.
func Kind(shared *compute.Shared) dag.Kind {
	return dag.Kind{
		Type:    "train-classifiers",
		Package: "stages/trainclassifiers",
		Doc:     "Fits a network to the labels of all development patients but those of one fold. The side of its input is that of the patches.",
		New: func() (dag.Stage, any) {
			s := &stage{shared: shared, Params: Params{Positive: "AFF", Network: classifier.Defaults()}}
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
		{Name: "patches", Media: cache.MediaNPY, Many: true, Within: "split", Doc: "What the network sees; only those of the fold's train and validate lists are read."},
		{Name: "annotations", From: "radiographs", Media: cache.MediaAnnotation, Many: true, Within: "split", Doc: "Labels of the same radiographs."},
		{Name: "split", Media: cache.MediaItemList, Many: true, Pick: []cache.ItemID{cohort.PartID(s.HoldOut, cohort.Train), cohort.PartID(s.HoldOut, cohort.Validate)}, Doc: "The lists of the split."},
	}
	out = []dag.Port{
		{Name: "classifier", Media: cache.MediaModel, Doc: "Weights and configuration."},
		{Name: "curve", Media: cache.MediaJSON, Doc: "Loss by epoch."},
	}
	return in, out
}

// Describe implements [dag.Stage].
func (s *stage) Describe(r *cache.Recipe) {
	r.Add(cache.Params, "hold_out", s.HoldOut)
	r.Add(cache.Params, "repeat", s.Repeat)
	r.Add(cache.Params, "positive", s.Positive)
	s.Network.Fields(func(label string, v any) { r.Add(cache.Params, label, v) })
}

// Check implements [dag.Checked].
func (s *stage) Check() []dag.Problem {
	problems := dag.Problems(s.Network.Validate())
	if s.HoldOut < 0 {
		problems = append(problems, dag.Problem{Attribute: "hold_out", Summary: "Invalid fold", Detail: fmt.Sprintf("Folds count from 0, not from %d.", s.HoldOut)})
	}
	if s.Positive == "" {
		problems = append(problems, dag.Problem{Attribute: "positive", Summary: "Invalid label", Detail: "Name the label that the score is the probability of."})
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
	patches, err := dag.ReadItems(t, "patches")
	if err != nil {
		return err
	}
	truth, err := cohort.Annotations(t, "annotations")
	if err != nil {
		return err
	}
	config := s.Network
	if err := s.checkLabels(truth); err != nil {
		return err
	}
	train, err := s.examples(t, cohort.Train, patches, truth, &config)
	if err != nil {
		return err
	}
	validate, err := s.examples(t, cohort.Validate, patches, truth, &config)
	if err != nil {
		return err
	}
	t.Log().Info("training", "model", config.Model, "size", config.Size, "train", len(train), "positive", positives(train), "validate", len(validate))
	seed := dag.Derive(dag.Derive(t.Seed(), "fold", s.HoldOut), "repeat", s.Repeat)
	model, curve, err := classifier.Train(ctx, s.shared.Programs, config, train, validate, seed, compute.Progress(t, "validation_metric"))
	if err != nil {
		return err
	}
	best := curve.Points[curve.Best-1]
	t.Log().Info("trained", "best_epoch", curve.Best, "validation_loss", best.ValidationLoss)
	if err := dag.Write(t, "classifier", cache.ItemRef{}, model.Save); err != nil {
		return err
	}
	return dag.Write(t, "curve", cache.ItemRef{}, func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetIndent("", " ")
		return e.Encode(curve)
	})
}

// checkLabels refuses a positive label that nobody has.
func (s *stage) checkLabels(truth map[cache.ItemID]cohort.Annotation) error {
	labels := map[string]int{}
	for _, a := range truth {
		labels[a.Label]++
	}
	if labels[s.Positive] == 0 || len(labels) < 2 {
		return &dag.BadInput{
			Record:  fmt.Sprintf("positive = %q", s.Positive),
			Summary: fmt.Sprintf("the radiographs to learn from are labeled %v", labels),
			Detail:  "The positive label and at least one other must be among them. Correct positive, or the labels of the source.",
		}
	}
	return nil
}

// examples reads the patches of one list; the first decides the side of the network's input.
func (s *stage) examples(t dag.Task, list string, patches map[cache.ItemID]cache.Item, truth map[cache.ItemID]cohort.Annotation, config *classifier.Config) ([]classifier.Example, error) {
	refs, err := dag.ReadRefs(t, "split", cohort.PartID(s.HoldOut, list))
	if err != nil {
		return nil, err
	}
	examples := make([]classifier.Example, len(refs))
	for i, ref := range refs {
		it, ok := patches[ref.ID]
		a, known := truth[ref.ID]
		if !ok || !known {
			return nil, fmt.Errorf("%s: no patch or no annotation", ref.ID)
		}
		pix, side, err := compute.Patch(t, it)
		if err != nil {
			return nil, err
		}
		config.Size = side
		examples[i] = classifier.Example{Pixels: pix, Positive: a.Label == s.Positive}
	}
	return examples, nil
}

func positives(examples []classifier.Example) int {
	n := 0
	for _, e := range examples {
		if e.Positive {
			n++
		}
	}
	return n
}
