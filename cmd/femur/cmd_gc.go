package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"femur/cache"
	"femur/cache/badgerstore"
	"femur/dag"
	"femur/internal/retain"
	"femur/internal/runlog"
	"femur/internal/view"
)

// GcOptions are the flags of femur gc.
type GcOptions struct {
	KeepRuns  int
	OlderThan string
	DryRun    bool
}

// AddFlags adds the flags to the command.
func (o *GcOptions) AddFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.IntVar(&o.KeepRuns, "keep-runs", 1, "keep what the last `N` runs of each pipeline need")
	f.StringVar(&o.OlderThan, "older-than", "", "remove only what belongs to runs older than this `AGE`: 36h, 30d, 8w")
	f.BoolVar(&o.DryRun, "dry-run", false, "show what would go and remove nothing")
}

func newGcCommand(g *global) *cobra.Command {
	var opts GcOptions
	cmd := &cobra.Command{
		Use:   "gc",
		Short: "Remove what no kept run needs",
		Long: `Removes what nothing needs any more and gives the room back to the disk. Kept are,
with all they were made from:
  - the newest result of every instance of the pipeline, as its file says now
  - the results of the last run of each pipeline (--keep-runs), and of the failed
    or interrupted ones since then; with --older-than also those of all runs that
    are younger
  - what is pinned, and items that an interrupted stage has finished

Nothing of what is removed stays in any file of the cache. To have the data of a
patient who was withdrawn gone: remove it from the source, femur run, femur gc.`,
		Example: `  femur gc --dry-run
  femur gc --keep-runs 5
  femur gc --older-than 30d`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runGc(cmd.Context(), opts, g)
		},
	}
	opts.AddFlags(cmd)
	return cmd
}

func runGc(ctx context.Context, opts GcOptions, g *global) error {
	rule := retain.Rule{Newest: opts.KeepRuns}
	if opts.KeepRuns < 0 {
		return usagef("gc: --keep-runs %d: want 0 or more", opts.KeepRuns)
	}
	if opts.OlderThan != "" {
		age, err := retain.ParseAge(opts.OlderThan)
		if err != nil {
			return usagef("gc: --older-than: %w", err)
		}
		rule.Since = g.now().Add(-age)
	}
	if !g.haveCache() {
		return g.noCacheError()
	}
	c := view.Collection{DryRun: opts.DryRun, Before: badgerstore.DiskUse(g.cacheDir())}
	if err := g.collect(ctx, rule, &c); err != nil {
		return err
	}
	if c.After = badgerstore.DiskUse(g.cacheDir()); c.DryRun {
		c.After = max(0, c.Before-c.Stored)
	}
	if err := view.NewGc(g.stream()).Collection(c); err != nil {
		return err
	}
	if c.Short > 0 {
		return fmt.Errorf("traces of what was removed may be left in the files of the cache: to remove these, femur gc needs %s more of free disk", view.Bytes(c.Short))
	}
	return nil
}

// collect cleans the cache up while it holds it.
func (g *global) collect(ctx context.Context, rule retain.Rule, c *view.Collection) (err error) {
	p, err := g.load() // what the newest results are of
	if err != nil {
		return err
	}
	store, _, err := g.openToPlan()
	if err != nil {
		return err
	}
	defer closing(&err, store)
	request := retain.Request{DryRun: c.DryRun}
	for _, n := range p.Graph.Nodes() {
		request.Addresses = append(request.Addresses, string(n.Address))
	}
	if request.Pins, err = retain.LoadPins(g.cacheDir()); err != nil {
		return err
	}
	listed, err := g.runs().List()
	if err != nil {
		return err
	}
	for _, r := range listed {
		run, err := g.runKeys(r)
		if err != nil {
			return err
		}
		request.Runs = append(request.Runs, run)
	}
	request.Kept = retain.Choose(request.Runs, rule, request.Pins)
	if c.Stale, c.Files, err = g.pruneFiles(ctx, p.Graph, store, c.DryRun); err != nil {
		return err
	}
	result, err := retain.Collect(ctx, store, request)
	if err != nil {
		return err
	}
	c.Records, c.Blobs, c.Stored = result.Records, result.Blobs, result.Bytes
	c.Forgotten, c.Short = result.Forgotten, result.Short
	for _, r := range listed {
		c.Runs = append(c.Runs, view.KeptRun{
			ID: r.ID, Pipeline: r.Pipeline, State: g.runModel(r).State, Started: r.Started, Kept: request.Kept[r.ID], Alone: result.Alone[r.ID],
		})
	}
	for _, a := range result.Addresses {
		c.Removed = append(c.Removed, view.RemovedOf(a))
	}
	for _, pin := range request.Pins {
		model, err := pinModel(ctx, store, pin)
		if err != nil {
			return err
		}
		c.Pins = append(c.Pins, model)
	}
	if c.DryRun {
		return nil
	}
	return g.dropRuns(request.Kept, result.Item)
}

// dropRuns removes the folders of runs that are not kept, and from the others the names of items that are gone.
func (g *global) dropRuns(kept map[string]string, item func(cache.ItemID) bool) error {
	if _, err := g.runs().RemoveExcept(func(id string) bool { return kept[id] != "" }); err != nil {
		return err
	}
	for id := range kept {
		named := func(name string) bool {
			_, id, _ := strings.Cut(name, " ") // "- patient_1.png"
			return item(cache.ItemID(id))
		}
		if err := g.runs().ForgetItems(id, named); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

// runKeys lists what a run used or made. A run whose events cannot be read keeps nothing by itself, which
// must not happen unsaid.
func (g *global) runKeys(r runlog.Run) (retain.Run, error) {
	run := retain.Run{ID: r.ID, Pipeline: r.Pipeline, Done: r.State == runlog.Done, Started: r.Started}
	for e, err := range g.runs().Events(r.ID) {
		if err != nil {
			return run, fmt.Errorf("what it needs cannot be told: %w; remove the folder of the run if that does not matter", err)
		}
		if e.Event != view.EventStageEnd || e.Key == "" || e.Result != dag.ResultHit && e.Result != dag.ResultDone {
			continue
		}
		k, err := cache.ParseKey(e.Key)
		if err != nil {
			return run, fmt.Errorf("run %s: %s: %w", r.ID, e.Address, err)
		}
		run.Used = append(run.Used, retain.Used{Address: string(e.Address), Key: k})
	}
	return run, nil
}

// A pruner is an index of files that can drop those that were not asked for.
type pruner interface {
	Prune(ctx context.Context) (dropped int, err error)
}

// pruneFiles plans the pipeline, and drops from the index the files that it does not read any more. It
// returns the instances that are not up to date. A pipeline that cannot be planned, as for want of its
// files, leaves the index as it is.
func (g *global) pruneFiles(ctx context.Context, graph *dag.Graph, store cache.Store, dryRun bool) (stale []string, dropped int, err error) {
	options := g.planOptions(store, dag.Selection{})
	plan, err := dag.NewPlan(ctx, graph, options)
	if err != nil {
		if ctx.Err() != nil {
			return nil, 0, ctx.Err()
		}
		g.log.Warn("plan the pipeline, to clean up the index of files", "error", err)
		for _, n := range graph.Nodes() {
			stale = append(stale, string(n.Address))
		}
		return stale, 0, nil
	}
	for _, s := range plan.Steps {
		if s.State != dag.Hit {
			stale = append(stale, string(s.Address))
		}
	}
	if files, ok := options.Files.(pruner); ok && !dryRun {
		dropped, err = files.Prune(ctx)
	}
	return stale, dropped, err
}

// pinModel makes the model of a pin.
func pinModel(ctx context.Context, store cache.Store, pin retain.Pin) (view.PinnedResult, error) {
	m := view.PinnedResult{Name: pin.Name, Kind: "run", Results: len(pin.Keys), Since: pin.Since.Round(time.Second)}
	if pin.Run == "" {
		m.Kind, m.Digest = "artifact", pin.Blob.String()
	}
	for _, k := range pin.Keys {
		if _, err := store.Lookup(ctx, k); errors.Is(err, cache.ErrMiss) {
			m.Gone++
		} else if err != nil {
			return m, fmt.Errorf("pin %s: %w", pin.Name, err)
		}
	}
	return m, nil
}
