package cohortreport

import (
	"cmp"
	"math"
	"slices"

	"femur/internal/cohort"
	"femur/internal/geom"
)

// Centers says which radiographs have an annotated center of the fracture, and where it lies. Places are
// in parts of the radiograph's width and height, from its top left corner.
type Centers struct {
	Located   int            `json:"located"`
	Unlocated int            `json:"unlocated"`
	ByLabel   []LabelCenters `json:"by_label"`
	// Fractures says how many radiographs have a number of annotated fractures.
	Fractures []Fractures  `json:"fractures"`
	Across    Distribution `json:"across"`
	Down      Distribution `json:"down"`
	// Places are those of all radiographs or, of many, of some.
	Places []Place `json:"places"`
	// Outside counts centers that lie outside of their radiograph; Examples are the first of them.
	Outside  int      `json:"outside"`
	Examples []string `json:"outside_examples"`
	// GuessPercent is how far, in percent of the radiograph's diagonal, centers lie from the median place: what a
	// localizer must be better than. GuessMM is the same in millimeters where the pitch is known.
	GuessPercent Distribution `json:"guess_percent_of_diagonal"`
	GuessMM      Distribution `json:"guess_mm"`
}

// LabelCenters counts the radiographs of a label with and without a center.
type LabelCenters struct {
	Label     string `json:"label"`
	Located   int    `json:"located"`
	Unlocated int    `json:"unlocated"`
}

// A Fractures says how many radiographs have a number of annotated fractures.
type Fractures struct {
	Fractures   int `json:"fractures"`
	Radiographs int `json:"radiographs"`
}

// A Place is where a center lies.
type Place struct {
	Label string  `json:"label"`
	X     float64 `json:"x"`
	Y     float64 `json:"y"`
}

// shownPlaces is how many dots a scatter has at most: more only make a blot, and a large summary.
const shownPlaces = 1500

func centers(rows []cohort.CohortRow, labels []string) Centers {
	c := Centers{ByLabel: make([]LabelCenters, len(labels)), Fractures: []Fractures{}, Places: []Place{}, Examples: []string{}}
	for i, label := range labels {
		c.ByLabel[i].Label = label
	}
	var located []cohort.CohortRow
	fractures := map[int]int{}
	for _, r := range rows {
		of := &c.ByLabel[slices.Index(labels, r.Label)]
		if !r.Located || r.Width <= 0 || r.Height <= 0 {
			c.Unlocated++
			of.Unlocated++
			continue
		}
		c.Located++
		of.Located++
		fractures[max(1, int(r.Centers))]++
		if at := (geom.Point{X: r.CenterX, Y: r.CenterY}); !at.Inside(int(r.Width), int(r.Height)) {
			if c.Outside++; len(c.Examples) < examples {
				c.Examples = append(c.Examples, r.ID)
			}
			continue
		}
		located = append(located, r)
	}
	for n, radiographs := range fractures {
		c.Fractures = append(c.Fractures, Fractures{Fractures: n, Radiographs: radiographs})
	}
	slices.SortFunc(c.Fractures, func(a, b Fractures) int { return cmp.Compare(a.Fractures, b.Fractures) })
	c.place(located)
	return c
}

// place fills what is said of places. The rows have centers that lie inside.
func (c *Centers) place(rows []cohort.CohortRow) {
	var across, down []float64
	for _, r := range rows {
		across, down = append(across, r.CenterX/float64(r.Width)), append(down, r.CenterY/float64(r.Height))
	}
	c.Across, c.Down = distribution(across), distribution(down)
	var percent, mm []float64
	for i, r := range rows {
		w, h := float64(r.Width), float64(r.Height)
		off := math.Hypot((across[i]-c.Across.Median)*w, (down[i]-c.Down.Median)*h)
		percent = append(percent, 100*off/math.Hypot(w, h))
		if usable(r.Pitch) {
			mm = append(mm, off*r.Pitch)
		}
	}
	c.GuessPercent, c.GuessMM = distribution(percent), distribution(mm)
	shown := make([]int, len(rows))
	for i := range shown {
		shown[i] = i
	}
	if len(shown) > shownPlaces {
		slices.SortFunc(shown, func(a, b int) int {
			return cmp.Or(cmp.Compare(hash(rows[a].ID), hash(rows[b].ID)), cmp.Compare(rows[a].ID, rows[b].ID))
		})
		shown = shown[:shownPlaces]
		slices.Sort(shown)
	}
	for _, i := range shown {
		c.Places = append(c.Places, Place{Label: rows[i].Label, X: thousandth(across[i]), Y: thousandth(down[i])})
	}
}

func thousandth(v float64) float64 { return math.Round(v*1000) / 1000 }

// Annotators says how many people marked a center, and how far apart: an error that no localizer can be
// shown to fall below.
type Annotators struct {
	// Told counts radiographs for which the number of annotators is known, ByNumber how many have each.
	Told     int                `json:"told"`
	ByNumber []AnnotatorsNumber `json:"by_number"`
	// Repeated counts radiographs that two people or more marked. SpreadPX and SpreadMM are the root mean square
	// distance of their marks from the mean.
	Repeated int           `json:"repeated"`
	Patients int           `json:"repeated_patients"`
	SpreadPX Distribution  `json:"spread_px"`
	SpreadMM Distribution  `json:"spread_mm"`
	ByLabel  []LabelSpread `json:"by_label"`
}

// An AnnotatorsNumber says how many radiographs a number of people marked.
type AnnotatorsNumber struct {
	Annotators  int `json:"annotators"`
	Radiographs int `json:"radiographs"`
}

// A LabelSpread is the spread of a label's radiographs.
type LabelSpread struct {
	Label    string       `json:"label"`
	SpreadPX Distribution `json:"spread_px"`
	SpreadMM Distribution `json:"spread_mm"`
}

func annotators(rows []cohort.CohortRow, labels []string) Annotators {
	a := Annotators{ByNumber: []AnnotatorsNumber{}, ByLabel: []LabelSpread{}}
	number := map[int]int{}
	var repeated []cohort.CohortRow
	for _, r := range rows {
		if !r.Located || r.Annotator <= 0 {
			continue
		}
		a.Told++
		number[int(r.Annotator)]++
		if r.Annotator > 1 && r.Spread >= 0 && !math.IsInf(r.Spread, 1) {
			repeated = append(repeated, r)
		}
	}
	for n, radiographs := range number {
		a.ByNumber = append(a.ByNumber, AnnotatorsNumber{Annotators: n, Radiographs: radiographs})
	}
	slices.SortFunc(a.ByNumber, func(x, y AnnotatorsNumber) int { return cmp.Compare(x.Annotators, y.Annotators) })
	a.Repeated, a.Patients = len(repeated), groupOf("", repeated, labels).Patients
	px := byLabel(repeated, labels, func(r cohort.CohortRow) (float64, bool) { return r.Spread, true })
	mm := byLabel(repeated, labels, func(r cohort.CohortRow) (float64, bool) { return r.Spread * r.Pitch, usable(r.Pitch) })
	a.SpreadPX, a.SpreadMM = distribution(slices.Concat(px...)), distribution(slices.Concat(mm...))
	for i, label := range labels {
		a.ByLabel = append(a.ByLabel, LabelSpread{Label: label, SpreadPX: distribution(px[i]), SpreadMM: distribution(mm[i])})
	}
	return a
}
