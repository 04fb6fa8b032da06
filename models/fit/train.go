package fit

import (
	"context"
	"fmt"
	"math"
	"time"
)

// Progress is told after every step and every epoch. It is for the eye; its
// speed comes from the clock and must not enter an artifact.
type Progress struct {
	// Epoch and Step count from 1; Step runs through the whole training.
	Epoch, Epochs, Step, Steps int
	// Loss is the training loss of the epoch so far.
	Loss, LearningRate float64
	// Validated says that the epoch is over and ValidationLoss and Metric hold.
	Validated              bool
	ValidationLoss, Metric float64
	ImagesPerSecond        float64
}

// A Point of a learning curve is one epoch.
type Point struct {
	Epoch          int     `json:"epoch"`
	TrainLoss      float64 `json:"train_loss"`
	ValidationLoss float64 `json:"validation_loss"`
	// Metric is the job's metric of the validation scores.
	Metric       float64 `json:"metric"`
	LearningRate float64 `json:"learning_rate"`
}

// A Curve is a training's history.
type Curve struct {
	Points []Point `json:"points"`
	// Best is the epoch whose weights were kept, counted from 1.
	Best int `json:"best"`
}

// A Job is one training.
type Job struct {
	Net  Net
	Plan Plan
	// Train is drawn from with augmentation; Validate, plain, chooses the best
	// epoch. An empty Validate keeps the last epoch.
	Train, Validate Source
	// Metric is a figure of validation scores to report; nil reports the loss.
	Metric func(Scores) float64
	// Judge chooses the best epoch by its validation scores; smaller is better.
	// Nil takes the loss, which says more of few examples than a median or a
	// count does.
	Judge func(Scores) float64
	// Seed decides initial weights, order and augmentation.
	Seed uint64
	// Progress may be nil. It is called between steps and should return soon.
	Progress func(Progress)
}

// Train trains and returns the kept weights, in the order of the net's layout,
// and the curve. It stops between steps when ctx is canceled, and with an error
// that names step and learning rate where the loss is no longer finite.
func (p *Programs) Train(ctx context.Context, job Job) ([]float32, Curve, error) {
	if err := job.Plan.Validate(); err != nil {
		return nil, Curve{}, err
	}
	if job.Train.Len() == 0 {
		return nil, Curve{}, fmt.Errorf("train %s: no examples", job.Net.Name)
	}
	program, err := p.step(ctx, job.Net, job.Plan.BatchSize)
	if err != nil {
		return nil, Curve{}, err
	}
	r := &run{programs: p, job: job, perEpoch: job.Plan.steps(job.Train.Len())}
	r.trainer = program.start(program.layout.Initial(job.Seed))
	defer r.trainer.free()
	if err := r.epochs(ctx); err != nil {
		return nil, Curve{}, fmt.Errorf("train %s: %w", job.Net.Name, err)
	}
	return r.kept, r.curve, nil
}

// A run is the state of a training on the host.
type run struct {
	programs *Programs
	job      Job
	trainer  *trainer
	perEpoch int
	curve    Curve
	kept     []float32
	report   Progress
}

func (r *run) epochs(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	plan := r.job.Plan
	total := r.perEpoch * plan.Epochs
	batches := newFeed(r.job.Net, r.job.Train, plan.BatchSize, r.job.Seed).batches(ctx, total)
	best := math.Inf(1)
	r.report = Progress{Epochs: plan.Epochs, Steps: total}
	for epoch := 1; epoch <= plan.Epochs; epoch++ {
		r.report.Epoch = epoch
		point, judged, err := r.epoch(ctx, epoch, batches)
		if err != nil {
			return err
		}
		r.curve.Points = append(r.curve.Points, point)
		// An epoch that is not better by a bit is not better: the earliest wins.
		if r.job.Validate.Len() == 0 || judged < best {
			best = judged
			r.curve.Best = epoch
			if r.kept, err = r.trainer.mean(); err != nil {
				return err
			}
		}
		if plan.Patience > 0 && epoch-r.curve.Best >= plan.Patience {
			return nil
		}
	}
	return nil
}

// epoch trains for one epoch and validates; it also returns the judgment.
func (r *run) epoch(ctx context.Context, epoch int, batches <-chan *batch) (Point, float64, error) {
	plan := r.job.Plan
	point := Point{Epoch: epoch}
	begin := time.Now()
	for i := range r.perEpoch {
		b, ok := <-batches
		if !ok || ctx.Err() != nil {
			return point, 0, context.Cause(ctx)
		}
		step := (epoch-1)*r.perEpoch + i
		rate := plan.rate(step, r.report.Steps)
		loss, norm, err := r.trainer.run(b, plan.hyper(step, rate))
		if err != nil {
			return point, 0, err
		}
		if !finite(loss) || !finite(norm) {
			return point, 0, fmt.Errorf("step %d of %d, learning rate %g: the loss is %g and the gradient's norm %g; "+
				"lower learning_rate or set clip_norm", step+1, r.report.Steps, rate, loss, norm)
		}
		point.TrainLoss += (loss - point.TrainLoss) / float64(i+1)
		point.LearningRate = rate
		r.report.Step, r.report.Loss, r.report.LearningRate = step+1, point.TrainLoss, rate
		r.report.ImagesPerSecond = float64((i+1)*plan.BatchSize) / time.Since(begin).Seconds()
		r.tell(false)
	}
	if r.job.Validate.Len() == 0 {
		return point, 0, nil
	}
	values, err := r.trainer.mean()
	if err != nil {
		return point, 0, err
	}
	scores, err := r.programs.Score(ctx, r.job.Net, values, r.job.Validate)
	if err != nil {
		return point, 0, err
	}
	point.ValidationLoss = scores.Loss()
	point.Metric = point.ValidationLoss
	if r.job.Metric != nil {
		point.Metric = r.job.Metric(scores)
	}
	judged := point.ValidationLoss
	if r.job.Judge != nil {
		judged = r.job.Judge(scores)
	}
	if !finite(point.ValidationLoss) || !finite(point.Metric) || !finite(judged) {
		return point, 0, fmt.Errorf("epoch %d, learning rate %g: the validation loss is %g, the metric %g; lower learning_rate",
			epoch, point.LearningRate, point.ValidationLoss, point.Metric)
	}
	r.report.ValidationLoss, r.report.Metric = point.ValidationLoss, point.Metric
	r.tell(true)
	return point, judged, nil
}

func (r *run) tell(validated bool) {
	if r.job.Progress != nil {
		r.report.Validated = validated
		r.job.Progress(r.report)
	}
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
