package backend

import (
	"context"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// benchChoice lets GOMLX_BACKEND name another plugin to measure.
func benchChoice() string {
	if choice := os.Getenv(EnvChoice); choice != "" {
		return choice
	}
	return "xla"
}

// BenchmarkOpen is the time from nothing to a backend; only the first opening of
// a process loads the plugin, so run it with -benchtime=1x.
func BenchmarkOpen(b *testing.B) {
	for b.Loop() {
		e, err := Open(context.Background(), Options{Choice: benchChoice(), AllowInstall: true})
		if err != nil {
			b.Skip(err)
		}
		if err := e.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkConvNet is a training step of a net of 0.3 M parameters on 16 images of 96×96.
func BenchmarkConvNet(b *testing.B) {
	n := newConvNet(b, openForTest(b, benchChoice()), 16, 96, 32)
	start := time.Now()
	n.train(b)
	compiled := time.Since(start)
	for b.Loop() {
		n.train(b)
	}
	b.ReportMetric(compiled.Seconds(), "compile-s")
}

// BenchmarkMatMul is the product of two 1024×1024 matrices, as GFLOP/s.
func BenchmarkMatMul(b *testing.B) {
	e := openForTest(b, benchChoice())
	const side = 1024
	random := rand.New(rand.NewPCG(1, 2))
	values := make([]float32, side*side)
	for i := range values {
		values[i] = random.Float32()
	}
	matrix := tensors.FromFlatDataAndDimensions(values, side, side)
	exec, err := graph.NewExec(e.Backend(), func(x *graph.Node) *graph.Node {
		// Ten products a call make the transfer small beside them.
		y := x
		for range 10 {
			y = graph.MulScalar(graph.MatMul(y, x), 1.0/side)
		}
		return graph.ReduceAllSum(y)
	})
	if err != nil {
		b.Fatal(err)
	}
	if _, err := exec.Call1(matrix); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := exec.Call1(matrix); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(20*float64(side*side*side)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
}
