package cohortreport_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"femur/internal/cohortreport"
	"femur/internal/cohortreport/cohortreporttest"
)

// golden compares with testdata/NAME; UPDATE_GOLDEN=1 rewrites it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-golden +got), UPDATE_GOLDEN=1 accepts:\n%s", name, diff)
	}
}

func TestGoldenSummary(t *testing.T) {
	s := cohortreport.Summarize(cohortreporttest.Troubled(t))
	var b bytes.Buffer
	if err := json.Indent(&b, s.Encode(), "", " "); err != nil {
		t.Fatal(err)
	}
	golden(t, "summary.golden.json", b.Bytes())
	back, err := cohortreport.Decode(s.Encode())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(s, back); diff != "" {
		t.Errorf("the summary does not come back (-want +got):\n%s", diff)
	}
}

// What comes in another order is the same cohort.
func TestOrderDoesNotMatter(t *testing.T) {
	in := cohortreporttest.Troubled(t)
	want := cohortreport.Summarize(in).Encode()
	rapid.Check(t, func(t *rapid.T) {
		again := in
		again.Rows = rapid.Permutation(in.Rows).Draw(t, "rows")
		again.Links = rapid.Permutation(in.Links).Draw(t, "links")
		again.Refusals = rapid.Permutation(in.Refusals).Draw(t, "refusals")
		if got := cohortreport.Summarize(again).Encode(); !bytes.Equal(got, want) {
			t.Fatalf("another order gives another summary:\n%s", cmp.Diff(string(want), string(got)))
		}
	})
}
