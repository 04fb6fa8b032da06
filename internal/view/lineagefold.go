package view

import (
	"fmt"
	"slices"
	"strings"
)

// folded draws a lineage together: nodes whose names differ in the values of the matrix alone, or in the
// image that they are of, become one where all of them have the same neighbors, drawn together likewise.
// So whatever an edge says of a node that stands for many holds for each of them: models that were
// fitted on a patient never share a node with those that were not.
func folded(l Lineage) Lineage {
	class := foldClasses(l)
	out := Lineage{Subject: l.Subject, Up: l.Up, Down: l.Down, Hint: l.Hint}
	groups := foldNames(l.Nodes, func(n LineageNode) (string, string) { return "", fmt.Sprint(class[n.ID]) })
	to := map[string]string{}
	for _, g := range groups {
		for _, m := range g.members {
			to[m.ID] = g.members[0].ID
		}
		out.Nodes = append(out.Nodes, together(g.members))
	}
	place := map[[2]string]int{}
	for _, e := range l.Edges {
		e.From, e.To = to[e.From], to[e.To]
		ends := [2]string{e.From, e.To}
		if at, ok := place[ends]; ok {
			out.Edges[at].Role = joinRoles(out.Edges[at].Role, e.Role)
			continue
		}
		place[ends] = len(out.Edges)
		out.Edges = append(out.Edges, e)
	}
	return out
}

// foldClasses gives nodes that can share one node the same number. It starts from the names and parts
// what has different neighbors, until nothing is left to part.
func foldClasses(l Lineage) map[string]int {
	names := func(n LineageNode) string {
		switch {
		case slices.Contains(l.Subject, n.ID):
			return n.ID
		case n.Kind == lineageImage:
			return n.Kind
		case n.Kind == lineageArtifact || n.Kind == lineageItem:
			return n.Kind + " " + foldAddress(artifactOf(n))
		}
		return n.ID
	}
	class, count := numbered(l.Nodes, names)
	for {
		around := map[string][]string{}
		for _, e := range l.Edges {
			around[e.From] = append(around[e.From], fmt.Sprint("to ", class[e.To], e.Role))
			around[e.To] = append(around[e.To], fmt.Sprint("from ", class[e.From], e.Role))
		}
		finer, more := numbered(l.Nodes, func(n LineageNode) string {
			slices.Sort(around[n.ID])
			return fmt.Sprint(class[n.ID], slices.Compact(around[n.ID]))
		})
		if more == count {
			return class
		}
		class, count = finer, more
	}
}

// numbered numbers what differs, in the order in which it comes.
func numbered(nodes []LineageNode, of func(LineageNode) string) (class map[string]int, count int) {
	class = map[string]int{}
	numbers := map[string]int{}
	for _, n := range nodes {
		text := of(n)
		if _, ok := numbers[text]; !ok {
			numbers[text] = len(numbers)
		}
		class[n.ID] = numbers[text]
	}
	return class, len(numbers)
}

// artifactOf is the artifact that a node is, or that it is an item of.
func artifactOf(n LineageNode) string {
	artifact, _, _ := strings.Cut(n.ID, " ")
	return artifact
}

// together makes the node that stands for some: that of the first, under a name for all.
func together(nodes []LineageNode) LineageNode {
	node := nodes[0]
	if len(nodes) == 1 {
		return node
	}
	if node.Kind == lineageImage {
		node.Label = Count(len(nodes), "image")
		return node
	}
	f := fold[LineageNode]{members: nodes}
	tail, same := "", true
	for i, n := range nodes {
		f.addresses = append(f.addresses, artifactOf(n))
		rest, ok := strings.CutPrefix(n.Label, f.addresses[i])
		same = same && ok && (i == 0 || rest == tail)
		tail = rest
	}
	node.Label = f.name()
	if same {
		node.Label += tail
	}
	return node
}

// joinRoles adds the roles of one edge to those of another.
func joinRoles(roles, more string) string {
	all := strings.Split(roles, ", ")
	for role := range strings.SplitSeq(more, ", ") {
		if !slices.Contains(all, role) {
			all = append(all, role)
		}
	}
	return strings.Join(all, ", ")
}
