package cachetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"femur/cache"
)

func testSweep(t *testing.T, s *suite) {
	var live, dead []cache.Artifact
	shared := noise(1, 1<<20) // the first chunk of a blob that stays and of one that goes
	for i := range 40 {
		data := append(bytes.Clone(shared), noise(uint64(i), 200_000)...)
		a := s.put(t, cache.MediaNPY, string(data))
		if i%4 == 0 {
			live = append(live, a)
		} else {
			dead = append(dead, a)
		}
	}
	kept := record("a.keep", "keep", output("o", live[0]))
	item := ofItem(record("a.items", "kept item", output("o", live[1])), "i", "p")
	lost := ofItem(record("a.items", "lost item", output("o", dead[0])), "j", "p")
	history := record("a.lost", "lost", output("o", dead[1]))
	s.commit(t, kept, item, lost, history)
	s.restart(t)

	isLive := func(a cache.Artifact) bool {
		if a.Media != cache.MediaNPY || a.Size != 1<<20+200_000 {
			t.Errorf("asked for %+v, which nobody stored", a)
		}
		return slices.Contains(live, a)
	}
	keep := cache.Keep{Blob: isLive, DryRun: true}
	would, err := s.Sweep(s.ctx, keep)
	if err != nil {
		t.Fatal(err)
	}
	s.wantRecord(t, lost)
	keep.DryRun = false
	swept, err := s.Sweep(s.ctx, keep)
	if err != nil {
		t.Fatal(err)
	}
	if want := int64(len(dead)) * 200_000; swept.Bytes < want || swept.Blobs != len(dead) || swept.Records != 1 || !swept.Forgotten {
		t.Errorf("swept %+v, want %d blobs of at least %d bytes, 1 record, forgotten", swept, len(dead), want)
	}
	swept.Forgotten = false
	if would != swept {
		t.Errorf("a dry run says %+v, the sweep %+v", would, swept)
	}
	for range 2 {
		for i, a := range live {
			s.wantBlob(t, a, append(bytes.Clone(shared), noise(uint64(4*i), 200_000)...))
		}
		for _, a := range dead {
			if _, err := s.Open(s.ctx, a); !errors.Is(err, cache.ErrMissingBlob) {
				t.Fatalf("open a swept blob: have error %v", err)
			}
		}
		if n := len(collect(t, s.Blobs(s.ctx))); n != len(live) {
			t.Fatalf("%d blobs are left, want %d", n, len(live))
		}
		s.wantRecord(t, kept)
		s.wantRecord(t, item)
		s.wantMiss(t, lost.Key, cache.ErrMiss)
		s.wantMiss(t, history.Key, cache.ErrMissingBlob)
		wantKeys(t, "producers of a swept blob of an item", collect(t, s.Producers(s.ctx, dead[0].Digest)))
		wantKeys(t, "history", collect(t, s.History(s.ctx, "a.lost")), history)
		s.restart(t)
	}
	if swept, err = s.Sweep(s.ctx, keep); err != nil || swept != (cache.Swept{Forgotten: true}) {
		t.Errorf("the second sweep: %+v, error %v", swept, err)
	}
	after := record("a.after", "after", output("o", s.put(t, cache.MediaText, "after")))
	s.commit(t, after)
	s.wantRecord(t, after)
}

// testSweepRecords removes records by what they say: their history, their links, and their key.
func testSweepRecords(t *testing.T, s *suite) {
	a, b := s.put(t, cache.MediaText, "a"), s.put(t, cache.MediaText, "b")
	input := cache.Sum([]byte("input"))
	old := reading(record("a.b", "old", output("o", a)), cache.Input, "x", input)
	stays := reading(record("a.b", "new", output("o", b)), cache.Input, "x", input)
	empty := ofItem(record("a.items", "nothing made"), "i", "p")
	// The same key twice: the newer one goes, so the older one counts again.
	first := record("c.first", "both", output("o", a))
	again := first
	again.Address = "c.again"
	last := record("z.last", "last", output("o", a))
	s.commit(t, old, stays, empty, first, again, last)
	var asked []string
	keep := cache.Keep{Record: func(rec cache.Record) bool {
		asked = append(asked, rec.Name())
		return rec.Key == stays.Key || rec.Address == "c.first"
	}}
	swept, err := s.Sweep(s.ctx, keep)
	if err != nil || swept != (cache.Swept{Records: 4, Forgotten: true}) {
		t.Fatalf("swept %+v, error %v", swept, err)
	}
	want := []string{old.Name(), stays.Name(), empty.Name(), first.Name(), again.Name(), last.Name()}
	if d := cmp.Diff(want, asked); d != "" {
		t.Errorf("asked for (-want +have):\n%s", d)
	}
	for range 2 {
		s.wantRecord(t, stays)
		s.wantRecord(t, first)
		for _, rec := range []cache.Record{old, empty, last} {
			s.wantMiss(t, rec.Key, cache.ErrMiss)
		}
		wantKeys(t, "history", collect(t, s.History(s.ctx, "a.b")), stays)
		wantKeys(t, "consumers", collect(t, s.Consumers(s.ctx, input)), stays)
		wantKeys(t, "producers", collect(t, s.Producers(s.ctx, a.Digest)), first)
		if have := collect(t, s.Addresses(s.ctx)); !slices.Equal(have, []string{"a.b", "c.first"}) {
			t.Errorf("addresses %v", have)
		}
		s.restart(t)
	}
	// What comes next is nobody's old history.
	after := record("d.after", "after", output("o", b))
	s.commit(t, after)
	wantKeys(t, "history of what went", collect(t, s.History(s.ctx, "z.last")))
	wantKeys(t, "history of what came", collect(t, s.History(s.ctx, "d.after")), after)
}

func testCanceled(t *testing.T, s *suite) {
	a := s.put(t, cache.MediaText, "a")
	rec := record("a.b", "canceled", output("o", a))
	s.commit(t, rec)
	ctx, cancel := context.WithCancel(s.ctx)
	cancel()
	first := func(seq func(yield func(error) bool)) (err error) {
		seq(func(e error) bool { err = e; return e == nil })
		return err
	}
	calls := map[string]func() error{
		"Put":    func() error { _, err := s.Put(ctx, "", strings.NewReader("x")); return err },
		"Open":   func() error { _, err := s.Open(ctx, a); return err },
		"Lookup": func() error { _, err := s.Lookup(ctx, rec.Key); return err },
		"Commit": func() error { return s.Commit(ctx, record("a.c", "other")) },
		"Sweep": func() error {
			_, err := s.Sweep(ctx, cache.Keep{Blob: func(cache.Artifact) bool { return false }})
			return err
		},
		"Note":       func() error { _, err := s.Note(ctx, "x"); return err },
		"PutNotes":   func() error { return s.PutNotes(ctx, map[string][]byte{"x": {1}}) },
		"History":    func() error { return first(errorsOf(s.History(ctx, "a.b"))) },
		"Addresses":  func() error { return first(errorsOf(s.Addresses(ctx))) },
		"Producers":  func() error { return first(errorsOf(s.Producers(ctx, a.Digest))) },
		"Consumers":  func() error { return first(errorsOf(s.Consumers(ctx, a.Digest))) },
		"FindDigest": func() error { return first(errorsOf(s.FindDigest(ctx, ""))) },
		"Blobs":      func() error { return first(errorsOf(s.Blobs(ctx))) },
	}
	for name, call := range calls {
		if err := call(); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: have error %v", name, err)
		}
	}
	s.wantRecord(t, rec)
	s.wantMiss(t, record("a.c", "other").Key, cache.ErrMiss)

	// In the middle of a Put.
	ctx, cancel = context.WithCancel(s.ctx)
	defer cancel()
	r := readerFunc(func(p []byte) (int, error) { cancel(); clear(p); return len(p), nil })
	if _, err := s.Put(ctx, cache.MediaFile, r); !errors.Is(err, context.Canceled) {
		t.Errorf("put an endless reader: have error %v", err)
	}
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// errorsOf drops the values of a sequence.
func errorsOf[T any](seq iter.Seq2[T, error]) func(yield func(error) bool) {
	return func(yield func(error) bool) {
		for _, err := range seq {
			if !yield(err) {
				return
			}
		}
	}
}

func testConcurrency(t *testing.T, s *suite) {
	const workers, each = 8, 25
	var group sync.WaitGroup
	recs := make([][]cache.Record, workers)
	for w := range workers {
		group.Go(func() {
			for i := range each {
				own := text(uint64(w*each+i), 3000)
				both := noise(uint64(i), 20_000) // the same from all workers
				a, err := s.Put(s.ctx, cache.MediaText, bytes.NewReader(own))
				if err != nil {
					t.Error(err)
					return
				}
				b, err := s.Put(s.ctx, cache.MediaText, bytes.NewReader(both))
				if err != nil {
					t.Error(err)
					return
				}
				rec := record(fmt.Sprintf("worker.%d", w), fmt.Sprint(i, w), output("own", a), output("both", b))
				if err := s.Commit(s.ctx, rec); err != nil {
					t.Error(err)
					return
				}
				recs[w] = append(recs[w], rec)
				if _, err := s.Lookup(s.ctx, rec.Key); err != nil {
					t.Errorf("right after its commit: %v", err)
				}
				for _, err := range s.Producers(s.ctx, b.Digest) {
					if err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	group.Wait()
	s.restart(t)
	for w := range recs {
		for _, rec := range recs[w] {
			s.wantRecord(t, rec)
		}
		if n := len(collect(t, s.History(s.ctx, fmt.Sprintf("worker.%d", w)))); n != each {
			t.Errorf("worker %d has %d records, want %d", w, n, each)
		}
	}
}

func testManyItems(t *testing.T, s *suite) {
	const n = 4300
	many, m := s.manifest(t, "patches", n)
	recs := make([]cache.Record, n)
	for i, it := range m {
		recs[i] = ofItem(reading(record("crop.main", string(it.ID)), cache.Input, "radiograph", cache.Sum([]byte(it.ID))),
			it.ID, it.Patient)
		recs[i].Outputs = []cache.Output{output("patches", it.Artifact)}
	}
	whole := record("crop.main", "whole", many)
	s.commit(t, append(recs, whole)...)
	s.restart(t)
	s.wantRecord(t, whole)
	for i := range recs {
		if i%43 == 0 || i == n-1 {
			s.wantRecord(t, recs[i])
		}
	}
	wantKeys(t, "consumers", collect(t, s.Consumers(s.ctx, cache.Sum([]byte(m[77].ID)))), recs[77])
	if blobs := collect(t, s.Blobs(s.ctx)); len(blobs) != n+1 {
		t.Errorf("%d blobs, want %d", len(blobs), n+1)
	}
}

func testUseWithinLoop(t *testing.T, s *suite) {
	a := output("o", s.put(t, cache.MediaText, "a"))
	for i := range 5 {
		s.commit(t, record("a.b", fmt.Sprint(i), a))
	}
	n := 0
	for rec, err := range s.History(s.ctx, "a.b") {
		if err != nil {
			t.Fatal(err)
		}
		s.wantRecord(t, rec)
		s.commit(t, record("a.b", fmt.Sprint("within", n), output("o", s.put(t, cache.MediaText, fmt.Sprint(n)))))
		for _, err := range s.Blobs(s.ctx) {
			if err != nil {
				t.Fatal(err)
			}
			break
		}
		if n++; n > 5 {
			t.Fatal("the loop sees what it adds")
		}
	}
}

func testClose(t *testing.T, s *suite) {
	a := s.put(t, cache.MediaNPY, string(noise(1, 3<<20)))
	s.commit(t, record("a.b", "x", output("o", a)))
	b, err := s.Open(s.ctx, a)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("close again: %v", err)
	}
	if _, err := b.ReadAt(make([]byte, 10), 2<<20); err == nil {
		t.Error("a blob of a closed store can be read")
	}
	if _, err := s.Put(s.ctx, cache.MediaText, strings.NewReader("x")); !errors.Is(err, cache.ErrClosed) {
		t.Errorf("put: have error %v", err)
	}
	if _, err := s.Lookup(s.ctx, cache.Key{1}); !errors.Is(err, cache.ErrClosed) {
		t.Errorf("lookup: have error %v", err)
	}
	for _, err := range s.History(s.ctx, "a.b") {
		if !errors.Is(err, cache.ErrClosed) {
			t.Errorf("history: have error %v", err)
		}
	}
}
