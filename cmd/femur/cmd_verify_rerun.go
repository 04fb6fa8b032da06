package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"femur/cache"
	"femur/cache/badgerstore"
	"femur/dag"
	"femur/internal/overlay"
	"femur/internal/pipeline"
	"femur/internal/view"
)

// rerunFolders names the folders in a cache that hold what is being made again. Whoever has the cache open for
// writing may remove those of others: they were left by a process that was killed.
const rerunFolders = "rerun-"

func runVerifyRerun(ctx context.Context, g *global, args []string) (err error) {
	if len(args) == 0 {
		return &usageError{err: errors.New("--rerun: no instance is named"), hint: "Name what to make again: femur verify --rerun ADDRESS. femur ls lists what there is."}
	}
	if !g.haveCache() {
		return g.noCacheError()
	}
	p, err := g.load()
	if err != nil {
		return err
	}
	nodes, err := matchAll(p.Graph, args)
	if err != nil {
		return err
	}
	store, _, err := g.openToPlan() // to write, so that nothing changes meanwhile, and to note what came of it
	if err != nil {
		return err
	}
	defer closing(&err, store)
	defer closing(&err, g.device())
	r := rerunner{global: g, pipeline: p, store: store}
	recorded := make([]cache.Record, len(nodes))
	for i, n := range nodes { // all of them, before the first takes its time
		if recorded[i], err = r.recorded(ctx, n.Address); err != nil {
			return err
		}
	}
	found, failed := view.Reruns{Same: true}, error(nil)
	for i, n := range nodes {
		one, err := r.rerun(ctx, n.Address, recorded[i])
		if err != nil {
			failed = fmt.Errorf("%s, made again: %w", n.Address, err)
			break
		}
		found.Same = found.Same && one.Same
		found.Instances = append(found.Instances, one)
	}
	if len(found.Instances) > 0 {
		if err := view.NewVerify(g.stream()).Rerun(found); err != nil {
			return err
		}
	}
	return errors.Join(failed, differError(found))
}

// differError says that instances did not come out as they are recorded.
func differError(found view.Reruns) error {
	var names []string
	for _, one := range found.Instances {
		if !one.Same {
			names = append(names, one.Address)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return fmt.Errorf("made again, it is not what is recorded: %s", strings.Join(names, ", "))
}

// matchAll returns the instances that any of the targets means, in the pipeline's order.
func matchAll(graph *dag.Graph, targets []string) ([]*dag.Node, error) {
	meant := map[dag.Address]bool{}
	for _, target := range targets {
		nodes, err := graph.Match(target)
		if err != nil {
			return nil, &usageError{err: err}
		}
		for _, n := range nodes {
			meant[n.Address] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(graph.Nodes()), func(n *dag.Node) bool { return !meant[n.Address] }), nil
}

type rerunner struct {
	*global
	pipeline *pipeline.Pipeline
	store    cache.Store
}

func (r *rerunner) selection(a dag.Address) dag.Selection {
	return dag.Selection{Only: string(a), Recorded: true}
}

// recorded returns the record that the work of an instance would have now, with its inputs as they are
// recorded. An instance without one cannot be compared.
func (r *rerunner) recorded(ctx context.Context, a dag.Address) (cache.Record, error) {
	_, ran, err := newest(ctx, r.store, string(a))
	if err != nil {
		return cache.Record{}, err
	}
	if !ran {
		return cache.Record{}, &usageError{err: fmt.Errorf("%s: nothing is recorded of it", a), hint: "femur run makes it; femur ls lists what there is."}
	}
	plan, err := dag.NewPlan(ctx, r.pipeline.Graph, r.planOptions(r.store, r.selection(a)))
	var stale *dag.StaleInputError
	if errors.As(err, &stale) {
		return cache.Record{}, &usageError{err: fmt.Errorf("%s: its input %s is not in the cache whole", a, stale.Input), hint: "femur run makes it."}
	}
	if err != nil {
		return cache.Record{}, fmt.Errorf("plan: %w", err)
	}
	i := slices.IndexFunc(plan.Steps, func(s dag.Step) bool { return s.Address == a })
	if step := plan.Steps[i]; step.Record == nil {
		var why []string
		for _, reason := range step.Reasons {
			why = append(why, reason.Text)
		}
		return cache.Record{}, &usageError{
			err:  fmt.Errorf("%s: what decides it is not what was recorded", a),
			hint: strings.Join(why, "\n") + "\nSo the same work cannot be done again. femur run brings it up to date; femur explain says more.",
		}
	}
	return *plan.Steps[i].Record, nil
}

// rerun makes an instance again, compares, and notes what came of it.
func (r *rerunner) rerun(ctx context.Context, a dag.Address, recorded cache.Record) (_ view.Rerun, err error) {
	dir, err := os.MkdirTemp(r.cacheDir(), rerunFolders)
	if err != nil {
		return view.Rerun{}, fmt.Errorf("cache: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	top, err := badgerstore.Open(dir, badgerstore.Options{Log: r.log.Named("rerun")})
	if err != nil {
		return view.Rerun{}, err
	}
	defer closing(&err, top)
	made, err := r.again(ctx, a, overlay.New(r.store, top))
	if err != nil {
		return view.Rerun{}, err
	}
	one := view.Rerun{
		Address: string(a), Key: recorded.Key.String(), Purity: string(recorded.Purity), Seconds: made.Facts.Seconds,
		Run: recorded.Facts.Run, Time: recorded.Facts.Started, Accepted: recorded.Facts.Accepted,
		Environment: environmentChanges(recorded.Facts.Environment, made.Facts.Environment),
	}
	one.Outputs, err = comparer{was: r.store, now: top}.outputs(ctx, recorded.Outputs, made.Outputs)
	if err != nil {
		return one, err
	}
	one.Same = !slices.ContainsFunc(one.Outputs, func(o view.RerunOutput) bool { return !o.Same })
	return one, noteVerified(ctx, r.store, recorded, one, r.now())
}

// again runs the instance against the overlay and returns its new record.
func (r *rerunner) again(ctx context.Context, a dag.Address, results *overlay.Results) (cache.Record, error) {
	selection := r.selection(a)
	selection.Force = []string{string(a)}
	options := r.planOptions(r.store, selection)
	options.Results = results
	screen := r.rerunScreen(a)
	runner := &dag.Runner{
		Options: options, Executor: r.executor(results, options.Files), Observer: screen,
		Jobs: 1, DeviceSlots: 1, Log: r.stageLog(), Host: hostname(), Now: r.now,
	}
	_, err := runner.Run(ctx, r.pipeline.Graph, dag.RunOptions{})
	err = errors.Join(err, screen.Close())
	if ctx.Err() != nil {
		return cache.Record{}, ctx.Err() // whatever it led to
	}
	var failed *dag.StageError
	if errors.As(err, &failed) {
		err = failed.Err // the address is told by who asked
	}
	if err != nil {
		return cache.Record{}, err
	}
	made, ok := results.Made(string(a))
	if !ok {
		return made, errors.New("it made no record")
	}
	return made, nil
}

// environmentChanges lists what differs between two environments.
func environmentChanges(was, now map[string]string) []view.ValueChange {
	names := slices.AppendSeq(slices.Collect(maps.Keys(was)), maps.Keys(now))
	slices.Sort(names)
	var changes []view.ValueChange
	for _, name := range slices.Compact(names) {
		if was[name] != now[name] {
			changes = append(changes, view.ValueChange{Name: name, Was: was[name], Now: now[name]})
		}
	}
	return changes
}

// removeReruns removes what a process that was killed left of what it made again. The cache must be open for
// writing, so that no other process makes anything.
func removeReruns(cacheDir string) error {
	entries, err := os.ReadDir(cacheDir)
	if err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), rerunFolders) {
			continue
		}
		if err := os.RemoveAll(filepath.Join(cacheDir, e.Name())); err != nil {
			return fmt.Errorf("cache: %w", err)
		}
	}
	return nil
}
