package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestWriteSmall(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "many")
	if err := writeSmall(dir, 40); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "annotations.csv"))
	if err != nil {
		t.Fatal(err)
	}
	labels, seen := map[string]string{}, map[string]bool{}
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n")[1:] {
		fields := strings.Split(line, ",")
		if old, ok := labels[fields[1]]; ok && old != fields[2] {
			t.Errorf("patient %s has two labels", fields[1])
		}
		labels[fields[1]] = fields[2]
		b, err := os.ReadFile(filepath.Join(dir, fields[0]))
		if err != nil {
			t.Fatal(err)
		}
		if seen[string(b)] {
			t.Errorf("%s has the bytes of another file", fields[0])
		}
		seen[string(b)] = true
	}
	if len(seen) != 40 || len(labels) != 14 {
		t.Errorf("%d files of %d patients, want 40 of 14", len(seen), len(labels))
	}

	at := time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)
	if n, err := touch(dir, at); err != nil || n != 41 {
		t.Errorf("touched %d files, %v", n, err)
	}
	if info, err := os.Stat(filepath.Join(dir, "radiograph_00007.png")); err != nil || !info.ModTime().Equal(at) {
		t.Errorf("got %v, %v", info, err)
	}
}

func TestCopySource(t *testing.T) {
	from, to := t.TempDir(), filepath.Join(t.TempDir(), "copy")
	for _, name := range []string{"go.mod", "a/b/x.go", "a/testdata/t.txt", "bin/femur", ".femur/lock", ".git/HEAD", "a/.hidden", "shared/big"} {
		path := filepath.Join(from, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := copySource(from, to); err != nil {
		t.Fatal(err)
	}
	got := 0
	for _, name := range []string{"go.mod", "a/b/x.go", "a/testdata/t.txt"} {
		if text, err := os.ReadFile(filepath.Join(to, filepath.FromSlash(name))); err != nil || string(text) != name {
			t.Errorf("%s: %q, %v", name, text, err)
		}
	}
	err := filepath.WalkDir(to, func(_ string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			got++
		}
		return err
	})
	if err != nil || got != 3 {
		t.Errorf("%d files were copied, %v; want 3", got, err)
	}
}
