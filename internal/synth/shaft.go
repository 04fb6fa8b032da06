package synth

import "math"

// A section is the cross section of the shaft's tube at one place along it, as one view shows it: a cylinder wall
// between two ellipses. Lengths are in mm across the beam, measured from the axis of the frame.
type section struct {
	axis            float64 // of the bone
	center, radius  float64 // of the outer ellipse
	depth           float64 // its half axis along the beam
	canal, canalRad float64 // of the inner ellipse
	canalDepth      float64
	marrow          float64 // density within
	dense           float64 // of the wall; 0 where there is no shaft
}

// sectionStep is the distance of the sections of a shaft.
const sectionStep = 0.25

// A shaft is the femur's tube from the trochanters to the condyles. Its origin s = 0 is the fracture.
type shaft struct {
	from     float64 // s of the first section
	sections []section
	widest   float64 // largest distance of bone from the frame's axis
}

// at returns the section at s, or nil beyond the ends.
func (t *shaft) at(s float64) *section {
	i := int(mul(s-t.from, 1/sectionStep))
	if i < 0 || i >= len(t.sections) {
		return nil
	}
	return &t.sections[i]
}

// bow returns how far the shaft's axis lies off a straight line at s from the trochanter.
func bow(s, length, height float64) float64 {
	z := mul(s-mul(0.55, length), 1/mul(0.5, length))
	return mul(height, 1-mul(z, z))
}

// edges are the outlines of a shaft and its cortices in one view.
type edges struct {
	high, low           curve // distance of either outline from the axis, towards and against u
	highCortex, lowWall float64
	bow                 float64
}

// edgesOf returns the outlines; u points to lateral from the front and to anterior from the side.
func (p *person) edgesOf(view View) edges {
	l := p.length
	if view == AP {
		return edges{
			high:       curve{{12, 14}, {30, 20}, {48, 19}, {80, 16}, {120, 14.2}, {0.47 * l, 13.6}, {0.7 * l, 15}, {l - 90, 19}, {l - 60, 25}, {l - 38, 34}, {l - 22, 37}, {l - 8, 30}},
			low:        curve{{12, 4}, {30, 14}, {50, 22}, {65, 21}, {88, 16.5}, {120, 14.2}, {0.47 * l, 13.6}, {0.7 * l, 15}, {l - 90, 19}, {l - 60, 26}, {l - 38, 36}, {l - 22, 38}, {l - 8, 30}},
			highCortex: p.lateral, lowWall: p.medial, bow: p.bowLateral,
		}
	}
	return edges{
		high:       curve{{12, 11}, {50, 15}, {100, 14}, {0.47 * l, 14}, {0.7 * l, 15.5}, {l - 80, 18}, {l - 50, 23}, {l - 25, 27}, {l - 8, 20}},
		low:        curve{{12, 11}, {45, 16}, {62, 20}, {82, 16}, {0.47 * l, 14.8}, {0.7 * l, 15.5}, {l - 80, 18}, {l - 50, 24}, {l - 25, 30}, {l - 8, 22}},
		highCortex: p.anterior, lowWall: p.posterior, bow: p.bowFront,
	}
}

// newShaft computes the sections of a view.
func newShaft(p *person, view View) *shaft {
	e, other := p.edgesOf(view), p.edgesOf(AP)
	if view == AP {
		other = p.edgesOf(LAT)
	}
	l := p.length
	// The wall thins towards both ends, where cancellous bone takes over.
	wall := curve{{12, 0.22}, {60, 0.5}, {95, 0.9}, {135, 1}, {0.62 * l, 0.95}, {l - 115, 0.62}, {l - 75, 0.3}, {l - 35, 0.16}}
	spongy := curve{{12, 1}, {70, 0.8}, {115, 0.15}, {0.5 * l, 0.06}, {l - 130, 0.15}, {l - 70, 0.8}, {l - 35, 1}}
	const top, bottom = 12.0, 8.0
	t := &shaft{from: top - p.breakAt}
	n := int((l - bottom - top) / sectionStep)
	for i := range n {
		s := top + mul(float64(i), sectionStep)
		high, low := mul(e.high.at(s), p.girth), mul(e.low.at(s), p.girth)
		depth := mul(other.high.at(s)+other.low.at(s), p.girth/2)
		thin := wall.at(s)
		highWall, lowWall := mul(e.highCortex, thin), mul(e.lowWall, thin)
		high += p.uneven(s, 1)
		low += p.uneven(s, 2)
		if beak := p.fracture.beakAt(s - p.breakAt); beak > 0 {
			if view == AP {
				high += beak
				highWall += mul(1.5, beak)
			} else {
				depth += beak / 2
			}
		}
		axis := bow(s, l, e.bow) - bow(p.breakAt, l, e.bow)
		// Never quite closed, so that the canal stays an ellipse.
		canal := max(high+low-highWall-lowWall, 1) / 2
		t.sections = append(t.sections, section{
			axis:   axis,
			center: axis + (high-low)/2, radius: (high + low) / 2, depth: depth,
			canal: axis + (high-highWall-low+lowWall)/2, canalRad: canal,
			canalDepth: max(depth-(highWall+lowWall)/2, 1),
			marrow:     mul(p.marrow, spongy.at(s)),
			// Both ends fade out beneath the trochanters and condyles.
			dense: mul(smooth((s-top)/14), smooth((l-bottom-s)/14)),
		})
		t.widest = max(t.widest, high+max(axis, -axis), low+max(axis, -axis))
	}
	return t
}

// uneven is how far the bone's outline strays from a smooth one at s: up to half a millimeter within centimeters, as
// on every femur.
func (p *person) uneven(s float64, side uint64) float64 {
	sum := 0.0
	for octave, wave := range []float64{34, 13, 6} {
		at := s / wave
		i := math.Floor(at)
		value := func(i float64) float64 {
			h := scramble(p.surface + scramble(side<<50+uint64(octave)<<40+uint64(int64(i)+1<<20)))
			return float64(h>>11)*0x1p-52 - 1
		}
		sum += mul([]float64{0.5, 0.3, 0.15}[octave], value(i)+mul(value(i+1)-value(i), smooth(at-i)))
	}
	return sum
}

// beakAt returns the height of the periosteal beak at s from the fracture.
func (f *fracture) beakAt(s float64) float64 {
	if f.beak == 0 {
		return 0
	}
	rise := max(0, 1-max(s, -s)/f.beakReach)
	return mul(f.beak, mul(rise, 2-rise))
}
