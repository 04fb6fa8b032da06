package view

import (
	"fmt"
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
}

// A LineageNode is a patient, an image, a file, an artifact, an item of one, or a metric.
type LineageNode struct {
	ID    string `json:"id"`
	Kind  string `json:"kind"`
	Label string `json:"label"`
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
	labels := map[string]LineageNode{}
	for _, n := range l.Nodes {
		labels[n.ID] = n
	}
	for i, subject := range l.Subject {
		if i > 0 {
			p.linef("")
		}
		p.linef("%s  %s", p.bold(labels[subject].Label), p.dim(labels[subject].Kind))
		if l.Up {
			t := tree{page: p, labels: labels, next: neighbors(l.Edges, true), seen: map[string]bool{}, arrow: "←"}
			if l.Down {
				p.linef("%s", p.dim("made from"))
			}
			t.branch(subject, "")
		}
		if l.Down {
			t := tree{page: p, labels: labels, next: neighbors(l.Edges, false), seen: map[string]bool{}, arrow: "→"}
			if l.Up {
				p.linef("%s", p.dim("feeds"))
			}
			t.branch(subject, "")
		}
	}
	p.linef("")
	p.linef("%s, %s.", Count(len(l.Nodes), "node"), Count(len(l.Edges), "edge"))
	return p.to(v.stream.Out)
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
	arrow  string
}

// branch prints what follows a node, each under a prefix of rails.
func (t *tree) branch(id, rails string) {
	t.seen[id] = true
	edges := t.next[id]
	for i, e := range edges {
		joint, rail := "├─ ", "│  "
		if i == len(edges)-1 {
			joint, rail = "└─ ", "   "
		}
		n := t.labels[e.To]
		again := ""
		if t.seen[e.To] && len(t.next[e.To]) > 0 {
			again = " (above)"
		}
		note := e.Role
		if n.Kind != "artifact" && n.Kind != e.Role {
			note = strings.TrimSpace(n.Kind + " " + e.Role)
		}
		room := t.page.width - len([]rune(rails+joint)) - len([]rune(again))
		label, note := fitNote(n.Label, note, room)
		t.page.linef("%s%s%s%s", t.page.dim(rails+joint), label, t.page.dim(note), t.page.dim(again))
		if !t.seen[e.To] {
			t.branch(e.To, rails+rail)
		}
	}
}

// fitNote gives the label the room first, then the note.
func fitNote(label, note string, room int) (string, string) {
	label = clip(label, room)
	if note != "" {
		note = fmt.Sprintf("  [%s]", note)
		if len([]rune(label))+len([]rune(note)) > room {
			note = ""
		}
	}
	return label, note
}
