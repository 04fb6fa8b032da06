package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/spf13/cobra"

	"femur/cache"
	"femur/dag"
	"femur/internal/runlog"
	"femur/internal/view"
)

// LogsOptions are the flags of femur logs.
type LogsOptions struct{ Run string }

// AddFlags adds the flags to the command.
func (o *LogsOptions) AddFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.Run, "run", "", "what it printed in the run with this `ID`")
}

func newLogsCommand(g *global) *cobra.Command {
	var opts LogsOptions
	cmd := &cobra.Command{
		Use:   "logs ADDR",
		Short: "Show what a stage printed when it ran",
		Long: `Shows what an instance printed when it was executed last, also when it failed, and
while it runs. It is kept with its outputs, so a reused result has its log, too.`,
		Example: `  femur logs compare.main
  femur logs 'train-localizer.main[model=vit-nano,fold=0]'`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: g.completeStages,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runLogs(cmd.Context(), opts, g, args[0])
		},
	}
	opts.AddFlags(cmd)
	return cmd
}

func runLogs(ctx context.Context, opts LogsOptions, g *global, target string) error {
	address, _, err := dag.ParseTarget(target)
	if err != nil {
		return &usageError{err: err}
	}
	// A stage of one instance need not be named with its matrix. A log is worth reading also when the pipeline
	// has faults, so these are left to other commands.
	if p, err := g.load(); err == nil {
		if nodes, err := p.Graph.Match(string(address)); err == nil {
			if len(nodes) > 1 {
				return severalInstances(target, nodes)
			}
			address = nodes[0].Address
		}
	}
	if opts.Run != "" {
		r, err := g.findRun(opts.Run)
		if err != nil {
			return err
		}
		b, err := g.runs().Log(r.ID, address)
		if errors.Is(err, fs.ErrNotExist) {
			return usagef("%s printed nothing in run %s", address, r.ID)
		}
		return g.printLog(string(address), r.ID, b, err)
	}
	file, run, inFolder, err := g.lastLogFile(address)
	if err != nil {
		return err
	}
	// A record of a later run than the newest file can only come from elsewhere; the file is the last word
	// as long as the record is not newer.
	record, ran, err := g.lastRecord(ctx, string(address))
	if errors.Is(err, cache.ErrLocked) || !g.haveCache() {
		err = nil
	}
	switch {
	case err != nil:
		return err
	case inFolder && (!ran || record.Facts.Run <= run):
		return g.printLog(string(address), run, file, nil)
	case ran:
		return g.printRecordLog(ctx, record)
	}
	return &usageError{err: fmt.Errorf("there is no log of %s", address), hint: "It has not run yet, or the address is not that of one instance; femur status lists them."}
}

// lastLogFile returns what the instance printed in the newest run that executed it.
func (g *global) lastLogFile(a dag.Address) (text []byte, run string, ok bool, err error) {
	runs, err := g.runs().List()
	if err != nil {
		return nil, "", false, err
	}
	for _, r := range runs {
		text, err := g.runs().Log(r.ID, a)
		switch {
		case err == nil:
			return text, r.ID, true, nil
		case !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, runlog.ErrNoRun):
			return nil, "", false, err
		}
	}
	return nil, "", false, nil
}

func (g *global) lastRecord(ctx context.Context, address string) (r cache.Record, ran bool, err error) {
	if !g.haveCache() {
		return r, false, nil
	}
	store, err := g.openToRead()
	if err != nil {
		return r, false, err
	}
	defer closing(&err, store)
	return newest(ctx, store, address)
}

func (g *global) printRecordLog(ctx context.Context, r cache.Record) (err error) {
	store, err := g.openToRead()
	if err != nil {
		return err
	}
	defer closing(&err, store)
	if r.Facts.Log.IsZero() {
		return g.printLog(r.Address, r.Facts.Run, nil, nil)
	}
	b, err := cache.ReadAll(ctx, store, cache.Artifact{Media: cache.MediaText, Digest: r.Facts.Log})
	return g.printLog(r.Address, r.Facts.Run, b, err)
}

func (g *global) printLog(address, run string, text []byte, err error) error {
	if err != nil {
		return err
	}
	return view.NewLogs(g.stream()).Log(view.StageLog{Address: address, Run: run, Text: string(text)})
}
