package jpegll

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// scene draws samples of the kinds that images have: smooth, noisy, and both ends of the range side by side, which
// need the largest differences.
func scene(seed uint64, width, height, precision int) Image {
	r := rand.New(rand.NewPCG(seed, 1))
	top := 1<<precision - 1
	im := Image{Width: width, Height: height, Precision: precision, Pix: make([]uint16, width*height)}
	for i := range im.Pix {
		x, y := i%width, i/width
		switch (x*3/width + y*2/height) % 3 {
		case 0:
			im.Pix[i] = uint16((x*7 + y*5) & top)
		case 1:
			im.Pix[i] = uint16(r.IntN(top + 1))
		default:
			im.Pix[i] = uint16(r.IntN(2) * top)
		}
	}
	return im
}

// dropped is the image without the bits of a point transform.
func dropped(im Image, bits int) []uint16 {
	pix := slices.Clone(im.Pix)
	for i := range pix {
		pix[i] = pix[i] >> bits << bits
	}
	return pix
}

// Every selection value × precision × restart interval × point transform.
func TestRoundTrip(t *testing.T) {
	for selection := 1; selection <= 7; selection++ {
		for precision := minPrecision; precision <= maxPrecision; precision++ {
			for _, restart := range []int{0, 1, 2, 5} {
				for _, transform := range []int{0, 1, precision - 1} {
					im := scene(uint64(selection*100+precision), 37, 23, precision)
					o := Options{Selection: selection, PointTransform: transform, RestartRows: restart}
					b, err := Encode(im, o)
					if err != nil {
						t.Fatalf("%d bits, %+v: %v", precision, o, err)
					}
					got, err := Decode(b, 37*23)
					if err != nil {
						t.Fatalf("%d bits, %+v: %v", precision, o, err)
					}
					if got.Width != 37 || got.Height != 23 || got.Precision != precision || !slices.Equal(got.Pix, dropped(im, transform)) {
						t.Errorf("%d bits, %+v: other samples", precision, o)
					}
				}
			}
		}
	}
}

func TestRoundTripOfAnySize(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		width, height := rapid.IntRange(1, 40).Draw(t, "width"), rapid.IntRange(1, 40).Draw(t, "height")
		precision := rapid.IntRange(minPrecision, maxPrecision).Draw(t, "precision")
		o := Options{
			Selection:      rapid.IntRange(0, 7).Draw(t, "selection"),
			PointTransform: rapid.IntRange(0, precision-1).Draw(t, "transform"),
			RestartRows:    rapid.IntRange(0, 41).Draw(t, "restart"),
		}
		top := uint16(1<<precision - 1)
		pix := rapid.SliceOfN(rapid.OneOf(rapid.Just(uint16(0)), rapid.Just(top), rapid.Uint16Range(0, top)), width*height, width*height).Draw(t, "pix")
		im := Image{Width: width, Height: height, Precision: precision, Pix: pix}
		b, err := Encode(im, o)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Decode(b, int64(width*height))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got.Pix, dropped(im, o.PointTransform)) {
			t.Fatal("other samples")
		}
	})
}

// Differences of 32,768 have a category of their own, without bits.
func TestLargestDifference(t *testing.T) {
	im := Image{Width: 4, Height: 1, Precision: 16, Pix: []uint16{0, 32768, 0, 32768}}
	b, err := Encode(im, Options{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := Decode(b, 4)
	if err != nil || !slices.Equal(got.Pix, im.Pix) {
		t.Errorf("%v, %v", got.Pix, err)
	}
}

// Codes of all lengths: category c occurs about 2^c times as often as the one before, so the rarest have 16 bits.
func TestLongCodes(t *testing.T) {
	var frequency [maxCategory + 1]int
	for i := range frequency {
		frequency[i] = 1 << i
	}
	c := newCode(frequency)
	total, kraft := 0, 0.0
	for n, count := range c.counts {
		total += int(count)
		kraft += float64(count) / float64(int(1)<<n)
	}
	if total != maxCategory+1 || kraft >= 1 || c.counts[maxCodeLength] == 0 {
		t.Errorf("%d codes by length %v: %v", total, c.counts, kraft)
	}
	for i := 1; i < len(c.lengths); i++ {
		if c.lengths[i] > c.lengths[i-1] {
			t.Errorf("category %d is more frequent than %d, with a code of %d bits and %d", i, i-1, c.lengths[i], c.lengths[i-1])
		}
	}
	// An image with those frequencies decodes: noise of every size.
	r := rand.New(rand.NewPCG(3, 4))
	im := Image{Width: 400, Height: 400, Precision: 16, Pix: make([]uint16, 400*400)}
	level := uint16(0)
	for i := range im.Pix {
		size := 15
		for size > 0 && r.IntN(2) == 0 {
			size--
		}
		level += uint16(r.IntN(2<<size)) - uint16(1<<size)
		im.Pix[i] = level
	}
	for selection := 1; selection <= 7; selection++ {
		b, err := Encode(im, Options{Selection: selection})
		if err != nil {
			t.Fatal(err)
		}
		got, err := Decode(b, 1<<20)
		if err != nil || !slices.Equal(got.Pix, im.Pix) {
			t.Errorf("selection %d: other samples, %v", selection, err)
		}
	}
}

func TestEncodeRefuses(t *testing.T) {
	good := scene(1, 4, 4, 8)
	cases := []struct {
		name   string
		change func(*Image, *Options)
	}{
		{"no width", func(im *Image, _ *Options) { im.Width = 0 }},
		{"too few samples", func(im *Image, _ *Options) { im.Pix = im.Pix[1:] }},
		{"one bit", func(im *Image, _ *Options) { im.Precision = 1 }},
		{"17 bits", func(im *Image, _ *Options) { im.Precision = 17 }},
		{"a large sample", func(im *Image, _ *Options) { im.Precision = 7 }},
		{"selection 8", func(_ *Image, o *Options) { o.Selection = 8 }},
		{"all bits dropped", func(_ *Image, o *Options) { o.PointTransform = 8 }},
		{"a long restart interval", func(_ *Image, o *Options) { o.RestartRows = 16384 }},
	}
	for _, c := range cases {
		im, o := good, Options{}
		c.change(&im, &o)
		if _, err := Encode(im, o); err == nil {
			t.Errorf("%s: encoded", c.name)
		}
	}
}

// Another decoder, that of the IJG as patched for lossless files, agrees with the encoder.
func TestToolDecodes(t *testing.T) {
	for _, tool := range []string{"gdcmconv", "gdcmimg"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%v: install libgdcm-tools", err)
		}
	}
	for _, precision := range []int{8, 12, 16} {
		for selection := 1; selection <= 7; selection++ {
			t.Run(fmt.Sprintf("%d bits, selection %d", precision, selection), func(t *testing.T) {
				im := scene(7, 32, 20, precision)
				b, err := Encode(im, Options{Selection: selection, RestartRows: selection % 3})
				if err != nil {
					t.Fatal(err)
				}
				dir := t.TempDir()
				jpeg, packed, raw := filepath.Join(dir, "a.jpg"), filepath.Join(dir, "a.dcm"), filepath.Join(dir, "b.dcm")
				if err := os.WriteFile(jpeg, b, 0o644); err != nil {
					t.Fatal(err)
				}
				for _, command := range [][]string{{"gdcmimg", jpeg, packed}, {"gdcmconv", "--raw", packed, raw}} {
					if out, err := exec.Command(command[0], command[1:]...).CombinedOutput(); err != nil {
						t.Fatalf("%s: %v\n%s", command[0], err, out)
					}
				}
				file, err := os.ReadFile(raw)
				if err != nil {
					t.Fatal(err)
				}
				bytes := (precision + 7) / 8
				file = file[len(file)-len(im.Pix)*bytes:]
				for i, want := range im.Pix {
					got := uint16(file[i*bytes])
					if bytes == 2 {
						got |= uint16(file[2*i+1]) << 8
					}
					if got != want {
						t.Fatalf("sample %d is %d, want %d", i, got, want)
					}
				}
			})
		}
	}
}
