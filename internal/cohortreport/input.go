package cohortreport

import (
	"femur/internal/cohort"
	"femur/internal/geom"
	"femur/internal/radiograph"
)

// An Input is what a cohort report is made of. Rows, links and refusals may come in any order.
type Input struct {
	Title    string
	Rows     []cohort.CohortRow
	Links    []cohort.LinkRow
	Refusals []Refused // with those that were skipped on purpose
	Hashed   bool      // ids, patients and sites are keyed hashes
	// Contact is how many radiographs the contact sheet has; 0 stands for [DefaultContact].
	Contact int
}

// DefaultContact is how many radiographs a contact sheet has unless told.
const DefaultContact = 36

// A Refused is a radiograph of the source that did not become part of the cohort. Patient may be empty.
type Refused struct {
	ID, Patient string
	cohort.Refusal
}

// A Picture is a radiograph made small. Center is the annotated one in the picture's own pixels; it counts
// only where the radiograph is Located.
type Picture struct {
	ID, Label string
	Image     radiograph.Image
	Center    geom.Point
	Located   bool
}

// PictureSide is how long the longer side of a picture needs to be, in pixels; more is made smaller again.
const PictureSide = 320

// NewPicture makes a picture of a radiograph and the row that describes it. It panics on an image
// without pixels.
func NewPicture(im radiograph.Image, row cohort.CohortRow) Picture {
	p := Picture{ID: row.ID, Label: row.Label, Located: row.Located, Center: geom.Point{X: row.CenterX, Y: row.CenterY}, Image: im}
	return p.within(PictureSide)
}

// within shrinks the picture, with its center, until its longer side is at most side.
func (p Picture) within(side int) Picture {
	longer := max(p.Image.Width, p.Image.Height)
	if longer <= side {
		return p
	}
	across, down := max(1, p.Image.Width*side/longer), max(1, p.Image.Height*side/longer)
	p.Center.X *= float64(across) / float64(p.Image.Width)
	p.Center.Y *= float64(down) / float64(p.Image.Height)
	p.Image = radiograph.Resize(p.Image, across, down)
	return p
}

// Select returns the pictures of the ids, in the order of the ids; those that are not there are left out.
func Select(pictures []Picture, ids []string) []Picture {
	byID := make(map[string]Picture, len(pictures))
	for _, p := range pictures {
		byID[p.ID] = p
	}
	var out []Picture
	for _, id := range ids {
		if p, ok := byID[id]; ok {
			out = append(out, p)
		}
	}
	return out
}
