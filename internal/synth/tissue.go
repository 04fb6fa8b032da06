package synth

import "math"

// Attenuation of a mean diagnostic beam, per mm. Bone counts beside the tissue it displaces, so its figure is the
// difference.
const (
	perMuscle = 0.0212
	perFat    = 0.0175
	perBone   = 0.05
	perMetal  = 0.26
)

// A tissue is the thigh around the bone: an elliptic tube of muscle in a layer of fat, wider where it meets the trunk.
type tissue struct {
	person *person
	view   View
	frame  frame
	seed   uint64

	step int // pixels per grid cell
	wide int // grid nodes per row
	rows map[int][]float64
}

// The grid on which tissue is computed has cells of about this width; between its nodes it is linear.
const tissueGrid = 1.6

func newTissue(p *person, view View, f frame, pitch float64, width int, seed uint64) *tissue {
	step := max(1, int(tissueGrid/pitch+0.5))
	return &tissue{person: p, view: view, frame: f, seed: seed, step: step, wide: (width-1)/step + 2, rows: map[int][]float64{}}
}

// fill writes the attenuation of row y. Rows are cheapest in order.
func (t *tissue) fill(row []float64, y int) {
	j := y / t.step
	above, below := t.nodes(j), t.nodes(j+1)
	down := float64(y-j*t.step) / float64(t.step)
	across := 1 / float64(t.step)
	for i := 0; i < t.wide-1; i++ {
		left := above[i] + mul(below[i]-above[i], down)
		right := above[i+1] + mul(below[i+1]-above[i+1], down)
		slope := mul(right-left, across)
		cell := row[min(i*t.step, len(row)):min((i+1)*t.step, len(row))]
		for k := range cell {
			cell[k] = left + mul(slope, float64(k))
		}
	}
}

// nodes returns the attenuation at the grid's row j, and keeps it for the rows of pixels beside it.
func (t *tissue) nodes(j int) []float64 {
	if row, ok := t.rows[j]; ok {
		return row
	}
	delete(t.rows, j-2)
	row := make([]float64, t.wide)
	for i := range row {
		x, y := float64(i*t.step), float64(j*t.step)
		u := t.frame.u0 + mul(t.frame.ux, x) + mul(t.frame.uy, y)
		s := t.frame.s0 + mul(t.frame.sx, x) + mul(t.frame.sy, y)
		row[i] = t.at(u, s)
	}
	t.rows[j] = row
	return row
}

// at returns the attenuation of the soft tissue at a place of the bone's frame.
func (t *tissue) at(u, s float64) float64 {
	p := t.person
	along := s + p.breakAt
	l := p.length
	girth := mul(p.thigh, curve{{-120, 1.3}, {20, 1.22}, {130, 1.05}, {0.5 * l, 1}, {l - 70, 0.82}, {l, 0.72}, {l + 70, 0.74}, {l + 260, 0.5}}.at(along))
	trunk := smooth((60 - along) / 150)
	high, low, depth := mul(0.78, girth), mul(1.12, girth), mul(0.96, girth)
	if t.view == AP {
		low += mul(260, trunk)
		high += mul(25, trunk)
	} else {
		low += mul(60, trunk)
		high += mul(40, trunk)
		depth += mul(40, trunk)
	}
	center, half := (high-low)/2, (high+low)/2
	q := (u - center) / half
	rest := 1 - mul(q, q)
	if rest <= 0 {
		return 0
	}
	inside := rest
	attenuation := mul(perFat*2*depth, math.Sqrt(rest))
	q = (u - center) / (half - p.fat)
	if rest = 1 - mul(q, q); rest > 0 {
		attenuation += mul((perMuscle-perFat)*2*(depth-p.fat), math.Sqrt(rest))
	}
	attenuation += p.swellingAt(u, s, inside)
	// Muscles and the fat between them run along the bone.
	texture := mul(0.035, t.lattice(mul(u, 1.0/17), mul(s, 1.0/90), 1)) + mul(0.02, t.lattice(mul(u, 1.0/7), mul(s, 1.0/40), 2)) +
		mul(0.02, t.lattice(mul(u, 1.0/60), mul(s, 1.0/60), 3))
	return mul(attenuation, 1+texture)
}

// swellingAt returns the attenuation that blood and swelling add around a fresh fracture. rest is 1 in the middle of
// the thigh and 0 at the skin.
func (p *person) swellingAt(u, s, rest float64) float64 {
	u, s = u/p.swellingAcross, s/p.swellingAlong
	return mul(mul(p.swelling, smooth(1-math.Sqrt(mul(u, u)+mul(s, s)))), smooth(3*rest))
}

// lattice is smooth noise between −1 and 1 with one free value per unit square.
func (t *tissue) lattice(u, s float64, layer uint64) float64 {
	i, j := math.Floor(u), math.Floor(s)
	fu, fs := smooth(u-i), smooth(s-j)
	at := func(i, j float64) float64 {
		h := scramble(t.seed + scramble(layer<<60+uint64(int64(i)+1<<20)<<24+uint64(int64(j)+1<<20)))
		return float64(h>>11)*0x1p-52 - 1
	}
	top := at(i, j) + mul(at(i+1, j)-at(i, j), fu)
	bottom := at(i, j+1) + mul(at(i+1, j+1)-at(i, j+1), fu)
	return top + mul(bottom-top, fs)
}
