package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"femur/cache"
	"femur/dag"
	"femur/internal/view"
)

// AcceptOptions are the flags of femur accept.
type AcceptOptions struct{ Reason string }

// AddFlags adds the flags to the command.
func (o *AcceptOptions) AddFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.Reason, "reason", "", "why the change of code cannot matter; kept with the result")
}

func newAcceptCommand(g *global) *cobra.Command {
	var opts AcceptOptions
	cmd := &cobra.Command{
		Use:   "accept ADDR --reason TEXT",
		Short: "Keep a result although the program's source changed",
		Long: `Takes the last result of a stage over under its new key, when nothing but the program's
own source has changed and you know that the change cannot matter. The reason stays
with the result and is shown by femur explain. Parameters, inputs and sources cannot
be accepted: they decide what the result is.

Items of a stage are taken over with it, as long as what it reads stays as it is.`,
		Example: `  femur explain compare.main
  femur accept compare.main --reason "renamed a variable"`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: g.completeStages,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runAccept(cmd.Context(), opts, g, args[0])
		},
	}
	opts.AddFlags(cmd)
	return cmd
}

func runAccept(ctx context.Context, opts AcceptOptions, g *global, target string) (err error) {
	reason := strings.TrimSpace(opts.Reason)
	if reason == "" {
		return usagef("accept: --reason is missing: say why the change cannot matter")
	}
	if !g.haveCache() {
		return g.noCacheError()
	}
	store, _, err := g.openToPlan()
	if err != nil {
		return err
	}
	defer closing(&err, store)
	accepted := view.Acceptance{Reason: reason}
	done := map[dag.Address]bool{}
	for {
		p, plan, err := g.plan(ctx, store, dag.Selection{Targets: []string{target}})
		if err != nil {
			return err
		}
		nodes, err := p.Graph.Match(target)
		if err != nil {
			return &usageError{err: err}
		}
		// Taking one over can make the next one's inputs known, so each is planned anew.
		step, ok := nextToAccept(plan, nodes, done)
		if !ok {
			break
		}
		taken, err := accept(ctx, store, step, reason)
		if err != nil {
			return err
		}
		done[step.Address] = true
		if taken {
			accepted.Accepted = append(accepted.Accepted, string(step.Address))
		} else {
			accepted.Fresh = append(accepted.Fresh, string(step.Address))
		}
	}
	return view.NewAccept(g.stream()).Accept(accepted)
}

// nextToAccept is the first step in order that is among the nodes and was not looked at yet.
func nextToAccept(plan *dag.Plan, nodes []*dag.Node, done map[dag.Address]bool) (dag.Step, bool) {
	wanted := map[dag.Address]bool{}
	for _, n := range nodes {
		wanted[n.Address] = true
	}
	for _, s := range plan.Steps {
		if wanted[s.Address] && !done[s.Address] {
			return s, true
		}
	}
	return dag.Step{}, false
}

// accept commits the newest record of a step again, under the key that the step has now. It refuses
// whatever is not a change of code alone.
func accept(ctx context.Context, store cache.Store, s dag.Step, reason string) (bool, error) {
	switch s.State {
	case dag.Hit:
		return false, nil
	case dag.Depends:
		return false, &usageError{
			err:  fmt.Errorf("%s cannot be accepted: what it reads is not known yet", s.Address),
			hint: "Run or accept the stages before it first; femur plan lists them.",
		}
	}
	for _, r := range s.Reasons {
		if r.Component != dag.ComponentCode {
			return false, &usageError{
				err:  fmt.Errorf("%s cannot be accepted: %s", s.Address, r.Text),
				hint: "Only a change of the program's own source can be accepted. Run the stage: femur run " + string(s.Address),
			}
		}
	}
	last, ran, err := newest(ctx, store, string(s.Address))
	if err != nil {
		return false, err
	}
	if !ran {
		return false, &usageError{err: fmt.Errorf("%s never ran: there is no result to keep", s.Address)}
	}
	last.Recipe, last.Key = s.Recipe, s.Recipe.Key()
	last.Facts.Accepted = reason
	if err := store.Commit(ctx, last); err != nil {
		return false, fmt.Errorf("accept %s: %w", s.Address, err)
	}
	return true, nil
}
