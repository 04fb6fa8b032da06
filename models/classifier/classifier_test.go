package classifier

import (
	"bytes"
	"context"
	"math"
	"strings"
	"testing"

	"femur/models/fit"
	"femur/models/fit/fittest"

	"github.com/google/go-cmp/cmp"
)

func examples(n, size int, seed uint64) []Example {
	out := make([]Example, n)
	for i, t := range fittest.Toys(n, size, seed) {
		out[i] = Example{Pixels: t.Pixels, Positive: t.Slanted}
	}
	return out
}

func pixels(examples []Example) [][]uint16 {
	out := make([][]uint16, len(examples))
	for i, e := range examples {
		out[i] = e.Pixels
	}
	return out
}

func small(model string, epochs int) Config {
	c := Defaults()
	c.Model, c.Size, c.Plan.Epochs = model, 96, epochs
	return c
}

func save(t *testing.T, m *Model) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := m.Save(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A trained network must tell the classes apart; folds share one compile; a
// loaded model scores the same bits, whatever the other images.
func TestLearnsAndKeeps(t *testing.T) {
	p := fit.NewPrograms(fittest.XLA(t))
	c := small("cnn-small", 12)
	train := func(seed uint64) *Model {
		m, _, err := Train(context.Background(), p, c, examples(64, c.Size, 1), examples(16, c.Size, 2), seed, nil)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	m := train(4)
	test := examples(40, c.Size, 3)
	scores, err := m.Predict(context.Background(), p, pixels(test))
	if err != nil {
		t.Fatal(err)
	}
	right := 0
	for i, s := range scores {
		if (s.Probability > 0.5) == test[i].Positive {
			right++
		}
		if odds := 1 / (1 + math.Exp(-float64(s.Logit))); math.Abs(odds-float64(s.Probability)) > 1e-5 {
			t.Errorf("image %d: logit %g and probability %g disagree", i, s.Logit, s.Probability)
		}
	}
	if right < 36 {
		t.Errorf("%d of 40 classes are right, want at least 36", right)
	}
	for i := range 3 {
		alone, err := m.Predict(context.Background(), p, pixels(test[i:i+1]))
		if err != nil {
			t.Fatal(err)
		}
		if alone[0] != scores[i] {
			t.Errorf("image %d: %+v alone, %+v among others", i, alone[0], scores[i])
		}
	}
	loaded, err := Load(save(t, m))
	if err != nil {
		t.Fatal(err)
	}
	again, err := loaded.Predict(context.Background(), p, pixels(test))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(scores, again); diff != "" {
		t.Errorf("a loaded model scores otherwise (-saved +loaded):\n%s", diff)
	}
	c.Plan.Epochs = 1
	if bytes.Equal(save(t, train(1)), save(t, train(2))) {
		t.Error("two seeds gave the same bytes")
	}
	if got := p.Compiles(); got != 2 {
		t.Errorf("%d programs were compiled; trainings share one, predictions another", got)
	}
}

func TestWeights(t *testing.T) {
	ex := []Example{{Positive: true}, {}, {}, {}}
	for _, tt := range []struct {
		balance            string
		positive, negative float32
	}{
		{BalanceWeights, 2, 4.0 / 6}, // each class weighs 2 of the 4 in all
		{BalanceNone, 1, 1},
	} {
		c := Defaults()
		c.Balance = tt.balance
		s := newSource(ex, c)
		if s.weight[true] != tt.positive || s.weight[false] != tt.negative {
			t.Errorf("%s: weights %g and %g, want %g and %g", tt.balance, s.weight[true], s.weight[false], tt.positive, tt.negative)
		}
	}
	if s := newSource(ex[1:], Defaults()); s.weight[false] != 1 {
		t.Errorf("a set of one class weighs %g an example, want 1", s.weight[false])
	}
}

func TestRefuses(t *testing.T) {
	c := small("cnn-small", 1)
	one := examples(4, c.Size, 1)
	for i := range one {
		one[i].Positive = true
	}
	short := examples(2, c.Size, 1)
	short[1].Pixels = nil
	for _, tt := range []struct {
		name     string
		config   func(*Config)
		examples []Example
		want     string
	}{
		{"one class", nil, one, "4 of 4 examples are positive; both classes are needed"},
		{"pixels", nil, short, "train 1: 0 pixels where 96 × 96 are 9216"},
		{"balance", func(c *Config) { c.Balance = "weight" }, examples(2, 96, 1), `did you mean "weights"?`},
		{"smoothing", func(c *Config) { c.Smoothing = 0.5 }, examples(2, 96, 1), "smoothing: from 0 to below 0.5"},
		{"augment", func(c *Config) { c.Augment = nil }, examples(2, 96, 1), "augment: missing"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := c
			if tt.config != nil {
				tt.config(&c)
			}
			_, _, err := Train(context.Background(), fit.NewPrograms(nil), c, tt.examples, nil, 1, nil)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want it to say %q", err, tt.want)
			}
		})
	}
}
