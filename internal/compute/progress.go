package compute

import (
	"fmt"
	"math"

	"femur/dag"
	"femur/models/fit"
)

// Progress reports a training's steps to a task and logs its epochs; metric names the validation metric.
func Progress(t dag.Task, metric string) func(fit.Progress) {
	return func(p fit.Progress) {
		text := fmt.Sprintf("epoch %d/%d, loss %.4f", p.Epoch, p.Epochs, p.Loss)
		if p.ImagesPerSecond > 0 && !math.IsInf(p.ImagesPerSecond, 0) {
			text += fmt.Sprintf(", %.0f images/s", p.ImagesPerSecond)
		}
		t.Progress(dag.Progress{Done: p.Step, Total: p.Steps, Unit: "steps", Text: text})
		if p.Validated {
			t.Log().Info("epoch", "number", p.Epoch, "loss", round(p.Loss), "validation_loss", round(p.ValidationLoss),
				metric, round(p.Metric), "learning_rate", p.LearningRate)
		}
	}
}

// round keeps five significant digits, for logs.
func round(v float64) string { return fmt.Sprintf("%.5g", v) }
