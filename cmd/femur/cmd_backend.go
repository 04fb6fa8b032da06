package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"femur/internal/view"
	"femur/models/backend"
	"femur/models/backend/plugin"
)

func newBackendCommand(g *global) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "backend",
		Short: "List what can compute here, or install it",
		Long: `The networks run on XLA through a plugin, a shared library for the CPU or for CUDA.
femur takes the first that works of: the one asked for (--backend, GOMLX_BACKEND),
those in place, that of an installed JAX, and those it can download. Without any,
GoMLX's own Go backend computes, far slower.`,
		Example: `  femur backend list
  femur backend install cpu`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(
		&cobra.Command{
			Use: "list", Short: "List candidates in the order of search", Args: cobra.NoArgs,
			RunE: func(cmd *cobra.Command, _ []string) error {
				return runBackendList(cmd.Context(), g)
			},
		},
		&cobra.Command{
			Use:   "install cpu|cuda",
			Short: "Put a plugin in place",
			Long: `Puts an XLA plugin in place: for the CPU some hundred megabytes, checked against a
pinned SHA-256; for CUDA some three gigabytes by go-xla's own installer. A download
that was cut is resumed. Where a plugin is in place already, nothing is done.`,
			Args: cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs), ValidArgs: []string{"cpu", "cuda"},
			RunE: func(cmd *cobra.Command, args []string) error {
				return runBackendInstall(cmd.Context(), g, backend.Kind(args[0]))
			},
		},
	)
	return cmd
}

func runBackendList(ctx context.Context, g *global) error {
	all, err := backend.List(ctx, g.backendOptions())
	if err != nil {
		return &usageError{err: err}
	}
	return view.NewBackend(g.stream()).Backends(view.BackendList{Candidates: candidates(all)})
}

func runBackendInstall(ctx context.Context, g *global, kind backend.Kind) error {
	opts := g.backendOptions()
	if !g.json {
		opts.Progress = downloadProgress(g.err, g.now)
	}
	c, err := backend.Install(ctx, kind, opts)
	if err != nil {
		return err
	}
	return view.NewBackend(g.stream()).Backends(view.BackendList{Candidates: candidates([]backend.Candidate{c}), Installed: c.Path})
}

// downloadProgress prints a line now and then: a download takes minutes, and a log should stay short.
func downloadProgress(w io.Writer, now func() time.Time) plugin.ProgressFunc {
	var last time.Time
	step := ""
	return func(p plugin.Progress) {
		if at := now(); p.What+p.Step != step || at.Sub(last) > 2*time.Second || p.Total > 0 && p.Done == p.Total {
			step, last = p.What+p.Step, at
			total := ""
			if p.Total > 0 {
				total = fmt.Sprintf(" of %s", view.Bytes(p.Total))
			}
			// What cannot be printed on stderr has nowhere to go.
			_, _ = fmt.Fprintf(w, "%s %s: %s%s\n", p.Step, p.What, view.Bytes(p.Done), total)
		}
	}
}
