package augment

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func rng(k uint64) *rand.Rand { return rand.New(rand.NewPCG(k, 1)) }

func TestNone(t *testing.T) {
	src := []uint16{0, 65535, 32768, 1}
	dst := make([]float32, 4)
	None(2).Image(dst, src, nil)
	if want := []float32{0, 1, 32768. / 65535, 1. / 65535}; !slices.Equal(dst, want) {
		t.Errorf("got %v, want %v", dst, want)
	}
	if x, y := None(2).Point(0.3, 1.7); x != 0.3 || y != 1.7 {
		t.Errorf("a point moved to (%g, %g)", x, y)
	}
	zero := make([]float32, 4)
	Config{}.Draw(rng(1), 2).Image(zero, src, rng(1))
	if !slices.Equal(zero, dst) {
		t.Errorf("a configuration without changes gave %v, want %v", zero, dst)
	}
}

// A flip maps pixel (i, j) to (n−1−i, j), exactly, and points with it.
func TestFlip(t *testing.T) {
	src := []uint16{1, 2, 3, 4, 5, 6, 7, 8, 9}
	flipped := 0
	for k := range uint64(40) {
		c := Config{Flip: true}.Draw(rng(k), 3)
		dst := make([]float32, 9)
		c.Image(dst, src, nil)
		x, y := c.Point(0.25, 1)
		switch x {
		case 0.25:
			continue
		case 2.75:
			flipped++
		default:
			t.Errorf("x = 0.25 of 3 moved to %g", x)
		}
		if y != 1 {
			t.Errorf("y = 1 moved to %g", y)
		}
		for i, v := range dst {
			if want := float32(src[i/3*3+2-i%3]) / math.MaxUint16; math.Abs(float64(v-want)) > 1e-9 {
				t.Errorf("pixel %d is %g, want %g", i, v, want)
			}
		}
	}
	if flipped < 10 || flipped > 30 {
		t.Errorf("%d of 40 images were flipped", flipped)
	}
}

// A change stays within its bounds, and a blob goes where its point goes.
func TestGeometry(t *testing.T) {
	const side = 64
	src := make([]uint16, side*side)
	for j := 18; j < 23; j++ {
		for i := 38; i < 43; i++ {
			src[j*side+i] = math.MaxUint16
		}
	}
	c := Config{Flip: true, Shift: 0.1, Scale: 0.2, RotationDegrees: 30}
	for k := range uint64(50) {
		change := c.Draw(rng(k), side)
		dst := make([]float32, side*side)
		change.Image(dst, src, nil)
		var x, y, sum float64
		for i, v := range dst {
			x += float64(v) * (float64(i%side) + 0.5)
			y += float64(v) * (float64(i/side) + 0.5)
			sum += float64(v)
		}
		px, py := change.Point(40.5, 20.5)
		if math.Hypot(x/sum-px, y/sum-py) > 0.1 {
			t.Errorf("draw %d: the blob is at (%.3f, %.3f), its center at (%.3f, %.3f)", k, x/sum, y/sum, px, py)
		}
		if area := sum / 25; area < 0.95/1.44 || area > 1.05*1.44 {
			t.Errorf("draw %d: the blob's area changed by %.2f, at most 1.2² is allowed", k, area)
		}
		cx, cy := change.Point(side/2, side/2)
		if math.Abs(cx-side/2) > 6.4+1e-9 || math.Abs(cy-side/2) > 6.4+1e-9 {
			t.Errorf("draw %d: the middle moved to (%g, %g), at most 6.4 px are allowed", k, cx, cy)
		}
	}
}

// Gray values stay in 0..1; gamma and contrast keep their order.
func TestTone(t *testing.T) {
	src := make([]uint16, 256*256)
	for i := range src {
		src[i] = uint16(i)
	}
	for k := range uint64(10) {
		change := Config{Contrast: 0.3, Gamma: 0.3}.Draw(rng(k), 256)
		dst := make([]float32, len(src))
		change.Image(dst, src, nil)
		if !slices.IsSorted(dst) || dst[0] < 0 || dst[len(dst)-1] > 1 {
			t.Errorf("draw %d: gray values run from %g to %g, sorted %v", k, dst[0], dst[len(dst)-1], slices.IsSorted(dst))
		}
		noisy := Config{Noise: 0.5}.Draw(rng(k), 256)
		noisy.Image(dst, src, rng(k))
		if slices.Min(dst) < 0 || slices.Max(dst) > 1 || slices.IsSorted(dst) {
			t.Errorf("draw %d: noise left 0..1 or did nothing", k)
		}
	}
}

func TestSameState(t *testing.T) {
	c := Config{Flip: true, Shift: 0.1, Scale: 0.1, RotationDegrees: 10, Contrast: 0.1, Gamma: 0.1, Noise: 0.1}
	src := make([]uint16, 32*32)
	for i := range src {
		src[i] = uint16(i * 60)
	}
	draw := func(k uint64) []float32 {
		r, dst := rng(k), make([]float32, len(src))
		c.Draw(r, 32).Image(dst, src, r)
		return dst
	}
	if !slices.Equal(draw(1), draw(1)) || slices.Equal(draw(1), draw(2)) {
		t.Error("what is drawn does not follow the generator's state")
	}
	// Switching the flip off leaves the other draws alone.
	a, b := c.Draw(rng(3), 32), Config{Shift: c.Shift, Scale: c.Scale, RotationDegrees: 10, Contrast: 0.1}.Draw(rng(3), 32)
	if a.contrast != b.contrast || math.Abs(a.d) != math.Abs(b.d) {
		t.Error("one change's switch moved the draws of another")
	}
}

func TestValidate(t *testing.T) {
	err := Config{Shift: 0.6, Scale: -1, RotationDegrees: 181, Contrast: 2, Gamma: math.NaN(), Noise: 2}.Validate()
	for _, want := range []string{"shift: from 0 to 0.5", "scale: ", "rotation_degrees: ", "contrast: ", "gamma: ", "noise: "} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want it to say %q", err, want)
		}
	}
	if err := (Config{}).Validate(); err != nil {
		t.Error(err)
	}
}
