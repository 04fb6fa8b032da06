package synth

import (
	"fmt"
	"math"

	"femur/internal/radiograph"
)

// Render draws the radiograph of a spec of this cohort, of which it reads the ID. Calls may run at the same time.
func (c *Cohort) Render(spec Spec) (radiograph.Image, error) {
	at, ok := c.index[spec.ID]
	if !ok {
		return radiograph.Image{}, fmt.Errorf("synthetic radiograph %q: not in this cohort of %d patients", spec.ID, c.config.Patients)
	}
	return newScene(c.config, at).render(c.noise), nil
}

// render draws all rows.
func (sc *scene) render(table *noiseTable) radiograph.Image {
	w, h := sc.spec.Width, sc.spec.Height
	im := radiograph.New(w, h)
	r := renderer{
		scene: sc, table: table,
		attenuation: make([]float64, w), bone: make([]float64, w), metal: make([]float64, w), gray: make([]int32, w),
		white: make([]int32, w+2),
	}
	for i := range r.noise {
		r.noise[i] = make([]int32, w)
	}
	r.grainRow(-1)
	r.grainRow(0)
	for y := range h {
		r.grainRow(y + 1)
		r.row(im.Row(y), y)
	}
	return im
}

// A renderer holds the rows that drawing needs.
type renderer struct {
	scene                    *scene
	table                    *noiseTable
	attenuation, bone, metal []float64
	gray                     []int32
	white                    []int32
	noise                    [3][]int32 // of the last three rows, blurred along the row
}

// grainRow makes the noise of row y. Each row starts afresh from its number.
func (r *renderer) grainRow(y int) {
	state := scramble(r.scene.noise + uint64(y+1))
	r.table.fill(r.white, &state)
	out := r.noise[(y+3)%3]
	white := r.white[:len(out)+2]
	for x := range out {
		out[x] = white[x] + 2*white[x+1] + white[x+2]
	}
}

// row draws row y.
func (r *renderer) row(out []uint16, y int) {
	sc := r.scene
	w := len(out)
	sc.tissue.fill(r.attenuation, y)
	sc.dressing.add(r.attenuation, y)
	add := func(layer []float64, weight float64) {
		for x, v := range layer {
			if v != 0 {
				r.attenuation[x] += mul(weight, v)
				layer[x] = 0
			}
		}
	}
	for i := range sc.fragments {
		sc.broken.add(r.bone, &sc.fragments[i], y, 0, w, sc.grain)
		add(r.bone, perBone)
	}
	for i := range sc.fixed {
		sc.fixed[i].add(r.bone, y, 0, w)
	}
	add(r.bone, perBone)
	for i := range sc.bars {
		sc.bars[i].add(r.metal, y, 0, w)
	}
	if sc.nail != nil {
		sc.addNail(r.metal, y)
	}
	add(r.metal, perMetal)
	if sc.marker != nil {
		sc.marker.add(r.attenuation, y)
	}

	above, here, below := r.noise[(y+2)%3], r.noise[y%3], r.noise[(y+1)%3]
	const most = displaySteps * displayMost
	for x, a := range r.attenuation {
		i := min(max(int(mul(a, displaySteps)), 0), most)
		// The blur (1 2 1) on both axes multiplies the deviation by six.
		noise := int64(above[x]+2*here[x]+below[x]) * int64(sc.display.noise[i]) / 6
		r.gray[x] = sc.display.gray[i] + int32(noise>>16)
	}
	sc.field.mask(r.gray, y)
	for x, v := range r.gray {
		out[x] = uint16(min(max(v, 0), radiograph.MaxValue))
	}
}

// addNail adds the path through the nail, in mm of metal: a rod along the canal.
func (sc *scene) addNail(row []float64, y int) {
	t := sc.broken.shaft
	u, s := sc.nail.row(y)
	from, to := clip(0, len(row), u, sc.nail.ux, -t.widest, t.widest)
	from, to = clip(from, to, s, sc.nail.sx, t.from, t.from+sectionStep*float64(len(t.sections))-40)
	for x := from; x < to; x++ {
		pu, ps := u+mul(sc.nail.ux, float64(x)), s+mul(sc.nail.sx, float64(x))
		c := t.at(ps)
		if c == nil {
			continue
		}
		d := pu - c.axis
		if rest := nailRadius*nailRadius - mul(d, d); rest > 0 {
			row[x] += mul(2, math.Sqrt(rest))
		}
	}
}
