package main

import (
	"bytes"
	"os"
	"testing"

	"femur/internal/pipeline"
	"femur/models/backend"
	"femur/stages/ingest"
)

// docs/pipeline-reference.md is written by the program: make reference brings it up to date.
func TestReference(t *testing.T) {
	const path = "../../docs/pipeline-reference.md"
	got := pipeline.Reference(studyKinds(backend.NewDevice(backend.Options{}), ingest.Tools{}))
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, got) {
		t.Errorf("%s is not what the kinds say now; run make reference and review the difference", path)
	}
}
