package synth

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"femur/internal/geom"
	"femur/internal/radiograph"
)

func digest(im radiograph.Image) string {
	h := sha256.New()
	var b [2]byte
	for _, v := range im.Pix {
		binary.LittleEndian.PutUint16(b[:], v)
		h.Write(b[:])
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

// TestGoldenPixels freezes the pixels: a change here changes every artifact of every study on synthetic radiographs.
func TestGoldenPixels(t *testing.T) {
	var got strings.Builder
	for _, scale := range []float64{0.05, 0.25} {
		c := mustCohort(t, Config{Patients: 12, AFF: 0.4, Scale: scale, Seed: 2026})
		for i, s := range c.Specs() {
			if scale > 0.1 && i%6 != 0 {
				continue
			}
			im, err := c.Render(s)
			if err != nil {
				t.Fatal(err)
			}
			if im.Width != s.Width || im.Height != s.Height {
				t.Fatalf("%s is %d×%d, not %d×%d", s.ID, im.Width, im.Height, s.Width, s.Height)
			}
			fmt.Fprintf(&got, "%g %s %dx%d %s\n", scale, s.ID, s.Width, s.Height, digest(im))
		}
	}
	const golden = "testdata/pixels.golden"
	if os.Getenv("UPDATE_GOLDEN") == "1" {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("pixels changed; if that is meant, rerun with UPDATE_GOLDEN=1 (-want +got):\n%s", diff)
	}
}

func TestRenderingIsConcurrent(t *testing.T) {
	c := mustCohort(t, Config{Patients: 4, Scale: 0.05, Seed: 9})
	specs := c.Specs()
	alone := make([]string, len(specs))
	for i, s := range specs {
		im, err := c.Render(s)
		if err != nil {
			t.Fatal(err)
		}
		alone[i] = digest(im)
	}
	var all sync.WaitGroup
	for i := range 3 * len(specs) {
		all.Go(func() {
			i %= len(specs)
			if im, err := c.Render(specs[i]); err != nil || digest(im) != alone[i] {
				t.Errorf("%s differs, %v", specs[i].ID, err)
			}
		})
	}
	all.Wait()
}

// TestTruthIsWhereTheFractureIs compares each radiograph with that of the same thigh before it broke: what differs
// surrounds the center.
func TestTruthIsWhereTheFractureIs(t *testing.T) {
	c := mustCohort(t, Config{Patients: 40, AFF: 0.5, Scale: 0.2, Seed: 21, MinImages: 1, MaxImages: 1})
	var bias geom.Point
	n := 0.0
	for _, s := range c.Specs() {
		broken := newScene(c.config, c.index[s.ID])
		whole := newScene(c.config, c.index[s.ID])
		b := whole.broken
		b.hasWedge = false
		for i := range b.lines.near {
			b.lines.nearGap[i], b.lines.farGap[i] = 0, 0
		}
		frame := *whole.placed
		for i := range whole.fragments[:2] {
			whole.fragments[i].frame = frame
		}
		whole.fragments = whole.fragments[:2]
		whole.fixed = whole.fixed[:whole.chipsFrom]
		with, without := broken.render(c.noise), whole.render(c.noise)
		var sum, x, y float64
		reach := 36 / float64(s.Pitch)
		for i := range with.Pix {
			at := geom.Point{X: float64(i%s.Width) + 0.5, Y: float64(i/s.Width) + 0.5}
			d := math.Abs(float64(with.Pix[i]) - float64(without.Pix[i]))
			if d < 1500 || at.Distance(s.Center) > reach {
				continue
			}
			sum, x, y = sum+d, x+mul(d, at.X), y+mul(d, at.Y)
		}
		if sum == 0 {
			t.Errorf("%s (%s, %s): no fracture to see", s.ID, s.Kind, s.View)
			continue
		}
		off := (geom.Point{X: x / sum, Y: y / sum}).Sub(s.Center).Scale(float64(s.Pitch))
		bias, n = bias.Add(off), n+1
		// An incomplete crack lies on one side of the shaft, a wedge too, and an angle moves one fragment's edge more.
		if mm := off.Distance(geom.Point{}); mm > 20 {
			t.Errorf("%s (%s, %s): what differs is %.1f mm from the center", s.ID, s.Kind, s.View, mm)
		}
	}
	if bias = bias.Scale(1 / n); bias.Distance(geom.Point{}) > 3 {
		t.Errorf("on average the fracture is %v mm from the center", bias)
	}
}

// TestMarkerIsThere renders the same radiograph with and without its letter.
func TestMarkerIsThere(t *testing.T) {
	c := mustCohort(t, Config{Patients: 30, Scale: 0.1, Seed: 8, MinImages: 1, MaxImages: 1})
	seen := 0
	for _, s := range c.Specs() {
		if !s.Marker {
			continue
		}
		with, without := newScene(c.config, c.index[s.ID]), newScene(c.config, c.index[s.ID])
		without.marker = nil
		a, b := with.render(c.noise), without.render(c.noise)
		changed, bright := 0, 0
		for i := range a.Pix {
			if a.Pix[i] != b.Pix[i] {
				changed++
				if a.Pix[i] > b.Pix[i] {
					bright++
				}
			}
		}
		if changed >= 6 {
			seen++
			if 10*bright < 8*changed {
				t.Errorf("%s: the letter darkens %d of %d pixels", s.ID, changed-bright, changed)
			}
		}
	}
	if seen < 15 {
		t.Errorf("%d letters are seen on 30 radiographs", seen)
	}
	if glyph(Left) == glyph(Right) {
		t.Error("both sides have one letter")
	}
}

func TestFieldMask(t *testing.T) {
	f := field{left: 3, right: 97, top: 10, bottom: 50, soft: 2, outside: 100}
	row := func(y int) []int32 {
		gray := make([]int32, 100)
		for i := range gray {
			gray[i] = 1000
		}
		f.mask(gray, y)
		return gray
	}
	in := row(30)
	if in[0] != 100 || in[3] <= 100 || in[3] >= 1000 || in[6] != 1000 || in[50] != 1000 || in[93] != 1000 || in[99] != 100 {
		t.Errorf("the sides of a middle row are %v and %v", in[:8], in[92:])
	}
	for _, y := range []int{0, 9, 50, 70} {
		for x, v := range row(y) {
			if v != 100 {
				t.Fatalf("row %d shows %d at %d beyond the field", y, v, x)
			}
		}
	}
	if edge := row(10)[50]; edge <= 100 || edge >= 1000 {
		t.Errorf("the border is not soft: %d", edge)
	}
}
