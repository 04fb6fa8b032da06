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

func newVerifyCommand(g *global) *cobra.Command {
	return &cobra.Command{
		Use:   "verify [ADDRESS…]",
		Short: "Check every blob against its digest",
		Long: `Reads every blob of the cache, or of the last results of the stages named, and
compares it with its digest. What is damaged is named, and made again by the next
femur run; the exit code is 1 then.`,
		Example: `  femur verify
  femur verify compare.main`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runVerify(cmd.Context(), g, args)
		},
	}
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
