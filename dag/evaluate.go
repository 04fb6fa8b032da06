package dag

import (
	"context"
	"errors"
	"fmt"

	"femur/cache"
)

// An evaluation is what is known of a node once all that it reads from is: its key, and what the cache
// says to it. A plan and a run decide by the same evaluation; that is why a plan is honest.
type evaluation struct {
	node     *Node
	in, out  []Port
	ports    []*bound
	external map[cache.Digest]SourceItem
	learned  cache.Digest // patients of all models behind the inputs

	recipe cache.Recipe
	key    cache.Key
	hit    *cache.Record
	miss   error // why there is no hit
}

// evaluate makes a node's key and looks it up. up holds the records of all nodes that it reads from.
func (s *session) evaluate(ctx context.Context, n *Node, up map[Address]*cache.Record) (ev *evaluation, err error) {
	err = guard("plan", func() error {
		ev, err = s.evaluateUnguarded(ctx, n, up)
		return err
	})
	return ev, err
}

func (s *session) evaluateUnguarded(ctx context.Context, n *Node, up map[Address]*cache.Record) (*evaluation, error) {
	ev := &evaluation{node: n}
	ev.in, ev.out = n.Stage.Ports()
	base, err := s.base(ctx, n)
	if err != nil {
		return nil, err
	}
	ev.recipe = base
	if ev.ports, err = s.bind(ctx, n, ev.in, up); err != nil {
		return nil, err
	}
	var behind []cache.Digest
	for _, x := range ev.ports {
		behind = append(behind, x.behind)
		addInputs(&ev.recipe, x.fields, x.Port.Name, x.behind)
	}
	if ev.learned, err = s.join(ctx, behind...); err != nil {
		return nil, err
	}
	sources, where, err := s.external(ctx, n, ev.in)
	if err != nil {
		return nil, err
	}
	for _, x := range sources {
		for _, f := range x.fields {
			ev.recipe.Add(cache.Source, f.label, f.digest)
		}
	}
	ev.ports, ev.external = append(ev.ports, sources...), where
	ev.key = ev.recipe.Key()
	rec, err := s.Results.Lookup(ctx, ev.key)
	switch {
	case err == nil:
		ev.hit = &rec
	case errors.Is(err, cache.ErrMiss):
		ev.miss = err
	default:
		return nil, err
	}
	return ev, nil
}

// addInputs adds the artifacts at a port, and, where models stand behind them, the patients of these:
// the same bytes that another set of patients led to are another input to the leak rule.
func addInputs(r *cache.Recipe, fields []ingredient, port string, learned cache.Digest) {
	for _, f := range fields {
		r.Add(cache.Input, f.label, f.digest)
	}
	if !learned.IsZero() {
		r.Add(cache.Input, port+".learned", learned)
	}
}

// base is the part of a recipe that is known before any input is: code, parameters, environment.
func (s *session) base(ctx context.Context, n *Node) (cache.Recipe, error) {
	r := cache.Recipe{Stage: n.Kind.Type}
	code, err := s.code(n)
	if err != nil {
		return r, fmt.Errorf("code: %w", err)
	}
	for _, f := range code {
		r.Add(cache.Code, f.Label, f.Value)
	}
	n.Stage.Describe(&r)
	if c, ok := n.Stage.(CollectDescriber); ok {
		c.DescribeCollect(&r)
	}
	if seeded(n.Stage) {
		r.Add(cache.Params, "pipeline.seed", s.graph.Seed)
	}
	if !s.graph.StrictEnvironment {
		return r, nil
	}
	env, err := s.environment(ctx, n)
	if err != nil {
		return r, err
	}
	for k, v := range env {
		r.Add(cache.Environment, k, v)
	}
	return r, nil
}

func seeded(st Stage) bool {
	x, ok := st.(Seeded)
	return ok && x.Seeded()
}

// environment describes what a node computes with. It opens the device of an Accelerated stage.
func (s *session) environment(ctx context.Context, n *Node) (map[string]string, error) {
	env := make(map[string]string, len(s.Environment))
	for k, v := range s.Environment {
		env[k] = v
	}
	if a, ok := n.Stage.(Accelerated); ok {
		own, err := a.Environment(ctx)
		if err != nil {
			return nil, fmt.Errorf("environment: %w", err)
		}
		for k, v := range own {
			env[k] = v
		}
	}
	return env, nil
}

func (ev *evaluation) port(name string) *bound {
	for _, x := range ev.ports {
		if x.Port.Name == name {
			return x
		}
	}
	return nil
}
