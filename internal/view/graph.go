package view

import (
	"fmt"
	"slices"
	"strings"

	"femur/dag"
)

// A Diagram is the graph of a pipeline, drawn.
type Diagram struct {
	Version string        `json:"version"`
	Name    string        `json:"pipeline"`
	Nodes   []DiagramNode `json:"nodes"`
	Edges   []DiagramEdge `json:"edges"`
}

// A DiagramNode is an instance, or a stage with the number of its instances.
type DiagramNode struct {
	ID        string `json:"id"`
	Kind      string `json:"kind"`
	Instances int    `json:"instances"`
}

// A DiagramEdge points from what is read to what reads it. Role names the outputs, each once.
type DiagramEdge struct {
	From string `json:"from"`
	To   string `json:"to"`
	Role string `json:"role"`
}

// NewDiagram draws a graph; instances of one stage share a node unless they are wanted apart.
func NewDiagram(g *dag.Graph, instances bool) Diagram {
	d := Diagram{Name: g.Name, Nodes: []DiagramNode{}, Edges: []DiagramEdge{}}
	name := func(a dag.Address) string {
		if instances {
			return string(a)
		}
		return a.Stage()
	}
	for _, n := range g.Nodes() {
		id := name(n.Address)
		i := slices.IndexFunc(d.Nodes, func(n DiagramNode) bool { return n.ID == id })
		if i < 0 {
			d.Nodes = append(d.Nodes, DiagramNode{ID: id, Kind: n.Address.Kind()})
			i = len(d.Nodes) - 1
		}
		d.Nodes[i].Instances++
		for _, b := range n.Inputs {
			for _, s := range b.Sources {
				d.connect(name(s.Address), id, s.Output)
			}
		}
	}
	return d
}

func (d *Diagram) connect(from, to, role string) {
	for i, e := range d.Edges {
		if e.From == from && e.To == to {
			if !slices.Contains(strings.Split(e.Role, ", "), role) {
				d.Edges[i].Role += ", " + role
			}
			return
		}
	}
	d.Edges = append(d.Edges, DiagramEdge{from, to, role})
}

// GraphFormat is a way to draw a graph.
type GraphFormat string

// The formats.
const (
	GraphDot     GraphFormat = "dot"
	GraphMermaid GraphFormat = "mermaid"
	GraphSVG     GraphFormat = "svg"
	GraphJSON    GraphFormat = "json"
)

// A Graph prints a diagram.
type Graph interface{ Graph(Diagram) error }

var (
	_ Graph = (*GraphText)(nil)
	_ Graph = (*GraphObject)(nil)
)

// NewGraph returns the view of a format; --json is the format json.
func NewGraph(s Stream, f GraphFormat) Graph {
	if s.JSON || f == GraphJSON {
		return &GraphObject{s}
	}
	return &GraphText{s, f}
}

// GraphObject prints one object.
type GraphObject struct{ stream Stream }

// Graph implements [Graph].
func (v *GraphObject) Graph(d Diagram) error {
	d.Version = Version
	return v.stream.writeJSON(d)
}

// GraphText prints a diagram in a language that other tools draw, or as a picture.
type GraphText struct {
	stream Stream
	format GraphFormat
}

// Graph implements [Graph].
func (v *GraphText) Graph(d Diagram) error {
	p := v.stream.page()
	switch v.format {
	case GraphSVG:
		p.svg(d)
	case GraphMermaid:
		p.mermaid(d)
	default:
		p.dot(d)
	}
	return p.to(v.stream.Out)
}

// caption is a node's text: its id, and how many instances it stands for.
func (n DiagramNode) caption() string {
	if n.Instances > 1 {
		return fmt.Sprintf("%s ×%d", n.ID, n.Instances)
	}
	return n.ID
}

func (p *page) dot(d Diagram) {
	p.linef("digraph %s {", dotQuote(d.Name))
	p.linef("  rankdir=TB;\n  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\", fontsize=10];")
	for _, n := range d.Nodes {
		p.linef("  %s [label=%s];", dotQuote(n.ID), dotQuote(n.caption()))
	}
	for _, e := range d.Edges {
		p.linef("  %s -> %s [label=%s];", dotQuote(e.From), dotQuote(e.To), dotQuote(e.Role))
	}
	p.linef("}")
}

func (p *page) mermaid(d Diagram) {
	p.linef("flowchart TD")
	short := map[string]string{}
	for i, n := range d.Nodes {
		short[n.ID] = fmt.Sprintf("n%d", i)
		p.linef("  %s[\"%s\"]", short[n.ID], mermaidText(n.caption()))
	}
	for _, e := range d.Edges {
		p.linef("  %s -->|\"%s\"| %s", short[e.From], mermaidText(e.Role), short[e.To])
	}
}

// mermaidText escapes what ends a quoted text in Mermaid.
func mermaidText(s string) string { return strings.ReplaceAll(s, `"`, "#quot;") }
