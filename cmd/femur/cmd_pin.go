package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"femur/cache"
	"femur/internal/retain"
	"femur/internal/runlog"
	"femur/internal/view"
)

func newPinCommand(g *global) *cobra.Command {
	return &cobra.Command{
		Use:   "pin RUN|ARTIFACT",
		Short: "Keep a run or an artifact, whatever gc removes",
		Long: `Keeps the results of a run, or an artifact with the result that it belongs to, until
femur unpin: femur gc removes nothing of them. An artifact is pinned as it is now;
what a later run makes in its place is not. femur ls --long and femur gc list pins.

What is pinned holds the data of the patients it was made from, also of those who
are withdrawn later.`,
		Example: `  femur pin 20261123-130509
  femur pin compare.main.metrics`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runPin(cmd.Context(), g, args[0])
		},
	}
}

func newUnpinCommand(g *global) *cobra.Command {
	return &cobra.Command{
		Use:   "unpin RUN|ARTIFACT",
		Short: "Stop keeping what was pinned",
		Long: `Takes a pin away. Nothing is removed by that, but by the next femur gc. A unique
beginning of a pin's name or digest will do.`,
		Example: `  femur unpin 20261123-130509`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runUnpin(cmd.Context(), g, args[0])
		},
	}
}

func runPin(ctx context.Context, g *global, name string) (err error) {
	if !g.haveCache() {
		return g.noCacheError()
	}
	store, _, err := g.openToPlan() // held, so that neither gc nor another pin is at work
	if err != nil {
		return err
	}
	defer closing(&err, store)
	pin, err := g.pinOf(ctx, store, name)
	if err != nil {
		return err
	}
	pins, err := retain.LoadPins(g.cacheDir())
	if err != nil {
		return err
	}
	if err := pins.Add(pin).Save(g.cacheDir()); err != nil {
		return err
	}
	model, err := pinModel(ctx, store, pin)
	if err != nil {
		return err
	}
	return view.NewGc(g.stream()).Pinned(model)
}

// pinOf finds what the name means: a run, else an artifact.
func (g *global) pinOf(ctx context.Context, store cache.Store, name string) (retain.Pin, error) {
	r, err := g.runs().Run(name)
	if err == nil {
		run, err := g.runKeys(r)
		if err == nil && len(run.Used) == 0 {
			err = usagef("run %s has no results to keep", r.ID)
		}
		return retain.Pin{Name: r.ID, Run: r.ID, Keys: run.Keys(), Since: g.now().UTC()}, err
	}
	if !errors.Is(err, runlog.ErrNoRun) {
		return retain.Pin{}, err
	}
	a, err := findArtifact(ctx, store, name)
	if err != nil {
		return retain.Pin{}, err
	}
	pin := retain.Pin{Name: a.Name, Blob: a.Digest, Keys: []cache.Key{}, Since: g.now().UTC()}
	if !a.Key.IsZero() {
		pin.Keys = append(pin.Keys, a.Key)
	}
	return pin, nil
}

func runUnpin(ctx context.Context, g *global, name string) (err error) {
	if !g.haveCache() {
		return g.noCacheError()
	}
	store, _, err := g.openToPlan()
	if err != nil {
		return err
	}
	defer closing(&err, store)
	pins, err := retain.LoadPins(g.cacheDir())
	if err != nil {
		return err
	}
	left, pin, err := pins.Remove(name)
	if err != nil {
		return &usageError{err: err, hint: "femur ls --long lists pins."}
	}
	if err := left.Save(g.cacheDir()); err != nil {
		return err
	}
	model, err := pinModel(ctx, store, pin)
	if err != nil {
		return err
	}
	return view.NewGc(g.stream()).Unpinned(model)
}
