package synth

import "math"

// A fracture is the break and the displacement of what it parts. Lengths are in mm, angles in degrees.
type fracture struct {
	kind Kind
	// The break is a plane, steep against the cross section and pitched towards azimuth (0 is lateral, 90
	// anterior), and a twist that makes a spiral of it.
	steep, azimuth, twist float64
	gap                   float64 // between the fragments
	jag                   float64 // amplitude of its roughness
	jagSeed               uint64
	crackTo               float64 // incomplete: depth from the lateral cortex, of the diameter
	spikeFrom, spike      float64 // complete and atypical: where the medial spike begins (of the radius) and its signed steepness
	beak, beakReach       float64 // periosteal: height, and half its length along the shaft

	shiftLateral, shiftFront float64 // of the distal fragment
	shorten                  float64
	angleLateral, angleFront float64

	wedge      bool
	wedgeUp    float64 // extent above and below the break
	wedgeDown  float64
	wedgeDepth float64 // how far its tip reaches beyond the axis, of the radius
	wedgeSide  float64 // −1 or 1
	wedgeShift float64
	wedgeTurn  float64
	chips      []chip
}

// A chip is a small splinter beside the shaft.
type chip struct{ u, s, size, turn, thick float64 }

// displacedShare of the fractures of either class are displaced; atypical ones that are not are incomplete.
const displacedShare = 0.45

// newFracture draws the fracture of patient k. Displacement is drawn before the class is looked at.
func newFracture(seed uint64, k int, label Label) fracture {
	s := newStream(seed, forFracture, k, 0)
	displaced := s.chance(displacedShare)
	f := fracture{jagSeed: s.pcg.Uint64()}
	if displaced {
		f.shiftLateral, f.shiftFront = s.within(0, 2, -7, 7), s.within(0, 2, -7, 7)
		f.angleLateral, f.angleFront = s.within(0, 4, -11, 11), s.within(0, 4, -11, 11)
		f.shorten = s.between(0, 0.8)
		f.gap = s.between(0.3, 1)
	} else {
		f.gap = s.between(0.2, 0.6)
	}
	choice := s.unit()
	switch {
	case label == AFF && !displaced:
		f.kind = Incomplete
	case label == AFF:
		f.kind = Transverse
	case choice < 0.5:
		f.kind = Oblique
	case choice < 0.75:
		f.kind = Spiral
	default:
		f.kind = Comminuted
	}
	if label == AFF {
		f.drawAtypical(s)
	} else {
		f.drawNormal(s)
	}
	return f
}

// kindOf returns the kind of patient k's fracture.
func kindOf(seed uint64, k int, label Label) Kind { return newFracture(seed, k, label).kind }

func (f *fracture) drawAtypical(s *stream) {
	f.steep, f.azimuth = math.Abs(s.within(0, 3, -8, 8)), s.between(0, 360)
	f.jag = s.between(0.2, 0.5)
	f.beak, f.beakReach = s.between(1, 2), s.between(3.5, 6)
	f.crackTo = s.between(0.25, 0.8)
	f.spikeFrom, f.spike = s.between(-0.55, -0.25), mul(s.sign(), tan(s.between(40, 60)))
}

func (f *fracture) drawNormal(s *stream) {
	f.jag = s.between(0.4, 0.9)
	switch f.kind {
	case Spiral:
		f.steep, f.azimuth, f.twist = s.between(55, 63), s.between(50, 130), s.between(0.3, 0.6)
	default:
		f.steep, f.azimuth = s.between(32, 58), s.between(-45, 45)
	}
	if s.chance(0.5) {
		f.azimuth += 180
	}
	if f.kind != Comminuted {
		return
	}
	f.wedge = true
	f.wedgeUp, f.wedgeDown = s.between(9, 20), s.between(9, 20)
	f.wedgeDepth, f.wedgeSide = s.between(-0.2, 0.4), s.sign()
	f.wedgeShift, f.wedgeTurn = s.between(0.3, 2.2), s.between(-5, 5)
	for range 1 + s.below(3) {
		f.chips = append(f.chips, chip{
			u: mul(s.sign(), s.between(8, 20)), s: s.between(-18, 18),
			size: s.between(2.5, 5.5), turn: s.between(0, 120), thick: s.between(6, 12),
		})
	}
}

// lines are the edges of a break as a radiograph shows it, on the near and the far surface of the shaft, by the
// place across the shaft from −1 to 1.
type lines struct {
	near, far       [lineSteps + 1]float64 // s of the break
	nearGap, farGap [lineSteps + 1]float64 // half the gap; 0 where the bone is whole
	nearLie, farLie [lineSteps + 1]float64 // cosine of the line's angle against the cross section
}

const lineSteps = 256

// linesOf projects the break to a view of a shaft with the given radius.
func (f *fracture) linesOf(view View, radius float64) *lines {
	l := new(lines)
	sin, cos := sinCos(f.azimuth)
	steep := mul(tan(f.steep), radius)
	across, along := mul(steep, cos), mul(steep, sin)
	if view == LAT {
		across, along = along, -across
	}
	for i := range l.near {
		r := float64(2*i)/lineSteps - 1
		depth := math.Sqrt(1 - mul(r, r))
		middle, loop := mul(across, r), mul(along, depth)
		loop += mul(mul(f.twist, steep), mul(mul(r, depth), 2))
		if f.kind == Transverse && view == AP && r < f.spikeFrom {
			middle += mul(mul(f.spike, f.spikeFrom-r), radius)
		}
		l.near[i] = middle + loop + f.roughness(r, 0)
		l.far[i] = middle - loop + f.roughness(r, 1)
		l.nearGap[i], l.farGap[i] = f.gap/2, f.gap/2
		if f.kind == Incomplete {
			l.nearGap[i], l.farGap[i] = f.crack(view, r)
		}
	}
	lie(&l.near, &l.nearLie, radius)
	lie(&l.far, &l.farLie, radius)
	return l
}

// lie computes the cosines that turn a distance along the shaft into one across the line: a steep crack is as wide
// as a flat one.
func lie(line, cosine *[lineSteps + 1]float64, radius float64) {
	for i := range line {
		// Over a few steps, so that roughness does not count.
		a, b := max(i-8, 0), min(i+8, lineSteps)
		slope := (line[b] - line[a]) / mul(float64(2*(b-a)), radius/lineSteps)
		cosine[i] = 1 / math.Sqrt(1+mul(slope, slope))
	}
}

// crack returns half the gap of an incomplete break on the near and far surface. It opens at the lateral cortex and
// closes at its tip; from the side the lateral surface is the near one.
func (f *fracture) crack(view View, r float64) (near, far float64) {
	if view == AP {
		depth := (1 - r) / 2
		open := mul(f.gap/2, 1-smooth(depth/f.crackTo))
		return open, open
	}
	open := mul(f.gap/2, smooth((1.1-math.Abs(r))/0.5))
	return open, mul(open, smooth((f.crackTo-0.5)/0.4))
}

// roughness is a broken line of three scales.
func (f *fracture) roughness(r float64, surface uint64) float64 {
	sum, weight := 0.0, f.jag
	for octave, cells := range []float64{5, 13, 31} {
		at := mul(r+1, cells/2)
		i := math.Floor(at)
		a, b := f.lattice(surface, octave, int(i)), f.lattice(surface, octave, int(i)+1)
		sum += mul(weight, a+mul(b-a, at-i))
		weight = mul(weight, 0.6)
	}
	return sum
}

func (f *fracture) lattice(surface uint64, octave, i int) float64 {
	h := scramble(f.jagSeed + scramble(surface<<40+uint64(octave)<<20+uint64(i)))
	return float64(h>>11)*0x1p-52 - 1
}
