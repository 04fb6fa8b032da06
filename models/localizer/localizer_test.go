package localizer

import (
	"bytes"
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"femur/models/fit"
	"femur/models/fit/fittest"

	"github.com/google/go-cmp/cmp"
)

func examples(n, size int, seed uint64) []Example {
	out := make([]Example, n)
	for i, t := range fittest.Toys(n, size, seed) {
		out[i] = Example{Pixels: t.Pixels, CenterX: t.X, CenterY: t.Y}
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

// small is a configuration that trains in seconds.
func small(model, head string, epochs int) Config {
	c := Defaults()
	c.Model, c.Head, c.Size = model, head, 64
	c.Plan.Epochs = epochs
	return c
}

func train(t *testing.T, p *fit.Programs, c Config, n int, seed uint64) *Model {
	t.Helper()
	m, curve, err := Train(context.Background(), p, c, examples(n, c.Size, 1), examples(8, c.Size, 2), seed, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(curve.Points) != c.Plan.Epochs || curve.Best < 1 || curve.Best > c.Plan.Epochs {
		t.Errorf("curve has %d points and best epoch %d of %d", len(curve.Points), curve.Best, c.Plan.Epochs)
	}
	return m
}

func predict(t *testing.T, p *fit.Programs, m *Model, images [][]uint16) []Prediction {
	t.Helper()
	got, err := m.Predict(context.Background(), p, images)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func save(t *testing.T, m *Model) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := m.Save(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A trained network must be several times better than the constant mean.
func TestLearns(t *testing.T) {
	p := fit.NewPrograms(fittest.XLA(t))
	for _, tt := range []struct {
		model, head string
		epochs      int
		most        float64 // of the constant mean's median error
	}{
		{"cnn-small", HeadDSNT, 5, 0.2},
		{"cnn-small", HeadRegression, 8, 0.6},
		{"vit-nano", HeadDSNT, 10, 0.5},
	} {
		t.Run(tt.model+" "+tt.head, func(t *testing.T) {
			c := small(tt.model, tt.head, tt.epochs)
			m := train(t, p, c, 64, 7)
			test := examples(40, c.Size, 3)
			var mx, my float64
			for _, e := range test {
				mx += float64(e.CenterX) / float64(len(test))
				my += float64(e.CenterY) / float64(len(test))
			}
			var errs, constant []float64
			for i, g := range predict(t, p, m, pixels(test)) {
				x, y := float64(test[i].CenterX), float64(test[i].CenterY)
				errs = append(errs, math.Hypot(float64(g.X)-x, float64(g.Y)-y))
				constant = append(constant, math.Hypot(mx-x, my-y))
				if !(g.SpreadPX > 0 && g.SpreadPX < 64) {
					t.Errorf("image %d: a spread of %g px", i, g.SpreadPX)
				}
			}
			got, base := median(errs), median(constant)
			t.Logf("median error %.2f px, of the constant mean %.2f px: ratio %.3f", got, base, got/base)
			if got > tt.most*base {
				t.Errorf("median error %.2f px is above %g of the constant mean's %.2f px", got, tt.most, base)
			}
		})
	}
}

// Same seed, same bytes; another seed, others; a loaded model predicts the
// same bits; no prediction depends on the other images or their order; and all
// of this compiles two programs.
func TestDeterminism(t *testing.T) {
	p := fit.NewPrograms(fittest.XLA(t))
	c := small("cnn-small", HeadDSNT, 2)
	m := train(t, p, c, 16, 1)
	first := save(t, m)
	if !bytes.Equal(first, save(t, train(t, p, c, 16, 1))) {
		t.Error("two trainings with one seed gave different bytes")
	}
	if bytes.Equal(first, save(t, train(t, p, c, 16, 2))) {
		t.Error("two seeds gave the same bytes")
	}
	c.Plan.LearningRate /= 2
	if bytes.Equal(first, save(t, train(t, p, c, 16, 1))) {
		t.Error("two learning rates gave the same bytes")
	}
	images := pixels(examples(11, c.Size, 5))
	together := predict(t, p, m, images)
	for i := range images {
		alone := predict(t, p, m, images[i:i+1])
		if alone[0] != together[i] {
			t.Errorf("image %d: %+v alone, %+v among others", i, alone[0], together[i])
		}
	}
	loaded, err := Load(first)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(together, predict(t, p, loaded, images)); diff != "" {
		t.Errorf("a loaded model predicts otherwise (-saved +loaded):\n%s", diff)
	}
	if !bytes.Equal(first, save(t, loaded)) {
		t.Error("a loaded model saves other bytes")
	}
	if got := p.Compiles(); got != 2 {
		t.Errorf("%d programs were compiled; all trainings share one, all predictions another", got)
	}
}

// The slow backend that is always there must run the same code.
func TestGoBackend(t *testing.T) {
	p := fit.NewPrograms(fittest.Go(t))
	c := small("vit-nano", HeadDSNT, 1)
	c.Plan.BatchSize = 2
	m, curve, err := Train(context.Background(), p, c, examples(4, c.Size, 1), nil, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	if curve.Best != 1 {
		t.Errorf("best epoch %d; without validation it is the last", curve.Best)
	}
	for _, g := range predict(t, p, m, pixels(examples(1, c.Size, 2))) {
		if !(g.X > 0 && g.X < 64 && g.Y > 0 && g.Y < 64) {
			t.Errorf("prediction %+v is outside the image", g)
		}
	}
}

func TestValidate(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*Config)
		want   string
	}{
		{"model", func(c *Config) { c.Model = "cnn-smal" }, `model: no model is called "cnn-smal"; did you mean "cnn-small"?`},
		{"size", func(c *Config) { c.Size = 100 }, "size: cnn-small takes sides that are multiples of 32"},
		{"head", func(c *Config) { c.Head = "dsn" }, `did you mean "dsnt"?`},
		{"spread", func(c *Config) { c.Spread = math.NaN() }, "spread: above 0"},
		{"regularization", func(c *Config) { c.Regularization = -1 }, "regularization: from 0"},
		{"epochs", func(c *Config) { c.Plan.Epochs = 0 }, "epochs: at least 1, not 0"},
		{"learning_rate", func(c *Config) { c.Plan.LearningRate = math.Inf(1) }, "learning_rate: above 0"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := Defaults()
			tt.change(&c)
			err := c.Validate()
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want it to say %q", err, tt.want)
			}
		})
	}
	if err := Defaults().Validate(); err != nil {
		t.Errorf("defaults: %v", err)
	}
}

func TestTrainRefusesBadExamples(t *testing.T) {
	c := small("cnn-small", HeadDSNT, 1)
	bad := examples(2, c.Size, 1)
	bad[0].Pixels = bad[0].Pixels[1:]
	bad[1].CenterX = 64
	_, _, err := Train(context.Background(), fit.NewPrograms(nil), c, bad, nil, 1, nil)
	for _, want := range []string{"train 0: 4095 pixels where 64 × 64 are 4096", "train 1: the center (64, "} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want it to say %q", err, want)
		}
	}
}

func TestCancel(t *testing.T) {
	p := fit.NewPrograms(fittest.Go(t))
	ctx, cancel := context.WithCancelCause(context.Background())
	stop := errors.New("enough")
	c := small("vit-nano", HeadDSNT, 50)
	c.Plan.BatchSize = 1
	_, _, err := Train(ctx, p, c, examples(2, c.Size, 1), nil, 1, func(fit.Progress) { cancel(stop) })
	if !errors.Is(err, stop) {
		t.Errorf("got %v, want the cause of the cancellation", err)
	}
}

// The same change must move pixels and center: a bright dot stays at its target.
func TestDrawMovesTheCenter(t *testing.T) {
	c := small("cnn-small", HeadDSNT, 1)
	e := Example{Pixels: make([]uint16, 64*64), CenterX: 40.5, CenterY: 20.5}
	for j := 18; j <= 22; j++ {
		for i := 38; i <= 42; i++ {
			e.Pixels[j*64+i] = math.MaxUint16
		}
	}
	c.Augment.Contrast, c.Augment.Gamma, c.Augment.Noise = 0, 0, 0
	s := source{[]Example{e}, c}
	moved := false
	for k := range uint64(30) {
		drawn, target := make([]float32, 64*64), make([]float32, 2)
		s.Draw(0, newRand(k), drawn, target)
		var x, y, sum float64
		for i, v := range drawn {
			x += float64(v) * (float64(i%64) + 0.5)
			y += float64(v) * (float64(i/64) + 0.5)
			sum += float64(v)
		}
		x, y = x/sum/64, y/sum/64
		if math.Abs(x-float64(target[0])) > 0.002 || math.Abs(y-float64(target[1])) > 0.002 {
			t.Errorf("draw %d: the dot is at (%.4f, %.4f), the target at (%.4f, %.4f)", k, x, y, target[0], target[1])
		}
		moved = moved || math.Abs(float64(target[0])-40.5/64) > 0.02
	}
	if !moved {
		t.Error("no draw moved the center")
	}
}

func newRand(k uint64) *rand.Rand { return rand.New(rand.NewPCG(k, 9)) }
