package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"femur/cache"
	"femur/internal/runlog"
	"femur/internal/view"
)

func newDiffCommand(g *global) *cobra.Command {
	return &cobra.Command{
		Use:   "diff [RUN_A RUN_B]",
		Short: "Compare two runs: settings, artifacts and metrics",
		Long: `Shows what differs between two runs: variables and parameters, the artifacts that
the runs ended with, and their metrics side by side; without RUN_A and RUN_B, between the last two runs. A
unique beginning of an id will do.`,
		Example: `  femur diff
  femur runs
  femur diff 20261123-130509 20261123-141200`,
		Args: cobra.MatchAll(cobra.MaximumNArgs(2), func(_ *cobra.Command, args []string) error {
			if len(args) == 1 {
				return errors.New("one run is named; name two, or none for the last two")
			}
			return nil
		}),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				runs, err := g.runs().List()
				if err != nil {
					return err
				}
				if len(runs) < 2 {
					return &usageError{err: errors.New("there are no two runs to compare"), hint: "femur runs lists them."}
				}
				args = []string{runs[1].ID, runs[0].ID}
			}
			return runDiff(cmd.Context(), g, args[0], args[1])
		},
	}
}

// A pastRun is a run with the artifacts that it ended with, and the records behind them.
type pastRun struct {
	runlog.Run
	outputs map[string]view.Output // by ADDRESS.OUTPUT
	records map[string]cache.Record
}

func runDiff(ctx context.Context, g *global, idA, idB string) (err error) {
	store, err := g.openToRead()
	if err != nil {
		return err
	}
	defer closing(&err, store)
	a, err := g.pastRun(ctx, store, idA)
	if err != nil {
		return err
	}
	b, err := g.pastRun(ctx, store, idB)
	if err != nil {
		return err
	}
	d := view.RunDiff{A: a.ID, B: b.ID, Params: paramDiffs(a, b)}
	for _, name := range bothKeys(a.outputs, b.outputs) {
		if x, y := a.outputs[name].Digest, b.outputs[name].Digest; x != y {
			d.Artifacts = append(d.Artifacts, view.ArtifactDiff{Artifact: name, A: x, B: y})
		}
	}
	if d.Metrics, err = metricDiffs(ctx, store, a, b); err != nil {
		return err
	}
	return view.NewDiff(g.stream()).Diff(d)
}

func (g *global) pastRun(ctx context.Context, store cache.Store, id string) (pastRun, error) {
	r, err := g.findRun(id)
	if err != nil {
		return pastRun{}, err
	}
	p := pastRun{Run: r, outputs: map[string]view.Output{}, records: map[string]cache.Record{}}
	standings, err := g.runs().Standings(r.ID)
	if err != nil {
		return p, err
	}
	for _, s := range standings {
		for name, o := range s.Outputs {
			p.outputs[s.Address.Output(name)] = o
		}
		key, err := cache.ParseKey(s.Key)
		if err != nil {
			continue // it never came to have a key
		}
		record, err := store.Lookup(ctx, key)
		if err == nil {
			p.records[string(s.Address)] = record
		} else if !errors.Is(err, cache.ErrMiss) {
			return p, fmt.Errorf("run %s: %s: %w", r.ID, s.Address, err)
		}
	}
	return p, nil
}

// paramDiffs lists variables of the pipeline and parameters of instances that differ.
func paramDiffs(a, b pastRun) []view.ValueDiff {
	var diffs []view.ValueDiff
	for _, name := range bothKeys(a.Variables, b.Variables) {
		if x, y := a.Variables[name], b.Variables[name]; x != y {
			diffs = append(diffs, view.ValueDiff{Address: "var", Name: name, A: x, B: y})
		}
	}
	for _, address := range bothKeys(a.records, b.records) {
		x, okX := a.records[address]
		y, okY := b.records[address]
		if !okX || !okY {
			continue // the artifacts say that it is there on one side only
		}
		for _, c := range y.Recipe.Diff(x.Recipe) {
			if c.Kind == cache.Params || c.Kind == cache.Code {
				diffs = append(diffs, view.ValueDiff{Address: address, Name: c.Label, A: c.Old, B: c.New})
			}
		}
	}
	return diffs
}

// metricDiffs sets the estimates of both runs side by side.
func metricDiffs(ctx context.Context, store cache.Store, a, b pastRun) ([]view.MetricDiff, error) {
	x, err := estimates(ctx, store, a)
	if err != nil {
		return nil, err
	}
	y, err := estimates(ctx, store, b)
	if err != nil {
		return nil, err
	}
	var diffs []view.MetricDiff
	for _, k := range bothKeys(x, y) {
		d := view.MetricDiff{}
		for _, side := range []struct {
			in  map[string]view.Metric
			out **float64
		}{{x, &d.A}, {y, &d.B}} {
			if m, ok := side.in[k]; ok {
				d.Name, d.Arm, d.Group, d.Partition, d.Unit = m.Name, m.Arm, m.Group, m.Partition, m.Unit
				*side.out = &m.Estimate
			}
		}
		diffs = append(diffs, d)
	}
	return diffs, nil
}

// estimates reads the metrics artifacts of a run; one whose bytes are gone is passed over.
func estimates(ctx context.Context, store cache.Store, r pastRun) (map[string]view.Metric, error) {
	all := map[string]view.Metric{}
	for name, o := range r.outputs {
		digest, err := cache.ParseDigest(o.Digest)
		if err != nil || o.Type != string(cache.MediaJSON) {
			continue
		}
		b, err := cache.ReadAll(ctx, store, cache.Artifact{Media: cache.MediaJSON, Digest: digest, Size: o.Bytes})
		if errors.Is(err, cache.ErrMiss) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if metrics := readMetrics(b); metrics != nil {
			for _, m := range metrics.Estimates() {
				all[strings.Join([]string{name, m.Partition, m.Arm, m.Group, m.Name}, "\n")] = m
			}
		}
	}
	return all, nil
}

// bothKeys lists the keys of two maps, sorted.
func bothKeys[V any](a, b map[string]V) []string {
	keys := slices.AppendSeq(slices.Collect(maps.Keys(a)), maps.Keys(b))
	slices.Sort(keys)
	return slices.Compact(keys)
}
