package synth

// A scene is everything on one radiograph, ready to be drawn row by row.
type scene struct {
	spec      Spec
	placed    *frame // of the unbroken bone
	tissue    *tissue
	broken    *broken
	fragments []fragment
	fixed     []ellipsoid // bones that no fragment carries, and then the splinters
	chipsFrom int
	nail      *frame // that of the canal, where there is a nail
	bars      []bar
	dressing  dressing
	marker    *marker
	field     field
	display   *display
	grain     *grain
	noise     uint64 // start of the noise
}

// nailRadius is that of a femoral nail, in mm.
const nailRadius = 5.5

// newScene sets up the radiograph of a place.
func newScene(config Config, at place) *scene {
	spec := at.spec
	p := newPerson(config.Seed, at.patient, spec.Label)
	s := newStream(config.Seed, forTexture, at.patient, at.radiograph)
	pitch := float64(spec.Pitch)

	turn := s.within(0, 7, -18, 18)
	rolled := s.chance(0.5)
	rollSide := 90 * s.sign()
	// A landscape film that is no overview shows a thigh that lies across it, in half of the cases.
	if x := 100 * spec.Center.X / float64(spec.Width); rolled && shapeOf(spec.Width, spec.Height) == landscape && !overview(spec.Width, spec.Height, x) {
		turn += rollSide
	}
	mirror := 1.0
	if spec.Side == Right {
		mirror = -1
	}
	if flip := s.sign(); spec.View == LAT {
		mirror = flip // the cassette lies on either side of the thigh
	}
	base := newFrame(spec.Center.X, spec.Center.Y, pitch, turn, mirror)

	broken := newBroken(&p, spec.View, pitch)
	sc := &scene{
		spec: spec, placed: &base, broken: broken, grain: newGrain(s), noise: s.pcg.Uint64(),
		tissue: newTissue(&p, spec.View, base, pitch, spec.Width, s.pcg.Uint64()),
		fixed:  p.pelvis(base, spec.View),
	}
	sc.placeFragments(&p, base)
	if spec.Implant == Nail {
		sc.nail = &base
	}
	sc.bars = p.metal(base, spec.View, spec.Implant)
	sc.dressing = newDressing(s, &p, base)
	sc.field = newField(s, &spec)
	if m := newMarker(s, &spec, sc.field); spec.Marker {
		sc.marker = m
	}
	sc.display = newDisplay(&spec, sc.tissue.at(0, 0)-0.5*p.swelling)
	return sc
}

// placeFragments moves the fragments apart, half of the way each, so that the middle of the fracture stays in place.
func (sc *scene) placeFragments(p *person, base frame) {
	f := &p.fracture
	shift, angle := f.shiftLateral, f.angleLateral
	if sc.spec.View == LAT {
		shift, angle = f.shiftFront, f.angleFront
	}
	shorten := f.shorten
	if sc.spec.Implant != NoImplant {
		// The operation put it back, nearly.
		shift, angle, shorten = mul(0.2, shift), mul(0.2, angle), 0
	}
	upper := base.moved(angle/2, -shift/2, shorten/2)
	lower := base.moved(-angle/2, shift/2, -shorten/2)
	sc.fragments = []fragment{
		{piece: proximal, frame: upper, solids: p.proximalSolids(upper, sc.spec.View)},
		{piece: distal, frame: lower, solids: p.distalSolids(lower, sc.spec.View)},
	}
	if f.wedge {
		out := mul(f.wedgeSide, f.wedgeShift)
		sc.fragments = append(sc.fragments, fragment{piece: wedge, frame: base.moved(f.wedgeTurn, out, 0)})
	}
	sc.chipsFrom = len(sc.fixed)
	for _, c := range f.chips {
		sc.fixed = append(sc.fixed, ellipsoid{
			frame: base.moved(c.turn, c.u, c.s), a: c.size / 2, b: c.size, d: c.thick / 2, shell: 20,
		})
	}
}
