package synth

import (
	"math"
	"testing"

	"femur/internal/geom"
	"femur/internal/radiograph"
)

// gradients describes a square picture by how much contrast it has in each of eight directions, in each of 5×5 cells:
// a plain form of what the first layers of a network see.
func gradients(im radiograph.Image) []float64 {
	const cells, directions = 5, 8
	f := make([]float64, cells*cells*directions)
	for y := 1; y < im.Height-1; y++ {
		for x := 1; x < im.Width-1; x++ {
			dx := float64(im.At(x+1, y)) - float64(im.At(x-1, y))
			dy := float64(im.At(x, y+1)) - float64(im.At(x, y-1))
			angle := math.Atan2(dy, dx)
			if angle < 0 {
				angle += math.Pi
			}
			direction := int(angle/math.Pi*directions+0.5) % directions
			cell := y*cells/im.Height*cells + x*cells/im.Width
			f[cell*directions+direction] += math.Hypot(dx, dy)
		}
	}
	var total float64
	for _, v := range f {
		total += v
	}
	for i := range f {
		f[i] = math.Log(f[i]/(total+1) + 1e-4)
	}
	return f
}

// TestDetailIsLostInTheWholeRadiograph asks the study's second question of a plain classifier that is told where the
// fracture is: native pixels must tell the classes apart well, yet not perfectly. The same place in the whole
// radiograph, shrunk as a network's input is, must lose part of that, and without the place next to nothing is left.
func TestDetailIsLostInTheWholeRadiograph(t *testing.T) {
	if testing.Short() {
		t.Skip("renders a cohort at a quarter of the real size")
	}
	const side, input = 72, 112
	c, specs := oneEach(t, 400, 0.25)
	var patches, wholes, films []sample
	for _, s := range specs {
		im, err := c.Render(s)
		if err != nil {
			t.Fatal(err)
		}
		w, err := geom.WindowPX(s.Center, side)
		if err != nil {
			t.Fatal(err)
		}
		patches = append(patches, sample{gradients(radiograph.Crop(im, w, side)), s.Label == AFF})
		small, l := radiograph.Letterboxed(im, input)
		films = append(films, sample{gradients(small), s.Label == AFF})
		r := w.Rect()
		same := geom.Rect{Min: l.ToInput(r.Min), Max: l.ToInput(r.Max)}
		wholes = append(wholes, sample{gradients(radiograph.Resample(small, same, side, side)), s.Label == AFF})
	}
	patch, err := crossValidated(patches, 0.05)
	whole, _ := crossValidated(wholes, 0.05)
	film, _ := crossValidated(films, 0.05)
	t.Logf("AUROC at native resolution %.3f, the same place shrunk %.3f, all of the shrunk radiograph %.3f, ± %.3f", patch, whole, film, err)
	if patch < 0.85 || patch > 0.99 {
		t.Errorf("AUROC at native resolution is %.3f; want a task that is neither hopeless nor trivial", patch)
	}
	if patch-whole < 0.05 || patch-film < 0.2 {
		t.Errorf("AUROC %.3f at native resolution, %.3f there when shrunk, %.3f from all of it: the detail is not lost", patch, whole, film)
	}
}
