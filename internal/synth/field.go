package synth

// A field is the part of the detector that the beam reaches, in pixels. Its borders are soft.
type field struct {
	left, top, right, bottom float64
	soft                     float64 // width of a border, in pixels
	outside                  int32   // gray value beyond
}

// newField draws the collimation. The fracture is always well inside where the film is large enough for that.
func newField(s *stream, spec *Spec) field {
	w, h := float64(spec.Width), float64(spec.Height)
	f := field{soft: 1.2 / float64(spec.Pitch)}
	// Most programs blacken what the beam did not reach; without that it is white.
	f.outside = 500
	if s.chance(0.15) {
		f.outside = 64000
	}
	room := 30 / float64(spec.Pitch)
	// A border that is not there lies beyond the film, where its softness does not reach.
	inward := func(free, most float64) float64 {
		share := s.between(0.05, most)
		if skip := s.chance(0.35); skip || !spec.Collimated || free <= room {
			return -2 * f.soft
		}
		return mul(share, free-room)
	}
	f.left, f.right = inward(spec.Center.X, 0.85), w-inward(w-spec.Center.X, 0.85)
	f.top, f.bottom = inward(spec.Center.Y, 0.5), h-inward(h-spec.Center.Y, 0.5)
	return f
}

// mask blends row y with the gray value outside the field.
func (f *field) mask(gray []int32, y int) {
	down := f.inside(float64(y)+0.5, f.top, f.bottom)
	from, to := 0, 0
	if down == 1<<8 {
		// Only the sides of a row in the middle are changed.
		from, to = int(max(f.left+f.soft, 0))+1, int(min(f.right-f.soft, float64(len(gray))))-1
	}
	blend := func(part []int32, first int) {
		for i := range part {
			share := min(down, f.inside(float64(first+i)+0.5, f.left, f.right))
			part[i] = f.outside + (part[i]-f.outside)*share>>8
		}
	}
	if from >= to {
		blend(gray, 0)
		return
	}
	blend(gray[:from], 0)
	blend(gray[to:], to)
}

// inside returns, in 256ths of the border's width, how far v is within low and high.
func (f *field) inside(v, low, high float64) int32 {
	return int32(mul(min(max(min(v-low, high-v)/f.soft, 0), 1), 256))
}
