package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"femur/cache"
	"femur/dag"
	"femur/internal/view"
)

// VerifyOptions are the flags of femur verify.
type VerifyOptions struct{ Rerun bool }

// AddFlags adds the flags to the command.
func (o *VerifyOptions) AddFlags(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&o.Rerun, "rerun", false, "do the work of the instances again, and compare the results")
}

func newVerifyCommand(g *global) *cobra.Command {
	var opts VerifyOptions
	cmd := &cobra.Command{
		Use:   "verify [ADDRESS…]",
		Short: "Check every blob, or whether work repeats to the byte",
		Long: `Reads every blob of the cache, or of the last results of the stages named, and
compares it with its digest. What is damaged is named, and made again by the next
femur run; the exit code is 1 then.

With --rerun, does the work of each instance named again, all items of it, from the
inputs that its record has, and compares the results bit by bit: the same to the
byte, or which output and item differ, in which row and column, tensor or pixel, and
by how much; the exit code is 1 then. Nothing upstream runs, and nothing in the
cache is replaced. That an instance was made again, and whether it was the same,
is shown by femur explain and femur ls --long.`,
		Example: `  femur verify
  femur verify compare.main
  femur verify --rerun 'train-localizer.main[model=vit-nano,fold=0]'
  femur verify --rerun crop-patches.main`,
		ValidArgsFunction: g.completeStages,
		RunE: func(cmd *cobra.Command, args []string) error {
			if opts.Rerun {
				return runVerifyRerun(cmd.Context(), g, args)
			}
			return runVerify(cmd.Context(), g, args)
		},
	}
	opts.AddFlags(cmd)
	return cmd
}

func runVerify(ctx context.Context, g *global, args []string) (err error) {
	if !g.haveCache() {
		return g.noCacheError()
	}
	store, _, err := g.openToPlan() // to write, so that what is damaged can be marked
	if err != nil {
		return err
	}
	defer closing(&err, store)
	v := verifier{ctx: ctx, store: store, seen: map[cache.Digest]bool{}}
	if len(args) == 0 {
		err = v.all()
	} else {
		err = v.some(args)
	}
	if err != nil {
		return err
	}
	if err := view.NewVerify(g.stream()).Verify(v.found); err != nil {
		return err
	}
	if n := len(v.found.Corrupt); n > 0 {
		return fmt.Errorf("%s of the cache damaged", view.Count(n, "blob"))
	}
	return nil
}

type verifier struct {
	ctx   context.Context
	store cache.Store
	seen  map[cache.Digest]bool
	found view.Verification
}

func (v *verifier) all() error {
	for a, err := range v.store.Blobs(v.ctx) {
		if err != nil {
			return fmt.Errorf("verify: %w", err)
		}
		if err := v.blob(a); err != nil {
			return err
		}
	}
	return nil
}

// some verifies the last results of instances, items included.
func (v *verifier) some(args []string) error {
	matched := false
	for address, err := range v.store.Addresses(v.ctx) {
		if err != nil {
			return fmt.Errorf("verify: %w", err)
		}
		if !listed(args, dag.Address(address)) {
			continue
		}
		matched = true
		r, _, err := newest(v.ctx, v.store, address)
		if err != nil {
			return err
		}
		for _, o := range r.Outputs {
			if err := v.blob(o.Artifact); err != nil {
				return err
			}
			if !o.Many {
				continue
			}
			m, err := members(v.ctx, v.store, o)
			if errors.Is(err, cache.ErrMiss) {
				continue // the manifest itself is damaged, and was counted
			}
			if err != nil {
				return fmt.Errorf("%s: %w", dag.Address(address).Output(o.Name), err)
			}
			for _, item := range m {
				if err := v.blob(item.Artifact); err != nil {
					return err
				}
			}
		}
	}
	if !matched {
		return usagef("the cache has nothing of %v", args)
	}
	return nil
}

// blob reads one blob whole. The store checks each part against its digest while it hands it out.
func (v *verifier) blob(a cache.Artifact) error {
	if v.seen[a.Digest] {
		return nil
	}
	v.seen[a.Digest] = true
	if err := v.ctx.Err(); err != nil {
		return err
	}
	v.found.Blobs++
	v.found.Bytes += a.Size
	err := v.read(a)
	if err == nil {
		return nil
	}
	if !errors.Is(err, cache.ErrMiss) {
		return fmt.Errorf("verify %s: %w", a.Digest.Short(), err)
	}
	bad := view.BadBlob{Digest: a.Digest.String(), Why: err.Error(), Of: []string{}}
	for r, err := range v.store.Producers(v.ctx, a.Digest) {
		if err != nil {
			return fmt.Errorf("verify %s: %w", a.Digest.Short(), err)
		}
		bad.Of = append(bad.Of, r.Name())
	}
	bad.Of = distinct(bad.Of)
	v.found.Corrupt = append(v.found.Corrupt, bad)
	return nil
}

func (v *verifier) read(a cache.Artifact) (err error) {
	blob, err := v.store.Open(v.ctx, a)
	if err != nil {
		return err
	}
	defer closing(&err, blob)
	_, err = io.Copy(io.Discard, io.NewSectionReader(blob, 0, blob.Size()))
	return err
}
