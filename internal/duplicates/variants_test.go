package duplicates

import (
	"bytes"
	"context"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"femur/internal/geom"
	"femur/internal/parallel"
	"femur/internal/radiograph"
	"femur/internal/synth"
)

// A variant is one way in which an exposure comes again.
type variant struct {
	name     string
	mirror   Mirror
	inverted bool
	make     func(testing.TB, radiograph.Image) radiograph.Image
}

func variants() []variant {
	plain := func(f func(radiograph.Image) radiograph.Image) func(testing.TB, radiograph.Image) radiograph.Image {
		return func(_ testing.TB, im radiograph.Image) radiograph.Image { return f(im) }
	}
	return []variant{
		{name: "half size", make: plain(func(im radiograph.Image) radiograph.Image {
			return radiograph.Resize(im, (im.Width+1)/2, (im.Height+1)/2)
		})},
		{name: "JPEG of quality 40", make: func(t testing.TB, im radiograph.Image) radiograph.Image { return recoded(t, im, 40) }},
		{name: "gamma 2", make: plain(func(im radiograph.Image) radiograph.Image { return toned(im, func(v float64) float64 { return v * v }) })},
		{name: "gamma 0.5", make: plain(func(im radiograph.Image) radiograph.Image { return toned(im, math.Sqrt) })},
		{name: "window from 10 % to 95 %", make: plain(windowed)},
		{name: "3 % crop of each axis", make: plain(func(im radiograph.Image) radiograph.Image { return cropped(im, 0.015, 0.015, 0.015, 0.015) })},
		{name: "3 % crop of one side", make: plain(func(im radiograph.Image) radiograph.Image { return cropped(im, 0.03, 0, 0, 0) })},
		{name: "letterboxed", make: plain(letterboxed)},
		{name: "flipped left-right", mirror: LeftRight, make: plain(radiograph.Image.FlipX)},
		{name: "flipped top-bottom", mirror: TopBottom, make: plain(radiograph.Image.FlipY)},
		{name: "turned", mirror: HalfTurn, make: plain(func(im radiograph.Image) radiograph.Image { return im.Oriented(radiograph.Rotated180) })},
		{name: "inverted", inverted: true, make: plain(radiograph.Image.Invert)},
		{name: "12 bit", make: plain(func(im radiograph.Image) radiograph.Image {
			return toned(im, func(v float64) float64 { return math.Floor(v*4095+0.5) / 65535 })
		})},
		{name: "a third, gamma 1.5, inverted, flipped, JPEG of quality 20", mirror: LeftRight, inverted: true, make: func(t testing.TB, im radiograph.Image) radiograph.Image {
			small := radiograph.Resize(im, (im.Width+2)/3, (im.Height+2)/3)
			return recoded(t, toned(small, func(v float64) float64 { return v * math.Sqrt(v) }), 20).Invert().FlipX()
		}},
	}
}

// toned puts every gray level, from 0 to 1, through f.
func toned(im radiograph.Image, f func(float64) float64) radiograph.Image {
	out := radiograph.New(im.Width, im.Height)
	for i, v := range im.Pix {
		out.Pix[i] = uint16(min(max(f(float64(v)/radiograph.MaxValue), 0), 1)*radiograph.MaxValue + 0.5)
	}
	return out
}

func windowed(im radiograph.Image) radiograph.Image {
	sorted := slices.Sorted(slices.Values(im.Pix))
	level := func(share float64) float64 {
		return float64(sorted[int(share*float64(len(sorted)-1))]) / radiograph.MaxValue
	}
	low, high := level(0.1), level(0.95)
	return toned(im, func(v float64) float64 { return (v - low) / max(high-low, 1e-9) })
}

func recoded(t testing.TB, im radiograph.Image, quality int) radiograph.Image {
	var b bytes.Buffer
	if err := radiograph.WriteJPEG(&b, im, quality); err != nil {
		t.Error(err)
		return im
	}
	out, _, err := radiograph.DecodeBytes(b.Bytes(), "variant", radiograph.Limits{})
	if err != nil {
		t.Error(err)
		return im
	}
	return out
}

// cropped cuts shares of the sides off.
func cropped(im radiograph.Image, left, top, right, bottom float64) radiograph.Image {
	w, h := float64(im.Width), float64(im.Height)
	r := geom.Rect{
		Min: geom.Point{X: math.Floor(left * w), Y: math.Floor(top * h)},
		Max: geom.Point{X: w - math.Floor(right*w), Y: h - math.Floor(bottom*h)},
	}
	return radiograph.Resample(im, r, int(r.Width()), int(r.Height()))
}

func letterboxed(im radiograph.Image) radiograph.Image {
	out, _ := radiograph.Letterboxed(im, max(im.Width, im.Height))
	return out
}

// fracAtlas reads the real radiographs, each step-th of them, at half size, so that the tests are quick.
func fracAtlas(t testing.TB, step int) (names []string, images []radiograph.Image) {
	t.Helper()
	paths, err := filepath.Glob("../../../shared/data/fracatlas/images/*.jpg")
	if err != nil || len(paths) == 0 {
		t.Skip("no real radiographs in ../shared/data/fracatlas beside the module")
	}
	var chosen []string
	for i := 0; i < len(paths); i += step {
		chosen = append(chosen, paths[i])
		names = append(names, filepath.Base(paths[i]))
	}
	images = make([]radiograph.Image, len(chosen))
	each(t, len(chosen), func(i int) {
		b, err := os.ReadFile(chosen[i])
		if err != nil {
			t.Error(err)
			return
		}
		im, _, err := radiograph.DecodeBytes(b, names[i], radiograph.Limits{})
		if err != nil {
			t.Error(err)
			return
		}
		if im.Width > 1000 {
			im = radiograph.Resize(im, im.Width/2, im.Height/2)
		}
		images[i] = im
	})
	return names, images
}

// synthetic draws a cohort.
func synthetic(t testing.TB, patients int, scale float64) ([]synth.Spec, []radiograph.Image) {
	t.Helper()
	c, err := synth.NewCohort(synth.Config{Patients: patients, Scale: scale, Seed: 3, MinImages: 2, MaxImages: 4})
	if err != nil {
		t.Fatal(err)
	}
	specs := c.Specs()
	images := make([]radiograph.Image, len(specs))
	each(t, len(specs), func(i int) {
		im, err := c.Render(specs[i])
		if err != nil {
			t.Error(err)
		}
		images[i] = im
	})
	return specs, images
}

// each calls f for 0 to n−1 on all processors.
func each(t testing.TB, n int, f func(i int)) {
	t.Helper()
	index := make([]int, n)
	for i := range index {
		index[i] = i
	}
	if err := parallel.Each(t.Context(), index, func(_ context.Context, i int) error { f(i); return nil }); err != nil {
		t.Fatal(err)
	}
	if t.Failed() {
		t.FailNow()
	}
}
