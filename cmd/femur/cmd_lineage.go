package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"femur/cache"
	"femur/dag"
	"femur/internal/lineage"
	"femur/internal/view"
)

// LineageOptions are the flags of femur lineage.
type LineageOptions struct {
	Up, Down bool
	Format   string
	All      bool
}

// AddFlags adds the flags to the command.
func (o *LineageOptions) AddFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.BoolVar(&o.Up, "up", false, "where it came from")
	f.BoolVar(&o.Down, "down", false, "what it feeds")
	f.StringVar(&o.Format, "format", "tree", "tree, json or dot")
	f.BoolVar(&o.All, "all", false, "every instance and item in the tree, none drawn together")
}

func newLineageCommand(g *global) *cobra.Command {
	var opts LineageOptions
	cmd := &cobra.Command{
		Use:   "lineage SUBJECT",
		Short: "Show where something came from and what it feeds",
		Long: `Shows what a result was made from (--up) and what was made of it (--down), by the
records of the cache; both unless one is asked for. SUBJECT is one of

  ADDRESS.OUTPUT, or digits of a digest   an artifact
  image:ID                                one image, item by item
  patient:ID                              all images of a patient
  metric:ADDRESS.NAME                     a number in the metrics of a stage

The tree draws together what differs in its matrix alone and is made from and feeds
the same, NAME ×6; --all, --format and --json show each.`,
		Example: `  femur lineage metric:compare.main.auroc
  femur lineage patient:100 --down
  femur lineage patient:100 --all
  femur lineage compare.main.report --up --format dot | dot -Tsvg > report.svg`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runLineage(cmd.Context(), opts, g, args[0])
		},
	}
	opts.AddFlags(cmd)
	return cmd
}

func runLineage(ctx context.Context, opts LineageOptions, g *global, subject string) (err error) {
	format, err := oneOf("format", opts.Format, view.LineageTree, view.LineageJSON, view.LineageDot)
	if err != nil {
		return err
	}
	store, err := g.openToRead()
	if err != nil {
		return err
	}
	defer closing(&err, store)
	world, err := lineage.Open(ctx, store)
	if err != nil {
		return err
	}
	if !opts.Up && !opts.Down {
		opts.Up, opts.Down = true, true
	}
	var l view.Lineage
	kind, id, _ := strings.Cut(subject, ":")
	switch kind {
	case "image":
		l, err = world.Image(cache.ItemID(id), opts.Up, opts.Down)
	case "patient":
		l, err = world.Patient(cache.PatientID(id), opts.Up, opts.Down)
	case "metric":
		opts.Up, opts.Down = true, false // a number feeds nothing
		l, err = metricLineage(ctx, store, world, id)
	default:
		l, err = artifactLineage(ctx, store, world, subject, opts)
	}
	if errors.Is(err, lineage.ErrUnknown) {
		return &usageError{err: err, hint: "femur show ADDRESS.OUTPUT lists the items of an artifact, with their patients."}
	}
	if err != nil {
		return err
	}
	l.Up, l.Down, l.All = opts.Up, opts.Down, opts.All
	return view.NewLineage(g.stream(), format).Lineage(l)
}

// artifactLineage walks from an artifact; one that is an item of another walks from that image.
func artifactLineage(ctx context.Context, store cache.Store, world *lineage.World, subject string, opts LineageOptions) (view.Lineage, error) {
	f, err := findArtifact(ctx, store, subject)
	if err != nil {
		return view.Lineage{}, err
	}
	if f.Item.ID != "" {
		return world.Image(f.Item.ID, opts.Up, opts.Down)
	}
	return world.Artifact(f.Name, opts.Up, opts.Down)
}

// metricLineage finds the metrics artifact of ADDRESS.NAME, and that the name is in it.
func metricLineage(ctx context.Context, store cache.Store, world *lineage.World, id string) (view.Lineage, error) {
	address, metric, err := dag.ParseTarget(id)
	if err != nil || metric == "" {
		return view.Lineage{}, &usageError{err: fmt.Errorf("metric:%s: want metric:ADDRESS.NAME", id)}
	}
	f, err := findArtifact(ctx, store, address.Output(metricsPort))
	if err != nil {
		return view.Lineage{}, err
	}
	b, err := cache.ReadAll(ctx, store, f.Artifact)
	if err != nil {
		return view.Lineage{}, fmt.Errorf("%s: %w", f.Name, err)
	}
	var names, values []string
	metrics := readMetrics(b)
	if metrics == nil {
		return view.Lineage{}, usagef("%s holds no metrics", f.Name)
	}
	first := view.Metric{}
	for _, m := range metrics.Estimates() {
		names = append(names, m.Name)
		if m.Name != metric {
			continue
		}
		if first.Name == "" {
			first = m
		}
		if m.Group == first.Group && m.Partition == first.Partition {
			values = append(values, m.Arm+" "+m.Value())
		}
	}
	if first.Name == "" {
		return view.Lineage{}, &usageError{err: fmt.Errorf("%s has no metric %q", f.Name, metric), hint: "It has " + strings.Join(distinct(names), ", ") + "."}
	}
	return world.Metric("metric:"+id, fmt.Sprintf("%s: %s", metric, strings.Join(values, ", ")), f.Name)
}

// distinct drops repeated words and keeps the order.
func distinct(words []string) []string {
	seen := map[string]bool{}
	var out []string
	for _, w := range words {
		if !seen[w] {
			seen[w] = true
			out = append(out, w)
		}
	}
	return out
}
