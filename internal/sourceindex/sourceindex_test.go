package sourceindex

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"femur/cache"
	"femur/cache/memstore"
	"femur/dag"
)

// A desk is a folder of files and an index whose readings are counted.
type desk struct {
	t     *testing.T
	root  string
	notes *memstore.Store
	now   time.Time
	read  atomic.Int32
	ids   *secret // nil for none
}

func newDesk(t *testing.T, files ...string) *desk {
	d := &desk{t: t, root: t.TempDir(), notes: memstore.New(), now: time.Now().Add(time.Minute)}
	for _, f := range files {
		d.write(f, "content of "+f)
	}
	return d
}

func (d *desk) write(name, text string) {
	d.t.Helper()
	p := filepath.Join(d.root, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
		d.t.Fatal(err)
	}
	if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
		d.t.Fatal(err)
	}
}

// index opens the index as a new process would, a minute after all files were written.
func (d *desk) index() *Index {
	var ids Identifiers
	if d.ids != nil {
		ids = d.ids
	}
	x := New(d.root, "", d.notes, ids)
	x.now = func() time.Time { return d.now }
	x.open = func(p string) (io.ReadCloser, error) {
		d.read.Add(1)
		return os.Open(p)
	}
	return x
}

// files makes items of paths.
func files(paths []string) []dag.SourceItem {
	items := make([]dag.SourceItem, len(paths))
	for i, p := range paths {
		items[i].Path = p
	}
	return items
}

// digests asks a new index, and returns how many files it read.
func (d *desk) digests(paths ...string) ([]cache.Artifact, int) {
	d.t.Helper()
	d.read.Store(0)
	as, err := d.index().Digests(context.Background(), files(paths))
	if err != nil {
		d.t.Fatal(err)
	}
	return as, int(d.read.Load())
}

func TestUnchangedFilesAreReadOnce(t *testing.T) {
	d := newDesk(t, "a/1.png", "a/2.png", "b/3.png")
	paths := []string{"b/3.png", "a/1.png", "a/2.png"}
	first, n := d.digests(paths...)
	if n != 3 {
		t.Errorf("first: %d read, want 3", n)
	}
	for i, p := range paths {
		text := "content of " + p
		if want := (cache.Artifact{Media: cache.MediaFile, Digest: cache.Sum([]byte(text)), Size: int64(len(text))}); first[i] != want {
			t.Errorf("%s: %+v, want %+v", p, first[i], want)
		}
	}
	again, n := d.digests(paths...)
	if n != 0 || !cmp.Equal(first, again) {
		t.Errorf("again: %d read, %v", n, again)
	}

	// Touched: read once more, the same digest, and then trusted again.
	past := d.now.Add(-time.Hour)
	if err := os.Chtimes(filepath.Join(d.root, "a/1.png"), past, past); err != nil {
		t.Fatal(err)
	}
	again, n = d.digests(paths...)
	if n != 1 || !cmp.Equal(first, again) {
		t.Errorf("touched: %d read, %v", n, again)
	}
	if _, n = d.digests(paths...); n != 0 {
		t.Errorf("after touch: %d read", n)
	}

	d.write("a/2.png", "other")
	again, n = d.digests(paths...)
	if n != 1 || again[2].Digest != cache.Sum([]byte("other")) {
		t.Errorf("changed: %d read, %v", n, again)
	}
}

// A file that was modified within the grain of the clock before it was read could be modified again
// without a trace, and is read until it has been left alone.
func TestRacyFilesAreReadAgain(t *testing.T) {
	d := newDesk(t, "a.png")
	d.now = time.Now()
	d.digests("a.png")
	if _, n := d.digests("a.png"); n != 1 {
		t.Errorf("%d read, want 1: it was written just before", n)
	}
	d.now = time.Now().Add(3 * time.Second)
	if _, n := d.digests("a.png"); n != 1 {
		t.Errorf("%d read, want 1: what is in the index was read too early", n)
	}
	if _, n := d.digests("a.png"); n != 0 {
		t.Errorf("%d read, want 0", n)
	}
	d.now = time.Now().Add(-time.Hour) // its times lie in the future, as on a server with another clock
	d.write("a.png", "new")
	d.digests("a.png")
	if _, n := d.digests("a.png"); n != 1 {
		t.Errorf("%d read, want 1: from the future", n)
	}
}

// A replaced file with the size and time of the old one has another inode or change time.
func TestReplacedFileWithOldTimes(t *testing.T) {
	d := newDesk(t, "a.png")
	info, err := os.Stat(filepath.Join(d.root, "a.png"))
	if err != nil {
		t.Fatal(err)
	}
	d.digests("a.png")
	d.write("b.png", strings.Repeat("x", int(info.Size())))
	if err := os.Chtimes(filepath.Join(d.root, "b.png"), info.ModTime(), info.ModTime()); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(d.root, "b.png"), filepath.Join(d.root, "a.png")); err != nil {
		t.Fatal(err)
	}
	if as, _ := d.digests("a.png"); as[0].Digest != cache.Sum([]byte(strings.Repeat("x", int(info.Size())))) {
		t.Error("the old digest was answered")
	}
}

func TestMissingFileKeepsWhatWasRead(t *testing.T) {
	d := newDesk(t, "a.png")
	_, err := d.index().Digests(context.Background(), files([]string{"a.png", "gone.png"}))
	var bad *dag.BadInput
	if !errors.As(err, &bad) || bad.File != "gone.png" || bad.Summary != "no such file" {
		t.Errorf("error %v", err)
	}
}

func TestFileBesideTheRoot(t *testing.T) {
	d := newDesk(t, "pipeline/x", "elsewhere/a.png")
	x := New(filepath.Join(d.root, "pipeline"), "", d.notes, nil)
	as, err := x.Digests(context.Background(), files([]string{"../elsewhere/a.png", filepath.Join(d.root, "elsewhere", "a.png")}))
	if err != nil || as[0] != as[1] || as[0].Digest != cache.Sum([]byte("content of elsewhere/a.png")) {
		t.Errorf("%v, error %v", as, err)
	}
	if !x.Exists("../elsewhere") || x.Exists("elsewhere") {
		t.Error("Exists is wrong")
	}
}

// What is typed at a prompt is relative to where it was typed, what stands in the file to the file.
func TestSecondPlaceIsAskedForMissingFolders(t *testing.T) {
	d := newDesk(t)
	for name, content := range map[string]string{
		"study/data/a.txt": "study", "here/data/a.txt": "here", "here/data/b.txt": "here", "here/extra/c.txt": "here", "here/d.txt": "here",
	} {
		d.write(name, content)
	}
	x := New(filepath.Join(d.root, "study"), filepath.Join(d.root, "here"), d.notes, nil)
	for path, want := range map[string]string{"data/a.txt": "study", "extra/c.txt": "here", "d.txt": "here"} {
		if b, err := x.ReadFile(path); err != nil || string(b) != want {
			t.Errorf("%s reads %q (%v), want %q", path, b, err, want)
		}
	}
	if x.Exists("data/b.txt") {
		t.Error("data/b.txt exists: two folders of one name were mixed")
	}
}
