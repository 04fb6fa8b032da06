package main

import (
	"context"
	"slices"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"femur/internal/leaksearch"
)

// leaks CACHE [PATH…] -- MARKER…: what a cache stores, its raw files and the other paths hold every marker,
// in some form; "!" wants none of any.
func leaks(ts *testscript.TestScript, neg bool, args []string) {
	dash := slices.Index(args, "--")
	if dash < 1 || dash == len(args)-1 {
		ts.Fatalf("usage: leaks CACHE [PATH…] -- MARKER…")
	}
	var paths []string
	for _, p := range args[1:dash] {
		paths = append(paths, ts.MkAbs(p))
	}
	hits, searched, err := searchLeaks(ts.MkAbs(args[0]), paths, args[dash+1:])
	ts.Check(err)
	ts.Logf("searched %d bytes", searched)
	if neg {
		for _, h := range hits {
			ts.Logf("%s", h)
		}
		if len(hits) > 0 {
			ts.Fatalf("%d leaks", len(hits))
		}
		return
	}
	for _, marker := range args[dash+1:] {
		if !slices.ContainsFunc(hits, func(h leaksearch.Hit) bool { return h.Marker == marker }) {
			ts.Fatalf("%s is nowhere", marker)
		}
	}
}

func searchLeaks(cacheDir string, paths, markers []string) ([]leaksearch.Hit, int64, error) {
	s, err := leaksearch.New(markers...)
	if err != nil {
		return nil, 0, err
	}
	if err := s.Cache(context.Background(), cacheDir); err != nil {
		return nil, 0, err
	}
	for _, p := range paths {
		if err := s.Folder(p); err != nil {
			return nil, 0, err
		}
	}
	hits, searched := s.Hits()
	return hits, searched, nil
}

// mustNotLeak fails when a cache, or one of the other paths, holds a marker in any form.
func mustNotLeak(t *testing.T, cacheDir string, paths []string, markers ...string) {
	t.Helper()
	hits, searched, err := searchLeaks(cacheDir, paths, markers)
	if err != nil {
		t.Fatal(err)
	}
	if searched == 0 {
		t.Error("nothing was searched")
	}
	for _, h := range hits {
		t.Error(h)
	}
}
