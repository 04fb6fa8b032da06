package duplicates

import (
	"math"

	"femur/internal/cohort"
	"femur/internal/geom"
)

// centerTolerance is how far apart two marks of one fracture may lie, as a share of the diagonal.
const centerTolerance = 0.02

// Conflict says what the annotations of two linked radiographs contradict each other in: "", "label", "center" or
// "label and center". The center of b is carried over to a by the mirror of the link and the two sizes; a crop is not
// known of, so a link that is one may be reported. Radiographs without an annotated center agree with every center.
func Conflict(a, b cohort.Annotation, link cohort.LinkRow) string {
	label := a.Label != b.Label
	center := false
	if !a.Unlocated && !b.Unlocated {
		w, h := float64(a.Width), float64(a.Height)
		at := geom.Point{X: b.Center.X / float64(b.Width) * w, Y: b.Center.Y / float64(b.Height) * h}
		if link.Mirrored == LeftRight.String() || link.Mirrored == HalfTurn.String() {
			at.X = w - at.X
		}
		if link.Mirrored == TopBottom.String() || link.Mirrored == HalfTurn.String() {
			at.Y = h - at.Y
		}
		center = at.Distance(a.Center) > centerTolerance*math.Hypot(w, h)
	}
	switch {
	case label && center:
		return "label and center"
	case label:
		return "label"
	case center:
		return "center"
	}
	return ""
}
