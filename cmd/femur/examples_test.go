package main

import (
	"path/filepath"
	"testing"

	"femur/internal/pipeline"
	"femur/models/backend"
	"femur/stages/ingest"
)

// The pipelines that come with the program are valid, without a warning.
func TestExamples(t *testing.T) {
	files, err := filepath.Glob("../../examples/*.hcl")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatal("there are no examples")
	}
	for _, file := range append(files, "../../pipeline.hcl") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			p, diagnostics := pipeline.Load(pipeline.Options{File: file}, studyKinds(backend.NewDevice(backend.Options{}), ingest.Tools{}))
			for _, d := range diagnostics {
				t.Errorf("%s: %s: %s", d.Severity, d.Summary, d.Detail)
			}
			if p != nil && len(p.Graph.Nodes()) < 8 {
				t.Errorf("%d instances; every study has at least one of each kind", len(p.Graph.Nodes()))
			}
		})
	}
}
