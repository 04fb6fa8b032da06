package view

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestCommonAddress(t *testing.T) {
	for _, c := range []struct {
		addresses []string
		want      string
	}{
		{[]string{"a.b.out"}, "a.b.out"},
		{[]string{"a.b[m=x,f=0].out", "a.b[m=x,f=1].out"}, "a.b[m=x,…].out"},
		{[]string{"a.b[m=x,f=0].out", "a.b[m=y,f=1].out"}, "a.b[…].out"},
		{[]string{"a.b[m=x,f=1].out", "a.b[m=xx,f=1].out"}, "a.b[f=1,…].out"},
		{[]string{"a.b[m=x].out", "a.b[m=x].out"}, "a.b[m=x].out"},
	} {
		if got := commonAddress(c.addresses); got != c.want {
			t.Errorf("%v: got %s, want %s", c.addresses, got, c.want)
		}
	}
}

func TestClipName(t *testing.T) {
	const name = "train-localizer.main[model=vit-tiny,fold=0].curve"
	for _, c := range []struct {
		width int
		want  string
	}{
		{49, name}, {48, "train-localizer.main[vit-tiny,0].curve"}, {20, "train-loca…,0].curve"},
	} {
		if got := clipName(name, c.width); got != c.want {
			t.Errorf("width %d: got %s, want %s", c.width, got, c.want)
		}
	}
	for _, plain := range []string{"a [b] text that is long", "[", "]x[", "ids[1,2] of something"} {
		if got := withoutKeys(plain); got != plain {
			t.Errorf("%q became %q", plain, got)
		}
	}
}

// drawLineage makes any lineage of artifacts with a matrix, without cycles.
func drawLineage(t *rapid.T) Lineage {
	l := Lineage{Up: true, Down: rapid.Bool().Draw(t, "down")}
	n := rapid.IntRange(1, 14).Draw(t, "nodes")
	for i := range n {
		id := fmt.Sprintf("kind.%c[n=%d].out", 'a'+rune(rapid.IntRange(0, 2).Draw(t, "stage")), i)
		l.Nodes = append(l.Nodes, LineageNode{ID: id, Kind: lineageArtifact, Label: id})
		for from := range i {
			if rapid.IntRange(0, 2).Draw(t, "edge") == 0 {
				l.Edges = append(l.Edges, LineageEdge{l.Nodes[from].ID, id, "in"})
			}
		}
	}
	l.Subject = []string{l.Nodes[n-1].ID}
	return l
}

// An edge of a folded lineage holds for every node that its ends stand for: nothing is said of many that
// is true of some alone.
func TestFoldedSaysWhatHoldsForAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := drawLineage(t)
		class := foldClasses(l)
		reads := func(id string) []string { // the classes next to a node, in both directions
			var around []string
			for _, e := range l.Edges {
				if e.From == id {
					around = append(around, fmt.Sprint("to ", class[e.To]))
				}
				if e.To == id {
					around = append(around, fmt.Sprint("from ", class[e.From]))
				}
			}
			slices.Sort(around)
			return slices.Compact(around)
		}
		for _, a := range l.Nodes {
			for _, b := range l.Nodes {
				if class[a.ID] == class[b.ID] && !slices.Equal(reads(a.ID), reads(b.ID)) {
					t.Fatalf("%s and %s are one node with the neighbors %v and %v", a.ID, b.ID, reads(a.ID), reads(b.ID))
				}
			}
		}
		f := folded(l)
		ids := map[string]bool{}
		for _, n := range f.Nodes {
			if ids[n.ID] {
				t.Fatalf("node %s stands twice", n.ID)
			}
			ids[n.ID] = true
		}
		for _, e := range f.Edges {
			if !ids[e.From] || !ids[e.To] {
				t.Fatalf("edge %+v has an end that is no node", e)
			}
		}
		if len(f.Edges) > len(l.Edges) || len(f.Nodes) > len(l.Nodes) {
			t.Fatalf("folding made %d nodes, %d edges of %d, %d", len(f.Nodes), len(f.Edges), len(l.Nodes), len(l.Edges))
		}
	})
}

// Whatever the width, text fits it as long as names can be cut, and nothing panics.
func TestViewsAtAnyWidth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.IntRange(1, 140).Draw(t, "width")
		l := drawLineage(t)
		var b strings.Builder
		if err := (&LineageHuman{Stream{Out: &b, Width: width}}).Lineage(l); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(b.String()) {
			if n := len([]rune(strings.TrimRight(line, "\n"))); n > max(width, 40) {
				t.Fatalf("width %d: a line of %d columns: %s", width, n, line)
			}
		}
	})
}
