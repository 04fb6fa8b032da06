package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"femur/cache"
	"femur/dag"
	"femur/internal/pipeline"
	"femur/internal/view"
)

// load reads the pipeline. Warnings are printed to stderr; errors are a faultsError.
func (g *global) load() (*pipeline.Pipeline, error) {
	file := g.settings.File
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return nil, &usageError{
			err:  fmt.Errorf("there is no %s here", file),
			hint: "femur init writes one to start from (see femur init --help); -f FILE names another, -C DIR another folder.",
		}
	}
	vars, err := g.variables()
	if err != nil {
		return nil, err
	}
	p, diagnostics := pipeline.Load(pipeline.Options{File: file, Vars: vars, VarFiles: g.varFiles}, g.kinds(g.device(), g.tools()))
	if diagnostics.HasErrors() {
		return nil, &faultsError{diagnostics}
	}
	if len(diagnostics) > 0 {
		if err := view.Diagnostics(g.streamTo(g.err, g.json), faultModels(diagnostics)); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// planOptions are what plans and runs of the pipeline are made from.
func (g *global) planOptions(store cache.Store, selection dag.Selection) dag.Options {
	return dag.Options{
		Results: store, Files: g.sourceFiles(store), Fingerprint: g.fingerprint,
		Environment: map[string]string{"femur": version()}, Selection: selection,
	}
}

// plan loads the pipeline and plans it against the cache.
func (g *global) plan(ctx context.Context, store cache.Store, selection dag.Selection) (*pipeline.Pipeline, *dag.Plan, error) {
	return g.planWith(ctx, g.planOptions(store, selection))
}

func (g *global) planWith(ctx context.Context, options dag.Options) (*pipeline.Pipeline, *dag.Plan, error) {
	p, err := g.load()
	if err != nil {
		return nil, nil, err
	}
	if err := checkSelection(p.Graph, options.Selection); err != nil {
		return nil, nil, err
	}
	plan, err := dag.NewPlan(ctx, p.Graph, options)
	if err != nil {
		return nil, nil, fmt.Errorf("plan: %w", err)
	}
	return p, plan, nil
}

// checkSelection makes an address that the pipeline does not have a usage error.
func checkSelection(graph *dag.Graph, s dag.Selection) error {
	all := append(append(append([]string{}, s.Targets...), s.From...), s.Force...)
	if s.Only != "" {
		all = append(all, s.Only)
	}
	for _, target := range all {
		if _, err := graph.Match(target); err != nil {
			return &usageError{err: err}
		}
	}
	return nil
}

// pipelineDir is the folder that source paths are relative to.
func (g *global) pipelineDir() string { return filepath.Dir(g.settings.File) }

// completeStages offers the addresses of the pipeline to the shell.
func (g *global) completeStages(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	if err := g.begin(cmd); err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	p, err := g.load()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var addresses []string
	for _, n := range p.Graph.Nodes() {
		addresses = append(addresses, string(n.Address))
	}
	return addresses, cobra.ShellCompDirectiveNoFileComp
}
