package annotations

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"femur/dag"
	"femur/internal/geom"
)

// The rules by which one center is chosen among several fractures.
const (
	// First takes the fracture that is listed first.
	First = "first"
	// Largest takes the fracture whose box is largest.
	Largest = "largest"
	// Mean takes the mean over the fractures.
	Mean = "mean"
	// Only refuses a radiograph with several fractures.
	Only = "only"
)

// Rules lists the rules of choice.
func Rules() []string { return []string{First, Largest, Mean, Only} }

// Chosen is the center that stands for a radiograph, in continuous oriented pixels.
type Chosen struct {
	Center geom.Point
	// Centers are those of all fractures, each the mean over its annotators, in the order of the marks.
	Centers []geom.Point
	// Annotators is how many people marked the chosen fracture; 0 where the source does not tell people apart.
	Annotators int
	// Spread is the root mean square distance, in pixels, of their marks from their mean; 0 for one.
	Spread float64
}

// Settle chooses one center among the marks of a radiograph of width × height pixels (needed only for
// relative marks).
//
// Marks of several annotators are matched first. The annotator with the most marks lists the fractures;
// each other one's marks go to the nearest of them, the closest pair first, and never two to the same.
// A mark without partner is a fracture of its own. No two marks are too far apart to match, since that
// is what disagreement looks like: the spread tells. Each fracture's center is the mean of its marks, its
// size the mean of their areas, and the rule chooses among the fractures. [Mean] takes each annotator's
// mean over their fractures, and the mean of those.
//
// An error is a [dag.BadInput] without file and record.
func Settle(marks []Mark, rule string, width, height int) (Chosen, error) {
	if len(marks) == 0 {
		return Chosen{}, refuse("no center is annotated", "Annotate the radiograph.")
	}
	scaled, err := inPixels(marks, width, height)
	if err != nil {
		return Chosen{}, err
	}
	fractures := match(scaled)
	var c Chosen
	for _, f := range fractures {
		c.Centers = append(c.Centers, meanOf(f))
	}
	var basis []geom.Point // what the center is the mean of, one for each annotator
	switch {
	case rule == Mean:
		basis = meansByAnnotator(scaled)
	case !slices.Contains(Rules(), rule):
		return Chosen{}, fmt.Errorf("%q is no rule of choice", rule)
	default:
		at, err := choose(fractures, rule)
		if err != nil {
			return Chosen{}, err
		}
		for _, m := range fractures[at] {
			basis = append(basis, m.Center)
		}
	}
	c.Center = middle(basis)
	if named(scaled) {
		c.Annotators = len(basis)
	}
	c.Spread = rms(basis, c.Center)
	return c, nil
}

func refuse(summary, detail string) error { return &dag.BadInput{Summary: summary, Detail: detail} }

// inPixels returns the marks with relative ones scaled to the image.
func inPixels(marks []Mark, width, height int) ([]Mark, error) {
	out := slices.Clone(marks)
	for i, m := range out {
		if m.Relative {
			if width <= 0 || height <= 0 {
				return nil, fmt.Errorf("a relative mark needs the size of the image, not %d×%d", width, height)
			}
			out[i].Center = geom.Point{X: m.Center.X * float64(width), Y: m.Center.Y * float64(height)}
			out[i].Area = m.Area * float64(width) * float64(height)
			out[i].Relative = false
		}
		if c := out[i].Center; !finite(c.X) || !finite(c.Y) {
			return nil, refuse("the center is no finite number", "Correct the annotation.")
		}
	}
	return out, nil
}

func finite(f float64) bool { return !math.IsNaN(f) && !math.IsInf(f, 0) }

// named reports whether the source tells annotators apart.
func named(marks []Mark) bool {
	return slices.ContainsFunc(marks, func(m Mark) bool { return m.Annotator != "" })
}

// byAnnotator groups marks by annotator. The groups are in the order of the annotators' names: the order in
// which an export lists people must not move the center, not even by rounding.
func byAnnotator(marks []Mark) [][]Mark {
	var groups [][]Mark
	at := map[string]int{}
	for _, m := range marks {
		i, ok := at[m.Annotator]
		if !ok {
			i = len(groups)
			at[m.Annotator] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], m)
	}
	slices.SortFunc(groups, func(a, b []Mark) int { return cmp.Compare(a[0].Annotator, b[0].Annotator) })
	return groups
}

// match sorts marks into fractures: lists of marks of which no two are by the same annotator.
func match(marks []Mark) [][]Mark {
	groups := byAnnotator(marks)
	slices.SortStableFunc(groups, func(a, b []Mark) int { return len(b) - len(a) })
	var fractures [][]Mark
	for _, group := range groups {
		fractures = assign(fractures, group)
	}
	return fractures
}

// assign adds the marks of one more annotator to fractures, the closest pairs first.
func assign(fractures [][]Mark, group []Mark) [][]Mark {
	type pair struct {
		mark, fracture int
		distance       float64
	}
	var pairs []pair
	for f := range fractures {
		center := meanOf(fractures[f])
		for m := range group {
			pairs = append(pairs, pair{m, f, center.Distance(group[m].Center)})
		}
	}
	slices.SortStableFunc(pairs, func(a, b pair) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), a.fracture-b.fracture, a.mark-b.mark)
	})
	taken := make([]bool, len(fractures))
	placed := make([]bool, len(group))
	for _, p := range pairs {
		if taken[p.fracture] || placed[p.mark] {
			continue
		}
		taken[p.fracture], placed[p.mark] = true, true
		fractures[p.fracture] = append(fractures[p.fracture], group[p.mark])
	}
	for m, done := range placed {
		if !done {
			fractures = append(fractures, []Mark{group[m]})
		}
	}
	return fractures
}

// choose returns the index of the fracture that the rule takes.
func choose(fractures [][]Mark, rule string) (int, error) {
	if len(fractures) == 1 {
		return 0, nil
	}
	switch rule {
	case Only:
		return 0, refuse(fmt.Sprintf("%d fractures are annotated", len(fractures)),
			`Remove all but one, or say which counts: choose = "first", "largest" or "mean".`)
	case Largest:
		at, area := -1, 0.0
		for i, f := range fractures {
			if a := meanArea(f); a > area {
				at, area = i, a
			}
		}
		if at < 0 {
			return 0, refuse(fmt.Sprintf("none of the %d annotated fractures has a size", len(fractures)),
				`Points have no size: use choose = "first", "mean" or "only", or annotate boxes.`)
		}
		return at, nil
	}
	return 0, nil
}

func meanOf(marks []Mark) geom.Point {
	points := make([]geom.Point, len(marks))
	for i, m := range marks {
		points[i] = m.Center
	}
	return middle(points)
}

func middle(points []geom.Point) geom.Point {
	var sum geom.Point
	for _, p := range points {
		sum = sum.Add(p)
	}
	return geom.Point{X: sum.X / float64(len(points)), Y: sum.Y / float64(len(points))}
}

func meanArea(marks []Mark) float64 {
	var sum float64
	for _, m := range marks {
		sum += m.Area
	}
	return sum / float64(len(marks))
}

func meansByAnnotator(marks []Mark) []geom.Point {
	var means []geom.Point
	for _, group := range byAnnotator(marks) {
		means = append(means, meanOf(group))
	}
	return means
}

// rms is the root mean square distance of points from a center.
func rms(points []geom.Point, center geom.Point) float64 {
	if len(points) < 2 {
		return 0
	}
	var sum float64
	for _, p := range points {
		d := p.Sub(center)
		sum += float64(d.X*d.X) + float64(d.Y*d.Y)
	}
	return math.Sqrt(sum / float64(len(points)))
}
