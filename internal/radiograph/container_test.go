package radiograph

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func encoded(t testing.TB, im Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Encode(&b, im); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestContainerRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, h := rapid.IntRange(1, 40).Draw(t, "w"), rapid.IntRange(1, 40).Draw(t, "h")
		narrow := rapid.Bool().Draw(t, "narrow")
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		im := New(w, h)
		for i := range im.Pix {
			im.Pix[i] = uint16(r.Uint32())
			if narrow {
				im.Pix[i] = im.Pix[i] & 255 * 257
			}
		}
		var b bytes.Buffer
		if err := Encode(&b, im); err != nil {
			t.Fatal(err)
		}
		back, err := DecodeContainer(b.Bytes(), Limits{})
		if err != nil || !back.Equal(im) {
			t.Fatalf("another image came back, %v", err)
		}
		var again bytes.Buffer
		if err := Encode(&again, im); err != nil || !bytes.Equal(b.Bytes(), again.Bytes()) {
			t.Fatalf("the same image gave other bytes, %v", err)
		}
	})
}

func TestFoldInverts(t *testing.T) {
	for i := range 1 << 16 {
		if unfold16(fold16(uint16(i))) != uint16(i) || unfold8(fold8(uint8(i))) != uint8(i) {
			t.Fatalf("%d does not come back", i)
		}
	}
	if fold16(0) != 0 || fold16(0xffff) != 1 || fold16(1) != 2 {
		t.Error("small differences are not small numbers")
	}
}

// TestContainerDetectsEveryFlip changes each bit of a container in turn, and cuts it at every length.
func TestContainerDetectsEveryFlip(t *testing.T) {
	im := noisy(23, 11, 1)
	whole := encoded(t, im)
	for i := range whole {
		for bit := range 8 {
			b := bytes.Clone(whole)
			b[i] ^= 1 << bit
			// A change in how the frame is packed may leave its content as it was: that is no damage.
			if back, err := DecodeContainer(b, Limits{}); err == nil && !back.Equal(im) {
				t.Fatalf("a flip of bit %d in byte %d gave another image", bit, i)
			} else if err == nil && i < headerSize {
				t.Fatalf("a flip of bit %d in byte %d of the header went unseen", bit, i)
			}
		}
		if _, err := DecodeContainer(whole[:i], Limits{}); !errors.Is(err, ErrDamaged) {
			t.Fatalf("cut at %d: %v", i, err)
		}
	}
	if _, err := DecodeContainer(append(bytes.Clone(whole), 1, 2, 3), Limits{}); !errors.Is(err, ErrDamaged) {
		t.Errorf("bytes after the frame: %v", err)
	}
	if _, err := DecodeContainer(whole, Limits{MaxPixels: 100}); err == nil || !strings.Contains(err.Error(), "more than 100 pixels") {
		t.Errorf("beyond the limit: %v", err)
	}
}

func TestEncodeRefusesWrongSides(t *testing.T) {
	for _, im := range []Image{{}, {Width: 2, Height: 2, Pix: make([]uint16, 3)}, {Width: -1, Height: 1}} {
		var b bytes.Buffer
		if err := Encode(&b, im); err == nil || b.Len() != 0 {
			t.Errorf("%d×%d with %d pixels: %v", im.Width, im.Height, len(im.Pix), err)
		}
		if WritePNG(&b, im) == nil || WriteJPEG(&b, im, 90) == nil {
			t.Errorf("%d×%d with %d pixels is written", im.Width, im.Height, len(im.Pix))
		}
	}
}

func TestWritePNGAndJPEGReadBack(t *testing.T) {
	im := noisy(50, 40, 2)
	var p, j bytes.Buffer
	if err := WritePNG(&p, im); err != nil {
		t.Fatal(err)
	}
	back, facts, err := DecodeBytes(p.Bytes(), "a.png", Limits{})
	if err != nil || !back.Equal(im) || facts.BitsStored != 16 {
		t.Fatalf("PNG came back changed: %+v, %v", facts, err)
	}
	flat := New(32, 16)
	for i := range flat.Pix {
		flat.Pix[i] = 0x8080
	}
	if err := WriteJPEG(&j, flat, 95); err != nil {
		t.Fatal(err)
	}
	back, _, err = DecodeBytes(j.Bytes(), "a.jpg", Limits{})
	if err != nil || !back.Equal(flat) {
		t.Fatalf("a flat JPEG came back changed: %v", err)
	}
	for v := range 256 {
		if To8(uint16(v*257)) != uint8(v) {
			t.Fatalf("%d·257 rounds to %d", v, To8(uint16(v*257)))
		}
	}
}

func FuzzDecodeContainer(f *testing.F) {
	wide := encoded(f, noisy(17, 9, 1))
	narrow := New(12, 12)
	for i := range narrow.Pix {
		narrow.Pix[i] = uint16(i) * 257
	}
	f.Add(wide)
	f.Add(encoded(f, narrow))
	f.Add(encoded(f, New(200, 200)))
	f.Add(wide[:len(wide)-3])
	f.Add([]byte(containerMagic))
	f.Fuzz(func(t *testing.T, b []byte) {
		im, err := DecodeContainer(b, Limits{MaxPixels: 1 << 18})
		if err != nil {
			return
		}
		if err := im.Validate(); err != nil {
			t.Fatal(err)
		}
		back, err := DecodeContainer(encoded(t, im), Limits{})
		if err != nil || !back.Equal(im) {
			t.Fatalf("what was decoded does not survive encoding: %v", err)
		}
	})
}
