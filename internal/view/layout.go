package view

import (
	"cmp"
	"slices"
)

// A layout places the nodes of a diagram in layers, every edge pointing down: longest paths give the
// layers, an edge across several gets a bend in each, and sweeps by the mean place of the neighbors
// order each layer so that few edges cross. All of it is a function of the diagram alone.
type layout struct {
	nodes  []placed
	layers [][]int // indices of nodes, left to right
	edges  []routed
}

// A placed node is a node of the diagram or, with an empty id, a bend of a long edge.
type placed struct {
	DiagramNode
	layer         int
	x, y          float64 // center
	width, height float64
	up, down      []int // neighbors in the layers next to it
}

// A routed edge runs through placed nodes, from its source to its target.
type routed struct {
	DiagramEdge
	path []int
}

// Measures of the picture, in pixels of a 13-pixel font.
const (
	charWidth  = 7.4
	nodeHeight = 34.0
	nodeGap    = 26.0
	layerGap   = 46.0
	margin     = 16.0
	sweeps     = 12 // orders settle in a handful of sweeps at this size
)

// arrange lays a diagram out. Edges of a cycle, which a checked graph has none of, are left out.
func arrange(d Diagram) *layout {
	l := &layout{}
	index := map[string]int{}
	for i, n := range d.Nodes {
		index[n.ID] = i
		width := float64(len([]rune(n.caption())))*charWidth + 24
		l.nodes = append(l.nodes, placed{DiagramNode: n, width: width, height: nodeHeight})
	}
	l.assignLayers(d, index)
	for _, e := range d.Edges {
		from, okFrom := index[e.From]
		to, okTo := index[e.To]
		if okFrom && okTo && l.nodes[from].layer < l.nodes[to].layer {
			l.route(e, from, to)
		}
	}
	for i, n := range l.nodes {
		for len(l.layers) <= n.layer {
			l.layers = append(l.layers, nil)
		}
		l.layers[n.layer] = append(l.layers[n.layer], i)
	}
	l.order()
	l.place()
	return l
}

// assignLayers puts each node one below the lowest of those that it reads.
func (l *layout) assignLayers(d Diagram, index map[string]int) {
	for range d.Nodes { // as many rounds as the longest path can be
		changed := false
		for _, e := range d.Edges {
			from, okFrom := index[e.From]
			to, okTo := index[e.To]
			if okFrom && okTo && l.nodes[to].layer <= l.nodes[from].layer && from != to {
				l.nodes[to].layer = l.nodes[from].layer + 1
				changed = true
			}
		}
		if !changed {
			return
		}
	}
}

// route runs an edge down, with a bend in each layer between.
func (l *layout) route(e DiagramEdge, from, to int) {
	path := []int{from}
	for layer := l.nodes[from].layer + 1; layer < l.nodes[to].layer; layer++ {
		l.nodes = append(l.nodes, placed{layer: layer, width: 8, height: nodeHeight})
		path = append(path, len(l.nodes)-1)
	}
	path = append(path, to)
	for i := 1; i < len(path); i++ {
		l.nodes[path[i-1]].down = append(l.nodes[path[i-1]].down, path[i])
		l.nodes[path[i]].up = append(l.nodes[path[i]].up, path[i-1])
	}
	l.edges = append(l.edges, routed{e, path})
}

// order sweeps down and up, sorting each layer by the mean place of its neighbors, and keeps the
// order with the fewest crossings.
func (l *layout) order() {
	best, fewest := clone(l.layers), l.crossings()
	for sweep := range sweeps {
		down := sweep%2 == 0
		for i := range l.layers {
			layer := l.layers[i]
			if !down {
				layer = l.layers[len(l.layers)-1-i]
			}
			l.sortLayer(layer, down)
		}
		if n := l.crossings(); n < fewest {
			best, fewest = clone(l.layers), n
		}
	}
	l.layers = best
}

func (l *layout) sortLayer(layer []int, down bool) {
	at := l.positions()
	mean := map[int]float64{}
	for i, n := range layer {
		neighbors := l.nodes[n].up
		if !down {
			neighbors = l.nodes[n].down
		}
		mean[n] = float64(i)
		if len(neighbors) > 0 {
			total := 0.0
			for _, m := range neighbors {
				total += at[m]
			}
			mean[n] = total / float64(len(neighbors))
		}
	}
	slices.SortStableFunc(layer, func(a, b int) int { return cmp.Compare(mean[a], mean[b]) })
}

// positions gives each node its place within its layer.
func (l *layout) positions() map[int]float64 {
	at := make(map[int]float64, len(l.nodes))
	for _, layer := range l.layers {
		for i, n := range layer {
			at[n] = float64(i)
		}
	}
	return at
}

// crossings counts pairs of edges between two layers that cross.
func (l *layout) crossings() int {
	at := l.positions()
	count := 0
	for _, layer := range l.layers {
		var ends [][2]float64
		for _, n := range layer {
			for _, m := range l.nodes[n].down {
				ends = append(ends, [2]float64{at[n], at[m]})
			}
		}
		for i, a := range ends {
			for _, b := range ends[i+1:] {
				if (a[0]-b[0])*(a[1]-b[1]) < 0 {
					count++
				}
			}
		}
	}
	return count
}

// place turns orders into coordinates: layers centered, then nodes drawn towards their neighbors as
// far as those beside them allow.
func (l *layout) place() {
	widest := 0.0
	for _, layer := range l.layers {
		widest = max(widest, l.span(layer))
	}
	for i, layer := range l.layers {
		x := margin + (widest-l.span(layer))/2
		for _, n := range layer {
			node := &l.nodes[n]
			node.x = x + node.width/2
			node.y = margin + nodeHeight/2 + float64(i)*(nodeHeight+layerGap)
			x += node.width + nodeGap
		}
	}
	for range sweeps {
		for _, layer := range l.layers {
			for i, n := range layer {
				l.pull(layer, i, n)
			}
		}
	}
}

// pull moves one node towards the mean of its neighbors, between the nodes beside it.
func (l *layout) pull(layer []int, i, n int) {
	node := &l.nodes[n]
	neighbors := append(slices.Clone(node.up), node.down...)
	if len(neighbors) == 0 {
		return
	}
	want := 0.0
	for _, m := range neighbors {
		want += l.nodes[m].x
	}
	want /= float64(len(neighbors))
	low := margin + node.width/2
	if i > 0 {
		left := l.nodes[layer[i-1]]
		low = left.x + left.width/2 + nodeGap + node.width/2
	}
	want = max(want, low)
	if i < len(layer)-1 {
		right := l.nodes[layer[i+1]]
		want = min(want, right.x-right.width/2-nodeGap-node.width/2)
	}
	node.x = max(want, low)
}

func (l *layout) span(layer []int) float64 {
	total := -nodeGap
	for _, n := range layer {
		total += l.nodes[n].width + nodeGap
	}
	return total
}

func clone(layers [][]int) [][]int {
	out := make([][]int, len(layers))
	for i, layer := range layers {
		out[i] = slices.Clone(layer)
	}
	return out
}
