package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"femur/cache"
	"femur/internal/cohortreport"
	"femur/internal/cohortreport/cohortreporttest"
	"femur/internal/view"
)

// TestShowCohortSummary holds what show prints of a cohort's summary; UPDATE_GOLDEN=1 rewrites it.
func TestShowCohortSummary(t *testing.T) {
	b := cohortreport.Summarize(cohortreporttest.Troubled(t)).Encode()
	var f found
	f.Name, f.Artifact = "ingest.cohort.summary", cache.Artifact{Media: cache.MediaJSON, Digest: cache.Sum(b), Size: int64(len(b))}
	c := view.Content{Artifact: artifactModel(f)}
	if err := fillContent(&c, f, b, reading{}); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := view.NewShow(view.Stream{Out: &out, Width: 80}).Show(c); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(out.String()) {
		if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > 80 {
			t.Errorf("a line of %d columns: %s", n, line)
		}
	}
	golden := filepath.Join("testdata", "cohort_summary.golden.txt")
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(golden, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	// The heading names the digest, which changes with every number of the summary.
	body := func(text string) string { _, after, _ := strings.Cut(text, "\n\n"); return after }
	if diff := cmp.Diff(body(string(want)), body(out.String())); diff != "" {
		t.Errorf("output (-golden +got), UPDATE_GOLDEN=1 accepts:\n%s", diff)
	}
	out.Reset()
	if err := view.NewShow(view.Stream{Out: &out, JSON: true}).Show(c); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), `"kind": "cohort-summary"`) {
		t.Errorf("--json lacks the summary:\n%.400s", out.String())
	}
}

func TestOtherJSONIsNoDocument(t *testing.T) {
	for _, text := range []string{`{}`, `[1]`, `{"kind":"metrics"}`, `{"localization":[]}`} {
		if readDocument([]byte(text)) != nil {
			t.Errorf("%s is taken for a cohort's summary", text)
		}
	}
}
