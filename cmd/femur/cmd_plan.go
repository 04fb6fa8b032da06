package main

import (
	"context"

	"github.com/spf13/cobra"

	"femur/cache"
	"femur/dag"
	"femur/internal/view"
)

// PlanOptions are the flags of femur plan.
type PlanOptions struct {
	From, Force  []string
	Only         string
	DetailedExit bool
}

// AddFlags adds the flags to the command.
func (o *PlanOptions) AddFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringArrayVar(&o.From, "from", nil, "run again from this `ADDRESS` on, whatever is cached")
	f.StringArrayVar(&o.Force, "force", nil, "run this `ADDRESS` again, whatever is cached")
	f.StringVar(&o.Only, "only", "", "bring this `ADDRESS` alone up to date")
	f.BoolVar(&o.DetailedExit, "detailed-exitcode", false, "exit with 3 when there is work to do")
}

func newPlanCommand(g *global) *cobra.Command {
	var opts PlanOptions
	cmd := &cobra.Command{
		Use:   "plan [TARGET…]",
		Short: "Show what would run and why, and what is reused",
		Long: `Shows what femur run would do: hit (the result is in the cache), run (it is not,
and why), or depends (decided when its inputs are known). Targets are addresses
of stages; all that they need takes part.

Nothing is computed, and nothing is written but the index of file digests.`,
		Example: `  femur plan
  femur plan compare.main
  femur plan --from 'train-classifiers.main[model=vit-nano,input=patch,fold=0]'
  femur plan --detailed-exitcode --json`,
		ValidArgsFunction: g.completeStages,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runPlan(cmd.Context(), opts, g, args)
		},
	}
	opts.AddFlags(cmd)
	return cmd
}

func runPlan(ctx context.Context, opts PlanOptions, g *global, args []string) (err error) {
	store, noCache, err := g.openToPlan()
	if err != nil {
		return err
	}
	defer closing(&err, store)
	p, plan, err := g.plan(ctx, store, dag.Selection{Targets: args, From: opts.From, Force: opts.Force, Only: opts.Only})
	if err != nil {
		return err
	}
	table := planTable(p.Name, plan)
	table.NoCache = noCache
	if err := view.NewPlan(g.stream()).Plan(table); err != nil {
		return err
	}
	if opts.DetailedExit && table.Totals.Run+table.Totals.Depends > 0 {
		return errWorkToDo
	}
	return nil
}

// planTable makes the model of a plan.
func planTable(name string, plan *dag.Plan) view.StageTable {
	t := view.StageTable{Pipeline: name, Stages: make([]view.Stage, 0, len(plan.Steps))}
	for _, s := range plan.Steps {
		stage := view.Stage{
			Address: string(s.Address), Kind: s.Address.Kind(), State: string(s.State),
			Reasons: view.Reasons(s.Reasons), Outputs: view.Outputs(nil),
		}
		if s.Key != (cache.Key{}) {
			stage.Key = s.Key.String()
		}
		if s.Size > 0 {
			stage.Items = &view.Items{Hit: s.Hits, Total: s.Size}
		}
		if s.Record != nil {
			stage.Outputs = view.Outputs(s.Record.Outputs)
			stage.Seconds = s.Record.Facts.Seconds
		}
		switch s.State {
		case dag.Hit:
			t.Totals.Hit++
		case dag.Run:
			t.Totals.Run++
		case dag.Depends:
			t.Totals.Depends++
		}
		t.Stages = append(t.Stages, stage)
	}
	return t
}
