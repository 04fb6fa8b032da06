package geom

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

const tolerance = 1e-9

func near(a, b Point) bool { return math.Abs(a.X-b.X) <= tolerance && math.Abs(a.Y-b.Y) <= tolerance }

func drawPoint(t *rapid.T, width, height int) Point {
	return Point{
		X: rapid.Float64Range(-0.5*float64(width), 1.5*float64(width)).Draw(t, "x"),
		Y: rapid.Float64Range(-0.5*float64(height), 1.5*float64(height)).Draw(t, "y"),
	}
}

func TestLetterboxRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, h := rapid.IntRange(1, 5000).Draw(t, "w"), rapid.IntRange(1, 5000).Draw(t, "h")
		size := rapid.IntRange(1, 1024).Draw(t, "size")
		l := NewLetterbox(w, h, size)
		p := drawPoint(t, w, h)
		if back := l.ToRadiograph(l.ToInput(p)); !near(back, p) {
			t.Fatalf("%v came back as %v through %+v", p, back, l)
		}
		if c := l.ToInput(CenterOf(w, h)); !near(c, CenterOf(size, size)) {
			t.Fatalf("the center landed on %v of a %d input", c, size)
		}
		content := l.Content()
		s := float64(size)
		if !near(Point{max(content.Width(), content.Height()), 0}, Point{s, 0}) {
			t.Fatalf("content %+v does not fill the longer side of %d", content, size)
		}
		if content.Min.X < -tolerance || content.Min.Y < -tolerance || content.Max.X > s+tolerance || content.Max.Y > s+tolerance {
			t.Fatalf("content %+v leaves the %d input", content, size)
		}
		// One scale for both axes: lengths keep their ratio in every direction.
		q := drawPoint(t, w, h)
		if a, b := l.ToInput(p).Distance(l.ToInput(q)), p.Distance(q)*l.Scale; math.Abs(a-b) > 1e-8 {
			t.Fatalf("distance %g became %g, want %g", p.Distance(q), a, b)
		}
		src := l.Source()
		if !near(l.ToInput(src.Min), Point{}) || !near(l.ToInput(src.Max), Point{s, s}) {
			t.Fatalf("source %+v is not what the input covers", src)
		}
	})
}

func TestLetterboxByHand(t *testing.T) {
	l := NewLetterbox(100, 200, 50)
	if want := (Letterbox{Width: 100, Height: 200, Size: 50, Scale: 0.25, Offset: Point{12.5, 0}}); l != want {
		t.Fatalf("got %+v, want %+v", l, want)
	}
	if got, want := l.ToInput(Point{0, 200}), (Point{12.5, 50}); got != want {
		t.Errorf("corner at %v, want %v", got, want)
	}
	if got, want := l.Source(), (Rect{Point{-50, 0}, Point{150, 200}}); got != want {
		t.Errorf("source %+v, want %+v", got, want)
	}
	if l := NewLetterbox(300, 300, 7); l.Offset != (Point{}) || l.Content().Min != (Point{}) {
		t.Errorf("a square radiograph is offset: %+v", l)
	}
}

func TestLetterboxPanicsOnEmpty(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic for a radiograph without width")
		}
	}()
	NewLetterbox(0, 10, 10)
}

func TestWindowRoundTripAndCenter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		side, size := rapid.IntRange(1, 2000).Draw(t, "side"), rapid.IntRange(1, 512).Draw(t, "size")
		center := drawPoint(t, 4000, 4000)
		w, err := WindowPX(center, side)
		if err != nil {
			t.Fatal(err)
		}
		d := w.Center().Sub(center)
		if math.Abs(d.X) > 0.5+tolerance || math.Abs(d.Y) > 0.5+tolerance {
			t.Fatalf("window center %v is more than half a pixel from %v", w.Center(), center)
		}
		p := drawPoint(t, 4000, 4000)
		if back := w.ToRadiograph(w.ToPatch(p, size), size); !near(back, p) {
			t.Fatalf("%v came back as %v", p, back)
		}
		if w.ToPatch(w.Rect().Min, size) != (Point{}) || !near(w.ToPatch(w.Rect().Max, size), Point{float64(size), float64(size)}) {
			t.Fatalf("the window's corners are not the patch's corners")
		}
	})
}

// TestOutsideCountsPixels compares the margins with a count over every pixel.
func TestOutsideCountsPixels(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		width, height := rapid.IntRange(1, 30).Draw(t, "width"), rapid.IntRange(1, 30).Draw(t, "height")
		w := Window{
			MinX: rapid.IntRange(-40, 40).Draw(t, "x"),
			MinY: rapid.IntRange(-40, 40).Draw(t, "y"),
			Side: rapid.IntRange(1, 40).Draw(t, "side"),
		}
		inside := 0
		for y := w.MinY; y < w.MinY+w.Side; y++ {
			for x := w.MinX; x < w.MinX+w.Side; x++ {
				if x >= 0 && y >= 0 && x < width && y < height {
					inside++
				}
			}
		}
		want := 1 - float64(inside)/float64(w.Side*w.Side)
		if got := w.OutsideFraction(width, height); math.Abs(got-want) > tolerance {
			t.Fatalf("fraction %g, want %g for %+v on %d×%d", got, want, w, width, height)
		}
		m := w.Outside(width, height)
		for _, v := range []int{m.Left, m.Top, m.Right, m.Bottom} {
			if v < 0 || v > w.Side {
				t.Fatalf("margin %+v of side %d", m, w.Side)
			}
		}
	})
}

func TestWindowMM(t *testing.T) {
	tests := []struct {
		name   string
		center Point
		mm     float64
		pitch  Pitch
		want   Window
		err    string
	}{
		{"exact", Point{100, 50}, 40, 0.2, Window{0, -50, 200}, ""},
		{"rounded", Point{100, 50}, 10, 0.3, Window{84, 34, 33}, ""}, // 33.3 px, 83.5 and 33.5 rounded up
		{"at least one pixel", Point{1.5, 1.5}, 0.01, 1, Window{1, 1, 1}, ""},
		{"unknown pitch", Point{1, 1}, 10, 0, Window{}, "not known"},
		{"no length", Point{1, 1}, 0, 0.1, Window{}, "no usable side"},
		{"absurd length", Point{1, 1}, 1e12, 0.1, Window{}, "no usable side"},
		{"no place", Point{math.NaN(), 1}, 10, 1, Window{}, "not a place"},
		{"far away", Point{1e300, 1}, 10, 1, Window{}, "not a place"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := WindowMM(tt.center, tt.mm, tt.pitch)
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Fatalf("error %v, want one with %q", err, tt.err)
				}
				return
			}
			if err != nil || got != tt.want {
				t.Fatalf("got %+v, %v, want %+v", got, err, tt.want)
			}
		})
	}
	if _, err := WindowPX(Point{}, 0); err == nil {
		t.Error("a window without side is accepted")
	}
}

func TestPitch(t *testing.T) {
	for _, p := range []Pitch{0, 0.1, 0.2, 1} {
		if err := p.Validate(); err != nil {
			t.Errorf("pitch %g: %v", float64(p), err)
		}
	}
	for _, p := range []Pitch{-1, Pitch(math.NaN()), Pitch(math.Inf(1)), 1e-6, 5000} {
		if err := p.Validate(); err == nil {
			t.Errorf("pitch %g is accepted", float64(p))
		}
	}
	if mm, ok := Pitch(0.25).MM(8); mm != 2 || !ok {
		t.Errorf("8 px are %g mm, %v", mm, ok)
	}
	if _, ok := Pitch(0).MM(8); ok {
		t.Error("an unknown pitch gave millimeters")
	}
}

func TestPointAlgebra(t *testing.T) {
	p := Point{3, 4}
	if p.Distance(Point{}) != 5 || p.Add(p) != p.Scale(2) || p.Sub(p) != (Point{}) {
		t.Errorf("algebra of %v is wrong", p)
	}
	inside := map[Point]bool{{0, 0}: true, {10, 5}: true, {10.01, 5}: false, {-0.01, 0}: false, {math.NaN(), 1}: false}
	for q, want := range inside {
		if q.Inside(10, 5) != want {
			t.Errorf("%v inside 10×5: got %v", q, !want)
		}
	}
	r := Rect{Point{1, 2}, Point{4, 6}}
	if r.Width() != 3 || r.Height() != 4 || r.Center() != (Point{2.5, 4}) || !r.Contains(Point{1, 2}) || r.Contains(Point{4, 3}) {
		t.Errorf("rect %+v measures wrongly", r)
	}
}
