package main

import (
	"context"

	"github.com/spf13/cobra"

	"femur/internal/view"
)

func newValidateCommand(g *global) *cobra.Command {
	return &cobra.Command{
		Use:   "validate",
		Short: "Check the pipeline file without touching data",
		Long: `Checks the pipeline file: syntax, names, types, references, variables, parameters
of stages and the order that references give. All faults are shown together, each
with its line. No data is read, and nothing is written.`,
		Example: `  femur validate
  femur validate -f other.hcl --var data=/srv/radiographs --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runValidate(cmd.Context(), g)
		},
	}
}

func runValidate(_ context.Context, g *global) error {
	p, err := g.load()
	if err != nil {
		return err
	}
	if _, err := p.Graph.Order(); err != nil {
		return &usageError{err: err}
	}
	m := view.ValidModel{Pipeline: p.Name, File: p.File}
	stages := map[string]bool{}
	for _, n := range p.Graph.Nodes() {
		stages[n.Address.Stage()] = true
	}
	m.Stages, m.Instances = len(stages), len(p.Graph.Nodes())
	for _, v := range p.Variables {
		m.Variables = append(m.Variables, view.Variable{Name: v.Name, Type: v.Type, Value: v.Value, Origin: v.Origin, Description: v.Description})
	}
	return view.NewValidate(g.stream()).Valid(m)
}
