package sourceindex

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"femur/cache/memstore"
)

// 43,000 files that did not change: what every command pays before it does anything.
func BenchmarkUnchanged43000(b *testing.B) {
	root := b.TempDir()
	var paths []string
	for i := range 43000 {
		p := fmt.Sprintf("patient_%04d/image_%d.png", i/36, i%36)
		paths = append(paths, p)
		if i%36 == 0 {
			if err := os.Mkdir(filepath.Join(root, filepath.Dir(p)), 0o755); err != nil {
				b.Fatal(err)
			}
		}
		if err := os.WriteFile(filepath.Join(root, p), []byte(p), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	for _, bench := range []struct {
		name    string
		facts   int // bytes derived from each file; 0 for none
		private bool
	}{{"digests", 0, false}, {"derived", 400, false}, {"private", 400, true}} {
		notes := memstore.New()
		plan := func() {
			x := New(root, "", notes, &secret{key: "k"})
			x.now = func() time.Time { return time.Now().Add(time.Minute) }
			found, err := x.Walk(".")
			if err != nil || len(found) != len(paths) {
				b.Fatal(len(found), err)
			}
			items := files(found)
			if bench.facts > 0 {
				asked := public(found...)
				for i := range asked {
					asked[i].Private, items[i].Private = bench.private, bench.private
				}
				f := func(string, []byte) ([]byte, error) { return bytes.Repeat([]byte("x"), bench.facts), nil }
				if _, err := x.Derive(context.Background(), asked, "header", f); err != nil {
					b.Fatal(err)
				}
			}
			if _, err := x.Digests(context.Background(), items); err != nil {
				b.Fatal(err)
			}
		}
		plan()
		b.Run(bench.name, func(b *testing.B) {
			for b.Loop() {
				plan()
			}
		})
	}
}
