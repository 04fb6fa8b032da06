package synth

// A fit holds the figures of the clinic's annotations that the cohort follows. It pools both classes, so nothing in
// it can tell them apart. fit_table.go holds the figures; it is written by
//
//	UPDATE_GOLDEN=1 go test ./internal/synth -run TestFitTable
//
// from ../shared/data/liu-femur/annotations.json, and the same test without the variable compares the two.
type fit struct {
	// sizes are the radiographs of a size that occurs often, and how often.
	sizes []fitSize
	// otherSizes is how many radiographs have a size of their own; these are their long side and their width over
	// height, as quantiles at even steps.
	otherSizes       int
	longSide, aspect []float64
	// centers are the fracture centers by shape of the radiograph: portrait, about square, landscape.
	centers [3]fitCenter
	// perPatient[i] patients have i radiographs.
	perPatient []int
	// modality counts CR and DX.
	modality [2]int
}

type fitSize struct{ width, height, count int }

// fitCenter holds quantiles at even steps, in percent of the width and of the height.
type fitCenter struct{ x, y []float64 }

// The shapes that centers are fitted by.
const (
	portrait = iota
	square
	landscape
)

// shapeOf returns the shape of a radiograph.
func shapeOf(width, height int) int {
	switch {
	case 10*width < 9*height:
		return portrait
	case 10*width <= 11*height:
		return square
	}
	return landscape
}

// size draws the sides of a radiograph at full scale.
func (f fit) size(s *stream) (width, height int) {
	weights := make([]int, 0, len(f.sizes)+1)
	for _, size := range f.sizes {
		weights = append(weights, size.count)
	}
	i := s.pick(append(weights, f.otherSizes))
	if i < len(f.sizes) {
		return f.sizes[i].width, f.sizes[i].height
	}
	long, ratio := s.quantile(f.longSide), s.quantile(f.aspect)
	if ratio <= 1 {
		return int(mul(long, ratio)), int(long)
	}
	return int(long), int(long / ratio)
}

// center draws the place of the fracture in percent of the sides.
func (f fit) center(s *stream, width, height int) (x, y float64) {
	c := f.centers[shapeOf(width, height)]
	return s.quantile(c.x), s.quantile(c.y)
}

// pitchOf returns the pitch, in mm, of the common detector of 43 cm whose long side a radiograph of this long side
// fills best. The annotations do not tell the pitch.
func pitchOf(longSide int) float64 {
	switch {
	case longSide <= 2200:
		return 0.2
	case longSide <= 2600:
		return 0.168
	case longSide <= 2720:
		return 0.16
	case longSide <= 2900:
		return 0.148
	case longSide <= 3020:
		return 0.143
	case longSide <= 3800:
		return 0.115
	}
	return 0.1
}
