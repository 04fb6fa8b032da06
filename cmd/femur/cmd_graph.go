package main

import (
	"context"

	"github.com/spf13/cobra"

	"femur/internal/view"
)

// GraphOptions are the flags of femur graph.
type GraphOptions struct {
	Format    string
	Instances bool
}

// AddFlags adds the flags to the command.
func (o *GraphOptions) AddFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.Format, "format", "dot", "dot, mermaid, svg or json")
	cmd.Flags().BoolVar(&o.Instances, "instances", false, "draw each instance of a matrix apart")
}

func newGraphCommand(g *global) *cobra.Command {
	var opts GraphOptions
	cmd := &cobra.Command{
		Use:   "graph",
		Short: "Draw the pipeline",
		Long: `Draws the stages and what each reads. Instances of one stage share a node with
their number, unless --instances is given. SVG needs no other program.`,
		Example: `  femur graph --format svg > pipeline.svg
  femur graph --format mermaid
  femur graph | dot -Tpdf > pipeline.pdf`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runGraph(cmd.Context(), opts, g)
		},
	}
	opts.AddFlags(cmd)
	return cmd
}

func runGraph(_ context.Context, opts GraphOptions, g *global) error {
	format, err := oneOf("format", opts.Format, view.GraphDot, view.GraphMermaid, view.GraphSVG, view.GraphJSON)
	if err != nil {
		return err
	}
	p, err := g.load()
	if err != nil {
		return err
	}
	return view.NewGraph(g.stream(), format).Graph(view.NewDiagram(p.Graph, opts.Instances))
}

// oneOf turns a flag's value into one of the words it may be.
func oneOf[T ~string](flag, value string, words ...T) (T, error) {
	list := ""
	for i, w := range words {
		if string(w) == value {
			return w, nil
		}
		if i > 0 {
			list += ", "
		}
		list += string(w)
	}
	return "", usagef("--%s %s: want one of %s", flag, value, list)
}
