package badgerstore

import (
	"bytes"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"femur/cache"
)

func headers() *rapid.Generator[header] {
	return rapid.Custom(func(t *rapid.T) header {
		h := header{media: cache.Media(rapid.String().Draw(t, "media"))}
		for range rapid.IntRange(0, 5).Draw(t, "chunks") {
			n := rapid.IntRange(1, chunkSize).Draw(t, "length")
			h.chunks = append(h.chunks, chunkRef{cache.Sum([]byte{byte(n)}), n})
		}
		return h
	})
}

func TestHeaderRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := headers().Draw(t, "header")
		var d cache.Digest
		if len(h.chunks) == 1 {
			d = h.chunks[0].digest
		}
		have, err := decodeHeader(d, h.encode())
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(h, have, cmp.AllowUnexported(header{}, chunkRef{}), cmpopts.EquateEmpty()); d != "" {
			t.Fatalf("header (-want +have):\n%s", d)
		}
	})
}

// TestHeaderGolden holds the form that docs/cache-format.md describes.
func TestHeaderGolden(t *testing.T) {
	one := header{"text/plain", []chunkRef{{cache.Sum(nil), 300}}}
	if d := cmp.Diff([]byte("\x01\x0atext/plain\x01\xac\x02"), one.encode()); d != "" {
		t.Errorf("one chunk (-want +have):\n%s", d)
	}
	a, b := cache.Sum([]byte("a")), cache.Sum([]byte("b"))
	two := header{"", []chunkRef{{a, 1 << 20}, {b, 5}}}
	want := "\x01\x00\x02\x80\x80\x40" + string(a[:]) + "\x05" + string(b[:])
	if d := cmp.Diff([]byte(want), two.encode()); d != "" {
		t.Errorf("two chunks (-want +have):\n%s", d)
	}
}

func FuzzDecodeHeader(f *testing.F) {
	a := cache.Sum([]byte("a"))
	f.Add([]byte{})
	f.Add(header{"text/plain", nil}.encode())
	f.Add(header{"text/plain", []chunkRef{{a, 5}}}.encode())
	f.Add(header{"image/png", []chunkRef{{a, chunkSize}, {a, 1}}}.encode())
	f.Add([]byte("\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"))
	f.Add([]byte("\x01\x00\xff\xff\xff\x7f"))
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := decodeHeader(a, b)
		if err != nil {
			return
		}
		again, err := decodeHeader(a, h.encode())
		if err != nil || !bytes.Equal(again.encode(), h.encode()) {
			t.Fatalf("%q does not come back: %v", b, err)
		}
	})
}

func TestChunkCodec(t *testing.T) {
	c := newCodec()
	plain := map[string][]byte{
		"tiny": []byte("x"), "text": bytes.Repeat([]byte("text "), 1000), "noise": chacha(1, 50_000),
		"full": tables(2, chunkSize),
	}
	want := map[string]byte{"tiny": encodingPlain, "text": encodingZstd, "noise": encodingPlain, "full": encodingZstd}
	for name, data := range plain {
		kept, encoding := c.encode(data)
		if encoding != want[name] {
			t.Errorf("%s: encoding %d, want %d", name, encoding, want[name])
		}
		ref := chunkRef{cache.Sum(data), len(data)}
		if have, err := c.decode(ref, kept, encoding); err != nil || !bytes.Equal(have, data) {
			t.Errorf("%s: %d bytes come back, error %v", name, len(have), err)
		}
		changed := bytes.Clone(kept)
		changed[len(changed)/2] ^= 4
		for what, try := range map[string]func() ([]byte, error){
			"a changed byte":    func() ([]byte, error) { return c.decode(ref, changed, encoding) },
			"nothing":           func() ([]byte, error) { return c.decode(ref, nil, encoding) },
			"another length":    func() ([]byte, error) { return c.decode(chunkRef{ref.digest, ref.length + 1}, kept, encoding) },
			"another digest":    func() ([]byte, error) { return c.decode(chunkRef{cache.Digest{1}, ref.length}, kept, encoding) },
			"marked as damaged": func() ([]byte, error) { return c.decode(ref, kept, encodingDamaged) },
			"another encoding":  func() ([]byte, error) { return c.decode(ref, kept, 1-encoding) },
		} {
			if have, err := try(); !errors.Is(err, errChunk) {
				t.Errorf("%s: %s: %d bytes and error %v", name, what, len(have), err)
			}
		}
	}
}

// TestChunkBomb holds that a small chunk cannot be made to fill the memory.
func TestChunkBomb(t *testing.T) {
	c := newCodec()
	bomb := c.encoder().EncodeAll(make([]byte, 64<<20), nil)
	if _, err := c.decode(chunkRef{cache.Sum(nil), chunkSize}, bomb, encodingZstd); !errors.Is(err, errChunk) {
		t.Errorf("have error %v", err)
	}
}

func TestPackedMediaIsNotTried(t *testing.T) {
	s := open(t, t.TempDir())
	data := bytes.Repeat([]byte("this would compress well "), 1000)
	for m, want := range map[cache.Media]byte{cache.MediaPNG: encodingPlain, cache.MediaNPY: encodingZstd} {
		own := append([]byte(m), data...)
		a, err := s.Put(t.Context(), m, bytes.NewReader(own))
		if err != nil {
			t.Fatal(err)
		}
		if _, encoding, err := s.entry(digestKey(chunkPrefix, a.Digest)); err != nil || encoding != want {
			t.Errorf("%s: encoding %d, want %d, error %v", m, encoding, want, err)
		}
	}
}
