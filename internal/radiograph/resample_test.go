package radiograph

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"femur/internal/geom"
)

// bruteArea integrates the padded plane over each output pixel, source pixel by source pixel.
func bruteArea(im Image, src geom.Rect, width, height int) Image {
	out := New(width, height)
	overlap := func(lo, hi float64, i int) float64 { return max(0, min(hi, float64(i+1))-max(lo, float64(i))) }
	sx, sy := src.Width()/float64(width), src.Height()/float64(height)
	for y := range height {
		for x := range width {
			x0, y0 := src.Min.X+float64(x)*sx, src.Min.Y+float64(y)*sy
			var sum float64
			for v := range im.Height {
				for u := range im.Width {
					sum += overlap(x0, x0+sx, u) * overlap(y0, y0+sy, v) * float64(im.At(u, v))
				}
			}
			out.Pix[y*width+x] = uint16(math.Floor(sum/(sx*sy) + 0.5))
		}
	}
	return out
}

func worst(a, b Image) int {
	d := 0
	for i := range a.Pix {
		d = max(d, int(a.Pix[i])-int(b.Pix[i]), int(b.Pix[i])-int(a.Pix[i]))
	}
	return d
}

func TestShrinkingIsTheExactArea(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		im := noisy(rapid.IntRange(1, 40).Draw(t, "w"), rapid.IntRange(1, 40).Draw(t, "h"), rapid.Uint64().Draw(t, "seed"))
		width, height := rapid.IntRange(1, im.Width).Draw(t, "width"), rapid.IntRange(1, im.Height).Draw(t, "height")
		whole := geom.Rect{Max: geom.Point{X: float64(im.Width), Y: float64(im.Height)}}
		// Rounding of a tie may fall on either side.
		if d := worst(Resize(im, width, height), bruteArea(im, whole, width, height)); d > 1 {
			t.Fatalf("off by %d", d)
		}
		size := rapid.IntRange(1, max(im.Width, im.Height)).Draw(t, "size")
		boxed, l := Letterboxed(im, size)
		if d := worst(boxed, bruteArea(im, l.Source(), size, size)); d > 1 {
			t.Fatalf("letterbox off by %d", d)
		}
	})
}

func TestResizeKeepsConstants(t *testing.T) {
	flat := New(37, 53)
	for i := range flat.Pix {
		flat.Pix[i] = 54321
	}
	for _, size := range [][2]int{{37, 53}, {10, 10}, {1, 1}, {100, 20}, {74, 106}, {37, 200}} {
		for i, v := range Resize(flat, size[0], size[1]).Pix {
			if v != 54321 {
				t.Fatalf("%v: pixel %d is %d", size, i, v)
			}
		}
	}
	im := noisy(30, 20, 1)
	if !Resize(im, 30, 20).Equal(im) {
		t.Error("the same size is not the same image")
	}
}

func TestEnlargingInterpolates(t *testing.T) {
	ramp := New(20, 20)
	for i := range ramp.Pix {
		ramp.Pix[i] = uint16(1000 + 2000*(i%20) + 300*(i/20))
	}
	big := Resize(ramp, 80, 80)
	for y := 10; y < 70; y++ {
		for x := 10; x < 70; x++ {
			// Catmull-Rom reproduces straight lines: value at the pixel's center in the source.
			want := 1000 + 2000*((float64(x)+0.5)/4-0.5) + 300*((float64(y)+0.5)/4-0.5)
			if math.Abs(float64(big.At(x, y))-want) > 1 {
				t.Fatalf("(%d, %d) is %d, want %g", x, y, big.At(x, y), want)
			}
		}
	}
}

func TestLetterboxedPadsAndMaps(t *testing.T) {
	im := New(40, 80)
	for i := range im.Pix {
		im.Pix[i] = 10000
	}
	for y := 30; y < 34; y++ {
		for x := 8; x < 12; x++ {
			im.Pix[y*40+x] = 60000
		}
	}
	boxed, l := Letterboxed(im, 20)
	if boxed.At(4, 10) != PadValue || boxed.At(15, 10) != PadValue || boxed.At(5, 0) != 10000 || boxed.At(14, 19) != 10000 {
		t.Errorf("padding is not where the letterbox says: %v", boxed.Row(10))
	}
	at := l.ToInput(geom.Point{X: 10, Y: 32})
	if got := boxed.At(int(at.X), int(at.Y)); got < 20000 {
		t.Errorf("the mark is not at %v: %d there", at, got)
	}
	// An odd shape: the content ends within an input pixel, which gets its share.
	odd, l := Letterboxed(Image{Width: 1, Height: 3, Pix: []uint16{60000, 60000, 60000}}, 4)
	edge := int(math.Floor(l.Content().Min.X))
	share := float64(edge+1) - l.Content().Min.X
	if got, want := float64(odd.At(edge, 1)), share*60000; math.Abs(got-want) > 1 {
		t.Errorf("the border pixel is %g, want %g", got, want)
	}
}

func TestCrop(t *testing.T) {
	im := New(4, 3)
	for i := range im.Pix {
		im.Pix[i] = uint16(i + 1)
	}
	tests := []struct {
		name string
		w    geom.Window
		size int
		want []uint16
	}{
		{"inside", geom.Window{MinX: 1, MinY: 1, Side: 2}, 2, []uint16{6, 7, 10, 11}},
		{"over the corner", geom.Window{MinX: -1, MinY: -1, Side: 2}, 2, []uint16{0, 0, 0, 1}},
		{"over the far corner", geom.Window{MinX: 3, MinY: 2, Side: 2}, 2, []uint16{12, 0, 0, 0}},
		{"missed", geom.Window{MinX: 9, MinY: 0, Side: 2}, 2, []uint16{0, 0, 0, 0}},
		{"missed below", geom.Window{MinX: 0, MinY: -7, Side: 2}, 2, []uint16{0, 0, 0, 0}},
		{"halved", geom.Window{MinX: 0, MinY: -1, Side: 4}, 2, []uint16{1, 2, 8, 10}}, // 0.75, 1.75, 7.5, 9.5 up
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, Crop(im, tt.w, tt.size).Pix); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestCropAgreesWithWindow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		im := noisy(30, 30, 5)
		w := geom.Window{
			MinX: rapid.IntRange(-50, 50).Draw(t, "x"), MinY: rapid.IntRange(-50, 50).Draw(t, "y"),
			Side: rapid.IntRange(1, 40).Draw(t, "side"),
		}
		patch := Crop(im, w, w.Side)
		m := w.Outside(30, 30)
		for y := range w.Side {
			for x := range w.Side {
				want := uint16(PadValue)
				if x >= m.Left && y >= m.Top && x < w.Side-m.Right && y < w.Side-m.Bottom {
					want = im.At(w.MinX+x, w.MinY+y)
				}
				if patch.At(x, y) != want {
					t.Fatalf("(%d, %d) of %+v is %d, want %d", x, y, w, patch.At(x, y), want)
				}
			}
		}
	})
}

// TestShrinkByWholeFactors is where no weight is needed; it must be the area still, and elsewhere not be taken.
func TestShrinkByWholeFactors(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fx, fy := rapid.IntRange(1, 20).Draw(t, "fx"), rapid.IntRange(1, 20).Draw(t, "fy")
		width, height := rapid.IntRange(1, 6).Draw(t, "width"), rapid.IntRange(1, 6).Draw(t, "height")
		im := noisy(fx*width+3, fy*height+5, rapid.Uint64().Draw(t, "seed"))
		src := geom.Rect{
			Min: geom.Point{X: float64(rapid.IntRange(0, 3).Draw(t, "x")), Y: float64(rapid.IntRange(0, 5).Draw(t, "y"))},
		}
		src.Max = geom.Point{X: src.Min.X + float64(fx*width), Y: src.Min.Y + float64(fy*height)}
		out := New(width, height)
		if !shrinkWhole(out, im, src) {
			t.Fatal("not taken")
		}
		if d := worst(out, bruteArea(im, src, width, height)); d > 1 {
			t.Fatalf("off by %d", d)
		}
		for _, other := range []geom.Rect{
			{Min: src.Min, Max: geom.Point{X: src.Max.X + 0.5, Y: src.Max.Y}},
			{Min: geom.Point{X: -1, Y: 0}, Max: geom.Point{X: float64(fx*width) - 1, Y: src.Max.Y}},
			{Min: src.Min, Max: geom.Point{X: src.Max.X, Y: float64(im.Height) + 1}},
		} {
			if shrinkWhole(out, im, other) {
				t.Fatalf("%v is taken", other)
			}
		}
	})
	im := Image{Width: 3, Height: 3, Pix: []uint16{0, 0, 0, 0, 0, 0, 0, 0, 65535}}
	if got := Resize(im, 1, 1).Pix[0]; got != 7282 { // 7281.67
		t.Errorf("the mean of nine pixels is %d", got)
	}
}
