package main

import (
	"context"

	"github.com/spf13/cobra"

	"femur/internal/view"
)

// ShowOptions are the flags of femur show.
type ShowOptions struct {
	Item string
	Rows int
	All  bool
}

// AddFlags adds the flags to the command.
func (o *ShowOptions) AddFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.Item, "item", "", "one item of a manifest, by its `ID`")
	cmd.Flags().IntVar(&o.Rows, "rows", 40, "rows of a table to show; 0 for all")
	cmd.Flags().BoolVar(&o.All, "all", false, "all rows of a table, and all parts of metrics: development too, not only test")
}

func newShowCommand(g *global) *cobra.Command {
	var opts ShowOptions
	cmd := &cobra.Command{
		Use:   "show ARTIFACT",
		Short: "Print an artifact",
		Long: `Prints an artifact in the form that suits it: tables as tables, metrics with their
intervals below the answers that they give, JSON, lists of items, the tensors of a
model, images as well as the terminal can. ARTIFACT is ADDRESS.OUTPUT, or at least 6 digits of a digest.`,
		Example: `  femur show compare.main.metrics
  femur show ingest.cohort.index --all
  femur show ingest.cohort.radiographs
  femur show 'predict-centers.main[model=cnn-small].table' --rows 10
  femur show 1f2e3d4c`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runShow(cmd.Context(), opts, g, args[0])
		},
	}
	opts.AddFlags(cmd)
	return cmd
}

func runShow(ctx context.Context, opts ShowOptions, g *global, name string) (err error) {
	store, err := g.openToRead()
	if err != nil {
		return err
	}
	defer closing(&err, store)
	f, err := findArtifact(ctx, store, name)
	if err != nil {
		return err
	}
	if opts.Item != "" {
		if f, err = f.member(ctx, store, opts.Item); err != nil {
			return err
		}
	}
	if opts.All {
		opts.Rows = 0
	}
	stream := g.stream()
	c, err := readContent(ctx, store, f, reading{rows: opts.Rows, all: opts.All, size: stream.PictureSize})
	if err != nil {
		return err
	}
	return view.NewShow(stream).Show(c)
}
