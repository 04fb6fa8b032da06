package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/hashicorp/go-hclog"
	"github.com/spf13/cobra"

	"femur/dag"
	"femur/internal/pipeline"
	"femur/internal/runlog"
	"femur/internal/settings"
	"femur/internal/view"
)

const runName = "run"

// RunOptions are the flags of femur run.
type RunOptions struct {
	PlanOptions
	KeepGoing bool
	DryRun    bool
	jobs      int // a setting; read through global
}

// AddFlags adds the flags to the command.
func (o *RunOptions) AddFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringArrayVar(&o.From, "from", nil, "run again from this `ADDRESS` on, whatever is cached")
	f.StringArrayVar(&o.Force, "force", nil, "run this `ADDRESS` again, whatever is cached")
	f.StringVar(&o.Only, "only", "", "bring this `ADDRESS` alone up to date")
	f.BoolVar(&o.KeepGoing, "keep-going", false, "after a failure, go on with what does not depend on it")
	f.IntVarP(&o.jobs, "jobs", "j", 0, "stages that run at once (0: one per two processors)")
	f.BoolVar(&o.DryRun, "dry-run", false, "show the plan and run nothing")
}

func newRunCommand(g *global) *cobra.Command {
	var opts RunOptions
	cmd := &cobra.Command{
		Use:   runName + " [TARGET…]",
		Short: "Bring results up to date",
		Long: `Brings the targets up to date, or the whole pipeline: what is in the cache is
reused, the rest runs, independent stages at the same time.

The first Ctrl-C starts nothing more and keeps what is finished; the second one
stops at once. femur status and femur logs work from another terminal meanwhile.

With --json, stdout has one event a line: run-start, stage-start, progress,
stage-end and run-end.`,
		Example: `  femur run
  femur run compare.main -j 4
  femur run --var patients=200
  femur run --from train-classifiers.main --keep-going`,
		ValidArgsFunction: g.completeStages,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runRun(cmd.Context(), opts, g, args)
		},
	}
	opts.AddFlags(cmd)
	return cmd
}

func runRun(ctx context.Context, opts RunOptions, g *global, args []string) (err error) {
	if opts.DryRun {
		return runPlan(ctx, opts.PlanOptions, g, args)
	}
	p, err := g.load() // before the cache is opened: a fault in the file touches nothing
	if err != nil {
		return err
	}
	selection := dag.Selection{Targets: args, From: opts.From, Force: opts.Force, Only: opts.Only}
	if err := checkSelection(p.Graph, selection); err != nil {
		return err
	}
	store, err := g.openToRun()
	if err != nil {
		return err
	}
	defer closing(&err, store)
	defer closing(&err, g.device())
	record, err := g.runs().Create(g.runHeader(p, args), g.now())
	if err != nil {
		return err
	}
	screen := view.NewRun(g.stream())
	stopped := make(chan struct{})
	go func() {
		select {
		case <-g.stop:
			screen.Stopping()
		case <-stopped:
		}
	}()
	options, found := g.planOptions(store, selection), &finding{}
	runner := &dag.Runner{
		Options:     options,
		Executor:    g.executor(store, options.Files),
		Observer:    observers{record, screen, found},
		Jobs:        g.jobs(),
		DeviceSlots: 1,
		LogSink:     record.LogSink,
		Log:         g.stageLog(),
		Host:        hostname(),
		Now:         g.now,
	}
	summary, runErr := runner.Run(ctx, p.Graph, dag.RunOptions{ID: record.ID(), KeepGoing: opts.KeepGoing, Stop: g.stop})
	close(stopped)
	answers, err := found.answers(ctx, store)
	screen.Found(answers)
	err = errors.Join(err, screen.Close(), record.Close(g.now()))
	return errors.Join(runOutcome(summary, runErr), err)
}

// runOutcome is the error that a run ends with.
func runOutcome(s dag.Summary, err error) error {
	switch {
	case len(s.Failures) > 0:
		return &failedError{failures: s.Failures, interrupted: s.Interrupted}
	case s.Interrupted:
		return errInterrupted
	}
	return err
}

// observers tells each of them everything, in order.
type observers []dag.Observer

// Observe implements [dag.Observer].
func (o observers) Observe(e dag.Event) {
	for _, one := range o {
		one.Observe(e)
	}
}

// runHeader is what a run's folder says about what was asked for.
func (g *global) runHeader(p *pipeline.Pipeline, targets []string) runlog.Run {
	variables := map[string]string{}
	for _, v := range p.Variables {
		variables[v.Name] = g.recorded(v.Value)
	}
	return runlog.Run{
		Pipeline: p.Name, File: filepath.Base(p.File), Text: string(p.Source), Variables: variables,
		Targets: targets, Version: version(), Host: hostname(), PID: os.Getpid(),
	}
}

// stageLog is where stages print besides their own logs. Unless the user asked for a level that is
// nowhere: a failure is one message, which says where the log is.
func (g *global) stageLog() hclog.Logger {
	for _, o := range g.settings.Origins {
		if o.Name == "log_level" && o.From != settings.Default {
			return g.log.Named("dag")
		}
	}
	return hclog.NewNullLogger()
}

// jobs is how many stages run at once. Most stages use several processors themselves.
func (g *global) jobs() int {
	if g.settings.Jobs > 0 {
		return g.settings.Jobs
	}
	return max(1, runtime.NumCPU()/2)
}

// hostname names this machine in the record of a result; it is a fact, not part of any key.
func hostname() string {
	name, err := os.Hostname()
	if err != nil {
		return fmt.Sprintf("unknown (%v)", err)
	}
	return name
}
