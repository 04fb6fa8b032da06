package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"femur/cache/badgerstore"
	"femur/internal/runlog"
	"femur/internal/view"
)

func newRunsCommand(g *global) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "runs",
		Short: "List runs, or show one",
		Long: `Lists the runs of this cache, the newest first: when, how long, and how they ended.
runs show tells of one run what was asked for and how each instance ended.`,
		Example: `  femur runs
  femur runs show 20261123-130509`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runRuns(cmd.Context(), g)
		},
	}
	cmd.AddCommand(&cobra.Command{
		Use:     "show ID",
		Short:   "Show one run",
		Example: "  femur runs show 20261123-130509",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runRunsShow(cmd.Context(), g, args[0])
		},
	})
	return cmd
}

func runRuns(_ context.Context, g *global) error {
	runs, err := g.runs().List()
	if err != nil {
		return err
	}
	l := view.RunList{}
	for _, r := range runs {
		l.Runs = append(l.Runs, g.runModel(r))
	}
	return view.NewRuns(g.stream()).List(l)
}

func runRunsShow(_ context.Context, g *global, id string) error {
	r, err := g.findRun(id)
	if err != nil {
		return err
	}
	m := g.runModel(r)
	standings, err := g.runs().Standings(r.ID)
	if err != nil {
		return err
	}
	for _, s := range standings {
		result := string(s.Result)
		switch {
		case s.Running() && m.State == string(runlog.Running):
			result = stateRunning
		case result == "":
			result = "-" // the run ended before it came to this one
		}
		outputs := s.Outputs
		if outputs == nil {
			outputs = map[string]view.Output{}
		}
		m.Stages = append(m.Stages, view.RunStage{Address: string(s.Address), Result: result, Seconds: s.Seconds, Error: s.Error, Outputs: outputs})
	}
	return view.NewRuns(g.stream()).Show(m)
}

// findRun makes an id that there is no run for a usage error.
func (g *global) findRun(id string) (runlog.Run, error) {
	r, err := g.runs().Run(id)
	if errors.Is(err, runlog.ErrNoRun) {
		return r, &usageError{err: err}
	}
	return r, err
}

// runModel makes the model of a run. One that says it is running while nobody holds the cache was
// abandoned: its process was killed.
func (g *global) runModel(r runlog.Run) view.RunItem {
	if r.State == runlog.Running {
		if holder, held, err := badgerstore.HeldBy(g.cacheDir()); err == nil && (!held || holder.PID != r.PID) {
			r.State = runlog.Abandoned
		} else if seconds := g.now().Sub(r.Started).Seconds(); seconds > 0 {
			r.Seconds = seconds
		}
	}
	if r.Targets == nil {
		r.Targets = []string{}
	}
	return view.RunItem{
		ID: r.ID, State: string(r.State), Pipeline: r.Pipeline, File: r.File, Targets: r.Targets, Variables: r.Variables,
		Femur: r.Version, Host: r.Host, Started: r.Started, Seconds: r.Seconds, Totals: r.Totals,
	}
}
