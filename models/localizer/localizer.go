package localizer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"femur/models/fit"
	"femur/models/nn"
	"femur/models/weights"
	"femur/models/zoo"

	"github.com/gomlx/gomlx/core/graph"
)

// kind marks a localizer's file.
const kind = "localizer"

// A Model is a trained localizer. It may be used from several goroutines.
type Model struct {
	config  Config
	tensors []weights.Tensor
}

// A Prediction is a point in input pixels.
type Prediction struct {
	X, Y float32
	// SpreadPX is how uncertain the point is, in input pixels: with the head
	// "dsnt" the heatmap's deviation along one axis, with "regression" the
	// expected error. It is comparable between images, not between heads.
	SpreadPX float32
}

// net is the network of a configuration, which must be valid.
func (c Config) net() (fit.Net, error) {
	variant, err := zoo.Lookup(c.Model)
	if err != nil {
		return fit.Net{}, err
	}
	return fit.Net{
		// Spread and regularization are compiled in, so they are in the name.
		Name: fmt.Sprintf("localizer %s %s spread=%g regularization=%g", c.Model, c.Head, c.Spread, c.Regularization),
		Size: c.Size, Targets: targetValues, Outputs: outputValues,
		Build: func(s nn.Scope, images, targets *graph.Node) (outputs, losses *graph.Node) {
			features := variant.Build(s, images)
			if c.Head == HeadRegression {
				return c.regression(s.In("head"), features, targets)
			}
			return c.dsnt(s.In("head"), features, targets)
		},
	}, nil
}

// Train trains a localizer. It reports the examples that do not fit the
// configuration all at once. Progress may be nil. With no validation examples
// the last epoch is kept, else the one with the smallest validation loss.
func Train(ctx context.Context, programs *fit.Programs, c Config, train, validate []Example, seed uint64, progress func(fit.Progress)) (*Model, fit.Curve, error) {
	if err := errors.Join(c.Validate(), check("train", train, c.Size), check("validate", validate, c.Size)); err != nil {
		return nil, fit.Curve{}, fmt.Errorf("localizer: %w", err)
	}
	net, err := c.net()
	if err != nil {
		return nil, fit.Curve{}, err
	}
	truth := source{validate, c}
	values, curve, err := programs.Train(ctx, fit.Job{
		Net: net, Plan: c.Plan, Seed: seed, Progress: progress,
		Train: source{train, c}, Validate: truth, Metric: truth.medianError,
	})
	if err != nil {
		return nil, curve, err
	}
	layout, err := programs.Layout(ctx, net)
	if err != nil {
		return nil, curve, err
	}
	return &Model{config: c, tensors: fit.Unpack(layout, values)}, curve, nil
}

// Config is the configuration the model was trained with.
func (m *Model) Config() Config { return m.config }

// Predict finds the center in each image; see the package for their form.
func (m *Model) Predict(ctx context.Context, programs *fit.Programs, images [][]uint16) ([]Prediction, error) {
	examples := make([]Example, len(images))
	for i, pixels := range images {
		examples[i].Pixels = pixels
	}
	if err := check("image", examples, m.config.Size); err != nil {
		return nil, fmt.Errorf("localizer: %w", err)
	}
	net, err := m.config.net()
	if err != nil {
		return nil, err
	}
	layout, err := programs.Layout(ctx, net)
	if err != nil {
		return nil, err
	}
	values, err := fit.Pack(layout, m.tensors)
	if err != nil {
		return nil, fmt.Errorf("localizer %s: %w", m.config.Model, err)
	}
	scores, err := programs.Score(ctx, net, values, source{examples, m.config})
	if err != nil {
		return nil, err
	}
	predictions := make([]Prediction, len(images))
	side := float32(m.config.Size)
	for i, o := range scores.Outputs {
		predictions[i] = Prediction{X: o[0] * side, Y: o[1] * side, SpreadPX: o[2] * side}
	}
	return predictions, nil
}

// Save writes the model as a safetensors file; equal models give equal bytes.
func (m *Model) Save(w io.Writer) error {
	return fit.Checkpoint{Kind: kind, Config: m.config, Tensors: m.tensors}.Write(w)
}

// Load reads what Save wrote. Tensors are compared with the network when it is
// first used.
func Load(b []byte) (*Model, error) {
	m := &Model{}
	checkpoint, err := fit.ReadCheckpoint(b, kind, &m.config)
	if err != nil {
		return nil, err
	}
	if err := m.config.Validate(); err != nil {
		return nil, fmt.Errorf("localizer: configuration: %w", err)
	}
	m.tensors = checkpoint.Tensors
	return m, nil
}

// median sorts v; it is 0 where v is empty.
func median(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	slices.Sort(v)
	mid := len(v) / 2
	if len(v)%2 == 1 {
		return v[mid]
	}
	return (v[mid-1] + v[mid]) / 2
}

// medianError is the figure reported for an epoch, in input pixels.
func (s source) medianError(scores fit.Scores) float64 {
	distances := make([]float64, len(scores.Outputs))
	for i, o := range scores.Outputs {
		side := float64(s.config.Size)
		distances[i] = math.Hypot(float64(o[0])*side-float64(s.examples[i].CenterX), float64(o[1])*side-float64(s.examples[i].CenterY))
	}
	return median(distances)
}
