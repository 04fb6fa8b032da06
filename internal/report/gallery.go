package report

import (
	"fmt"
	"math"
	"slices"

	"femur/internal/analysis"
	"femur/internal/report/page"
)

// An Example is one radiograph of the gallery. All coordinates are pixels of the
// oriented radiograph, whatever the size of the thumbnail.
type Example struct {
	Image, Patient, Label string
	Arm                   string // the localizer
	Thumbnail             []byte // PNG of the whole radiograph, any size, same aspect
	Patch                 []byte // PNG of the patch, or nil
	Width, Height         float64
	TrueX, TrueY          float64
	PredX, PredY          float64
	Pitch                 float64 // mm per pixel, 0 if unknown
	// The patch's corners; equal corners draw none.
	PatchX0, PatchY0, PatchX1, PatchY1 float64
	Score                              string // such as "patch 0.81, whole 0.40", or empty
}

// galleryNote is the legend of the examples; what none of them shows is left out.
func galleryNote(gallery []Example, o analysis.Options) string {
	note := "Circle: annotated center. Cross: predicted center."
	if slices.ContainsFunc(gallery, func(e Example) bool { return e.PatchX1 > e.PatchX0 }) {
		note += " Dashed frame: the patch that the classifier saw."
	}
	if slices.ContainsFunc(gallery, func(e Example) bool { return e.Label == o.Positive }) {
		note += fmt.Sprintf(" %s is the class looked for.", o.Positive)
	}
	return note + " Examples illustrate; they are not a sample to judge accuracy by."
}

func newExamples(gallery []Example) ([]page.Picture, error) {
	var out []page.Picture
	for i, g := range gallery {
		if !(g.Width > 0 && g.Height > 0) {
			return nil, fmt.Errorf("example %s: size %v × %v: want positive numbers of pixels", g.Image, g.Width, g.Height)
		}
		thumbnail, err := page.DataURL(g.Thumbnail)
		if err != nil {
			return nil, fmt.Errorf("example %s: thumbnail: %w", g.Image, err)
		}
		e := page.Picture{
			ID: fmt.Sprintf("example-%d", i), Width: page.Coordinate(g.Width), Height: page.Coordinate(g.Height), Image: thumbnail,
			Title: fmt.Sprintf("Radiograph %s, %s", g.Image, g.Label),
		}
		if g.Patch != nil {
			if e.Detail, err = page.DataURL(g.Patch); err != nil {
				return nil, fmt.Errorf("example %s: patch: %w", g.Image, err)
			}
			e.DetailAlt = "The patch of radiograph " + g.Image
		}
		distance := math.Hypot(g.PredX-g.TrueX, g.PredY-g.TrueY)
		text := fmt.Sprintf("%.0f px", distance)
		if g.Pitch > 0 {
			text = fmt.Sprintf("%.1f mm", distance*g.Pitch)
		}
		e.Caption = fmt.Sprintf("%s · %s · %s off by %s", g.Image, g.Label, g.Arm, text)
		if g.Score != "" {
			e.Caption += " · " + g.Score
		}
		e.Description = fmt.Sprintf("The annotated center is at %.0f percent of the width and %.0f percent of the height; %s predicted a point %s away.",
			100*g.TrueX/g.Width, 100*g.TrueY/g.Height, g.Arm, text)
		e.Marks = g.overlays()
		out = append(out, e)
	}
	return out, nil
}

// markSize is the radius of a mark in parts of the radiograph's longer side.
const markSize = 0.016

// overlays are drawn in the radiograph's pixels, with strokes in proportion to it.
func (g Example) overlays() []page.Overlay {
	size := math.Max(g.Width, g.Height)
	var c page.Chart
	if g.PatchX1 > g.PatchX0 && g.PatchY1 > g.PatchY0 {
		c.Rectangle("crop", g.PatchX0, g.PatchY0, g.PatchX1-g.PatchX0, g.PatchY1-g.PatchY0)
	}
	c.Dot("truth", g.TrueX, g.TrueY, markSize*size)
	arm := 0.9 * markSize * size
	c.Path("guess", "M# #l# #M# #l# #", g.PredX-arm, g.PredY-arm, 2*arm, 2*arm, g.PredX-arm, g.PredY+arm, 2*arm, -2*arm)
	return c.Overlays(size)
}
