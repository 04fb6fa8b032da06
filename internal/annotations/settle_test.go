package annotations_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"femur/dag"
	"femur/internal/annotations"
	"femur/internal/geom"
)

func at(x, y float64) geom.Point { return geom.Point{X: x, Y: y} }

func by(annotator string, x, y, area float64) annotations.Mark {
	return annotations.Mark{Center: at(x, y), Annotator: annotator, Area: area}
}

func TestSettle(t *testing.T) {
	two := []annotations.Mark{by("", 10, 20, 4), by("", 50, 60, 9)}
	for name, c := range map[string]struct {
		marks []annotations.Mark
		rule  string
		want  annotations.Chosen
	}{
		"one mark":         {two[:1], annotations.Only, annotations.Chosen{Center: at(10, 20), Centers: []geom.Point{at(10, 20)}}},
		"first of two":     {two, annotations.First, annotations.Chosen{Center: at(10, 20), Centers: []geom.Point{at(10, 20), at(50, 60)}}},
		"largest of two":   {two, annotations.Largest, annotations.Chosen{Center: at(50, 60), Centers: []geom.Point{at(10, 20), at(50, 60)}}},
		"mean of two":      {two, annotations.Mean, annotations.Chosen{Center: at(30, 40), Centers: []geom.Point{at(10, 20), at(50, 60)}}},
		"largest in a tie": {[]annotations.Mark{by("", 1, 1, 4), by("", 9, 9, 4)}, annotations.Largest, annotations.Chosen{Center: at(1, 1), Centers: []geom.Point{at(1, 1), at(9, 9)}}},
		// 3 and 5 pixels left and right of the mean in x: both 4 away from it.
		"two annotators": {
			[]annotations.Mark{by("a", 10, 5, 0), by("b", 18, 5, 0)}, annotations.Only,
			annotations.Chosen{Center: at(14, 5), Centers: []geom.Point{at(14, 5)}, Annotators: 2, Spread: 4},
		},
		// Distances from (3, 1) are 3√… : (0,0) √10, (3,0) 1, (6,3) √13; their mean square is 24/3.
		"three annotators": {
			[]annotations.Mark{by("a", 0, 0, 0), by("b", 3, 0, 0), by("c", 6, 3, 0)}, annotations.First,
			annotations.Chosen{Center: at(3, 1), Centers: []geom.Point{at(3, 1)}, Annotators: 3, Spread: math.Sqrt(8)},
		},
		// b lists the two fractures in the other order; each goes to the nearest.
		"matched by place, not by order": {
			[]annotations.Mark{by("a", 0, 0, 1), by("a", 100, 0, 9), by("b", 104, 0, 9), by("b", 2, 0, 1)}, annotations.Largest,
			annotations.Chosen{Center: at(102, 0), Centers: []geom.Point{at(1, 0), at(102, 0)}, Annotators: 2, Spread: 2},
		},
		// c saw one fracture only, which has no say on the other.
		"one annotator saw less": {
			[]annotations.Mark{by("a", 0, 0, 1), by("a", 100, 0, 9), by("c", 6, 0, 50)}, annotations.Largest,
			annotations.Chosen{Center: at(3, 0), Centers: []geom.Point{at(3, 0), at(100, 0)}, Annotators: 2, Spread: 3},
		},
		// Greedy: b's (8,0) is nearest to a's (10,0) at 2, so b's (1,0) gets a's (0,0).
		"closest pair first": {
			[]annotations.Mark{by("a", 0, 0, 0), by("a", 10, 0, 0), by("b", 8, 0, 0), by("b", 1, 0, 0)}, annotations.First,
			annotations.Chosen{Center: at(0.5, 0), Centers: []geom.Point{at(0.5, 0), at(9, 0)}, Annotators: 2, Spread: 0.5},
		},
		// Means are (50, 0) for a and (60, 0) for b; the center is 5 from each.
		"mean over fractures, then over annotators": {
			[]annotations.Mark{by("a", 0, 0, 0), by("a", 100, 0, 0), by("b", 10, 0, 0), by("b", 110, 0, 0)}, annotations.Mean,
			annotations.Chosen{Center: at(55, 0), Centers: []geom.Point{at(5, 0), at(105, 0)}, Annotators: 2, Spread: 5},
		},
		"fractions": {
			[]annotations.Mark{{Center: at(0.25, 0.5), Area: 0.1, Relative: true}, {Center: at(0.5, 0.5), Area: 0.2, Relative: true}}, annotations.Largest,
			annotations.Chosen{Center: at(200, 100), Centers: []geom.Point{at(100, 100), at(200, 100)}},
		},
	} {
		got, err := annotations.Settle(c.marks, c.rule, 400, 200)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if d := cmp.Diff(c.want, got, cmpopts.EquateApprox(0, 1e-12)); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
}

func TestSettleRefuses(t *testing.T) {
	points := []annotations.Mark{by("", 1, 1, 0), by("", 9, 9, 0)}
	for name, c := range map[string]struct {
		marks []annotations.Mark
		rule  string
		want  string
		data  bool // a fault in the data, to be told at its record
	}{
		"nothing":              {nil, annotations.First, "no center", true},
		"several":              {points, annotations.Only, "2 fractures are annotated", true},
		"largest of points":    {points, annotations.Largest, "none of the 2 annotated fractures has a size", true},
		"no number":            {[]annotations.Mark{by("", math.NaN(), 1, 0)}, annotations.First, "no finite number", true},
		"unknown rule":         {points, "best", "no rule", false},
		"fractions of nothing": {[]annotations.Mark{{Relative: true}}, annotations.First, "needs the size", false},
	} {
		_, err := annotations.Settle(c.marks, c.rule, 0, 0)
		var bad *dag.BadInput
		if err == nil || !strings.Contains(err.Error(), c.want) || errors.As(err, &bad) != c.data {
			t.Errorf("%s: error %v (data: %v), want %q", name, err, errors.As(err, &bad), c.want)
		}
	}
}

var anyMarks = rapid.Custom(func(t *rapid.T) []annotations.Mark {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) annotations.Mark {
		return by(rapid.SampledFrom([]string{"", "a", "b", "c"}).Draw(t, "by"),
			float64(rapid.IntRange(0, 1000).Draw(t, "x")), float64(rapid.IntRange(0, 1000).Draw(t, "y")), float64(rapid.IntRange(1, 100).Draw(t, "area")))
	}), 1, 8).Draw(t, "marks")
})

// The order in which a source lists annotators has no effect, bit by bit; that of one annotator's marks has.
func TestSettleKnowsNoOrderOfAnnotators(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		marks := anyMarks.Draw(t, "marks")
		rule := rapid.SampledFrom([]string{annotations.First, annotations.Largest, annotations.Mean}).Draw(t, "rule")
		people := rapid.Permutation([]string{"", "a", "b", "c"}).Draw(t, "order")
		other := slices.Clone(marks)
		slices.SortStableFunc(other, func(a, b annotations.Mark) int {
			return slices.Index(people, a.Annotator) - slices.Index(people, b.Annotator)
		})
		want, err := annotations.Settle(marks, rule, 0, 0)
		got, err2 := annotations.Settle(other, rule, 0, 0)
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("(-want +got):\n%s", d)
		}
	})
}

// A shift of all marks shifts all centers and nothing else; the center lies among the marks; each
// fracture has at most one mark of each annotator, so there are at least as many as of the busiest.
func TestSettleProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		marks := anyMarks.Draw(t, "marks")
		rule := rapid.SampledFrom([]string{annotations.First, annotations.Largest, annotations.Mean}).Draw(t, "rule")
		got, err := annotations.Settle(marks, rule, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		most := map[string]int{}
		low, high := marks[0].Center, marks[0].Center
		moved := slices.Clone(marks)
		for i, m := range marks {
			most[m.Annotator]++
			low, high = at(min(low.X, m.Center.X), min(low.Y, m.Center.Y)), at(max(high.X, m.Center.X), max(high.Y, m.Center.Y))
			moved[i].Center = m.Center.Add(at(64, 256))
		}
		busiest := 0
		for _, n := range most {
			busiest = max(busiest, n)
		}
		if n := len(got.Centers); n < busiest || n > len(marks) {
			t.Fatalf("%d fractures of %d marks, at most %d by one annotator", n, len(marks), busiest)
		}
		const rounding = 1e-9
		if c := got.Center; c.X < low.X-rounding || c.Y < low.Y-rounding || c.X > high.X+rounding || c.Y > high.Y+rounding {
			t.Fatalf("the center %v lies outside of the marks", c)
		}
		if got.Spread < 0 || got.Annotators > len(most) {
			t.Fatalf("spread %g of %d annotators", got.Spread, got.Annotators)
		}
		shifted, err := annotations.Settle(moved, rule, 0, 0)
		if err != nil || shifted.Center.Sub(got.Center).Distance(at(64, 256)) > rounding || math.Abs(shifted.Spread-got.Spread) > rounding {
			t.Fatalf("shifted by (64, 256): %+v, was %+v (%v)", shifted, got, err)
		}
	})
}
