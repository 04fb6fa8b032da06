package sourceindex

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"femur/dag"
)

func TestWalk(t *testing.T) {
	d := newDesk(t, "data/b.png", "data/a/2.png", "data/a/10.png", "data/.hidden/x.png", "data/._b.png", "data/c/d/3.png")
	for link, target := range map[string]string{
		"folder": filepath.Join(d.root, "data", "a"), "c/up": "../a", "c/file": "d/3.png", "c/d/twice": "../file",
	} {
		if err := os.Symlink(target, filepath.Join(d.root, "data", link)); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{"a/10.png", "a/2.png", "b.png", "c/d/3.png", "c/d/twice", "c/file", "c/up/10.png", "c/up/2.png", "folder/10.png", "folder/2.png"}
	if err := os.Symlink(filepath.Join(d.root, "data"), filepath.Join(d.root, "linked")); err != nil {
		t.Fatal(err)
	}
	inner := New(filepath.Join(d.root, "data"), "", d.notes, nil)
	for dir, x := range map[string]*Index{"data": d.index(), "linked": d.index(), "../data": inner, ".": inner, filepath.Join(d.root, "data"): inner} {
		got, err := x.Walk(dir)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", dir, d)
		}
	}
}

func TestUnreadableFolderIsNamed(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("nothing is unreadable for root")
	}
	d := newDesk(t, "data/sub/a.png")
	if err := os.Chmod(filepath.Join(d.root, "data", "sub"), 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(filepath.Join(d.root, "data", "sub"), 0o700) })
	_, err := d.index().Walk("data")
	var bad *dag.BadInput
	if !errors.As(err, &bad) || bad.File != "data/sub" || bad.Summary != "may not be read: permission denied" {
		t.Errorf("error %v", err)
	}
}

func TestRefusedByName(t *testing.T) {
	for _, tt := range []struct {
		name string
		make func(dir string) error
		want string
	}{
		{"loop", func(dir string) error { return os.Symlink(dir, filepath.Join(dir, "sub", "back")) }, "data/sub/back: is a symbolic link to a folder that it lies in"},
		{"FIFO", func(dir string) error { return syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600) }, "data/pipe: is a FIFO, not a file"},
		{"device", func(dir string) error { return os.Symlink(os.DevNull, filepath.Join(dir, "null")) }, "data/null: is a symbolic link that leaves the folder. Copy what it leads to into the folder"},
		{"socket", func(dir string) error {
			listening, err := net.Listen("unix", filepath.Join(dir, "s"))
			if err == nil {
				t.Cleanup(func() { _ = listening.Close() })
			}
			return err
		}, "data/s: is a socket, not a file"},
		{"link to a file outside", func(dir string) error { return os.Symlink("../../other/secret", filepath.Join(dir, "sub", "out")) }, "data/sub/out: is a symbolic link that leaves the folder"},
		{"link to a folder outside", func(dir string) error { return os.Symlink("../other", filepath.Join(dir, "out")) }, "data/out: is a symbolic link that leaves the folder"},
		{"link to a folder whose name begins alike", func(dir string) error { return os.Symlink(dir+"2", filepath.Join(dir, "out")) }, "data/out: is a symbolic link that leaves the folder"},
		{"link by way of a link", func(dir string) error {
			return errors.Join(os.Symlink("out", filepath.Join(dir, ".in")), os.Symlink("../other", filepath.Join(dir, "out")), os.Symlink(".in/secret", filepath.Join(dir, "b")))
		}, "data/b: is a symbolic link that leaves the folder"},
		{"broken link", func(dir string) error { return os.Symlink("nowhere", filepath.Join(dir, "broken")) }, "data/broken: is a symbolic link that cannot be followed: no such file or directory"},
		{"link to itself", func(dir string) error { return os.Symlink("self", filepath.Join(dir, "self")) }, "data/self: is a symbolic link that cannot be followed: too many levels of symbolic links"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := newDesk(t, "data/sub/a.png", "other/secret", "data2/x")
			if err := tt.make(filepath.Join(d.root, "data")); err != nil {
				t.Skip(err)
			}
			_, err := d.index().Walk("data")
			var bad *dag.BadInput
			if !errors.As(err, &bad) || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("error %v, want %s", err, tt.want)
			}
		})
	}
	d := newDesk(t, "a.png")
	if err := syscall.Mkfifo(filepath.Join(d.root, "pipe"), 0o600); err != nil {
		t.Skip(err)
	}
	x := d.index()
	if _, err := x.Open("pipe"); err == nil { // and it does not wait for a writer
		t.Error("a FIFO was opened")
	}
	if _, err := x.ReadFile("pipe"); err == nil {
		t.Error("a FIFO was read")
	}
	if _, err := x.Digests(context.Background(), files([]string{"."})); err == nil {
		t.Error("a folder has a digest")
	}
	if _, err := x.Walk("a.png"); err == nil || err.Error() != "a.png: is a file, not a folder. Name the folder that the files lie in." {
		t.Errorf("walk of a file: %v", err)
	}
}
