package cohortreport

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"femur/internal/geom"
	"femur/internal/radiograph"
)

// Grays keep their order, and the middle 99 percent fill the range.
func TestStretchedKeepsOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		im := radiograph.New(rapid.IntRange(1, 30).Draw(t, "width"), rapid.IntRange(1, 30).Draw(t, "height"))
		ceiling := rapid.SampledFrom([]uint16{0, 1, 4095, 65535}).Draw(t, "ceiling")
		for i := range im.Pix {
			im.Pix[i] = rapid.Uint16Range(0, ceiling).Draw(t, "pixel")
		}
		out := stretched(im)
		for i, v := range im.Pix {
			for j, w := range im.Pix {
				if v < w && out.Pix[i] > out.Pix[j] {
					t.Fatalf("%d below %d became %d above %d", v, w, out.Pix[i], out.Pix[j])
				}
			}
		}
		if slices.Min(im.Pix) != slices.Max(im.Pix) && (slices.Min(out.Pix) != 0 || slices.Max(out.Pix) != radiograph.MaxValue) {
			t.Fatalf("grays from %d to %d became %d to %d", slices.Min(im.Pix), slices.Max(im.Pix), slices.Min(out.Pix), slices.Max(out.Pix))
		}
	})
}

func TestPictureKeepsItsCenter(t *testing.T) {
	p := Picture{Image: radiograph.New(1000, 2000), Center: geom.Point{X: 250, Y: 1500}}.within(320)
	if p.Image.Width != 160 || p.Image.Height != 320 || p.Center != (geom.Point{X: 40, Y: 240}) {
		t.Errorf("%d×%d with the center at %v, want 160×320 and (40, 240)", p.Image.Width, p.Image.Height, p.Center)
	}
	if small := p.within(320); small.Image.Width != 160 {
		t.Error("a small picture is made smaller")
	}
	if p := (Picture{Image: radiograph.New(1, 5000)}).within(320); p.Image.Width != 1 || p.Image.Height != 320 {
		t.Errorf("a strip became %d×%d", p.Image.Width, p.Image.Height)
	}
}
