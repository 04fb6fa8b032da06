package fit

import (
	"context"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"femur/models/fit/fittest"
	"femur/models/nn"

	"github.com/gomlx/gomlx/core/graph"
)

// line is a net that fits target = a·pixel + b for images of one pixel.
func line() Net {
	return Net{Name: "line", Size: 1, Targets: 1, Outputs: 1, Build: func(s nn.Scope, images, targets *graph.Node) (outputs, losses *graph.Node) {
		x := graph.Reshape(images, images.Shape().Dimensions[0], 1)
		outputs = nn.Dense(s, x, 1, nn.Normal(0.1))
		return outputs, graph.Reshape(graph.Square(graph.Sub(outputs, targets)), targets.Shape().Dimensions[0])
	}}
}

// points are examples of target = 3·pixel − 1; it counts its draws.
type points struct {
	n     int
	scale float32

	mu        sync.Mutex
	augmented map[int]int
}

func (p *points) Len() int { return p.n }

func (p *points) Draw(i int, rng Rand, pixels, target []float32) float32 {
	pixels[0] = float32(i) / float32(p.n)
	target[0] = p.scale * (3*pixels[0] - 1)
	if rng != nil {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.augmented == nil {
			p.augmented = map[int]int{}
		}
		p.augmented[i]++
	}
	return 1
}

func plan() Plan {
	return Plan{Epochs: 200, BatchSize: 4, LearningRate: 0.05, FinalRate: 0.1, Warmup: 0.1, ClipNorm: 1}
}

func TestTrainFitsALine(t *testing.T) {
	p := NewPrograms(fittest.Go(t))
	train := &points{n: 10, scale: 1}
	values, curve, err := p.Train(context.Background(), Job{Net: line(), Plan: plan(), Train: train, Validate: &points{n: 5, scale: 1}, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(float64(values[0])-3) > 0.02 || math.Abs(float64(values[1])+1) > 0.02 {
		t.Errorf("fitted %g·x %+g, want 3·x − 1", values[0], values[1])
	}
	first, best := curve.Points[0], curve.Points[curve.Best-1]
	if !(best.ValidationLoss < first.ValidationLoss/100) || best.Metric != best.ValidationLoss {
		t.Errorf("curve goes from %+v to %+v", first, best)
	}
	for _, point := range curve.Points {
		if point.ValidationLoss < best.ValidationLoss {
			t.Errorf("epoch %d is better than the best, %d", point.Epoch, curve.Best)
		}
	}
	// 200 epochs of 3 steps of 4 draws are 2400: 240 of each example, and the
	// feed may have one batch ready more.
	for i := range 10 {
		if n := train.augmented[i]; n != 240 {
			t.Errorf("example %d was drawn %d times, want 240", i, n)
		}
	}
}

// An observed device remembers what it was told was compiled.
type observed struct {
	fittest.Device
	mu       sync.Mutex
	compiled []string
}

func (d *observed) Compiled(program string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.compiled = append(d.compiled, program)
}

// Folds, seeds, plans and validation share a step and a score program, and the
// device is told of each; a wrong number of weights is an error and compiles
// nothing.
func TestOneCompile(t *testing.T) {
	device := &observed{Device: fittest.Go(t)}
	p := NewPrograms(device)
	var wait sync.WaitGroup
	kept := make([][]float32, 4)
	for k := range kept {
		wait.Go(func() {
			pl := plan()
			pl.Epochs, pl.LearningRate = 2, 0.01*float64(1+k%2)
			values, _, err := p.Train(context.Background(), Job{Net: line(), Plan: pl, Train: &points{n: 4 + k/2, scale: 1}, Validate: &points{n: 3, scale: 1}, Seed: 1})
			if err != nil {
				t.Error(err)
			}
			kept[k] = values
		})
	}
	wait.Wait()
	if got := p.Compiles(); got != 2 {
		t.Errorf("%d programs were compiled for four trainings of one net, want 2", got)
	}
	if slices.Equal(kept[0], kept[1]) || slices.Equal(kept[0], kept[2]) {
		t.Error("another learning rate or other examples gave the same weights")
	}
	if _, err := p.Score(context.Background(), line(), make([]float32, 3), &points{n: 1}); err == nil || !strings.Contains(err.Error(), "3 values where the network has 2") {
		t.Errorf("got %v, want an error about the number of weights", err)
	}
	if got := p.Compiles(); got != 2 {
		t.Errorf("%d programs after an error, want 2", got)
	}
	slices.Sort(device.compiled)
	if want := []string{"score " + line().Name, "step " + line().Name}; !slices.Equal(device.compiled, want) {
		t.Errorf("the device was told of %q, want %q", device.compiled, want)
	}
}

func TestDivergenceNamesStepAndRate(t *testing.T) {
	p := NewPrograms(fittest.Go(t))
	pl := plan()
	pl.ClipNorm = 0
	_, _, err := p.Train(context.Background(), Job{Net: line(), Plan: pl, Train: &points{n: 4, scale: float32(math.Inf(1))}, Validate: &points{}, Seed: 1})
	for _, want := range []string{"train line", "step 1 of 200", "learning rate", "clip_norm"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want it to name %q", err, want)
		}
	}
}

// A wrong graph is an error that names the net, not a panic.
func TestPanicsBecomeErrors(t *testing.T) {
	p := NewPrograms(fittest.Go(t))
	net := line()
	net.Name = "crooked"
	net.Build = func(s nn.Scope, images, targets *graph.Node) (outputs, losses *graph.Node) {
		return images, graph.Add(images, graph.Const(images.Graph(), make([]float32, 7)))
	}
	_, _, err := p.Train(context.Background(), Job{Net: net, Plan: plan(), Train: &points{n: 2, scale: 1}, Validate: &points{}})
	if err == nil || !strings.Contains(err.Error(), "crooked") {
		t.Errorf("got %v, want an error that names the net", err)
	}
}

func TestPatience(t *testing.T) {
	p := NewPrograms(fittest.Go(t))
	pl := plan()
	pl.Epochs, pl.Patience = 50, 3
	calls := 0
	_, curve, err := p.Train(context.Background(), Job{
		Net: line(), Plan: pl, Train: &points{n: 4, scale: 1}, Validate: &points{n: 2, scale: 1},
		Judge: func(Scores) float64 { calls++; return []float64{5, 4, 4}[min(calls, 3)-1] },
	})
	if err != nil {
		t.Fatal(err)
	}
	// The second epoch is the best; equal ones after it do not count as better.
	if curve.Best != 2 || len(curve.Points) != 5 {
		t.Errorf("best epoch %d of %d, want 2 of 5", curve.Best, len(curve.Points))
	}
}

func TestRate(t *testing.T) {
	p := Plan{LearningRate: 1, FinalRate: 0.1, Warmup: 0.2}
	for _, tt := range []struct {
		step int
		want float64
	}{
		{0, 0.1}, {4, 0.5}, {9, 1}, // the warm-up is ten steps of fifty
		{29, 0.55}, // half of the cosine
		{49, 0.1},
	} {
		if got := p.rate(tt.step, 50); math.Abs(got-tt.want) > 1e-9 {
			t.Errorf("step %d: rate %g, want %g", tt.step, got, tt.want)
		}
	}
}

// One step of AdamW, by hand: the first step moves each weight by the rate
// against its gradient's sign, and decays matrices only.
func TestAdamW(t *testing.T) {
	p := NewPrograms(fittest.Go(t))
	program, err := p.step(context.Background(), line(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if program.layout.Decayed != 1 || program.layout.Size != 2 {
		t.Fatalf("layout %+v", program.layout)
	}
	tr := program.start([]float32{2, 5})
	defer tr.free()
	pl := Plan{WeightDecay: 0.5, ClipNorm: 1}
	// Loss (2·1 + 5 − 4)² = 9, gradient (6, 6), norm 6·√2.
	loss, norm, err := tr.run(&batch{pixels: []float32{1}, targets: []float32{4}, weights: []float32{1}}, pl.hyper(0, 0.1))
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(loss-9) > 1e-4 || math.Abs(norm-6*math.Sqrt2) > 1e-4 {
		t.Errorf("loss %g and norm %g, want 9 and 8.485", loss, norm)
	}
	got, err := tr.mean()
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{2 - 0.1*(1+0.5*2), 5 - 0.1} {
		if math.Abs(float64(got[i])-want) > 1e-4 {
			t.Errorf("weight %d is %g, want %g", i, got[i], want)
		}
	}
}

func TestPack(t *testing.T) {
	p := NewPrograms(fittest.Go(t))
	layout, err := p.Layout(context.Background(), line())
	if err != nil {
		t.Fatal(err)
	}
	tensors := Unpack(layout, []float32{2, 5})
	values, err := Pack(layout, tensors)
	if err != nil || !slices.Equal(values, []float32{2, 5}) {
		t.Errorf("packed %v, %v", values, err)
	}
	tensors[0].Name, tensors[1].Shape = "other", []int{1, 1}
	_, err = Pack(layout, tensors)
	for _, want := range []string{`"other" is not of this network`, `"bias" has shape [1 1] where the network has [1]`, `"weight" is missing`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want it to say %q", err, want)
		}
	}
}
