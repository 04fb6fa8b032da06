package sourceindex

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"femur/cache"
	"femur/cache/memstore"
	"femur/dag"
)

// secret are identifiers whose key is a word.
type secret struct {
	key, edition string

	mu      sync.Mutex
	located []string
	flushed int
}

func (s *secret) Pseudonym(purpose, name string) (string, error) {
	return purpose[:1] + cache.Sum([]byte(s.key+purpose+name)).Short(), nil
}

func (s *secret) Hash(purpose, name string) (cache.Digest, error) {
	return cache.Sum(fmt.Appendf(nil, "%q %q %q", s.key, purpose, name)), nil
}

func (s *secret) Edition() (string, error) { return s.key + s.edition, nil }

func (s *secret) Locate(id, patient, file string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.located = append(s.located, id+" "+patient+" "+filepath.Base(file))
	return nil
}

func (s *secret) Flush() error { s.flushed++; return nil }

// derives asks a new index what f makes of files, and counts the files read and the calls of f.
func (d *desk) derives(code, purpose string, paths []dag.SourcePath) (all []dag.Derived, read, calls int) {
	d.t.Helper()
	d.read.Store(0)
	var called atomic.Int32
	f := func(path string, b []byte) ([]byte, error) {
		called.Add(1)
		switch {
		case bytes.HasPrefix(b, []byte("bad")):
			return nil, fmt.Errorf("%s: bad header", path)
		case bytes.HasPrefix(b, []byte("panic")):
			panic("out of range")
		}
		return bytes.ToUpper(b), nil
	}
	all, err := d.index().As("ingest", cache.Sum([]byte(code))).Derive(context.Background(), paths, purpose, f)
	if err != nil {
		d.t.Fatal(err)
	}
	return all, int(d.read.Load()), int(called.Load())
}

func public(paths ...string) []dag.SourcePath {
	all := make([]dag.SourcePath, len(paths))
	for i, p := range paths {
		all[i].Path = p
	}
	return all
}

func hidden(paths ...string) []dag.SourcePath {
	all := public(paths...)
	for i := range all {
		all[i].Private = true
	}
	return all
}

// The truth table of what is read and derived again.
func TestDeriveRemembers(t *testing.T) {
	for _, private := range []bool{false, true} {
		d := newDesk(t, "a.dcm", "b.dcm")
		d.ids = &secret{key: "k"}
		paths := public("a.dcm", "b.dcm")
		if private {
			paths = hidden("a.dcm", "b.dcm")
		}
		want := []dag.Derived{{Bytes: []byte("CONTENT OF A.DCM")}, {Bytes: []byte("CONTENT OF B.DCM")}}
		expect := func(when, code, purpose string, read, calls int) {
			t.Helper()
			got, r, c := d.derives(code, purpose, paths)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("private %v, %s: %s", private, when, diff)
			}
			if r != read || c != calls {
				t.Errorf("private %v, %s: %d files read, %d derived, want %d and %d", private, when, r, c, read, calls)
			}
		}
		expect("first", "v1", "header", 2, 2)
		expect("again", "v1", "header", 0, 0)
		expect("for another purpose", "v1", "size", 2, 2)
		expect("first purpose again", "v1", "header", 0, 0)
		past := d.now.Add(-10 * 24 * 60 * 60 * 1e9)
		if err := os.Chtimes(filepath.Join(d.root, "a.dcm"), past, past); err != nil {
			t.Fatal(err)
		}
		expect("touched", "v1", "header", 1, 0)
		expect("after code changed", "v2", "header", 2, 2)
		expect("again under the new code", "v2", "header", 0, 0)
		d.write("a.dcm", "else")
		want[0].Bytes = []byte("ELSE")
		expect("changed", "v2", "header", 1, 1)
		d.write("b.dcm", "else")
		want[1].Bytes = want[0].Bytes
		expect("the bytes of another file", "v2", "header", 1, 0)

		// With another key, or an index that lost the names, other pseudonyms may be needed.
		again := 0
		if private {
			again = 2
		}
		d.ids.edition = "new index"
		expectAtMost(t, d, paths, again)
		d.ids.key = "other"
		expectAtMost(t, d, paths, again)
	}
}

// expectAtMost derives files of one content: how often depends on who comes first.
func expectAtMost(t *testing.T, d *desk, paths []dag.SourcePath, calls int) {
	t.Helper()
	if _, _, c := d.derives("v2", "header", paths); c > calls || (c == 0) != (calls == 0) {
		t.Errorf("%d derived, want 1 to %d, or none if that is 0", c, calls)
	}
}

// One bad file hides no other, and an error is not remembered.
func TestDeriveGoesOnAfterErrors(t *testing.T) {
	d := newDesk(t, "good.dcm", "Smith/bad.dcm", "Smith/panic.dcm", "Smith/folder/x")
	d.ids = &secret{key: "k"}
	d.write("Smith/bad.dcm", "bad")
	d.write("Smith/panic.dcm", "panic")
	names := []string{"Smith/bad.dcm", "good.dcm", "Smith/panic.dcm", "Smith/gone.dcm", "Smith/folder"}
	for range 2 {
		all, _, calls := d.derives("v1", "header", public(names...))
		if calls != 3 && calls != 2 {
			t.Errorf("%d calls", calls)
		}
		for i, want := range []string{"Smith/bad.dcm: bad header", "", "derive: panic: out of range", "Smith/gone.dcm: no such file", "Smith/folder: is a folder, not a file"} {
			if got := fmt.Sprint(all[i].Err); want == "" && all[i].Err != nil || !strings.HasPrefix(got, want) && want != "" {
				t.Errorf("%s: error %s, want %s", names[i], got, want)
			}
		}
		if string(all[1].Bytes) != "CONTENT OF GOOD.DCM" {
			t.Errorf("the good one: %q", all[1].Bytes)
		}
	}
	all, _, _ := d.derives("v1", "header", hidden(names...))
	for i, one := range all {
		if i == 1 {
			continue
		}
		var bad *dag.BadInput
		if !errors.As(one.Err, &bad) || bad.Origin != names[i] || strings.Contains(one.Err.Error(), "Smith") {
			t.Errorf("%s is private: error %v, origin %+v", names[i], one.Err, bad)
		}
	}
}

func TestDeriveEndsWithItsContext(t *testing.T) {
	d := newDesk(t, "a.dcm")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := d.index().Derive(ctx, public("a.dcm"), "header", func(string, []byte) ([]byte, error) { return nil, nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// A file that is too large to hold is refused by its size; nothing of it is read.
func TestDeriveRefusesHugeFiles(t *testing.T) {
	d := newDesk(t, "huge.dcm")
	if err := os.Truncate(filepath.Join(d.root, "huge.dcm"), maxDerived+1); err != nil {
		t.Skip(err)
	}
	all, read, _ := d.derives("v1", "header", public("huge.dcm"))
	if all[0].Err == nil || !strings.HasPrefix(all[0].Err.Error(), "huge.dcm: has 1.1 GB") || read != 0 {
		t.Errorf("error %v, %d read", all[0].Err, read)
	}
}

// Digests after Derive reads nothing: the two share what they know.
func TestDigestsKnowWhatDeriveRead(t *testing.T) {
	d := newDesk(t, "a.dcm")
	d.ids = &secret{key: "k"}
	x := d.index()
	if _, err := x.Derive(context.Background(), hidden("a.dcm"), "header", func(_ string, b []byte) ([]byte, error) { return b, nil }); err != nil {
		t.Fatal(err)
	}
	d.read.Store(0)
	as, err := x.Digests(context.Background(), []dag.SourceItem{{ID: "r1", Patient: "p1", Path: "a.dcm", Private: true}})
	if err != nil || as[0].Digest != cache.Sum([]byte("content of a.dcm")) || d.read.Load() != 0 {
		t.Errorf("%v, error %v, %d read", as, err, d.read.Load())
	}
	if diff := cmp.Diff([]string{"r1 p1 a.dcm"}, d.ids.located); diff != "" || d.ids.flushed == 0 {
		t.Errorf("located %s, flushed %d", diff, d.ids.flushed)
	}
}

// Nothing of a private path is stored, not even what someone who guesses it could test.
func TestPrivatePathsAreNotStored(t *testing.T) {
	d := newDesk(t, "Smith_John/1.dcm")
	d.ids = &secret{key: "k"}
	d.derives("v1", "header", hidden("Smith_John/1.dcm"))
	if _, err := d.index().Digests(context.Background(), []dag.SourceItem{{Path: "Smith_John/1.dcm", Private: true}}); err != nil {
		t.Fatal(err)
	}
	_, err := d.index().Digests(context.Background(), []dag.SourceItem{{ID: "r7", Path: "Smith_John/gone.dcm", Private: true}})
	var bad *dag.BadInput
	if !errors.As(err, &bad) || err.Error() != "r7: no such file. Paths are relative to the folder of the pipeline file." || bad.Origin != "Smith_John/gone.dcm" {
		t.Errorf("error %v, %+v", err, bad)
	}
	stored := d.stored()
	if len(stored) == 0 {
		t.Fatal("nothing is stored")
	}
	guess := cache.Sum([]byte("path Smith_John/1.dcm"))
	for name, note := range stored {
		for _, never := range [][]byte{[]byte("Smith"), []byte("1.dcm"), guess[:8]} {
			if strings.Contains(name, string(never)) || bytes.Contains(note, never) {
				t.Errorf("note %s holds %q", name, never)
			}
		}
	}
	// A public path is under a hash as well, which anyone can make.
	d.digests("Smith_John/1.dcm")
	found := false
	for _, note := range d.stored() {
		found = found || bytes.Contains(note, guess[:])
		if bytes.Contains(note, []byte("Smith")) {
			t.Error("a path is stored in clear")
		}
	}
	if !found {
		t.Error("the search finds nothing at all")
	}
}

// stored are all notes.
func (d *desk) stored() map[string][]byte {
	notes := map[string][]byte{}
	for _, prefix := range d.prefixes() {
		for i := range parts {
			name := newTables(nil, prefix, cache.Digest{}, 0).name(i)
			if b, err := d.notes.Note(context.Background(), name); err == nil {
				notes[name] = b
			}
		}
	}
	return notes
}

func (d *desk) prefixes() []string {
	all := []string{"files"}
	b, err := d.notes.Note(context.Background(), factsNote)
	if err != nil {
		return all
	}
	for slot := range strings.FieldsSeq(string(b)) {
		all = append(all, factsNote+"/"+slot)
	}
	return all
}

// After a plan of the only pipeline, the index holds nothing of files that it does not read.
func TestPrune(t *testing.T) {
	d := newDesk(t, "a.dcm", "withdrawn.dcm")
	both := public("a.dcm", "withdrawn.dcm")
	d.derives("v1", "header", both)
	d.derives("v1", "old purpose", both)
	x := d.index()
	if _, err := x.As("ingest", cache.Sum([]byte("v1"))).Derive(context.Background(), both[:1], "header", nil); err != nil {
		t.Fatal(err)
	}
	if n, err := x.Prune(context.Background()); err != nil || n != 2 {
		t.Errorf("%d dropped, error %v; want the file and its fact", n, err)
	}
	gone := cache.Sum([]byte("content of withdrawn.dcm"))
	for name, note := range d.stored() {
		if bytes.Contains(note, gone[:]) || bytes.Contains(note, []byte("WITHDRAWN")) {
			t.Errorf("%s still knows the file", name)
		}
	}
	if diff := cmp.Diff(2, len(d.prefixes())); diff != "" {
		t.Errorf("purposes that nobody asks for are kept: %v", d.prefixes())
	}
	if _, read, calls := d.derives("v1", "header", both[:1]); read != 0 || calls != 0 {
		t.Errorf("%d read, %d derived: what the pipeline reads was dropped too", read, calls)
	}
}

// Another key than last time is told, once.
func TestOtherKey(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	notes := memstore.New()
	told := func(key string, private bool) bool {
		said := false
		x := New(dir, "", notes, &secret{key: key})
		x.OtherKey = func() { said = true }
		if _, err := x.Digests(t.Context(), []dag.SourceItem{{ID: "r1", Patient: "p1", Path: "a", Private: private}}); err != nil {
			t.Fatal(err)
		}
		return said
	}
	for i, c := range []struct {
		key           string
		private, want bool
	}{{"one", true, false}, {"one", true, false}, {"two", false, false}, {"two", true, true}, {"two", true, false}, {"one", true, true}} {
		if got := told(c.key, c.private); got != c.want {
			t.Errorf("use %d, key %s, private %v: told %v, want %v", i+1, c.key, c.private, got, c.want)
		}
	}
}
