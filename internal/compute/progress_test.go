package compute

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"femur/dag"
	"femur/dag/stagetest"
	"femur/models/fit"
)

// told keeps what a task was told of progress.
type told struct {
	*stagetest.Task
	last dag.Progress
}

func (o *told) Progress(p dag.Progress) { o.last = p }

func TestProgress(t *testing.T) {
	o := &told{Task: stagetest.New(ports{})}
	report := Progress(o, "median_error_px")
	for _, tt := range []struct {
		name string
		p    fit.Progress
		want dag.Progress
	}{
		{"a step", fit.Progress{Epoch: 2, Epochs: 9, Step: 13, Steps: 90, Loss: 0.12345, ImagesPerSecond: 85.4},
			dag.Progress{Done: 13, Total: 90, Unit: "steps", Text: "epoch 2/9, loss 0.1235, 85 images/s"}},
		{"before there is a speed", fit.Progress{Epoch: 1, Epochs: 9, Step: 1, Steps: 90, Loss: 2, ImagesPerSecond: math.Inf(1)},
			dag.Progress{Done: 1, Total: 90, Unit: "steps", Text: "epoch 1/9, loss 2.0000"}},
	} {
		report(tt.p)
		if diff := cmp.Diff(tt.want, o.last); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}
