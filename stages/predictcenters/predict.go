// Package predictcenters finds the center of the fracture in every radiograph by models that never saw
// its patient.
//
// Words: a development radiograph is predicted by the localizer of the fold that held its patient out, a
// test radiograph by the mean of all folds' localizers.
//
// Guarantee: the leak rule is checked for each radiograph and model; annotations are not read, so the
// truth cannot influence a prediction. Centers are in the radiograph's own oriented pixels.
package predictcenters

import (
	"context"
	"fmt"
	"math"

	"femur/cache"
	"femur/dag"
	"femur/internal/cohort"
	"femur/internal/compute"
	"femur/internal/geom"
	"femur/internal/outoffold"
	"femur/internal/table"
	"femur/models/localizer"
)

// Params are the attributes of the block; there are none.
type Params struct{}

// Kind describes the stage.
func Kind(shared *compute.Shared) dag.Kind {
	return dag.Kind{
		Type:    "predict-centers",
		Package: "stages/predictcenters",
		Doc:     "Predicts the center in every radiograph: in the development part by the localizer that never saw its patient, in the test part by the mean of all folds' localizers.",
		New:     func() (dag.Stage, any) { return newStage(shared), &Params{} },
	}
}

type stage struct {
	*compute.Shared
	outoffold.Pass[*localizer.Model, prediction]
}

var (
	_ dag.Mapper      = (*stage)(nil)
	_ dag.Router      = (*stage)(nil)
	_ dag.Collector   = (*stage)(nil)
	_ dag.Accelerated = (*stage)(nil)
)

func newStage(shared *compute.Shared) *stage {
	s := &stage{Shared: shared}
	s.Pass = outoffold.Pass[*localizer.Model, prediction]{
		Items: "radiographs", Split: "split", Models: "localizers", Output: "centers",
		Load: localizer.Load, Predict: s.predict,
		Join: func(said []prediction, fold int) []byte { return mean(said, fold).Encode() },
	}
	return s
}

// Ports implements [dag.Stage].
func (s *stage) Ports() (in, out []dag.Port) {
	in = []dag.Port{
		{Name: "radiographs", Media: cache.MediaRadiograph, Many: true, Doc: "Pixels."},
		{Name: "split", Media: cache.MediaItemList, Many: true, Doc: "The lists of the split."},
		{Name: "localizers", Media: cache.MediaModel, List: true, Doc: "One or more localizers for each fold, from a matrix with the key fold."},
	}
	out = []dag.Port{
		{Name: "centers", Media: cache.MediaCenter, Many: true, Doc: "The predicted center of each radiograph."},
		{Name: "table", Media: cache.MediaParquet, Doc: "The centers, as a table."},
	}
	return in, out
}

// Describe implements [dag.Stage]: there are no parameters.
func (s *stage) Describe(*cache.Recipe) {}

// A prediction is one localizer's, in oriented pixels of the radiograph.
type prediction struct {
	geom.Point
	spread float64
}

// predict returns the center that one localizer finds in each radiograph.
func (s *stage) predict(ctx context.Context, t dag.Task, m *localizer.Model, items []cache.Item) ([]prediction, error) {
	inputs, err := s.Inputs.Load(ctx, t, items, m.Config().Size)
	if err != nil {
		return nil, err
	}
	images := make([][]uint16, len(inputs))
	for i, in := range inputs {
		images[i] = in.Pixels
	}
	found, err := m.Predict(ctx, s.Programs, images)
	if err != nil {
		return nil, err
	}
	out := make([]prediction, len(items))
	for i, p := range found {
		box := inputs[i].Box
		at := box.ToRadiograph(geom.Point{X: float64(p.X), Y: float64(p.Y)})
		// One input pixel in radiograph pixels: the letterbox scales both axes by the same factor.
		unit := box.ToRadiograph(geom.Point{X: 1}).X - box.ToRadiograph(geom.Point{}).X
		out[i] = prediction{at, float64(p.SpreadPX) * unit}
		if sum := at.X + at.Y + out[i].spread; math.IsNaN(sum) || math.IsInf(sum, 0) {
			return nil, fmt.Errorf("%s: the localizer's prediction is no finite point", items[i].ID)
		}
	}
	return out, nil
}

// mean averages the predictions for one radiograph, and says how uncertain the networks are and how far
// they disagree.
func mean(said []prediction, fold int) cohort.Center {
	c := cohort.Center{Part: outoffold.Part(fold), Models: len(said)}
	n := float64(len(said))
	for _, p := range said {
		c.Point = c.Point.Add(p.Point)
		c.Spread += p.spread / n
	}
	c.Point = c.Point.Scale(1 / n)
	var squares float64
	for _, p := range said {
		d := p.Distance(c.Point)
		squares += d * d
	}
	c.Disagreement = math.Sqrt(squares / n)
	return c
}

// Collect implements [dag.Collector].
func (s *stage) Collect(_ context.Context, t dag.Task) error {
	return table.Collect(t, "centers", "table", cohort.DecodeCenter, func(it cache.Item, c cohort.Center) cohort.CenterRow {
		return cohort.CenterRow{
			ID: string(it.ID), Patient: string(it.Patient), Part: c.Part, X: c.X, Y: c.Y, Spread: c.Spread, Disagreement: c.Disagreement, Models: int32(c.Models),
		}
	})
}
