package cachetest

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"femur/cache"
)

// sizes of blobs around what a store may treat as a boundary.
var sizes = []int{0, 1, 127, 128, 4095, 4096, 4097, 1<<20 - 1, 1 << 20, 1<<20 + 1, 3<<20 + 12345}

func testPutOpen(t *testing.T, s *suite) {
	type stored struct {
		cache.Artifact
		data []byte
	}
	var all []stored
	for i, n := range sizes {
		for _, data := range [][]byte{noise(uint64(i), n), text(uint64(i), n)} {
			for _, m := range []cache.Media{cache.MediaNPY, cache.MediaPNG} {
				a, err := s.Put(s.ctx, m, iotest.HalfReader(bytes.NewReader(data)))
				if err != nil {
					t.Fatal(err)
				}
				if d := cmp.Diff(cache.Artifact{Media: m, Digest: cache.Sum(data), Size: int64(n)}, a); d != "" {
					t.Fatalf("put %d bytes (-want +have):\n%s", n, d)
				}
				s.wantBlob(t, a, data) // before anything is committed
				all = append(all, stored{a, data})
			}
		}
	}
	var outputs []cache.Output
	for i, a := range all {
		outputs = append(outputs, output(strings.Repeat("o", i+1), a.Artifact))
	}
	s.commit(t, record("a.b", "sizes", outputs...))
	s.restart(t)
	for _, a := range all {
		s.wantBlob(t, a.Artifact, a.data)
		s.wantBlob(t, cache.Artifact{Digest: a.Digest}, a.data) // the digest is enough
	}
}

func testDedup(t *testing.T, s *suite) {
	data := noise(1, 5<<20)
	first := s.put(t, cache.MediaNPY, string(data))
	second := s.put(t, cache.MediaFile, string(data))
	if second.Digest != first.Digest || second.Media != cache.MediaFile {
		t.Fatalf("have %+v and %+v", first, second)
	}
	blobs := collect(t, s.Blobs(s.ctx))
	if d := cmp.Diff([]cache.Artifact{first}, blobs); d != "" {
		t.Fatalf("blobs (-want +have):\n%s", d)
	}
}

func testFailingReader(t *testing.T, s *suite) {
	broken := errors.New("the disk has gone")
	for _, before := range []int{0, 10, 2<<20 + 1} {
		r := io.MultiReader(bytes.NewReader(noise(2, before)), iotest.ErrReader(broken))
		if _, err := s.Put(s.ctx, cache.MediaFile, r); !errors.Is(err, broken) {
			t.Fatalf("failing after %d bytes: have error %v", before, err)
		}
	}
	if blobs := collect(t, s.Blobs(s.ctx)); len(blobs) > 0 {
		t.Fatalf("blobs are visible: %v", blobs)
	}
	// The whole bytes can be put afterwards, whatever was left of them.
	data := noise(2, 2<<20+1)
	s.wantBlob(t, s.put(t, cache.MediaFile, string(data)), data)
}

func testOpenAbsent(t *testing.T, s *suite) {
	_, err := s.Open(s.ctx, cache.Artifact{Digest: cache.Sum([]byte("never stored")), Size: 12})
	if !errors.Is(err, cache.ErrMiss) || !errors.Is(err, cache.ErrMissingBlob) {
		t.Fatalf("have error %v", err)
	}
	a := s.put(t, cache.MediaText, "stored")
	a.Size++
	if _, err := s.Open(s.ctx, a); !errors.Is(err, cache.ErrMiss) {
		t.Fatalf("wrong size: have error %v", err)
	}
}

func testReadAt(t *testing.T, s *suite) {
	data := noise(3, 3<<20+777)
	a := s.put(t, cache.MediaNPY, string(data))
	s.commit(t, record("a.b", "read", output("o", a)))
	b, err := s.Open(s.ctx, a)
	if err != nil {
		t.Fatal(err)
	}
	if b.Size() != int64(len(data)) {
		t.Fatalf("size %d, want %d", b.Size(), len(data))
	}
	var group sync.WaitGroup
	for g := range 8 {
		group.Go(func() {
			for i := range 40 {
				off := (g*1_000_003 + i*77_777) % len(data)
				p := make([]byte, 1+(i*50_001)%(1<<20+1))
				n, err := b.ReadAt(p, int64(off))
				want := data[off:min(off+len(p), len(data))]
				if n != len(want) || !bytes.Equal(p[:n], want) || (err == nil) != (n == len(p)) || err != nil && !errors.Is(err, io.EOF) {
					t.Errorf("read %d bytes at %d: have %d bytes and %v", len(p), off, n, err)
				}
			}
		})
	}
	group.Wait()
	if n, err := b.ReadAt(make([]byte, 1), int64(len(data))); n != 0 || !errors.Is(err, io.EOF) {
		t.Errorf("read at the end: have %d bytes and %v", n, err)
	}
	if _, err := b.ReadAt(make([]byte, 1), -1); err == nil || errors.Is(err, io.EOF) {
		t.Errorf("read before the start: have %v", err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := b.ReadAt(make([]byte, 1), 0); err == nil {
		t.Error("a closed blob can be read")
	}
}

// damage changes a byte of a blob, or skips the test.
func (s *suite) damage(t *testing.T, d cache.Digest) {
	t.Helper()
	damager, ok := s.Store.(Damager)
	if !ok {
		t.Skip("the store offers no way to damage it")
	}
	if err := damager.Damage(d); err != nil {
		t.Fatal(err)
	}
}

func testDamage(t *testing.T, s *suite) {
	for _, n := range []int{100, 50_000, 2<<20 + 100} {
		for _, data := range [][]byte{noise(uint64(n), n), text(uint64(n), n)} {
			a := s.put(t, cache.MediaNPY, string(data))
			rec := record("a.b", a.Digest.String(), output("o", a))
			s.commit(t, rec)
			s.damage(t, a.Digest)
			if _, err := cache.ReadAll(s.ctx, s.Store, a); !errors.Is(err, cache.ErrMiss) || !errors.Is(err, cache.ErrCorrupt) {
				t.Fatalf("read %d damaged bytes: have error %v", n, err)
			}
			s.wantMiss(t, rec.Key, cache.ErrCorrupt)
			s.restart(t)
			s.put(t, cache.MediaNPY, string(data)) // heals it
			s.wantRecord(t, rec)
			s.wantBlob(t, a, data)
		}
	}
}

func testDamagedManifest(t *testing.T, s *suite) {
	o, m := s.manifest(t, "items", 50)
	rec := record("a.b", "many", o)
	s.commit(t, rec)
	s.damage(t, m[20].Digest)
	if _, err := s.Open(s.ctx, m[20].Artifact); !errors.Is(err, cache.ErrCorrupt) {
		t.Fatalf("open a damaged item: have error %v", err)
	}
	s.wantMiss(t, rec.Key, cache.ErrCorrupt)
	s.put(t, cache.MediaScore, `{"item":"items-20"}`)
	s.wantRecord(t, rec)
	s.damage(t, o.Digest)
	s.wantMiss(t, rec.Key, cache.ErrCorrupt) // Lookup reads manifests itself
}

func testFindDigest(t *testing.T, s *suite) {
	var all []cache.Digest
	for i := range 600 {
		all = append(all, s.put(t, cache.MediaText, strings.Repeat("x", i)).Digest)
	}
	for _, prefix := range []string{"", "0", "a", "7f", all[5].String()[:3], all[6].String()[:6], all[7].String(), all[8].String() + "0"} {
		var want []string
		for _, d := range all {
			if strings.HasPrefix(d.String(), prefix) {
				want = append(want, d.String())
			}
		}
		slices.Sort(want)
		var have []string
		for _, d := range collect(t, s.FindDigest(s.ctx, prefix)) {
			have = append(have, d.String())
		}
		if d := cmp.Diff(want, have); d != "" {
			t.Fatalf("prefix %q (-want +have):\n%s", prefix, d)
		}
	}
	for _, prefix := range []string{"xyz", "AB", "0g"} {
		for d, err := range s.FindDigest(s.ctx, prefix) {
			if err == nil {
				t.Fatalf("prefix %q finds %s", prefix, d)
			}
		}
	}
}

func testBlobs(t *testing.T, s *suite) {
	var want []cache.Artifact
	for i, m := range []cache.Media{cache.MediaText, cache.MediaPNG, cache.MediaNPY} {
		want = append(want, s.put(t, m, string(noise(uint64(i), 10+i*2<<20))))
	}
	slices.SortFunc(want, func(a, b cache.Artifact) int { return bytes.Compare(a.Digest[:], b.Digest[:]) })
	for range 2 {
		if d := cmp.Diff(want, collect(t, s.Blobs(s.ctx))); d != "" {
			t.Fatalf("blobs (-want +have):\n%s", d)
		}
		s.restart(t)
	}
}

func testNotes(t *testing.T, s *suite) {
	wantNote := func(name, want string) {
		t.Helper()
		have, err := s.Note(s.ctx, name)
		if want == "" {
			if !errors.Is(err, cache.ErrMiss) {
				t.Fatalf("note %s: have %q and error %v, want a miss", name, have, err)
			}
			return
		}
		if err != nil || string(have) != want {
			t.Fatalf("note %s: have %q and error %v", name, have, err)
		}
	}
	wantNote("a", "")
	big := string(noise(1, 300_000))
	if err := s.PutNotes(s.ctx, map[string][]byte{"a": []byte("1"), "b": []byte("2"), "big": []byte(big)}); err != nil {
		t.Fatal(err)
	}
	if err := s.PutNotes(s.ctx, map[string][]byte{"a": []byte("3"), "b": nil}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		wantNote("a", "3")
		wantNote("b", "")
		wantNote("big", big)
		s.restart(t)
	}
}
