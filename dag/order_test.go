package dag_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"femur/dag"
)

func TestOrderIsStable(t *testing.T) {
	h := newHouse(t)
	g := graph(h.fake("k.d", "", "k.b", "k.c"), h.fake("k.c", "", "k.a"), h.fake("k.b", "", "k.a"), h.fake("k.a", ""), h.fake("k.e", ""))
	order, err := g.Order()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, n := range order {
		got = append(got, string(n.Address))
	}
	if s := strings.Join(got, " "); s != "k.a k.c k.b k.d k.e" {
		t.Errorf("order %s", s)
	}
}

func TestOrderNamesTheCycle(t *testing.T) {
	h := newHouse(t)
	g := graph(h.fake("k.start", ""), h.fake("k.a", "", "k.start", "k.c"), h.fake("k.b", "", "k.a"), h.fake("k.c", "", "k.b"), h.fake("k.end", "", "k.c"))
	_, err := g.Order()
	var cycle *dag.CycleError
	if !errors.As(err, &cycle) || len(cycle.Path) != 4 || cycle.Path[0] != cycle.Path[3] {
		t.Fatalf("error %v", err)
	}
	for i, a := range cycle.Path[1:] {
		n, _ := g.Node(a)
		if up := n.Upstream(); up[len(up)-1] != cycle.Path[i] {
			t.Errorf("%s does not read from %s, which stands before it", a, cycle.Path[i])
		}
	}
}

func TestOrderOfAnUnknownSource(t *testing.T) {
	h := newHouse(t)
	_, err := graph(h.fake("k.a", "", "k.gone")).Order()
	if err == nil || err.Error() != "stage k.a reads from k.gone, which does not exist" {
		t.Errorf("error %v", err)
	}
}

func TestMatch(t *testing.T) {
	h := newHouse(t)
	node := func(name, model string, fold int) *dag.Node {
		n := h.fake("train."+name, "")
		n.Matrix = []dag.MatrixValue{{Key: "model", Value: model}, {Key: "fold", Value: fmt.Sprint(fold)}}
		n.Address = dag.NewAddress("train", name, n.Matrix)
		return n
	}
	g := graph(h.fake("ingest.cohort", ""), node("main", "vit", 0), node("main", "vit", 1), node("main", "cnn", 0))
	for _, tt := range []struct {
		target string
		want   int
		err    string
	}{
		{"ingest.cohort", 1, ""},
		{"ingest.cohort.out", 1, ""},
		{"train.main", 3, ""},
		{"train.main[model=vit,fold=1]", 1, ""},
		{"train.main[fold=0]", 2, ""},
		{"train.main[fold=0,model=cnn].out", 1, ""},
		{"ingest.cohrt", 0, "target ingest.cohrt: the pipeline has no such stage. Did you mean ingest.cohort?"},
		{"train.main[model=vit,fold=7]", 0, "target train.main[model=vit,fold=7]: the stage has no such instance. Did you mean train.main[model=vit,fold=0]?"},
		{"ingest.cohort.uot", 0, `target ingest.cohort.uot: ingest.cohort has no output "uot". Did you mean out?`},
		{"ingest", 0, `address "ingest": want KIND.NAME, KIND.NAME[k=v,…] or one of these with .OUTPUT`},
	} {
		nodes, err := g.Match(tt.target)
		if len(nodes) != tt.want || (err == nil) != (tt.err == "") || err != nil && err.Error() != tt.err {
			t.Errorf("%s: %d nodes, error %v", tt.target, len(nodes), err)
		}
	}
}
