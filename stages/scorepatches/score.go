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
	"io"
	"math"

	"femur/cache"
	"femur/dag"
	"femur/internal/cohort"
	"femur/internal/compute"
	"femur/internal/outoffold"
	"femur/internal/parallel"
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
		New: func() (dag.Stage, any) {
			s := &stage{shared: shared}
			return s, &s.Params
		},
	}
}

type stage struct {
	shared *compute.Shared
	Params
}

var (
	_ dag.Mapper      = (*stage)(nil)
	_ dag.Router      = (*stage)(nil)
	_ dag.Collector   = (*stage)(nil)
	_ dag.Accelerated = (*stage)(nil)
)

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

// Describe implements [dag.Stage].
func (s *stage) Describe(*cache.Recipe) {}

// MapOver implements [dag.Mapper].
func (s *stage) MapOver() string { return "patches" }

// Environment implements [dag.Accelerated].
func (s *stage) Environment(ctx context.Context) (map[string]string, error) {
	return s.shared.Describe(ctx)
}

// Route implements [dag.Router].
func (s *stage) Route(ctx context.Context, t dag.Task) (func(cache.ItemID) map[string][]cache.ItemID, error) {
	r, err := outoffold.New(t, "split", "classifiers")
	if err != nil {
		return nil, err
	}
	return r.Route("split", "classifiers"), nil
}

// Run implements [dag.Stage].
func (s *stage) Run(ctx context.Context, t dag.Task) error {
	router, err := outoffold.New(t, "split", "classifiers")
	if err != nil {
		return err
	}
	var items []cache.Item
	for it, err := range t.Items("patches") {
		if err != nil {
			return err
		}
		items = append(items, it)
	}
	var models parallel.Memo[cache.Digest, *classifier.Model]
	return outoffold.Do(ctx, t, router, items, "patches", outoffold.Work[float64]{
		Predict: func(ctx context.Context, m cache.Item, items []cache.Item) ([]float64, error) {
			model, err := models.Get(m.Digest, func() (*classifier.Model, error) {
				b, err := dag.ReadAll(t, m.Artifact)
				if err != nil {
					return nil, err
				}
				return classifier.Load(b)
			})
			if err != nil {
				return nil, err
			}
			return s.score(ctx, t, model, items)
		},
		Finish: func(it cache.Item, fold int, said []float64) error {
			return dag.WriteBytes(t, "scores", cache.ItemRef{ID: it.ID, Patient: it.Patient}, mean(said, fold).Encode())
		},
	})
}

func (s *stage) score(ctx context.Context, t dag.Task, m *classifier.Model, items []cache.Item) ([]float64, error) {
	images := make([][]uint16, len(items))
	for i, it := range items {
		pix, _, err := compute.Patch(t, it)
		if err != nil {
			return nil, err
		}
		images[i] = pix
	}
	answers, err := m.Predict(ctx, s.shared.Programs, images)
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
func (s *stage) Collect(ctx context.Context, t dag.Task) error {
	var rows []cohort.ScoreRow
	for it, err := range t.Items("scores") {
		if err != nil {
			return err
		}
		b, err := dag.ReadAll(t, it.Artifact)
		if err != nil {
			return err
		}
		v, err := cohort.DecodeScore(b)
		if err != nil {
			return fmt.Errorf("%s: %w", it.ID, err)
		}
		rows = append(rows, cohort.ScoreRow{
			ID: string(it.ID), Patient: string(it.Patient), Part: v.Part, Fold: int32(v.Fold), Score: v.Score, Models: int32(len(v.PerFold)),
		})
	}
	return dag.Write(t, "table", cache.ItemRef{}, func(w io.Writer) error { return table.Write(w, rows) })
}
