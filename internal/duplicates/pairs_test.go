package duplicates

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"femur/cache"
	"femur/internal/radiograph"
)

// patterned draws an image with something to see and no symmetry.
func patterned(width, height int, seed uint64) radiograph.Image {
	r := rand.New(rand.NewPCG(seed, 1))
	small := radiograph.New(9, 9)
	for i := range small.Pix {
		small.Pix[i] = uint16(r.IntN(radiograph.MaxValue))
	}
	return radiograph.Resize(small, width, height)
}

func TestMirroringTurnsWordsRound(t *testing.T) {
	im := patterned(200, 300, 1)
	h := Of(im).Hashes[0]
	for _, c := range []struct {
		mirror   Mirror
		inverted bool
		image    radiograph.Image
	}{
		{Unmirrored, false, im}, {LeftRight, false, im.FlipX()}, {TopBottom, false, im.FlipY()},
		{HalfTurn, false, im.FlipX().FlipY()}, {Unmirrored, true, im.Invert()}, {LeftRight, true, im.Invert().FlipX()},
	} {
		d, m, inverted := h.Distance(Of(c.image).Hashes[0])
		if d > 2 || m != c.mirror || inverted != c.inverted {
			t.Errorf("mirrored %q, inverted %v: found at %d, %q, %v", c.mirror, c.inverted, d, m, inverted)
		}
	}
}

// The quick test must agree with the distance it stands for, for all hashes and thresholds.
func TestNearIsTheDistance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.Uint64()
		draw := func(name string) Hash {
			return Hash{word.Draw(t, name), word.Draw(t, name), word.Draw(t, name), word.Draw(t, name)}
		}
		h, g := draw("h"), draw("g")
		if rapid.Bool().Draw(t, "related") {
			g = h
			for range rapid.IntRange(0, 80).Draw(t, "changes") {
				g[rapid.IntRange(0, 3).Draw(t, "word")] ^= 1 << rapid.IntRange(0, 63).Draw(t, "bit")
			}
		}
		if rapid.Bool().Draw(t, "turned") {
			g[1], g[3] = ^g[1], ^g[3]
		}
		threshold := rapid.IntRange(0, 128).Draw(t, "threshold")
		d, _, _ := h.Distance(g)
		if near(h, g, threshold) != (d <= threshold) {
			t.Fatalf("distance %d, but near within %d: %v", d, threshold, near(h, g, threshold))
		}
		if back, _, _ := g.Distance(h); back != d {
			t.Fatalf("distance %d there and %d back", d, back)
		}
	})
}

// Of a crowd of copies, pairs are found that connect them, and not each with each.
func TestPairsOfACrowd(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	base := Hash{r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64()}
	f := make([]Fingerprint, 5*block)
	for i := range f {
		h := base
		h[r.IntN(4)] ^= 1 << r.IntN(64)
		f[i] = Fingerprint{Width: 1, Height: 1, Pixels: cache.Sum(fmt.Append(nil, i)), Hashes: []Hash{h}}
	}
	pairs := Pairs(f, 60)
	if len(pairs) > crowd*len(f) {
		t.Errorf("%d pairs of %d, more than %d each", len(pairs), len(f), crowd)
	}
	groups := newForest(len(f))
	for _, p := range pairs {
		groups.join(p.A, p.B)
	}
	for i := range f {
		if groups.root(i) != groups.root(0) {
			t.Fatalf("%d is not connected with the others", i)
		}
	}
}

// Many copies of a picture, none with the same pixels, are linked into one group in time that grows with their number.
func TestLinksOfACrowd(t *testing.T) {
	one := patterned(160, 120, 4)
	var items []Item
	pictures := map[cache.ItemID]radiograph.Image{}
	for i := range 80 {
		im := radiograph.Image{Width: one.Width, Height: one.Height, Pix: slices.Clone(one.Pix)}
		im.Pix[i] ^= 1
		id := cache.ItemID(fmt.Sprintf("i%03d", i))
		pictures[id] = im
		items = append(items, Item{ID: id, Patient: cache.PatientID(fmt.Sprint("p", i)), Fingerprint: Of(im)})
	}
	var opened atomic.Int32
	links, err := Links(t.Context(), items, func(id cache.ItemID) (radiograph.Image, error) {
		opened.Add(1)
		return pictures[id], nil
	})
	if err != nil {
		t.Fatal(err)
	}
	groups := newForest(len(items))
	at := map[string]int{}
	for i, it := range items {
		at[string(it.ID)] = i
	}
	for _, l := range links {
		groups.join(at[l.A], at[l.B])
	}
	for i := range items {
		if groups.root(i) != groups.root(0) {
			t.Fatalf("%s is not linked with the others", items[i].ID)
		}
	}
	if n := len(links); n > (few+1)*len(items) || opened.Load() > int32(crowd*len(items)) {
		t.Errorf("%d links, %d pictures opened for %d copies", n, opened.Load(), len(items))
	}
}

func TestPairsAreAllPairs(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var f []Fingerprint
	var frame Hash // what some see within their borders
	for i := range 3*block/2 + 7 {
		h := Hash{r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64()}
		if i%5 == 0 && i > 0 {
			h = f[r.IntN(i)].Hashes[0]
			for range 2 {
				h[r.IntN(4)] ^= 1 << r.IntN(64)
			}
		}
		f = append(f, Fingerprint{Width: i + 1, Height: 1, Pixels: cache.Sum([]byte{byte(i / 2), byte(i >> 9)}), Hashes: []Hash{h}})
		if i%7 == 0 {
			if i%63 == 0 {
				frame = Hash{r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64()}
			}
			f[i].Hashes = append(f[i].Hashes, Hash{frame[0] ^ 1<<(i%64), frame[1], frame[2], frame[3]})
		}
	}
	f[10].Flat = true
	const threshold = 60
	var want []Candidate
	for a := range f {
		for b := a + 1; b < len(f); b++ {
			best := Candidate{A: a, B: b, Exact: f[a].Pixels == f[b].Pixels, Distance: 257}
			for _, h := range f[a].Hashes {
				for _, g := range f[b].Hashes {
					if d, m, inverted := h.Distance(g); d < best.Distance {
						best.Distance, best.Mirror, best.Inverted = d, m, inverted
					}
				}
			}
			if best.Distance > threshold || f[a].Flat || f[b].Flat {
				continue
			}
			if best.Exact {
				best.Distance, best.Mirror, best.Inverted = 0, Unmirrored, false
			}
			want = append(want, best)
		}
	}
	if diff := cmp.Diff(want, Pairs(f, threshold)); diff != "" || len(want) < 50 {
		t.Errorf("%d pairs (-want +got):\n%s", len(want), diff)
	}
}

func TestFingerprintKeepsInJSON(t *testing.T) {
	for _, im := range []radiograph.Image{patterned(200, 300, 1), letterboxed(patterned(200, 300, 2)), radiograph.New(5, 5)} {
		want := Of(im)
		b, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var got Fingerprint
		if err := json.Unmarshal(b, &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("fingerprint (-want +got):\n%s", diff)
		}
		if err := got.Validate(); err != nil {
			t.Error(err)
		}
		if len(b) > 1800 {
			t.Errorf("a fingerprint takes %d bytes", len(b))
		}
	}
	for _, text := range []string{`"12"`, `"` + fmt.Sprintf("%064s", "x") + `"`} {
		var h Hash
		if err := json.Unmarshal([]byte(text), &h); err == nil {
			t.Errorf("hash %s was read", text)
		}
	}
}

func TestValidateRefusesWhatIsNoFingerprint(t *testing.T) {
	good := Of(patterned(100, 100, 1))
	for name, change := range map[string]func(*Fingerprint){
		"size": func(f *Fingerprint) { f.Width = 0 }, "hashes": func(f *Fingerprint) { f.Hashes = nil },
		"thumbnail": func(f *Fingerprint) { f.Thumb = f.Thumb[:9] }, "border": func(f *Fingerprint) { f.Border[2] = 200 },
	} {
		f := good
		change(&f)
		if f.Validate() == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// The hash is stored and compared across machines: another one would lose all duplicates among old and new.
func TestHashIsFrozen(t *testing.T) {
	got, err := Of(patterned(321, 234, 5)).Hashes[0].MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	const want = "1be254ab1d64aaa962a426d94b8db5f1e1a965e19a561fe4a4480dfcf2270b0f"
	if string(got) != want {
		t.Errorf("hash %s, want %s", got, want)
	}
}

// The table is the same everywhere only if no entry lies so near a half that a machine's last bit decides.
func TestCosinesRoundSafely(t *testing.T) {
	for u := range frequencies + 1 {
		for x := range gridSide / 2 {
			v := math.Abs(math.Cos(math.Pi*float64((2*x+1)*u)/(2*gridSide))) * (1 << 14)
			if math.Abs(v-math.Floor(v)-0.5) < 1e-9 {
				t.Errorf("cosine %d at %d is %g", u, x, v)
			}
		}
	}
}

// Empty exposures of any kind are no duplicates; small and thin images must not fail.
func TestOddImages(t *testing.T) {
	var items []Item
	images := map[cache.ItemID]radiograph.Image{}
	add := func(name string, im radiograph.Image) {
		id := cache.ItemID(name)
		images[id] = im
		items = append(items, Item{ID: id, Patient: cache.PatientID(name), Fingerprint: Of(im)})
	}
	r := rand.New(rand.NewPCG(7, 7))
	noise := func(width, height int, least, span int) radiograph.Image {
		im := radiograph.New(width, height)
		for i := range im.Pix {
			im.Pix[i] = uint16(least + r.IntN(span))
		}
		return im
	}
	for i, size := range [][2]int{{1, 1}, {2, 1}, {1, 3000}, {3000, 1}, {64, 64}, {500, 300}} {
		add(fmt.Sprint("black ", i), radiograph.New(size[0], size[1]))
		add(fmt.Sprint("white ", i), radiograph.New(size[0], size[1]).Invert())
		add(fmt.Sprint("nearly gray ", i), noise(size[0], size[1], 30000, 300))
		add(fmt.Sprint("nearly black ", i), noise(size[0], size[1], 0, 60))
	}
	for i := range 6 {
		add(fmt.Sprint("noise ", i), noise(300, 300, 0, 65535))
		add(fmt.Sprint("thin ", i), noise(2, 700, 0, 65535))
		add(fmt.Sprint("two pixels ", i), noise(2, 1, 1000*i, 60000-1000*i))
	}
	links, err := Links(t.Context(), items, func(id cache.ItemID) (radiograph.Image, error) { return images[id], nil })
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range links {
		if images[cache.ItemID(l.A)].Width > 2 {
			t.Errorf("%s and %s are linked: %+v", l.A, l.B, l)
		}
	}
}

func BenchmarkPairs50000(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	f := make([]Fingerprint, 50_000)
	for i := range f {
		f[i].Hashes = []Hash{{r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64()}}
		f[i].Pixels = cache.Sum(fmt.Append(nil, i))
	}
	for b.Loop() {
		Pairs(f, threshold)
	}
}

func BenchmarkOf6Megapixels(b *testing.B) {
	im := patterned(2140, 2800, 1)
	for b.Loop() {
		Of(im)
	}
}

func BenchmarkCompare(b *testing.B) {
	x, y := patterned(500, 700, 1), patterned(500, 700, 2)
	for b.Loop() {
		Compare(NewCopy(x), NewCopy(y), 0)
	}
}
