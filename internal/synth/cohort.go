package synth

import (
	"strconv"

	"femur/internal/geom"
)

// A Cohort lists synthetic radiographs and draws them on demand. It is safe for concurrent use.
type Cohort struct {
	config Config
	specs  []Spec
	index  map[string]place // by ID
	noise  *noiseTable
}

// A place says which radiograph of which patient a spec is, both from 0.
type place struct {
	patient, radiograph int
	spec                Spec
}

// NewCohort lists the radiographs of every patient, ordered by patient and radiograph. It draws no pixels: a thousand
// patients take milliseconds.
func NewCohort(config Config) (*Cohort, error) {
	config, err := config.withDefaults()
	if err != nil {
		return nil, err
	}
	c := &Cohort{config: config, index: map[string]place{}, noise: newNoiseTable()}
	figures := fitted()
	var labels []Label
	for k := range config.Patients {
		if k%labelBlock == 0 {
			labels = blockLabels(config, k/labelBlock)
		}
		for j, s := range patientSpecs(config, figures, k, labels[k%labelBlock]) {
			c.specs = append(c.specs, s)
			c.index[s.ID] = place{k, j, s}
		}
	}
	return c, nil
}

// Config returns the configuration with its defaults filled in.
func (c *Cohort) Config() Config { return c.config }

// Specs returns every radiograph in order. The slice is the caller's.
func (c *Cohort) Specs() []Spec { return append([]Spec(nil), c.specs...) }

// Spec returns the radiograph of an ID.
func (c *Cohort) Spec(id string) (Spec, bool) {
	p, ok := c.index[id]
	return p.spec, ok
}

// labelBlock patients in a row hold the share of atypical fractures to within one.
const labelBlock = 20

// blockLabels returns the classes of the patients of a block. They depend on the seed, the share and the block, so
// a longer cohort begins with the shorter one.
func blockLabels(config Config, block int) []Label {
	offset := newStream(config.Seed, forCohort, 0, 0).unit()
	upTo := func(b int) int { return int(mul(float64(b)*labelBlock, config.AFF) + offset) }
	labels := make([]Label, labelBlock)
	for i := range labels {
		labels[i] = NFF
		if i < upTo(block+1)-upTo(block) {
			labels[i] = AFF
		}
	}
	s := newStream(config.Seed, forLabels, block, 0)
	for i := labelBlock - 1; i > 0; i-- {
		j := s.below(i + 1)
		labels[i], labels[j] = labels[j], labels[i]
	}
	return labels
}

// sites is the number of hospitals; each has habits, none has a preference for a class.
const sites = 8

// patientSpecs lists the radiographs of patient k. Nothing but Label and Kind and the name made of them depends on
// the class.
func patientSpecs(config Config, figures fit, k int, label Label) []Spec {
	s := newStream(config.Seed, forAcquisition, k, 0)
	side := Left
	if s.chance(0.5) {
		side = Right
	}
	site := s.below(sites)
	count := s.pick(figures.perPatient)
	if config.MaxImages > 0 {
		count = config.MinImages + s.below(config.MaxImages-config.MinImages+1)
	}
	operated := s.chance(0.2)
	implant := Nail
	if s.chance(0.35) {
		implant = Plate
	}
	knownSpacing := s.chance(0.75)
	habits := newStream(config.Seed, forCohort, 1, site)
	siteExposure, siteContrast := habits.normal(0, 0.15), habits.normal(0, 0.05)

	kind := kindOf(config.Seed, k, label)
	specs := make([]Spec, count)
	firstView, number := s.below(2), 0
	for j := range specs {
		// Each radiograph has a stream of its own: one more of them moves no other.
		s := newStream(config.Seed, forAcquisition, k, j+1)
		width, height := figures.size(s)
		x, y := figures.center(s, width, height)
		spec := Spec{
			Patient: strconv.Itoa(k + 1), Label: label, Kind: kind,
			Pitch:        geom.Pitch(pitchOf(max(width, height)) / config.Scale),
			SpacingKnown: knownSpacing,
			View:         []View{AP, LAT}[(firstView+j)%2],
			Side:         side,
			Modality:     []string{"CR", "DX"}[s.pick(figures.modality[:])],
			Site:         site,
			Exposure:     min(max(s.normal(siteExposure, 0.22), -0.6), 0.6),
			Contrast:     min(max(s.normal(1+siteContrast, 0.08), 0.8), 1.25),
			Dose:         s.between(0.4, 1.6),
			Marker:       s.chance(0.85),
			Collimated:   s.chance(0.45),
			Implant:      NoImplant,
		}
		number += 1 + s.below(2)
		spec.Number = number
		if operated && j > 0 && 2*j >= count {
			spec.Occasion, spec.Implant = 1, implant
		}
		// A fracture at the border of a wide film is that of an overview: its side of the film is that of the body.
		if lateralIsLeft := side == Right; overview(width, height, x) && (x < 50) != lateralIsLeft {
			x = 100 - x
		}
		spec.Width = max(minSide, int(mul(float64(width), config.Scale)+0.5))
		spec.Height = max(minSide, int(mul(float64(height), config.Scale)+0.5))
		spec.Center = geom.Point{X: mul(x/100, float64(spec.Width)), Y: mul(y/100, float64(spec.Height))}
		spec.ID = spec.fileName()
		specs[j] = spec
	}
	return specs
}

// minSide keeps the smallest scale drawable.
const minSide = 16

// overview reports whether a fracture at x percent of the width lies at the border of a wide film.
func overview(width, height int, x float64) bool {
	return shapeOf(width, height) != portrait && (x < 25 || x > 75)
}
