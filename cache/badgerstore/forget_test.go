package badgerstore

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"femur/cache"
)

// traces lists the markers that are found in the files of a folder, whatever database they belong to.
func traces(t *testing.T, dir string, markers map[string][]byte) (found []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		b = bytes.TrimRight(b, "\x00") // files are made longer than what is in them
		for name, marker := range markers {
			if bytes.Contains(b, marker) {
				found = append(found, name+" in "+filepath.Base(path))
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// A withdrawal is a store with blobs of every size that Badger keeps in another way, and those of one
// patient, whose bytes are searched for as they are kept.
type withdrawal struct {
	s       *Store
	dir     string
	stay    []cache.Record
	leave   map[cache.Key]bool
	markers map[string][]byte
}

// newWithdrawal fills a store in several generations: what is removed has been moved between files before.
func newWithdrawal(t *testing.T, o Options) *withdrawal {
	t.Helper()
	w := &withdrawal{dir: t.TempDir(), leave: map[cache.Key]bool{}, markers: map[string][]byte{}}
	w.open(t, o)
	for n := range 12 {
		data := map[string][]byte{
			"tiny":  chacha(byte(n), 300), // a table's block
			"small": chacha(byte(n), 3000),
			"log":   chacha(byte(n), 50_000),
			"long":  chacha(byte(n), 3<<20+1700),
			"text":  fmt.Appendf(nil, "%x", chacha(byte(n)+100, 20_000)), // kept compressed
		}
		rec := benchRecord("ingest.cohort", fmt.Sprint("image ", n))
		rec.Item, rec.Patient = cache.ItemID(fmt.Sprintf("ward7/%05d.png", n*7919)), cache.PatientID(fmt.Sprintf("P-%06d", n*104729))
		for name, b := range data {
			a, err := w.s.Put(t.Context(), cache.MediaNPY, bytes.NewReader(b))
			if err != nil {
				t.Fatal(err)
			}
			rec.Outputs = append(rec.Outputs, cache.Output{Name: name, Artifact: a})
		}
		if err := w.s.Commit(t.Context(), rec); err != nil {
			t.Fatal(err)
		}
		if n%5 != 2 {
			w.stay = append(w.stay, rec)
		} else {
			w.leave[rec.Key] = true
			w.markers[fmt.Sprint("item ", n)], w.markers[fmt.Sprint("patient ", n)] = []byte(rec.Item), []byte(rec.Patient)
			for _, o := range rec.Outputs {
				h, err := w.s.header(o.Digest)
				if err != nil {
					t.Fatal(err)
				}
				for i, c := range h.chunks {
					kept, _, err := w.s.entry(digestKey(chunkPrefix, c.digest))
					if err != nil {
						t.Fatal(err)
					}
					middle := len(kept) / 2
					w.markers[fmt.Sprintf("%s %d chunk %d", o.Name, n, i)] = bytes.Clone(kept[middle:min(middle+24, len(kept))])
				}
			}
		}
		if n%4 == 3 {
			if err := w.s.Close(); err != nil {
				t.Fatal(err)
			}
			w.open(t, o)
		}
	}
	return w
}

func (w *withdrawal) open(t *testing.T, o Options) {
	t.Helper()
	var err error
	if w.s, err = Open(w.dir, o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.s.Close() })
}

func (w *withdrawal) keep() cache.Keep {
	live := map[cache.Digest]bool{}
	for _, rec := range w.stay {
		for _, o := range rec.Outputs {
			live[o.Digest] = true
		}
	}
	return cache.Keep{
		Record: func(rec cache.Record) bool { return !w.leave[rec.Key] },
		Blob:   func(a cache.Artifact) bool { return live[a.Digest] },
	}
}

// wantWhole reads everything of those who stay.
func (w *withdrawal) wantWhole(t *testing.T) {
	t.Helper()
	for _, rec := range w.stay {
		if _, err := w.s.Lookup(t.Context(), rec.Key); err != nil {
			t.Fatal(err)
		}
		for _, o := range rec.Outputs {
			if _, err := cache.ReadAll(t.Context(), w.s, o.Artifact); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// loseAccount makes Badger forget how much of its value logs is dead, as a crash can, after the tables were
// merged that told it.
func (w *withdrawal) loseAccount(t *testing.T, o Options) {
	t.Helper()
	removeOnly := func() error {
		found, err := w.s.survey(t.Context(), w.keep())
		if err == nil {
			err = w.s.sweepRecords(t.Context(), found)
		}
		if err == nil {
			err = w.s.sweepBlobs(t.Context(), found)
		}
		return err
	}
	if err := removeOnly(); err != nil {
		t.Fatal(err)
	}
	if err := w.s.shrinkTables(); err != nil {
		t.Fatal(err)
	}
	if err := w.s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(w.s.badgerDir(), "DISCARD")); err != nil {
		t.Fatal(err)
	}
	w.open(t, o)
}

func (w *withdrawal) wantForgotten(t *testing.T, o Options) {
	t.Helper()
	for _, found := range traces(t, w.dir, w.markers) {
		t.Errorf("right after the sweep: %s", found)
	}
	w.wantWhole(t)
	if err := w.s.Close(); err != nil {
		t.Fatal(err)
	}
	for _, found := range traces(t, w.dir, w.markers) {
		t.Errorf("after Close: %s", found)
	}
	w.open(t, o)
	w.wantWhole(t)
}

// TestForgets searches every file for the bytes of what was removed, while the store is open and when it is
// closed.
func TestForgets(t *testing.T) {
	for _, small := range []bool{false, true} {
		t.Run(fmt.Sprintf("small=%v", small), func(t *testing.T) {
			o := Options{small: small}
			w := newWithdrawal(t, o)
			present := map[string]bool{}
			for _, found := range traces(t, w.dir, w.markers) {
				name, _, _ := strings.Cut(found, " in ")
				present[name] = true
			}
			for name := range w.markers {
				if !present[name] {
					t.Fatalf("before: %s is in no file: the test searches for the wrong bytes", name)
				}
			}
			swept, err := w.s.Sweep(t.Context(), w.keep())
			if err != nil || !swept.Forgotten || swept.Records != 2 || swept.Blobs != 10 {
				t.Fatalf("swept %+v, error %v", swept, err)
			}
			w.wantForgotten(t, o)
		})
	}
}

// TestForgetsWithoutBadgersHelp has what was removed in files of which Badger thinks that all is live. A
// full disk is told, and the next sweep with room for it ends what was left.
func TestForgetsWithoutBadgersHelp(t *testing.T) {
	free := int64(1000)
	o := Options{small: true, room: func(string) (int64, bool) { return free, true }}
	w := newWithdrawal(t, o)
	w.loseAccount(t, o)
	if len(traces(t, w.dir, w.markers)) == 0 {
		t.Fatal("nothing is left to forget: the test no longer makes Badger lose its account")
	}
	swept, err := w.s.Sweep(t.Context(), w.keep())
	if err == nil || !strings.Contains(err.Error(), "free disk") || swept.Short < 1<<20 {
		t.Fatalf("on a full disk: swept %+v, error %v", swept, err)
	}
	free += swept.Short
	swept, err = w.s.Sweep(t.Context(), w.keep())
	if err != nil || swept.Forgotten || swept.Short < 30<<20 {
		t.Fatalf("without room: swept %+v, error %v", swept, err)
	}
	if len(traces(t, w.dir, w.markers)) == 0 {
		t.Fatal("it says that traces are left, and there are none")
	}
	w.wantWhole(t)
	free += swept.Short - 1
	if swept, err = w.s.Sweep(t.Context(), w.keep()); err != nil || swept.Forgotten || swept.Short != 1 {
		t.Fatalf("with too little room: swept %+v, error %v", swept, err)
	}
	free++
	if swept, err = w.s.Sweep(t.Context(), w.keep()); err != nil || !swept.Forgotten || swept.Short != 0 {
		t.Fatalf("with room: swept %+v, error %v", swept, err)
	}
	w.wantForgotten(t, o)
}

// TestStoppedRenewal opens stores as a process left them that was killed at each step of a renewal.
func TestStoppedRenewal(t *testing.T) {
	for _, step := range []struct {
		name  string
		stop  func(dir string) error // what is done to a whole copy beside the store
		fresh bool                   // the copy is the store from then on
	}{
		{"while it copied", func(dir string) error {
			return errors.Join(os.Rename(filepath.Join(dir, nextName), filepath.Join(dir, newName)),
				os.Truncate(filepath.Join(dir, newName, "000001.vlog"), 1000))
		}, false},
		{"when the copy was whole", func(string) error { return nil }, true},
		{"with no database in place", func(dir string) error {
			return os.Rename(filepath.Join(dir, badgerName), filepath.Join(dir, oldName))
		}, true},
		{"before it removed the old one", func(dir string) error {
			return errors.Join(os.Rename(filepath.Join(dir, badgerName), filepath.Join(dir, oldName)),
				os.Rename(filepath.Join(dir, nextName), filepath.Join(dir, badgerName)))
		}, true},
	} {
		for _, readOnly := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, readOnly=%v", step.name, readOnly), func(t *testing.T) {
				dir := t.TempDir()
				s := open(t, dir)
				both := commitText(t, s, "in both")
				if err := s.copyTo(t.Context(), filepath.Join(dir, nextName)); err != nil {
					t.Fatal(err)
				}
				old := commitText(t, s, "in the old one only")
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
				if err := step.stop(dir); err != nil {
					t.Fatal(err)
				}
				if !Exists(dir) {
					t.Error("a store is said not to be there")
				}
				s, err := Open(dir, Options{ReadOnly: readOnly})
				if err != nil {
					t.Fatal(err)
				}
				defer s.Close()
				if _, err := s.Lookup(t.Context(), both.Key); err != nil {
					t.Error(err)
				}
				if _, err := s.Lookup(t.Context(), old.Key); step.fresh != errors.Is(err, cache.ErrMiss) {
					t.Errorf("have error %v: the wrong database is in place", err)
				}
				for _, name := range []string{newName, nextName, oldName} {
					if _, err := os.Stat(filepath.Join(dir, name)); err == nil && !(readOnly && name != nextName) {
						t.Errorf("%s is left", name)
					}
				}
			})
		}
	}
}

func commitText(t *testing.T, s *Store, text string) cache.Record {
	t.Helper()
	a, err := s.Put(t.Context(), cache.MediaText, strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	rec := benchRecord("a.b", text)
	rec.Outputs = []cache.Output{{Name: "o", Artifact: a}}
	if err := s.Commit(t.Context(), rec); err != nil {
		t.Fatal(err)
	}
	return rec
}
