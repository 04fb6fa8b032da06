package dag_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"femur/cache"
	"femur/dag"
	"femur/dag/dagtest"
)

// A sketch is a random pipeline: node i reads from some of the nodes before it. Edits change it the way
// users do.
type sketch struct {
	nodes []sketchNode
	rows  map[string]string
}

type sketchNode struct {
	mapper  bool // reads items of a Mapper before it; else texts
	param   int
	blind   bool // writes a constant: early cutoff behind it
	sources []int
}

func drawSketch(t *rapid.T) *sketch {
	s := &sketch{rows: map[string]string{}}
	for i := range rapid.IntRange(1, 5).Draw(t, "rows") {
		s.rows[fmt.Sprintf("p%d-a", i)] = fmt.Sprint(rapid.IntRange(0, 2).Draw(t, "content"))
	}
	var mappers []int
	for i := range rapid.IntRange(1, 12).Draw(t, "nodes") {
		n := sketchNode{param: rapid.IntRange(0, 2).Draw(t, "param")}
		if n.mapper = i == 0 || rapid.IntRange(0, 2).Draw(t, "mapper") == 0; n.mapper {
			if i > 0 {
				n.sources = []int{rapid.SampledFrom(mappers).Draw(t, "source")}
			}
			mappers = append(mappers, i)
		} else {
			n.blind = rapid.IntRange(0, 3).Draw(t, "blind") == 0
			for range rapid.IntRange(0, 3).Draw(t, "sources") {
				n.sources = append(n.sources, rapid.IntRange(0, i-1).Draw(t, "source"))
			}
		}
		s.nodes = append(s.nodes, n)
	}
	return s
}

func (s *sketch) edit(t *rapid.T) {
	switch i := rapid.IntRange(0, len(s.nodes)-1).Draw(t, "edited"); rapid.IntRange(0, 3).Draw(t, "edit") {
	case 0:
		s.nodes[i].param = rapid.IntRange(0, 2).Draw(t, "param")
	case 1:
		s.nodes[i].blind = !s.nodes[i].mapper && !s.nodes[i].blind
	case 2:
		s.rows[fmt.Sprintf("p%d-a", rapid.IntRange(0, 7).Draw(t, "row"))] = fmt.Sprint(rapid.IntRange(0, 2).Draw(t, "content"))
	case 3:
		if ids := slices.Sorted(maps.Keys(s.rows)); len(ids) > 1 {
			delete(s.rows, rapid.SampledFrom(ids).Draw(t, "removed"))
		}
	}
}

func (s *sketch) address(i int) string { return fmt.Sprintf("k%d.x", i) }

func (s *sketch) graph(h *house) *dag.Graph {
	g := &dag.Graph{Name: "sketch", Seed: 1}
	for i, n := range s.nodes {
		param := fmt.Sprint(n.param)
		var node *dag.Node
		switch {
		case i == 0:
			node = h.source(s.address(i), s.rows)
			node.Stage.(*dagtest.Source).Param = param
		case n.mapper:
			node = h.mapping(s.address(i), param, s.address(n.sources[0]))
		default:
			f := &dagtest.Fake{Name: s.address(i), Param: param, Count: &h.count, Out: []dag.Port{dagtest.Single("table")}}
			if n.blind {
				f.Const = "constant"
			}
			var in []dag.Binding
			for j, src := range n.sources {
				port := fmt.Sprintf("in%d", j)
				f.In = append(f.In, dagtest.Single(port))
				in = append(in, dagtest.From(port, s.address(src), "table"))
			}
			node = dagtest.Node(s.address(i), f, in...)
		}
		if err := g.Add(node); err != nil {
			panic(err)
		}
	}
	return g
}

// Whatever the pipeline and however it is edited: a plan is honest, a second run does nothing, and the
// results are those of a run from scratch.
func TestPlansAreHonest(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		h := newHouse(t)
		s := drawSketch(rt)
		for range rapid.IntRange(1, 4).Draw(rt, "edits") {
			steps := h.plan(s.graph(h), dag.Selection{})
			if n := len(h.count.Runs()) + len(h.count.Collects()); n > 0 {
				rt.Fatalf("the plan executed %d stages", n)
			}
			results := h.run(s.graph(h), dag.Selection{})
			runs, collects, items := h.count.Runs(), h.count.Collects(), h.count.Items()
			for a, step := range steps {
				executed := results[a] == dag.ResultDone
				counted := runs[string(a)]+collects[string(a)] > 0
				if step.State == dag.Hit && executed || step.State == dag.Run && !executed {
					rt.Errorf("%s: planned %s, ended %s", a, step.State, results[a])
				}
				// Of two nodes with the same key one executes, under either's name.
				if counted && !executed {
					rt.Errorf("%s: called, but ended %s", a, results[a])
				}
				if step.State != dag.Hit && len(step.Reasons) == 0 {
					rt.Errorf("%s: %s without a reason", a, step.State)
				}
				if step.Hits > 0 || step.Size > 0 {
					made := 0
					for name, n := range items {
						if len(name) > len(a) && name[:len(a)+1] == string(a)+"/" {
							made += n
						}
					}
					if made != step.Size-step.Hits {
						rt.Errorf("%s: made %d items, planned %d of %d", a, made, step.Size-step.Hits, step.Size)
					}
				}
			}
			for a, n := range runs {
				if n > 1 {
					rt.Errorf("%s ran %d times", a, n)
				}
			}
			for a, r := range h.run(s.graph(h), dag.Selection{}) {
				if r != dag.ResultHit {
					rt.Errorf("%s ended %s in a second run", a, r)
				}
			}
			if len(h.count.Runs())+len(h.count.Collects()) > 0 {
				rt.Error("a second run executed stages")
			}
			scratch := newHouse(t)
			scratch.run(s.graph(scratch), dag.Selection{})
			want := scratch.plan(s.graph(scratch), dag.Selection{})
			for a, step := range h.plan(s.graph(h), dag.Selection{}) {
				if g, w := digests(step.Record), digests(want[a].Record); !slices.Equal(g, w) {
					rt.Errorf("%s: outputs %v, from scratch %v", a, g, w)
				}
			}
			s.edit(rt)
		}
	})
}

func digests(r *cache.Record) []cache.Digest {
	var ds []cache.Digest
	for _, o := range r.Outputs {
		ds = append(ds, o.Digest)
	}
	return ds
}
