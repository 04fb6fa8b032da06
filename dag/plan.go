package dag

import (
	"context"
	"fmt"
	"io"
	"iter"

	"femur/cache"
)

// Results is what planning and running need of a [cache.Store].
type Results interface {
	Put(ctx context.Context, m cache.Media, r io.Reader) (cache.Artifact, error)
	Open(ctx context.Context, a cache.Artifact) (cache.Blob, error)
	Lookup(ctx context.Context, k cache.Key) (cache.Record, error)
	Commit(ctx context.Context, recs ...cache.Record) error
	History(ctx context.Context, address string) iter.Seq2[cache.Record, error]
}

// Files is what lies outside the cache, digested and opened.
type Files interface {
	SourceFiles
	// As returns the files as a stage of the kind sees them: what its Derive remembers is forgotten when the
	// digest of its code is another one.
	As(kind string, code cache.Digest) SourceFiles
	// Digests returns the digest and size of each item's file, in the order asked; all have a Path. It may
	// answer for files whose stat has not changed from an index. An error tells no path of a private item.
	Digests(ctx context.Context, items []SourceItem) ([]cache.Artifact, error)
	// Open opens a file for reading.
	Open(path string) (io.ReadCloser, error)
}

// Options are what a plan is made from, besides the graph.
type Options struct {
	Results Results
	Files   Files // may be nil when no stage is Sourced
	// Fingerprint returns the Code fields of a node (internal/codeid), without those of the package that its Kind
	// Collects with, where that is named. Nil means none. The Stage of the node
	// that it gets is good for its Chooser alone, which answers as Graph.Chosen does.
	Fingerprint func(*Node) ([]cache.Field, error)
	// Environment is recorded with every result (versions, platform), and joins the keys only when the graph says
	// StrictEnvironment. Stages that are Accelerated add their own.
	Environment map[string]string
	Selection   Selection
	// Survey makes a plan of what can be planned: a node whose sources cannot be read, say, would run, has the
	// fault as its reason, and its [Step] the error. A run does not look at it.
	Survey bool
}

// A Step is what will happen to one node.
type Step struct {
	Address Address
	Node    *Node
	State   State
	Reasons []Reason
	Key     cache.Key     // zero when the inputs are not known
	Recipe  cache.Recipe  // of the key; without inputs when these are not known
	Record  *cache.Record // of a Hit
	Err     error         // of a Survey: why the node cannot be planned
	Hits    int           // items of a Mapper found in the cache
	Size    int           // items of a Mapper in all
}

// A Plan lists the selected nodes in an order in which they can run.
type Plan struct{ Steps []Step }

// NewPlan says what a run of the selection would do, by the same evaluation as the run. It executes
// nothing and writes no result. With Selection.Only, an input that is not in the cache is an error.
func NewPlan(ctx context.Context, g *Graph, o Options) (*Plan, error) {
	sel, err := g.choose(o.Selection)
	if err != nil {
		return nil, err
	}
	p := &planner{session: newSession(g, o), sel: sel, records: map[Address]*cache.Record{}, states: map[Address]State{}}
	plan := &Plan{Steps: make([]Step, 0, len(sel.order))}
	for _, n := range sel.order {
		step, err := p.step(ctx, n)
		if err != nil && o.Survey && ctx.Err() == nil {
			step, err = faulty(n, err), nil
		}
		if err != nil {
			return nil, &StageError{Address: n.Address, Err: err}
		}
		if step.State != Hit && !sel.mayRun(n.Address) {
			return nil, &StaleInputError{Only: o.Selection.Only, Input: n.Address}
		}
		p.records[n.Address], p.states[n.Address] = step.Record, step.State
		plan.Steps = append(plan.Steps, step)
	}
	return plan, nil
}

// faulty is the step of a node that cannot be planned.
func faulty(n *Node, err error) Step {
	return Step{Address: n.Address, Node: n, State: Run, Err: err, Reasons: []Reason{{Component: ComponentSource, Text: err.Error()}}}
}

// A planner holds what was decided of the nodes before.
type planner struct {
	*session
	sel     selected
	records map[Address]*cache.Record // of hits
	states  map[Address]State
}

// A node is
//
//	forced  upstream all hits  key found   state
//	no      yes                yes         hit
//	no      yes                no          run
//	no      no                 unknown     depends
//	yes     yes                any         run
//	yes     no                 unknown     run, its key unknown
func (p *planner) step(ctx context.Context, n *Node) (Step, error) {
	step := Step{Address: n.Address, Node: n}
	if p.sel.taken(n.Address) {
		rec, err := p.lastRecord(ctx, n.Address)
		if err != nil {
			return step, err
		}
		step.State, step.Record, step.Key, step.Recipe = Hit, rec, rec.Key, rec.Recipe
		return step, nil
	}
	forced := p.sel.forced[n.Address]
	waits := p.waits(n)
	if len(waits) > 0 {
		base, err := p.partial(ctx, n)
		if err != nil {
			return step, err
		}
		step.State, step.Recipe = Depends, base
		step.Reasons, err = p.known(ctx, n, base)
		if err != nil {
			return step, err
		}
		step.Reasons = append(step.Reasons, waits...)
		if forced != "" {
			step.State = Run
			step.Reasons = append(step.Reasons, Reason{Component: ComponentForced, Text: forced})
		}
		sortReasons(step.Reasons)
		return step, nil
	}
	ev, err := p.evaluate(ctx, n, p.records)
	if err != nil {
		return step, err
	}
	step.Key, step.Recipe = ev.key, ev.recipe
	if ev.hit != nil && forced == "" {
		step.State, step.Record = Hit, ev.hit
		return step, nil
	}
	step.State = Run
	if step.Reasons, err = p.reasons(ctx, ev, forced); err != nil {
		return step, err
	}
	w, err := p.items(ctx, ev, forced != "")
	if err != nil {
		return step, err
	}
	if w != nil {
		step.Size, step.Hits = len(w.items), len(w.items)-len(w.todo)
	}
	return step, nil
}

// waits names the upstream nodes whose results a node has to wait for.
func (p *planner) waits(n *Node) []Reason {
	var rs []Reason
	for _, a := range n.Upstream() {
		will := ""
		switch p.states[a] {
		case Hit:
			continue
		case Run:
			will = "would run"
		case Depends:
			will = "may run"
		}
		rs = append(rs, Reason{
			Component: ComponentInput,
			Change:    cache.Change{Kind: cache.Input, Label: string(a)},
			Text:      fmt.Sprintf("upstream %s %s", a, will),
		})
	}
	return rs
}

func (p *planner) partial(ctx context.Context, n *Node) (r cache.Recipe, err error) {
	err = guard("plan", func() error {
		r, err = p.base(ctx, n)
		return err
	})
	return r, err
}
