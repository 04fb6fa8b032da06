package view

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// drawDiagram makes any graph without cycles.
func drawDiagram(t *rapid.T) Diagram {
	d := Diagram{Name: "any"}
	n := rapid.IntRange(1, 24).Draw(t, "nodes")
	for i := range n {
		d.Nodes = append(d.Nodes, DiagramNode{ID: fmt.Sprintf("kind.%s%d", strings.Repeat("n", i%7), i), Instances: 1 + i%3})
		for from := range i {
			if rapid.IntRange(0, 4).Draw(t, "edge") == 0 {
				d.Edges = append(d.Edges, DiagramEdge{From: d.Nodes[from].ID, To: d.Nodes[i].ID, Role: "out"})
			}
		}
	}
	return d
}

func TestLayoutIsReadable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDiagram(t)
		l := arrange(d)
		if len(l.edges) != len(d.Edges) {
			t.Fatalf("%d of %d edges are drawn", len(l.edges), len(d.Edges))
		}
		for _, e := range l.edges {
			for i := 1; i < len(e.path); i++ {
				if l.nodes[e.path[i]].layer != l.nodes[e.path[i-1]].layer+1 {
					t.Fatalf("the edge %s → %s does not go down layer by layer", e.From, e.To)
				}
			}
		}
		for _, layer := range l.layers {
			for i := 1; i < len(layer); i++ {
				left, right := l.nodes[layer[i-1]], l.nodes[layer[i]]
				if left.x+left.width/2 > right.x-right.width/2 {
					t.Fatalf("%q and %q overlap", left.ID, right.ID)
				}
			}
		}
		var twice [2]string
		for i := range twice {
			p := Stream{}.page()
			p.svg(d)
			twice[i] = p.String()
		}
		if twice[0] != twice[1] {
			t.Fatal("the same graph gave two pictures")
		}
	})
}

// A diamond with a long edge needs no crossing; a bad order has some.
func TestLayoutUncrosses(t *testing.T) {
	d := Diagram{Nodes: []DiagramNode{{ID: "a"}, {ID: "b"}, {ID: "x"}, {ID: "y"}}, Edges: []DiagramEdge{{From: "a", To: "y"}, {From: "b", To: "x"}}}
	if n := arrange(d).crossings(); n != 0 {
		t.Errorf("%d crossings, want none", n)
	}
}

func TestBarLine(t *testing.T) {
	s := &stageBar{name: "train-localizer.main[model=vit-tiny,fold=0]"}
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	s.set(start, Progress{Done: 0, Total: 100, Unit: "steps"})
	s.set(start.Add(30*time.Second), Progress{Done: 25, Total: 100, Unit: "steps", Text: "loss 0.12"})
	for _, c := range []struct {
		width int
		want  string
	}{
		{110, "  train-localizer.main[model=vit-tiny,fold=0] ━━━━──────────── 25 of 100 steps, 90 s left, loss 0.12"},
		{80, "  train-localizer.main[vit-tiny,0] ━━────── 25 of 100 steps, 90 s left, loss 0.…"},
	} {
		got := s.line(paint{}, c.width)
		if got != c.want {
			t.Errorf("width %d:\n got %s\nwant %s", c.width, got, c.want)
		}
		if n := len([]rune(got)); n > c.width {
			t.Errorf("width %d: the line has %d columns", c.width, n)
		}
	}
}

func TestWrapAndClip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[a-zé …]{0,60}`).Draw(t, "text")
		width := rapid.IntRange(1, 30).Draw(t, "width")
		for _, line := range wrap(text, width) {
			if n := len([]rune(line)); n > width && strings.Contains(line, " ") {
				t.Fatalf("line %q is longer than %d", line, width)
			}
		}
		if got := strings.Join(strings.Fields(strings.Join(wrap(text, width), " ")), " "); got != strings.Join(strings.Fields(text), " ") {
			t.Fatalf("wrapping %q lost words: %q", text, got)
		}
		for _, cut := range []string{clip(text, width), clipMiddle(text, width)} {
			if len([]rune(cut)) > max(width, 0) && len([]rune(text)) > width {
				t.Fatalf("%q is wider than %d", cut, width)
			}
		}
	})
}

func TestUnits(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{Duration(0), "0.00 s"}, {Duration(9.99), "9.99 s"}, {Duration(9.996), "10.0 s"}, {Duration(99.96), "1 min 40 s"},
		{Duration(192), "3 min 12 s"}, {Duration(3599.6), "1 h 00 min"}, {Duration(90000), "25 h 00 min"},
		{Bytes(999), "999 B"}, {Bytes(1000), "1.00 kB"}, {Bytes(412345), "412 kB"}, {Bytes(999_600), "1.00 MB"}, {Bytes(1_800_000), "1.80 MB"},
		{Count(1, "entry"), "1 entry"}, {Count(4300, "entry"), "4,300 entries"}, {Count(0, "run"), "0 runs"}, {grouped(-1234567), "-1,234,567"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}
