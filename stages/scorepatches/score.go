// Package scorepatches applies classifiers to patches of patients they never saw.
//
// Words: a development patch is scored by the classifier of the fold that held its patient out, a test
// patch by the mean of all folds' classifiers. The score is the probability of the positive label.
//
// Guarantee: the leak rule is checked for each patch and model; labels are not read. A patch that is
// added is scored alone, and nothing is trained.
package scorepatches

import (
	"context"
	"fmt"
	"math"

	"femur/cache"
	"femur/dag"
	"femur/internal/cohort"
	"femur/internal/compute"
	"femur/internal/outoffold"
	"femur/internal/table"
	"femur/models/classifier"
)

// Params are the attributes of the block; there are none.
type Params struct{}

// Kind describes the stage.
func Kind(shared *compute.Shared) dag.Kind {
	return dag.Kind{
		Type:    "score-patches",
		Package: "stages/scorepatches",
		Doc:     "Scores every patch: in the development part by the classifier that never saw its patient, in the test part by the mean of all folds' classifiers.",
		New:     func() (dag.Stage, any) { return newStage(shared), &Params{} },
	}
}

type stage struct {
	*compute.Shared
	outoffold.Pass[*classifier.Model, float64]
}

var (
	_ dag.Mapper      = (*stage)(nil)
	_ dag.Router      = (*stage)(nil)
	_ dag.Collector   = (*stage)(nil)
	_ dag.Accelerated = (*stage)(nil)
)

func newStage(shared *compute.Shared) *stage {
	s := &stage{Shared: shared}
	s.Pass = outoffold.Pass[*classifier.Model, float64]{
		Items: "patches", Split: "split", Models: "classifiers", Output: "scores",
		Load: classifier.Load, Predict: s.predict,
		Join: func(said []float64, fold int) []byte { return mean(said, fold).Encode() },
	}
	return s
}

// Ports implements [dag.Stage].
func (s *stage) Ports() (in, out []dag.Port) {
	in = []dag.Port{
		{Name: "patches", Media: cache.MediaNPY, Many: true, Doc: "What the classifiers see."},
		{Name: "split", Media: cache.MediaItemList, Many: true, Doc: "The lists of the split."},
		{Name: "classifiers", Media: cache.MediaModel, List: true, Doc: "One or more classifiers for each fold, from a matrix with the key fold."},
	}
	out = []dag.Port{
		{Name: "scores", Media: cache.MediaScore, Many: true, Doc: "The score of each patch."},
		{Name: "table", Media: cache.MediaParquet, Doc: "The scores, as a table."},
	}
	return in, out
}

// Describe implements [dag.Stage]: there are no parameters.
func (s *stage) Describe(*cache.Recipe) {}

// predict returns the probability that one classifier gives to each patch.
func (s *stage) predict(ctx context.Context, t dag.Task, m *classifier.Model, items []cache.Item) ([]float64, error) {
	images := make([][]uint16, len(items))
	for i, it := range items {
		pix, _, err := compute.Patch(t, it)
		if err != nil {
			return nil, err
		}
		images[i] = pix
	}
	answers, err := m.Predict(ctx, s.Programs, images)
	if err != nil {
		return nil, err
	}
	out := make([]float64, len(answers))
	for i, a := range answers {
		out[i] = float64(a.Probability)
		if math.IsNaN(out[i]) {
			return nil, fmt.Errorf("%s: the classifier's score is not a number", items[i].ID)
		}
	}
	return out, nil
}

// mean averages the probabilities that the models gave.
func mean(said []float64, fold int) cohort.Score {
	sum := 0.0
	for _, p := range said {
		sum += p
	}
	return cohort.Score{Part: outoffold.Part(fold), Fold: fold, Score: sum / float64(len(said)), PerFold: said}
}

// Collect implements [dag.Collector].
func (s *stage) Collect(_ context.Context, t dag.Task) error {
	return table.Collect(t, "scores", "table", cohort.DecodeScore, func(it cache.Item, v cohort.Score) cohort.ScoreRow {
		return cohort.ScoreRow{
			ID: string(it.ID), Patient: string(it.Patient), Part: v.Part, Fold: int32(v.Fold), Score: v.Score, Models: int32(len(v.PerFold)),
		}
	})
}
