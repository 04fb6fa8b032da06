package main

import (
	"context"

	"github.com/spf13/cobra"

	"femur/cache"
	"femur/dag"
	"femur/internal/retain"
	"femur/internal/view"
)

// LsOptions are the flags of femur ls.
type LsOptions struct{ Long bool }

// AddFlags adds the flags to the command.
func (o *LsOptions) AddFlags(cmd *cobra.Command) {
	cmd.Flags().BoolVarP(&o.Long, "long", "l", false, "add digests, times and pins; lines are not cut")
}

func newLsCommand(g *global) *cobra.Command {
	var opts LsOptions
	cmd := &cobra.Command{
		Use:   "ls [ADDRESS…]",
		Short: "List artifacts",
		Long: `Lists every artifact in the cache as it was made last: the outputs of each
instance. ADDRESS limits the list to stages or instances.`,
		Example: `  femur ls
  femur ls compare.main --long`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runLs(cmd.Context(), opts, g, args)
		},
	}
	opts.AddFlags(cmd)
	return cmd
}

func runLs(ctx context.Context, opts LsOptions, g *global, args []string) (err error) {
	store, err := g.openToRead()
	if err != nil {
		return err
	}
	defer closing(&err, store)
	l := view.ArtifactList{Of: args}
	pins, err := retain.LoadPins(g.cacheDir())
	if err != nil {
		return err
	}
	for _, pin := range pins {
		model, err := pinModel(ctx, store, pin)
		if err != nil {
			return err
		}
		l.Pins = append(l.Pins, model)
	}
	counted := map[cache.Digest]bool{}
	count := func(a cache.Artifact) {
		if !counted[a.Digest] {
			counted[a.Digest] = true
			l.Bytes += a.Size
		}
	}
	for address, err := range store.Addresses(ctx) {
		if err != nil {
			return err
		}
		if !listed(args, dag.Address(address)) {
			continue
		}
		r, ran, err := newest(ctx, store, address)
		if err != nil {
			return err
		}
		if !ran {
			continue
		}
		verified, err := lastVerified(ctx, store, r)
		if err != nil {
			return err
		}
		for _, o := range r.Outputs {
			a := artifactModel(found{Output: o, Name: dag.Address(address).Output(o.Name), Facts: r.Facts})
			a.Pinned, a.Verified = pins.Names(r.Key), verified
			count(o.Artifact)
			if o.Many {
				if m, err := members(ctx, store, o); err == nil {
					a.Bytes = o.Size
					for _, item := range m {
						a.Bytes += item.Size
						count(item.Artifact)
					}
				}
			}
			l.Artifacts = append(l.Artifacts, a)
		}
	}
	return view.NewLs(g.stream(), opts.Long).Ls(l)
}

// listed reports whether an address is among those asked for; no question means all.
func listed(args []string, a dag.Address) bool {
	for _, arg := range args {
		if arg == string(a) || arg == a.Stage() || arg == a.Kind() {
			return true
		}
	}
	return len(args) == 0
}

func artifactModel(f found) view.Artifact {
	media := f.Media
	if f.Many {
		media = f.ItemMedia
	}
	return view.Artifact{
		Artifact: f.Name, Digest: f.Digest.String(), Type: string(media), Items: f.Items, Bytes: f.Size,
		Run: f.Facts.Run, Time: f.Facts.Started,
	}
}
