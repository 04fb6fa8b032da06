package backend

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// A convNet is a net small enough to train in a test, of the operations that
// femur's networks are made of: convolution, stride, pooling, matrix product.
type convNet struct {
	batch, side, width int
	exec               *graph.Exec
	params             []*tensors.Tensor
	images, targets    *tensors.Tensor
}

// newConvNet compiles nothing yet; its weights and batch are the same wherever it is made.
func newConvNet(tb testing.TB, e *Engine, batch, side, width int) *convNet {
	tb.Helper()
	random := rand.New(rand.NewPCG(7, uint64(width)))
	normal := func(scale float64, dims ...int) *tensors.Tensor {
		size := 1
		for _, d := range dims {
			size *= d
		}
		values := make([]float32, size)
		for i := range values {
			values[i] = float32(random.NormFloat64() * scale)
		}
		return tensors.FromFlatDataAndDimensions(values, dims...)
	}
	he := func(in int) float64 { return math.Sqrt(2 / float64(in)) }
	n := &convNet{
		batch: batch, side: side, width: width,
		params: []*tensors.Tensor{
			normal(he(9), 3, 3, 1, width),
			normal(he(9*width), 3, 3, width, 2*width),
			normal(he(9*2*width), 3, 3, 2*width, 2*width),
			normal(he(2*width*(side/8)*(side/8)), 2*width*(side/8)*(side/8), 4),
		},
		images:  normal(1, batch, side, side, 1),
		targets: normal(1, batch, 4),
	}
	var err error
	n.exec, err = graph.NewExec(e.Backend(), n.step)
	if err != nil {
		tb.Fatal(err)
	}
	return n
}

// step is one step of gradient descent: inputs are the parameters, images
// [batch, side, side, 1] and targets [batch, 4]; outputs the loss and the new parameters.
func (n *convNet) step(inputs []*graph.Node) []*graph.Node {
	params, images, targets := inputs[:4], inputs[4], inputs[5]
	relu := func(x *graph.Node) *graph.Node { return graph.Max(x, graph.ZerosLike(x)) }
	x := relu(graph.Convolve(images, params[0]).PadSame().Done())
	x = relu(graph.Convolve(x, params[1]).PadSame().Strides(2).Done())
	x = relu(graph.Convolve(x, params[2]).PadSame().Strides(2).Done())
	x = graph.MeanPool(x).Window(2).Done()
	x = graph.Reshape(x, n.batch, -1)
	loss := graph.ReduceAllMean(graph.Square(graph.Sub(graph.MatMul(x, params[3]), targets)))
	outputs := []*graph.Node{loss}
	for i, slope := range graph.Gradient(loss, params...) {
		outputs = append(outputs, graph.Sub(params[i], graph.MulScalar(slope, 0.02)))
	}
	return outputs
}

// train makes one step and returns its loss.
func (n *convNet) train(tb testing.TB) float32 {
	tb.Helper()
	var loss float32
	err := Catch("train conv net", func() error {
		args := make([]any, 0, 6)
		for _, p := range n.params {
			args = append(args, p)
		}
		outputs, err := n.exec.Call(append(args, n.images, n.targets)...)
		if err != nil {
			return err
		}
		loss = tensors.MustCopyFlatData[float32](outputs[0])[0]
		n.params = outputs[1:]
		return nil
	})
	if err != nil {
		tb.Fatalf("%v\n%s", err, Debug(err))
	}
	return loss
}

// bits is a digest of all parameters, to the last bit.
func (n *convNet) bits() string {
	hash := sha256.New()
	for _, p := range n.params {
		for _, v := range tensors.MustCopyFlatData[float32](p) {
			_ = binary.Write(hash, binary.LittleEndian, math.Float32bits(v)) // a hash never errs
		}
	}
	return hex.EncodeToString(hash.Sum(nil))
}

// openForTest opens an engine or skips the test where no plugin can be had.
func openForTest(tb testing.TB, choice string) *Engine {
	tb.Helper()
	e, err := Open(context.Background(), Options{Choice: choice, AllowInstall: true})
	if err != nil {
		tb.Skipf("no plugin can be had here: %v", err)
	}
	tb.Cleanup(func() {
		if err := e.Close(); err != nil {
			tb.Error(err)
		}
	})
	return e
}
