package inflate

import (
	"bytes"
	"compress/zlib"
	"io"
	"math/rand/v2"
	"testing"
)

func compressed(t testing.TB, b []byte, level int) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := zlib.NewWriterLevel(&out, level)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// contents are data of many kinds: none, one byte, runs, text, noise, noise around few values.
func contents() map[string][]byte {
	r := rand.New(rand.NewPCG(1, 2))
	noise, narrow, words := make([]byte, 100_000), make([]byte, 200_001), []byte(nil)
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	for i := range narrow {
		narrow[i] = byte(r.NormFloat64() * float64(1+i%7))
	}
	for len(words) < 70_000 {
		words = append(words, []string{"femur ", "neck ", "shaft ", "fracture, ", "atypical "}[r.IntN(5)]...)
	}
	return map[string][]byte{
		"empty": {}, "one": {7}, "zeros": make([]byte, 300_000), "noise": noise, "narrow": narrow, "words": words,
		"runs": bytes.Repeat([]byte{1, 2, 3, 3, 3}, 50_000),
	}
}

func TestZlibGivesWhatWasCompressed(t *testing.T) {
	for name, b := range contents() {
		for level := zlib.HuffmanOnly; level <= zlib.BestCompression; level++ {
			stream := compressed(t, b, level)
			half := len(stream) / 2
			got, err := Zlib([][]byte{stream[:half], nil, stream[half:]}, len(b))
			if err != nil || !bytes.Equal(got, b) {
				t.Errorf("%s at level %d: %v", name, level, err)
			}
			for _, size := range []int{len(b) - 1, len(b) + 1} {
				if _, err := Zlib([][]byte{stream}, size); err == nil {
					t.Errorf("%s at level %d: taken for %d bytes of %d", name, level, size, len(b))
				}
			}
		}
	}
}

func TestZlibRefusesDamage(t *testing.T) {
	for name, b := range contents() {
		if len(b) > 5000 {
			b = b[:5000]
		}
		stream := compressed(t, b, zlib.DefaultCompression)
		for i := range stream {
			if _, err := Zlib([][]byte{stream[:i]}, len(b)); err == nil {
				t.Fatalf("%s cut at %d of %d is accepted", name, i, len(stream))
			}
			flipped := bytes.Clone(stream)
			flipped[i] ^= 1 << (i % 8)
			if got, err := Zlib([][]byte{flipped}, len(b)); err == nil && !bytes.Equal(got, b) {
				t.Fatalf("%s with a flip in byte %d gives other bytes", name, i)
			}
		}
		if _, err := Zlib([][]byte{stream, {0}}, len(b)); err == nil {
			t.Errorf("%s: a byte behind the end is accepted", name)
		}
	}
	if _, err := Zlib([][]byte{make([]byte, 100)}, 1<<40); err == nil {
		t.Error("a terabyte of a hundred bytes")
	}
}

func FuzzZlib(f *testing.F) {
	for _, b := range contents() {
		if len(b) > 500 {
			b = b[:500]
		}
		f.Add(compressed(f, b, zlib.DefaultCompression), len(b))
		f.Add(compressed(f, b, zlib.HuffmanOnly), len(b))
	}
	f.Fuzz(func(t *testing.T, stream []byte, size int) {
		if size < 0 || size > 1<<20 {
			return
		}
		got, err := Zlib([][]byte{stream}, size)
		if err != nil {
			return
		}
		r, err := zlib.NewReader(bytes.NewReader(stream))
		if err != nil {
			t.Fatal(err)
		}
		want, err := io.ReadAll(r)
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("%d bytes, compress/zlib gives %d, %v", len(got), len(want), err)
		}
	})
}

func BenchmarkZlib(b *testing.B) {
	for name, raw := range contents() {
		if len(raw) < 60_000 {
			continue
		}
		stream := compressed(b, raw, zlib.DefaultCompression)
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(raw)))
			for b.Loop() {
				if _, err := Zlib([][]byte{stream}, len(raw)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
