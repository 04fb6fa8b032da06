package view

import (
	"fmt"
	"html"
	"strings"
)

// svg draws a diagram as one picture that needs no script and no other file. Colors follow the
// reader's choice of a light or a dark page.
func (p *page) svg(d Diagram) {
	l := arrange(d)
	width, height := 2*margin, 2*margin
	for _, n := range l.nodes {
		width = max(width, n.x+n.width/2+margin)
		height = max(height, n.y+n.height/2+margin)
	}
	p.linef(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" role="img" aria-labelledby="graph-title graph-desc" font-family="system-ui, sans-serif" font-size="13">`, width, height, width, height)
	p.linef(`<title id="graph-title">Pipeline %s</title>`, html.EscapeString(d.Name))
	p.linef(`<desc id="graph-desc">%s; arrows point from what is read to what reads it.</desc>`, Count(len(d.Nodes), "stage"))
	p.linef(`<style>.box{fill:#f4f6f8;stroke:#57606a}.name{fill:#1f2328}.edge{fill:none;stroke:#6e7781;stroke-width:1.3}.tip{fill:#6e7781}` +
		`@media(prefers-color-scheme:dark){.box{fill:#22272e;stroke:#909dab}.name{fill:#e6edf3}.edge{stroke:#909dab}.tip{fill:#909dab}}</style>`)
	p.linef(`<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="tip" d="M0 0L8 4L0 8z"/></marker></defs>`)
	for _, e := range l.edges {
		p.linef(`<path class="edge" marker-end="url(#tip)" d="%s"><title>%s → %s: %s</title></path>`, l.curve(e),
			html.EscapeString(e.From), html.EscapeString(e.To), html.EscapeString(e.Role))
	}
	for _, n := range l.nodes {
		if n.ID == "" {
			continue
		}
		p.linef(`<g><rect class="box" x="%.1f" y="%.1f" width="%.1f" height="%.1f" rx="6"/><text class="name" x="%.1f" y="%.1f" text-anchor="middle" dominant-baseline="central">%s</text></g>`,
			n.x-n.width/2, n.y-n.height/2, n.width, n.height, n.x, n.y, html.EscapeString(n.caption()))
	}
	p.linef(`</svg>`)
}

// curve is the path of an edge: it leaves and enters upright, and passes straight through its bends.
func (l *layout) curve(e routed) string {
	var b strings.Builder
	from := l.nodes[e.path[0]]
	x, y := from.x, from.y+from.height/2
	fmt.Fprintf(&b, "M%.1f %.1f", x, y)
	for i, n := range e.path[1:] {
		to := l.nodes[n]
		enter := to.y - to.height/2
		last := i == len(e.path)-2
		if last {
			enter -= 2 // the tip of the arrow touches the box
		}
		middle := (y + enter) / 2
		fmt.Fprintf(&b, "C%.1f %.1f %.1f %.1f %.1f %.1f", x, middle, to.x, middle, to.x, enter)
		x, y = to.x, enter
		if !last {
			y = to.y + to.height/2
			fmt.Fprintf(&b, "L%.1f %.1f", x, y)
		}
	}
	return b.String()
}
