// Package cachetest is the contract of [cache.Store] as tests, which every store passes.
//
// A store's own test calls [Run] with a function that makes an empty store. What the contract cannot
// reach through the interface is tested where the store offers more: a [Reopener] shows what
// survives a restart, a [Damager] what becomes of a changed byte.
package cachetest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"femur/cache"
)

// A Reopener closes itself and returns what a new process would see.
type Reopener interface {
	Reopen(t *testing.T) cache.Store
}

// A Damager changes a byte of a stored blob, behind the back of the store.
type Damager interface {
	Damage(d cache.Digest) error
}

// Run tests a store against the contract. Every call of open returns a new, empty store; the suite
// closes it.
func Run(t *testing.T, open func(t *testing.T) cache.Store) {
	tests := []struct {
		name string
		test func(t *testing.T, s *suite)
	}{
		{"put and open", testPutOpen},
		{"put the same twice", testDedup},
		{"put a failing reader", testFailingReader},
		{"open what is not there", testOpenAbsent},
		{"read at", testReadAt},
		{"lookup", testLookup},
		{"lookup without blobs", testLookupWithoutBlobs},
		{"damage", testDamage},
		{"damage in a manifest", testDamagedManifest},
		{"commit refuses", testCommitRefuses},
		{"commit the same key again", testSameKey},
		{"history", testHistory},
		{"addresses", testAddresses},
		{"producers", testProducers},
		{"consumers", testConsumers},
		{"find digest", testFindDigest},
		{"blobs", testBlobs},
		{"sweep", testSweep},
		{"sweep records", testSweepRecords},
		{"notes", testNotes},
		{"canceled", testCanceled},
		{"concurrency", testConcurrency},
		{"thousands of items", testManyItems},
		{"use within a loop", testUseWithinLoop},
		{"close", testClose},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := &suite{Store: open(t), ctx: t.Context()}
			t.Cleanup(func() { _ = s.Store.Close() })
			test.test(t, s)
		})
	}
}

// A suite is a store under test with shorthands.
type suite struct {
	cache.Store
	ctx context.Context
}

// restart reopens the store if it can be.
func (s *suite) restart(t *testing.T) {
	if r, ok := s.Store.(Reopener); ok {
		s.Store = r.Reopen(t)
	}
}

func (s *suite) put(t *testing.T, m cache.Media, data string) cache.Artifact {
	t.Helper()
	a, err := s.Put(s.ctx, m, bytes.NewReader([]byte(data)))
	if err != nil {
		t.Fatalf("put: %v", err)
	}
	return a
}

func (s *suite) commit(t *testing.T, recs ...cache.Record) {
	t.Helper()
	if err := s.Commit(s.ctx, recs...); err != nil {
		t.Fatalf("commit: %v", err)
	}
}

// wantBlob checks the bytes of a blob.
func (s *suite) wantBlob(t *testing.T, a cache.Artifact, want []byte) {
	t.Helper()
	got, err := cache.ReadAll(s.ctx, s.Store, a)
	if err != nil {
		t.Fatalf("blob %s: %v", a.Digest.Short(), err)
	}
	if !bytes.Equal(got, want) {
		t.Fatalf("blob %s: have %d bytes that are not the %d that were put", a.Digest.Short(), len(got), len(want))
	}
}

// wantRecord checks that a key leads to the record.
func (s *suite) wantRecord(t *testing.T, want cache.Record) {
	t.Helper()
	got, err := s.Lookup(s.ctx, want.Key)
	if err != nil {
		t.Fatalf("lookup %s: %v", want.Name(), err)
	}
	want.Recipe = want.Recipe.Sorted()
	if d := cmp.Diff(want, got); d != "" {
		t.Fatalf("lookup %s (-want +have):\n%s", want.Name(), d)
	}
}

// wantMiss checks that a key is a miss for the reason.
func (s *suite) wantMiss(t *testing.T, k cache.Key, reason error) {
	t.Helper()
	rec, err := s.Lookup(s.ctx, k)
	if !errors.Is(err, cache.ErrMiss) || !errors.Is(err, reason) {
		t.Fatalf("lookup %s: have %q, want a miss because %q", k.Short(), err, reason)
	}
	for _, other := range []error{cache.ErrMissingBlob, cache.ErrCorrupt} {
		if !errors.Is(reason, other) && errors.Is(err, other) {
			t.Fatalf("lookup %s: %q is also %q", k.Short(), err, other)
		}
	}
	if d := cmp.Diff(cache.Record{}, rec); d != "" {
		t.Fatalf("lookup %s: a record comes with the miss:\n%s", k.Short(), d)
	}
}

// record makes a valid record whose key depends on the name, with full circumstances.
func record(address, name string, outputs ...cache.Output) cache.Record {
	r := cache.Recipe{Stage: "test-stage"}
	r.Add(cache.Params, "name", name)
	r.Add(cache.Code, "stages/x/x.go", cache.Sum([]byte("code")))
	r.Add(cache.Code, "stages/x/a.go", cache.Sum([]byte("more code")))
	return cache.Record{
		Address: address, Key: r.Key(), Recipe: r, Outputs: outputs, Purity: cache.Pinned,
		Learned: cache.Sum([]byte("patients")),
		Facts: cache.Facts{
			Run: "20260101-000000", Started: time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC), Seconds: 1.25, Host: "host",
			Environment: map[string]string{"backend": "xla", "plugin": "cpu"}, Predictions: 7,
		},
	}
}

// reading adds an ingredient to a record's recipe.
func reading(rec cache.Record, k cache.FieldKind, label string, v any) cache.Record {
	rec.Recipe = rec.Recipe.Sorted()
	rec.Recipe.Add(k, label, v)
	rec.Key = rec.Recipe.Key()
	return rec
}

func ofItem(rec cache.Record, id cache.ItemID, patient cache.PatientID) cache.Record {
	rec.Item, rec.Patient = id, patient
	return rec
}

func output(name string, a cache.Artifact) cache.Output { return cache.Output{Name: name, Artifact: a} }

// manifest stores n items, each with its own bytes, and a manifest of them.
func (s *suite) manifest(t *testing.T, name string, n int) (cache.Output, cache.Manifest) {
	t.Helper()
	items := make([]cache.Item, n)
	for i := range items {
		items[i] = cache.Item{
			ID:       cache.ItemID(fmt.Sprintf("%s/%05d.png", name, i)),
			Patient:  cache.PatientID(fmt.Sprint(i / 3)),
			Artifact: s.put(t, cache.MediaScore, fmt.Sprintf(`{"item":"%s-%d"}`, name, i)),
		}
	}
	m, err := cache.NewManifest(items)
	if err != nil {
		t.Fatal(err)
	}
	o := output(name, s.put(t, cache.MediaManifest, string(m.Encode())))
	o.Many, o.Items, o.ItemMedia = true, n, cache.MediaScore
	return o, m
}

// collect ends the test on an error of the sequence.
func collect[T any](t *testing.T, seq iter.Seq2[T, error]) []T {
	t.Helper()
	var all []T
	for v, err := range seq {
		if err != nil {
			t.Fatalf("after %d elements: %v", len(all), err)
		}
		all = append(all, v)
	}
	return all
}

// keys are the short keys of records, to compare sequences by.
func keys(recs []cache.Record) []string {
	short := make([]string, len(recs))
	for i, r := range recs {
		short[i] = r.Name() + " " + r.Key.Short()
	}
	return short
}

func wantKeys(t *testing.T, what string, have []cache.Record, want ...cache.Record) {
	t.Helper()
	if d := cmp.Diff(keys(want), keys(have)); d != "" {
		t.Fatalf("%s (-want +have):\n%s", what, d)
	}
}

// noise returns n bytes that do not compress; text returns n that do.
func noise(seed uint64, n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8(sha256.Sum256(fmt.Append(nil, seed))).Read(b)
	return b
}

func text(seed uint64, n int) []byte {
	line := fmt.Appendf(nil, "%d the quick brown fox jumps over the lazy dog\n", seed)
	return slices.Clip(bytes.Repeat(line, n/len(line)+1)[:n])
}
