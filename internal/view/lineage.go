package view

import (
	"fmt"
	"slices"
	"strings"
)

// A Lineage is a graph of where something came from, or what it feeds.
type Lineage struct {
	Version string        `json:"version"`
	Subject []string      `json:"subject"` // ids of the nodes that were asked for
	Nodes   []LineageNode `json:"nodes"`
	Edges   []LineageEdge `json:"edges"`

	// Up and Down say which directions were followed; both trees are printed where both are set.
	Up   bool `json:"-"`
	Down bool `json:"-"`
	// All asks the tree for every node; else those that differ in their matrix alone share one.
	All bool `json:"-"`
	// Hint says how to look further.
	Hint string `json:"-"`
}

// The kinds of node that are printed in ways of their own.
const (
	lineageArtifact = "artifact"
	lineageItem     = "item"
	lineageImage    = "image"
	lineageFile     = "file"
)

// A LineageNode is a patient, an image, a file, an artifact, an item of one, or a metric.
type LineageNode struct {
	ID    string `json:"id"`
	Kind  string `json:"kind"`
	Label string `json:"label"`
	// Members are the ids of the images behind a node that stands for many source files.
	Members []string `json:"members,omitempty"`
}

// A LineageEdge points from what was read to what was made of it; Role is the port.
type LineageEdge struct {
	From string `json:"from"`
	To   string `json:"to"`
	Role string `json:"role"`
}

// LineageFormat is a way to print a lineage.
type LineageFormat string

// The formats.
const (
	LineageTree LineageFormat = "tree"
	LineageJSON LineageFormat = "json"
	LineageDot  LineageFormat = "dot"
)

// A LineageView prints a lineage.
type LineageView interface{ Lineage(Lineage) error }

var (
	_ LineageView = (*LineageHuman)(nil)
	_ LineageView = (*LineageObject)(nil)
	_ LineageView = (*LineageGraphviz)(nil)
)

// NewLineage returns the view of a format; --json is the format json.
func NewLineage(s Stream, f LineageFormat) LineageView {
	switch {
	case s.JSON || f == LineageJSON:
		return &LineageObject{s}
	case f == LineageDot:
		return &LineageGraphviz{s}
	}
	return &LineageHuman{s}
}

// LineageObject prints one object.
type LineageObject struct{ stream Stream }

// Lineage implements [LineageView].
func (v *LineageObject) Lineage(l Lineage) error {
	l.Version = Version
	if l.Edges == nil {
		l.Edges = []LineageEdge{}
	}
	return v.stream.writeJSON(l)
}

// LineageGraphviz prints the graph in the language of Graphviz.
type LineageGraphviz struct{ stream Stream }

// Lineage implements [LineageView].
func (v *LineageGraphviz) Lineage(l Lineage) error {
	p := v.stream.page()
	p.linef("digraph lineage {\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];")
	for _, n := range l.Nodes {
		p.linef("  %s [label=%s];", dotQuote(n.ID), dotQuote(n.Kind+"\n"+n.Label))
	}
	for _, e := range l.Edges {
		p.linef("  %s -> %s [label=%s];", dotQuote(e.From), dotQuote(e.To), dotQuote(e.Role))
	}
	p.linef("}")
	return p.to(v.stream.Out)
}

// dotQuote quotes a string for Graphviz.
func dotQuote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s) + `"`
}

// LineageHuman prints a tree from each subject; what was shown before is named and not opened again.
type LineageHuman struct{ stream Stream }

// Lineage implements [LineageView].
func (v *LineageHuman) Lineage(l Lineage) error {
	p := v.stream.page()
	l = reached(l)
	nodes, edges := len(l.Nodes), len(l.Edges)
	if !l.All {
		l = folded(l)
	}
	labels := map[string]LineageNode{}
	for _, n := range l.Nodes {
		labels[n.ID] = n
	}
	for i, subject := range l.Subject {
		if i > 0 {
			p.linef("")
		}
		heading := labels[subject].Label
		if kind := labels[subject].Kind; kind != lineageArtifact {
			heading = kind + " " + heading
		}
		p.sentence(p.bold, heading)
		for _, way := range []struct {
			wanted, both, up bool
			title            string
		}{{l.Up, l.Down, true, "made from"}, {l.Down, l.Up, false, "feeds"}} {
			if !way.wanted {
				continue
			}
			if way.both {
				p.linef("%s", p.dim(way.title))
			}
			t := tree{page: p, labels: labels, next: neighbors(l.Edges, way.up), seen: map[string]bool{}}
			t.branch(subject, "")
			if len(t.next[subject]) == 0 {
				p.linef("%s", p.dim("└─ nothing"))
			}
		}
	}
	p.linef("")
	count := fmt.Sprintf("%s, %s", Count(nodes, "node"), Count(edges, "edge"))
	if len(l.Nodes) < nodes {
		count += fmt.Sprintf(", drawn together to %d; --all shows each", len(l.Nodes))
	}
	p.wrapped("", count+".")
	if l.Hint != "" {
		p.wrapped("", l.Hint)
	}
	return p.to(v.stream.Out)
}

// reached leaves what a tree comes to from its subjects, in the directions that are asked for.
func reached(l Lineage) Lineage {
	nodes, edges := map[string]bool{}, map[LineageEdge]bool{}
	for _, up := range []bool{true, false} {
		if up && !l.Up || !up && !l.Down {
			continue
		}
		next, seen := neighbors(l.Edges, up), map[string]bool{}
		for queue := slices.Clone(l.Subject); len(queue) > 0; queue = queue[1:] {
			id := queue[0]
			if seen[id] {
				continue
			}
			seen[id], nodes[id] = true, true
			for _, e := range next[id] {
				queue = append(queue, e.To)
				if up {
					e.From, e.To = e.To, e.From
				}
				edges[e] = true
			}
		}
	}
	l.Nodes = slices.DeleteFunc(slices.Clone(l.Nodes), func(n LineageNode) bool { return !nodes[n.ID] })
	l.Edges = slices.DeleteFunc(slices.Clone(l.Edges), func(e LineageEdge) bool { return !edges[e] })
	return l
}

// neighbors lists the edges that lead on from each node.
func neighbors(edges []LineageEdge, up bool) map[string][]LineageEdge {
	next := map[string][]LineageEdge{}
	for _, e := range edges {
		if up {
			next[e.To] = append(next[e.To], LineageEdge{From: e.To, To: e.From, Role: e.Role})
		} else {
			next[e.From] = append(next[e.From], e)
		}
	}
	return next
}

type tree struct {
	page   *page
	labels map[string]LineageNode
	next   map[string][]LineageEdge
	seen   map[string]bool
}

// A twig is an edge of the tree with what it leads to.
type twig struct {
	id, role, label, kind string
	leaf                  bool
}

// twigs lists what follows a node. Outputs of one instance that lead no further share a line.
func (t *tree) twigs(id string) []twig {
	var list []twig
	for _, e := range t.next[id] {
		n := t.labels[e.To]
		one := twig{e.To, e.Role, n.Label, n.Kind, len(t.next[e.To]) == 0}
		if i := len(list) - 1; i >= 0 && one.leaf && list[i].leaf && one.role == list[i].role && one.kind == list[i].kind {
			dot := strings.LastIndexByte(one.label, '.')
			if dot > 0 && one.kind == lineageArtifact && strings.HasPrefix(list[i].label, one.label[:dot+1]) {
				list[i].label += ", " + one.label[dot+1:]
				continue
			}
		}
		list = append(list, one)
	}
	return list
}

// branch prints what follows a node, each under a prefix of rails.
func (t *tree) branch(id, rails string) {
	t.seen[id] = true
	twigs := t.twigs(id)
	for i, one := range twigs {
		joint, rail := "├─ ", "│  "
		if i == len(twigs)-1 {
			joint, rail = "└─ ", "   "
		}
		again := ""
		if t.seen[one.id] && !one.leaf {
			again = " (above)"
		}
		note := one.role
		if one.kind == lineageFile {
			note = one.kind // its name or number says the rest
		} else if one.kind != lineageArtifact && one.kind != one.role {
			note = strings.TrimSpace(one.kind + ", " + one.role)
		}
		room := t.page.width - len([]rune(rails+joint)) - len([]rune(again))
		label, note := fitNote(one.label, note, room)
		t.page.linef("%s%s%s%s", t.page.dim(rails+joint), label, t.page.dim(note), t.page.dim(again))
		if !t.seen[one.id] {
			t.branch(one.id, rails+rail)
		}
	}
}

// fitNote gives the label the room first, then the note.
func fitNote(label, note string, room int) (string, string) {
	label = clipName(label, room)
	if note != "" {
		note = fmt.Sprintf("  [%s]", note)
		if len([]rune(label))+len([]rune(note)) > room {
			note = ""
		}
	}
	return label, note
}
