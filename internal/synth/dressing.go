package synth

import "math"

// A dressing is the bandage, splint and folded cloth that lie on an injured thigh: faint straight bands across the
// picture, lighter or denser than what surrounds them. Every injured thigh has some, whatever broke it.
type dressing struct {
	bands []band
}

// A band has its own frame; u runs across it.
type band struct {
	frame       frame
	half        float64 // of its width, mm
	length      float64 // half of it, mm
	attenuation float64
}

// newDressing draws the bands of a radiograph. They lie all along the thigh of a person, so that they give neither
// the fracture's place away nor its class.
func newDressing(s *stream, p *person, base frame) dressing {
	var d dressing
	for range 30 + s.below(50) {
		b := band{half: s.between(0.25, 1.6), length: s.between(5, 45)}
		b.attenuation = mul(s.sign(), s.between(0.03, 0.16))
		b.frame = base.moved(s.between(0, 180), s.within(0, 28, -90, 90), s.between(-20, p.length+20)-p.breakAt)
		d.bands = append(d.bands, b)
	}
	return d
}

// add adds the bands to row y. They fade at their sides and ends.
func (d *dressing) add(row []float64, y int) {
	for i := range d.bands {
		b := &d.bands[i]
		u, s := b.frame.row(y)
		// A band is at least as wide as a pixel, and then fainter.
		pixel := math.Sqrt(mul(b.frame.ux, b.frame.ux) + mul(b.frame.uy, b.frame.uy))
		half := max(b.half, pixel)
		weight := mul(b.attenuation, b.half/half)
		from, to := clip(0, len(row), u, b.frame.ux, -half, half)
		from, to = clip(from, to, s, b.frame.sx, -b.length, b.length)
		for x := from; x < to; x++ {
			pu, ps := (u+mul(b.frame.ux, float64(x)))/half, (s+mul(b.frame.sx, float64(x)))/b.length
			row[x] += mul(weight, mul(1-mul(pu, pu), 1-mul(mul(ps, ps), mul(ps, ps))))
		}
	}
}
