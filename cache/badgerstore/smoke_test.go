package badgerstore

import (
	"strings"
	"testing"

	"femur/cache"
)

func TestSmoke(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	a, err := s.Put(ctx, cache.MediaText, strings.NewReader("hello"))
	if err != nil {
		t.Fatal(err)
	}
	r := cache.Recipe{Stage: "x"}
	r.Add(cache.Params, "a", 1)
	if err := s.Commit(ctx, cache.Record{Address: "x.a", Key: r.Key(), Recipe: r, Purity: cache.Exact, Outputs: []cache.Output{{Name: "o", Artifact: a}}}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = Open(dir, Options{}); err != nil {
		t.Fatal(err)
	}
	rec, err := s.Lookup(ctx, r.Key())
	if err != nil {
		t.Fatal(err)
	}
	b, err := cache.ReadAll(ctx, s, rec.Outputs[0].Artifact)
	if err != nil || string(b) != "hello" {
		t.Fatal(b, err)
	}
	if _, err := Open(dir, Options{ReadOnly: true}); err == nil {
		t.Fatal("no lock")
	} else {
		t.Log(err)
	}
	n, err := s.Sweep(ctx, func(cache.Digest) bool { return false })
	t.Log(n, err)
	_, err = s.Lookup(ctx, r.Key())
	t.Log(err)
	s.Close()
}
