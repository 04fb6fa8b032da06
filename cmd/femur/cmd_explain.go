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

// ExplainOptions are the flags of femur explain.
type ExplainOptions struct{ Long bool }

// AddFlags adds the flags to the command.
func (o *ExplainOptions) AddFlags(cmd *cobra.Command) {
	cmd.Flags().BoolVarP(&o.Long, "long", "l", false, "list every ingredient of the key")
}

func newExplainCommand(g *global) *cobra.Command {
	var opts ExplainOptions
	cmd := &cobra.Command{
		Use:   "explain ADDR",
		Short: "Show why a stage would run, or why it need not",
		Long: `Compares what decides the result of an instance now with its last execution: which
parameter, input, source file or line of the program's own source has changed, old
and new. Of an input with many items, it says which were added, changed and removed.`,
		Example: `  femur explain compare.main
  femur explain 'train-localizer.main[model=vit-nano,fold=0]' --long`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: g.completeStages,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runExplain(cmd.Context(), opts, g, args[0])
		},
	}
	opts.AddFlags(cmd)
	return cmd
}

func runExplain(ctx context.Context, opts ExplainOptions, g *global, target string) (err error) {
	store, _, err := g.openToPlan()
	if err != nil {
		return err
	}
	defer closing(&err, store)
	p, plan, err := g.plan(ctx, store, dag.Selection{Targets: []string{target}})
	if err != nil {
		return err
	}
	nodes, err := p.Graph.Match(target)
	if err != nil {
		return &usageError{err: err}
	}
	if len(nodes) > 1 {
		return severalInstances(target, nodes)
	}
	states := map[dag.Address]dag.State{}
	for _, s := range plan.Steps {
		states[s.Address] = s.State
	}
	for _, s := range plan.Steps {
		if s.Address != nodes[0].Address {
			continue
		}
		e, err := explanation(ctx, store, s, states)
		if err != nil {
			return err
		}
		return view.NewExplain(g.stream(), opts.Long).Explain(e)
	}
	return fmt.Errorf("plan: %s is not in it", nodes[0].Address)
}

func severalInstances(target string, nodes []*dag.Node) error {
	const some = 12
	var lines []string
	for i, n := range nodes {
		if i == some {
			lines = append(lines, fmt.Sprintf("  … and %d more", len(nodes)-i))
			break
		}
		lines = append(lines, "  "+string(n.Address))
	}
	return &usageError{err: fmt.Errorf("%s has %d instances", target, len(nodes)), hint: "Name one of:\n" + strings.Join(lines, "\n")}
}

// explanation makes the model of a step and its last execution.
func explanation(ctx context.Context, store cache.Store, s dag.Step, states map[dag.Address]dag.State) (view.Explanation, error) {
	e := view.Explanation{Address: string(s.Address), State: string(s.State)}
	if !s.Key.IsZero() {
		e.Key = s.Key.String()
	}
	for _, f := range s.Recipe.Sorted().Fields {
		e.Ingredients = append(e.Ingredients, view.Ingredient{Component: string(f.Kind), Label: f.Label, Value: f.Value})
	}
	last, ran, err := newest(ctx, store, string(s.Address))
	if err != nil {
		return e, err
	}
	if ran {
		if last.Key != s.Key {
			e.OldKey = last.Key.String()
		}
		e.Last = &view.LastRun{
			Run: last.Facts.Run, Time: last.Facts.Started, Seconds: last.Facts.Seconds, Host: last.Facts.Host,
			Environment: last.Facts.Environment, Accepted: last.Facts.Accepted, Purity: string(last.Purity),
		}
		if e.Last.Verified, err = lastVerified(ctx, store, last); err != nil {
			return e, err
		}
	}
	for i, r := range view.Reasons(s.Reasons) {
		c := view.Change{Reason: r}
		if s.Reasons[i].Change.Kind == cache.Input {
			c.From = boundTo(s.Node, r.Subject)
		}
		e.Changes = append(e.Changes, c)
	}
	if s.State == dag.Depends && s.Node != nil {
		for _, a := range s.Node.Upstream() {
			if states[a] != dag.Hit {
				e.Waits = append(e.Waits, string(a))
			}
		}
	}
	return e, nil
}

// boundTo names the artifact at an input, whose label is the port or port[item].
func boundTo(n *dag.Node, label string) string {
	if n == nil {
		return ""
	}
	port, item, _ := strings.Cut(strings.TrimSuffix(label, "]"), "[")
	for _, b := range n.Inputs {
		if b.Port != port {
			continue
		}
		for _, s := range b.Sources {
			if len(b.Sources) == 1 || string(s.ID) == item {
				return s.Address.Output(s.Output)
			}
		}
	}
	return ""
}
