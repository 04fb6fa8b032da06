package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"femur/cache"
	"femur/cache/badgerstore"
	"femur/dag"
	"femur/internal/runlog"
	"femur/internal/view"
)

// The states of an instance in a status.
const (
	stateFresh   = "fresh"   // its result is in the cache
	stateStale   = "stale"   // it was executed before, and would be again
	stateNever   = "never"   // it was never executed
	stateRunning = "running" // it is executing now
	stateFailed  = "failed"  // it failed in the last run that came to it, or its sources cannot be read
)

func newStatusCommand(g *global) *cobra.Command {
	return &cobra.Command{
		Use:   "status [TARGET…]",
		Short: "Show how each stage stands, also during a run",
		Long: `Shows of each instance whether its result is fresh, stale (it would run again),
or was never made, whether it is running, failed in the last run, or cannot read its
sources; with the time of its last execution. During a run the answer comes from the
run's own folder.`,
		Example: `  femur status
  femur status train-classifiers.main
  femur status --json`,
		ValidArgsFunction: g.completeStages,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runStatus(cmd.Context(), g, args)
		},
	}
}

func runStatus(ctx context.Context, g *global, args []string) (err error) {
	store, noCache, err := g.openToPlan()
	if errors.Is(err, cache.ErrLocked) {
		return g.statusMeanwhile(args)
	}
	if err != nil {
		return err
	}
	defer closing(&err, store)
	options := g.planOptions(store, dag.Selection{Targets: args})
	options.Survey = true // a source that is gone hides nothing of the other stages
	p, plan, err := g.planWith(ctx, options)
	if err != nil {
		return err
	}
	table := planTable(p.Name, plan)
	table.NoCache = noCache
	failed, err := g.lastFailures()
	if err != nil {
		return err
	}
	for i := range table.Stages {
		s := &table.Stages[i]
		last, ran, err := newest(ctx, store, s.Address)
		if err != nil {
			return err
		}
		if ran {
			s.LastRun, s.LastTime, s.Seconds = last.Facts.Run, last.Facts.Started, last.Facts.Seconds
		}
		switch f, ok := failed[dag.Address(s.Address)]; {
		case plan.Steps[i].Err != nil:
			s.State, s.Error, s.Unplanned = stateFailed, plan.Steps[i].Err.Error(), true
		case s.State == string(dag.Hit):
			s.State = stateFresh
		case ok && f.Ended.After(s.LastTime):
			s.State, s.Error, s.LastTime, s.Seconds = stateFailed, f.Error, f.Ended, f.Seconds
		case ran:
			s.State = stateStale
		default:
			s.State = stateNever
		}
	}
	return view.NewStatus(g.stream()).Status(table)
}

// newest returns the record of the last execution of an instance.
func newest(ctx context.Context, store cache.Store, address string) (cache.Record, bool, error) {
	for r, err := range store.History(ctx, address) {
		return r, err == nil, err
	}
	return cache.Record{}, false, nil
}

// lastFailures lists the instances whose last word in any run is that they failed. Runs are read from
// the newest back; an instance that a newer run executed is not looked up in older ones.
func (g *global) lastFailures() (map[dag.Address]runlog.Standing, error) {
	runs, err := g.runs().List()
	if err != nil {
		return nil, err
	}
	failed, known := map[dag.Address]runlog.Standing{}, map[dag.Address]bool{}
	const back = 20 // failures older than that are history, and each run costs reading a file
	for _, r := range runs[:min(back, len(runs))] {
		standings, err := g.runs().Standings(r.ID)
		if err != nil {
			g.log.Debug("run cannot be read", "run", r.ID, "error", err)
			continue
		}
		for _, s := range standings {
			if known[s.Address] || s.Result == "" || s.Result == dag.ResultSkipped {
				continue
			}
			known[s.Address] = true
			if s.Result == dag.ResultFailed {
				failed[s.Address] = s
			}
		}
	}
	return failed, nil
}

// statusMeanwhile tells how the instances of a run stand while it holds the cache.
func (g *global) statusMeanwhile(args []string) error {
	holder, held, err := badgerstore.HeldBy(g.cacheDir())
	if err != nil {
		return err
	}
	run, err := g.runs().Last()
	if err != nil || run.State != runlog.Running || held && holder.PID != run.PID {
		return &usageError{
			err:  fmt.Errorf("the cache is in use by process %d on %s, which is no run", holder.PID, holder.Host),
			hint: "Wait until it is done.",
		}
	}
	p, err := g.load()
	if err != nil {
		return err
	}
	if err := checkSelection(p.Graph, dag.Selection{Targets: args}); err != nil {
		return err
	}
	standings, err := g.runs().Standings(run.ID)
	if err != nil {
		return err
	}
	before, err := g.executedBefore(run.ID)
	if err != nil {
		return err
	}
	t := view.StageTable{Pipeline: run.Pipeline, Run: run.ID, Stages: []view.Stage{}}
	for _, s := range standings {
		if len(args) > 0 && !matches(p.Graph, args, s.Address) {
			continue
		}
		stage := view.Stage{
			Address: string(s.Address), Kind: s.Address.Kind(), Key: s.Key, Reasons: s.Reasons,
			Outputs: s.Outputs, Seconds: s.Seconds, Error: s.Error, LastTime: s.Ended, LastRun: run.ID,
		}
		switch {
		case s.Running():
			stage.State, stage.Progress, stage.LastTime = stateRunning, s.Progress, s.Started
			t.Totals.Run++
		case s.Result == dag.ResultHit, s.Result == dag.ResultDone:
			stage.State = stateFresh
			t.Totals.Hit++
		case s.Result == dag.ResultFailed:
			stage.State = stateFailed
			t.Totals.Run++
		default: // it waits for its turn, or for an input
			stage.State = stateNever
			if before[s.Address] {
				stage.State = stateStale
			}
			t.Totals.Depends++
		}
		if stage.Reasons == nil {
			stage.Reasons = []view.Reason{}
		}
		if stage.Outputs == nil {
			stage.Outputs = map[string]view.Output{}
		}
		t.Stages = append(t.Stages, stage)
	}
	return view.NewStatus(g.stream()).Status(t)
}

// executedBefore lists the instances that had a result in some run before this one, by the runs' own
// folders, since the cache is in use.
func (g *global) executedBefore(id string) (map[dag.Address]bool, error) {
	runs, err := g.runs().List()
	if err != nil {
		return nil, err
	}
	before := map[dag.Address]bool{}
	for _, r := range runs {
		if r.ID >= id {
			continue
		}
		standings, err := g.runs().Standings(r.ID)
		if err != nil {
			g.log.Debug("run cannot be read", "run", r.ID, "error", err)
			continue
		}
		for _, s := range standings {
			if s.Result == dag.ResultDone || s.Result == dag.ResultHit {
				before[s.Address] = true
			}
		}
	}
	return before, nil
}

// matches reports whether one of the targets means the address.
func matches(graph *dag.Graph, targets []string, a dag.Address) bool {
	for _, t := range targets {
		nodes, err := graph.Match(t)
		if err != nil {
			continue
		}
		for _, n := range nodes {
			if n.Address == a {
				return true
			}
		}
	}
	return false
}
