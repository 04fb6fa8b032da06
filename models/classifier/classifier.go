package classifier

import (
	"context"
	"errors"
	"fmt"
	"io"

	"femur/models/fit"
	"femur/models/nn"
	"femur/models/weights"
	"femur/models/zoo"

	"github.com/gomlx/gomlx/core/graph"
)

// kind marks a classifier's file.
const kind = "classifier"

// A Model is a trained classifier. It may be used from several goroutines.
type Model struct {
	config  Config
	tensors []weights.Tensor
}

// A Score is the answer for one image.
type Score struct {
	// Logit is the logarithm of the odds of the positive class.
	Logit float32
	// Probability is that of the positive class, 0..1.
	Probability float32
}

// net is the network of a configuration, which must be valid.
func (c Config) net() (fit.Net, error) {
	variant, err := zoo.Lookup(c.Model)
	if err != nil {
		return fit.Net{}, err
	}
	return fit.Net{
		// Smoothing is compiled in, so it is in the name.
		Name: fmt.Sprintf("classifier %s smoothing=%g", c.Model, c.Smoothing),
		Size: c.Size, Targets: 1, Outputs: 2,
		Build: func(s nn.Scope, images, targets *graph.Node) (outputs, losses *graph.Node) {
			pooled := variant.Build(s, images).Pooled
			head := s.In("head")
			pooled = nn.LayerNorm(head.In("norm"), pooled, 1e-5)
			logit := nn.Dense(head.In("logit"), pooled, 1, nn.Normal(0.01))
			outputs = graph.Concatenate([]*graph.Node{logit, graph.Sigmoid(logit)}, 1)
			goal := graph.AddScalar(graph.MulScalar(targets, 1-2*c.Smoothing), c.Smoothing)
			return outputs, crossEntropy(logit, goal)
		},
	}, nil
}

// crossEntropy is that of a Bernoulli variable with the given logit, [batch, 1]
// → [batch]: max(z, 0) − z·goal + log(1 + exp(−|z|)), which does not overflow.
func crossEntropy(logit, goal *graph.Node) *graph.Node {
	loss := graph.Sub(graph.MaxScalar(logit, 0), graph.Mul(logit, goal))
	loss = graph.Add(loss, graph.Log1p(graph.Exp(graph.Neg(graph.Abs(logit)))))
	return graph.Reshape(loss, loss.Shape().Dimensions[0])
}

// Train trains a classifier. It reports the examples that do not fit the
// configuration all at once; both classes must be present. Progress may be nil.
// With no validation examples the last epoch is kept, else the one with the
// smallest validation loss.
func Train(ctx context.Context, programs *fit.Programs, c Config, train, validate []Example, seed uint64, progress func(fit.Progress)) (*Model, fit.Curve, error) {
	err := errors.Join(c.Validate(), check("train", train, c.Size), checkClasses(train), check("validate", validate, c.Size))
	if err != nil {
		return nil, fit.Curve{}, fmt.Errorf("classifier: %w", err)
	}
	net, err := c.net()
	if err != nil {
		return nil, fit.Curve{}, err
	}
	values, curve, err := programs.Train(ctx, fit.Job{
		Net: net, Plan: c.Plan, Seed: seed, Progress: progress,
		Train: newSource(train, c), Validate: newSource(validate, c),
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

// Predict scores images; see the package for their form.
func (m *Model) Predict(ctx context.Context, programs *fit.Programs, images [][]uint16) ([]Score, error) {
	examples := make([]Example, len(images))
	for i, pixels := range images {
		examples[i].Pixels = pixels
	}
	if err := check("image", examples, m.config.Size); err != nil {
		return nil, fmt.Errorf("classifier: %w", err)
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
		return nil, fmt.Errorf("classifier %s: %w", m.config.Model, err)
	}
	scores, err := programs.Score(ctx, net, values, newSource(examples, m.config))
	if err != nil {
		return nil, err
	}
	answers := make([]Score, len(images))
	for i, o := range scores.Outputs {
		answers[i] = Score{Logit: o[0], Probability: o[1]}
	}
	return answers, nil
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
		return nil, fmt.Errorf("classifier: configuration: %w", err)
	}
	m.tensors = checkpoint.Tensors
	return m, nil
}
