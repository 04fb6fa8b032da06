package synth

// A person is the anatomy of a patient's thigh and what happened to it. Lengths are in mm. Along the femur, s grows
// from the tip of the greater trochanter (0) to the knee (length).
type person struct {
	length     float64
	girth      float64 // of the shaft relative to the mean
	breakAt    float64 // s of the fracture
	lateral    float64 // cortex at the shaft's middle
	medial     float64
	anterior   float64
	posterior  float64
	bowLateral float64 // largest distance of the shaft's axis from a straight line
	bowFront   float64
	marrow     float64 // density of the cancellous bone, of cortical bone
	thigh      float64 // half the thickness of the thigh at the fracture
	fat        float64 // thickness of the layer below the skin
	// The swelling around the fracture is of no class. It is what shows a fracture's place on a film too coarse to
	// show the break.
	swelling                      float64 // added attenuation in its middle
	swellingAcross, swellingAlong float64
	surface                       uint64 // seeds the unevenness of the outline
	fracture                      fracture
}

// newPerson draws patient k. What depends on the label is in atypical and in the fracture, and there alone.
func newPerson(seed uint64, k int, label Label) person {
	s := newStream(seed, forPatient, k, 0)
	p := person{length: s.within(425, 24, 365, 490)}
	p.girth = s.within(p.length/425, 0.06, 0.8, 1.2)
	// Below the lesser trochanter or about the middle, for both classes.
	if s.chance(0.4) {
		p.breakAt = s.within(115, 16, 92, 160)
	} else {
		p.breakAt = s.within(210, 38, 120, p.length-125)
	}
	p.lateral = s.within(5.9, 1.3, 3, 9.5)
	p.medial = s.within(6.2, 1.1, 3, 9)
	p.anterior = s.within(5.2, 1, 2.5, 8)
	p.posterior = s.within(6.4, 1.1, 3, 9.5)
	p.bowLateral = s.within(2.5, 1.8, -2, 8)
	p.bowFront = s.within(9.5, 2.5, 3, 17)
	p.marrow = s.between(0.22, 0.4)
	p.thigh = s.within(76, 11, 50, 110)
	p.fat = s.between(6, 0.3*p.thigh)
	p.swelling = s.between(0.45, 0.8)
	p.swellingAcross, p.swellingAlong = s.between(55, 75), s.between(45, 65)
	p.surface = s.pcg.Uint64()
	if label == AFF {
		p.atypical()
	}
	p.fracture = newFracture(seed, k, label)
	return p
}

// atypical turns the mean of a normal shaft into that of one with an atypical fracture: a lateral cortex of
// 7.0 ± 1.3 mm and more bow.
func (p *person) atypical() {
	p.lateral += 1.1
	p.bowLateral += 2.5
	p.bowFront += 2.5
}
