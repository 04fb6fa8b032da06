package badgerstore

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"

	"femur/cache"
)

// count returns how many entries a prefix has on the disk.
func (s *Store) count(t *testing.T, prefix byte) (n int) {
	t.Helper()
	if err := s.each(t.Context(), prefix, func(*badger.Item) error { n++; return nil }); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestBigCommit has far more to write than a transaction of Badger's holds.
func TestBigCommit(t *testing.T) {
	s, err := Open(t.TempDir(), Options{small: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var recs []cache.Record
	for i := range 2000 {
		rec := benchRecord("a.b", fmt.Sprint(i))
		rec.Recipe.Add(cache.Source, "long", strings.Repeat("x", 1000)) // not shared
		rec.Key = rec.Recipe.Key()
		recs = append(recs, rec)
	}
	if err := s.Commit(t.Context(), append(recs, recs[0])...); err != nil {
		t.Fatal(err)
	}
	for _, rec := range recs {
		if _, err := s.Lookup(t.Context(), rec.Key); err != nil {
			t.Fatal(err)
		}
	}
	if n := s.count(t, receiptPrefix); n != 2001 {
		t.Errorf("%d receipts, want 2001", n)
	}
}

func TestSharedFieldsAreKeptOnce(t *testing.T) {
	s := open(t, t.TempDir())
	fillStore(t, s, 500, 7)
	if n := s.count(t, fieldsPrefix); n != 2 { // one for the items, one for the whole
		t.Errorf("%d lists of fields, want 2", n)
	}
	var bytes int64
	err := s.each(t.Context(), receiptPrefix, func(item *badger.Item) error {
		bytes += item.ValueSize()
		return nil
	})
	if err != nil || bytes > 500*900 {
		t.Errorf("501 receipts take %d bytes, error %v", bytes, err)
	}
}

// TestManySmallBlobs holds that blobs do not cost a flush of the disk each.
func TestManySmallBlobs(t *testing.T) {
	s := open(t, t.TempDir())
	begin := time.Now()
	for i := range 4300 {
		if _, err := s.Put(t.Context(), cache.MediaScore, strings.NewReader(fmt.Sprint(i))); err != nil {
			t.Fatal(err)
		}
	}
	if n := s.count(t, blobPrefix); n != 0 {
		t.Errorf("%d blobs were written without need", n)
	}
	if err := s.Commit(t.Context(), benchRecord("a.b", "x")); err != nil {
		t.Fatal(err)
	}
	if n := s.count(t, blobPrefix); n != 4300 {
		t.Errorf("%d blobs are on the disk, want 4300", n)
	}
	t.Logf("4300 blobs: %v", time.Since(begin))
}

func TestBufferIsBounded(t *testing.T) {
	s := open(t, t.TempDir())
	for i := range 6 {
		if _, err := s.Put(t.Context(), cache.MediaNPY, bytes.NewReader(chacha(byte(i), 5<<20))); err != nil {
			t.Fatal(err)
		}
		if n := s.buffer.waiting.bytes; n >= bufferSize {
			t.Fatalf("%d bytes are waiting", n)
		}
	}
}

// TestSweepShrinksFiles holds that the room is given back, not only accounted for.
func TestSweepShrinksFiles(t *testing.T) {
	s, err := Open(t.TempDir(), Options{small: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var keep cache.Artifact
	for i := range 60 {
		if keep, err = s.Put(t.Context(), cache.MediaPNG, bytes.NewReader(chacha(byte(i), 1<<20))); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.flush(); err != nil {
		t.Fatal(err)
	}
	swept, err := s.Sweep(t.Context(), cache.Keep{Blob: func(a cache.Artifact) bool { return a == keep }})
	if err != nil || swept.Bytes < 59<<20 {
		t.Fatalf("swept %+v, error %v", swept, err)
	}
	if size := DiskUse(s.badgerDir()); size > 8<<20 {
		t.Errorf("%d bytes are left on the disk", size)
	}
	if data, err := cache.ReadAll(t.Context(), s, keep); err != nil || !bytes.Equal(data, chacha(59, 1<<20)) {
		t.Errorf("what was kept: %d bytes, error %v", len(data), err)
	}
}

// TestSweepDropsOrphans removes the chunks of a Put that failed in the middle.
func TestSweepDropsOrphans(t *testing.T) {
	s := open(t, t.TempDir())
	r := strings.NewReader(strings.Repeat("x", 3<<20))
	broken := errors.New("broken")
	if _, err := s.Put(t.Context(), cache.MediaPNG, &failing{r, broken}); !errors.Is(err, broken) {
		t.Fatal(err)
	}
	if err := s.flush(); err != nil {
		t.Fatal(err)
	}
	if n := s.count(t, chunkPrefix); n == 0 {
		t.Fatal("the test leaves no orphan")
	}
	swept, err := s.Sweep(t.Context(), cache.Keep{})
	if n := s.count(t, chunkPrefix); n != 0 || swept.Bytes < 1<<20 || err != nil {
		t.Errorf("%d orphans are left, swept %+v, error %v", n, swept, err)
	}
}

type failing struct {
	r   *strings.Reader
	err error
}

func (f *failing) Read(p []byte) (int, error) {
	if f.r.Len() == 0 {
		return 0, f.err
	}
	return f.r.Read(p)
}

// TestDamagedReceipt is a miss; Sweep removes it, and the work done again takes its place.
func TestDamagedReceipt(t *testing.T) {
	s := open(t, t.TempDir())
	rec := benchRecord("a.b", "x")
	if err := s.Commit(t.Context(), rec); err != nil {
		t.Fatal(err)
	}
	key := receiptKey(0)
	text, _, err := s.entry(key)
	if err != nil {
		t.Fatal(err)
	}
	text = bytes.Replace(text, []byte("score-patches"), []byte("score-latches"), 1)
	if err := s.write([]string{""}, func(string) *badger.Entry { return badger.NewEntry(key, text) }); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Lookup(t.Context(), rec.Key); !errors.Is(err, cache.ErrMiss) || !errors.Is(err, cache.ErrCorrupt) {
		t.Fatalf("lookup: have error %v", err)
	}
	for _, err := range s.History(t.Context(), "a.b") {
		if !errors.Is(err, cache.ErrCorrupt) {
			t.Fatalf("history: have error %v", err)
		}
	}
	if _, err := s.Sweep(t.Context(), cache.Keep{}); err != nil {
		t.Fatal(err)
	}
	for _, err := range s.History(t.Context(), "a.b") {
		t.Fatalf("history after the sweep: have error %v", err)
	}
	if _, err := s.Lookup(t.Context(), rec.Key); !errors.Is(err, cache.ErrMiss) {
		t.Fatalf("lookup after the sweep: have error %v", err)
	}
	if err := s.Commit(t.Context(), rec); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Lookup(t.Context(), rec.Key); err != nil {
		t.Fatal(err)
	}
}
