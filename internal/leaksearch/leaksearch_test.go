package leaksearch_test

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/klauspost/compress/zstd"

	"femur/cache"
	"femur/cache/badgerstore"
	"femur/internal/leaksearch"
)

const marker = "Quillfeather"

// found returns where the marker was found, and in which form.
func found(t *testing.T, search func(*leaksearch.Search) error, markers ...string) []string {
	t.Helper()
	s, err := leaksearch.New(append(markers, marker)...)
	if err != nil {
		t.Fatal(err)
	}
	if err := search(s); err != nil {
		t.Fatal(err)
	}
	hits, searched := s.Hits()
	if searched == 0 {
		t.Fatal("nothing was searched")
	}
	var all []string
	for _, h := range hits {
		all = append(all, h.String())
	}
	return all
}

func utf16Of(s string, order binary.AppendByteOrder) string {
	var b []byte
	for _, unit := range utf16.Encode([]rune(s)) {
		b = order.AppendUint16(b, unit)
	}
	return string(b)
}

// packed is the text after a writer of w's kind.
func packed(t *testing.T, text string, w func(io.Writer) io.WriteCloser) string {
	t.Helper()
	var b bytes.Buffer
	out := w(&b)
	if _, err := io.WriteString(out, text); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), marker) {
		t.Fatal("the writer does not pack")
	}
	return b.String()
}

func zstdOf(t *testing.T, text string) string {
	return packed(t, text, func(w io.Writer) io.WriteCloser {
		e, err := zstd.NewWriter(w)
		if err != nil {
			t.Fatal(err)
		}
		return e
	})
}

func zlibOf(t *testing.T, text string) string {
	return packed(t, text, func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) })
}

func gzipOf(t *testing.T, text string) string {
	return packed(t, text, func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) })
}

func TestFormsAreFound(t *testing.T) {
	// Letters of uneven frequency around the marker: any writer packs its letters too.
	text := marker
	for i := range 200 {
		text = fmt.Sprint("the sheet ", i*i*7919, " ", text, " eee ", i*104729)
	}
	sum := sha256.Sum256([]byte(marker))
	for _, c := range []struct{ name, content, form string }{
		{"as it is", "a" + marker + "b", "text"},
		{"at the very end", marker, "text"},
		{"in capitals", strings.ToUpper(marker), "text"},
		{"among bytes that are no text", "\xff\xfe\x80" + marker + "\x00\xff", "text"},
		{"UTF-16", utf16Of("x"+marker, binary.LittleEndian), "UTF-16LE"},
		{"UTF-16, big endian", utf16Of("x"+marker, binary.BigEndian), "UTF-16BE"},
		{"base64", base64.StdEncoding.EncodeToString([]byte(marker)), "base64"},
		{"base64, one byte later", base64.StdEncoding.EncodeToString([]byte("^" + marker + "^^")), "base64"},
		{"base64, two bytes later", base64.StdEncoding.EncodeToString([]byte("^^" + marker + "^")), "base64"},
		{"base64 for URLs", base64.RawURLEncoding.EncodeToString([]byte("??>" + marker)), "base64"},
		{"hex", hex.EncodeToString([]byte(marker)), "hex"},
		{"digest", "…" + string(sum[:]), "SHA-256"},
		{"digest in hex", strings.ToUpper(hex.EncodeToString(sum[:])), "SHA-256 in hex"},
		{"zstd", "head" + zstdOf(t, text) + "tail", "text"},
		{"zlib", "head" + zlibOf(t, text) + "tail", "text"},
		{"gzip", "head" + gzipOf(t, text) + "tail", "text"},
		{"behind damage", "\x28\xb5\x2f\xfd\x1f\x8b\x08\x78\x9c" + zstdOf(t, text), "text"},
		{"nested", zstdOf(t, strings.Repeat("noise", 100)+gzipOf(t, "head"+zlibOf(t, utf16Of(text, binary.LittleEndian)))), "UTF-16LE"},
		{"a picture within a page", `<img src="data:image/png;base64,` + base64.StdEncoding.EncodeToString([]byte("PNG"+zlibOf(t, text))) + `">`, "text"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := found(t, func(s *leaksearch.Search) error { return s.Bytes("it", []byte(c.content)) }, "Otherword")
			if !slices.Contains(got, fmt.Sprintf("it: %s as %s", marker, c.form)) {
				t.Errorf("found %v, want %s", got, c.form)
			}
		})
	}
}

func TestNothingIsFoundWhereNothingIs(t *testing.T) {
	text := strings.Repeat("Quillfeathe r, quill-feather, Quilfeather; "+base64.StdEncoding.EncodeToString([]byte("Quillfeathes")), 50)
	for _, content := range []string{text, zstdOf(t, text), marker[:len(marker)-1], string(make([]byte, 1000))} {
		if got := found(t, func(s *leaksearch.Search) error { return s.Bytes("it", []byte(content)) }); len(got) > 0 {
			t.Errorf("found %v in %.40q", got, content)
		}
	}
	if _, err := leaksearch.New("short"); err == nil {
		t.Error("a marker that chance could write is accepted")
	}
}

// Each place of a cache, planted alone.
func TestPlacesOfACache(t *testing.T) {
	for _, c := range []struct {
		name, want string
		plant      func(t *testing.T, dir string, store cache.Store)
	}{
		{"clean", "", func(*testing.T, string, cache.Store) {}},
		{"blob", "blob ", func(t *testing.T, _ string, store cache.Store) { put(t, store, strings.Repeat(marker, 100)) }},
		{"record", "record x.main", func(t *testing.T, _ string, store cache.Store) {
			commit(t, store, func(r *cache.Record) { r.Facts.Environment = map[string]string{"file": "<" + marker + ">"} })
		}},
		{"address", "record x.main", func(t *testing.T, _ string, store cache.Store) {
			commit(t, store, func(r *cache.Record) { r.Address = "x.main[site=" + marker + "]" })
		}},
		{"record of an item", "record ", func(t *testing.T, _ string, store cache.Store) {
			commit(t, store, func(r *cache.Record) { r.Item = cache.ItemID(marker) })
		}},
		{"note", "badger/", func(t *testing.T, _ string, store cache.Store) {
			if err := store.PutNotes(t.Context(), map[string][]byte{"files/1": []byte("path " + marker)}); err != nil {
				t.Fatal(err)
			}
		}},
		{"event of a run", "events.jsonl", func(t *testing.T, dir string, _ cache.Store) {
			write(t, filepath.Join(dir, "runs", "1", "events.jsonl"), `{"error":"`+marker+`"}`)
		}},
		{"name of a log", "the name of ", func(t *testing.T, dir string, _ cache.Store) {
			write(t, filepath.Join(dir, "runs", "1", "logs", marker+".log"), "")
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			store, err := badgerstore.Open(dir, badgerstore.Options{})
			if err != nil {
				t.Fatal(err)
			}
			commit(t, store, func(r *cache.Record) { r.Address = "clean.main" })
			c.plant(t, dir, store)
			if err := store.Close(); err != nil {
				t.Fatal(err)
			}
			got := found(t, func(s *leaksearch.Search) error { return s.Cache(context.Background(), dir) })
			if c.want == "" && len(got) > 0 || c.want != "" && !slices.ContainsFunc(got, func(h string) bool { return strings.Contains(h, c.want) }) {
				t.Errorf("found %v, want one with %q", got, c.want)
			}
		})
	}
}

func put(t *testing.T, store cache.Store, text string) cache.Artifact {
	t.Helper()
	a, err := store.Put(t.Context(), cache.MediaText, strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func commit(t *testing.T, store cache.Store, change func(*cache.Record)) {
	t.Helper()
	r := cache.Record{
		Address: "x.main", Recipe: cache.Recipe{Stage: "x"}, Purity: cache.Exact,
		Outputs: []cache.Output{{Name: "out", Artifact: put(t, store, "clean")}},
		Facts:   cache.Facts{Started: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)},
	}
	change(&r)
	r.Recipe.Add(cache.Params, "address", r.Address+string(r.Item))
	r.Key = r.Recipe.Key()
	if err := store.Commit(t.Context(), r); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
