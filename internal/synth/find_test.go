package synth

import (
	"math"
	"slices"
	"testing"

	"femur/internal/geom"
	"femur/internal/radiograph"
)

// surroundings describes a place of a small picture: the values on a coarse grid around it, and how much brighter
// it is than rings about it.
func surroundings(im radiograph.Image, x, y int) []float64 {
	const reach, step = 12, 3
	at := func(x, y int) float64 {
		x, y = min(max(x, 0), im.Width-1), min(max(y, 0), im.Height-1)
		return math.Log(float64(im.At(x, y)) + 2000)
	}
	var f []float64
	middle := at(x, y)
	for dy := -reach; dy <= reach; dy += step {
		for dx := -reach; dx <= reach; dx += step {
			d := at(x+dx, y+dy) - middle
			f = append(f, d, math.Abs(d))
		}
	}
	return append(f, middle, middle*middle)
}

// TestFractureCanBeFound asks the study's first question of a plain detector: shrunk to a network's input, the
// fracture must be found well within a quarter of the error of always guessing the mean place, or no localizer can
// be held to that.
func TestFractureCanBeFound(t *testing.T) {
	if testing.Short() {
		t.Skip("renders a cohort")
	}
	const input, learners = 96, 150
	const dark = 5000 // nobody looks for a bone where there is only air
	c, specs := oneEach(t, 220, 0.1)
	type film struct {
		im     radiograph.Image
		center geom.Point
	}
	var films []film
	for _, s := range specs {
		im, err := c.Render(s)
		if err != nil {
			t.Fatal(err)
		}
		small, l := radiograph.Letterboxed(im, input)
		films = append(films, film{small, l.ToInput(s.Center)})
	}
	var train []sample
	pick := newStream(1, forTexture, 0, 0)
	var middle geom.Point
	for _, f := range films[:learners] {
		middle = middle.Add(f.center.Scale(1.0 / learners))
		for i := range 120 {
			x, y := pick.below(input), pick.below(input)
			if i < 4 {
				x, y = int(f.center.X)-i%2, int(f.center.Y)-i/2
			}
			d := f.center.Distance(geom.Point{X: float64(x) + 0.5, Y: float64(y) + 0.5})
			if i >= 4 && (d < 6 || f.im.At(x, y) < dark) {
				continue
			}
			train = append(train, sample{surroundings(f.im, x, y), i < 4})
		}
	}
	var guesses, errors []float64
	// Standardized with the learners: the test's places come along so that one scale serves both.
	places := train
	var where [][2]int
	var starts []int
	for _, f := range films[learners:] {
		starts = append(starts, len(where))
		for y := 1; y < input; y += 2 {
			for x := 1; x < input; x += 2 {
				if f.im.At(x, y) < dark {
					continue
				}
				places = append(places, sample{surroundings(f.im, x, y), false})
				where = append(where, [2]int{x, y})
			}
		}
	}
	standardize(places)
	scores := logistic(places[:len(train)], places[len(train):], 0.003)
	starts = append(starts, len(where))
	for i, f := range films[learners:] {
		mine := scores[starts[i]:starts[i+1]]
		best := slices.Index(mine, slices.Max(mine))
		at := where[starts[i]+best]
		errors = append(errors, f.center.Distance(geom.Point{X: float64(at[0]) + 0.5, Y: float64(at[1]) + 0.5}))
		guesses = append(guesses, f.center.Distance(middle))
	}
	slices.Sort(errors)
	slices.Sort(guesses)
	t.Logf("median error %.1f input pixels (quartiles %.1f, %.1f), of the mean guess %.1f", errors[len(errors)/2],
		errors[len(errors)/4], errors[3*len(errors)/4], guesses[len(guesses)/2])
	if errors[len(errors)/2] > guesses[len(guesses)/2]/4 {
		t.Errorf("a plain detector is off by %.1f input pixels, the mean guess by %.1f: the place is not visible enough",
			errors[len(errors)/2], guesses[len(guesses)/2])
	}
}
