package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"femur"
	"femur/internal/annotations"
	"femur/internal/pipeline"
	"femur/internal/survey"
	"femur/models/backend"
	"femur/stages/ingest"
)

// Where there are centers and two labels, a template differs from the default study only in where the
// radiographs come from.
func TestTemplatesKeepTheStudy(t *testing.T) {
	_, study, ok := strings.Cut(femur.DefaultPipeline, `stage "split-by-patient"`)
	if !ok {
		t.Fatal("the default pipeline has no split")
	}
	for _, kind := range survey.Kinds() {
		text := template(survey.Finding{Source: survey.Source{Kind: kind, Path: "a"}, Located: 1, Studied: survey.Studied{Patients: 400, Rarest: 80}, Positive: "AFF", Negative: "NFF", AFFLike: true}, ".")
		if !strings.HasSuffix(text, study) {
			t.Errorf("%s: the study behind the split is another one", kind)
		}
		for _, gone := range []string{"var.patients", "var.scale", "synthetic"} {
			if strings.Contains(text, gone) {
				t.Errorf("%s: %q is left from the synthetic template", kind, gone)
			}
		}
	}
}

// What nothing could learn is left out, and nothing refers to it.
func TestTemplatesLeaveOut(t *testing.T) {
	source := survey.Source{Kind: annotations.KindCOCO, Path: "a", Labels: "b", Label: "c"}
	for name, c := range map[string]struct {
		finding     survey.Finding
		have, have2 []string
	}{
		"no centers": {
			survey.Finding{Source: source, Positive: "AFF", Negative: "NFF", AFFLike: true},
			[]string{`["center", "whole"]`, "assignment  = \"balanced\"", `stage "train-classifiers"`, "scores ", "windows ", "Classification of radiographs: AFF and NFF"},
			[]string{"train-localizer", "predict-centers", "\n  centers ", "positive", "single_label"},
		},
		"one label": {
			survey.Finding{Source: source, Located: 1, Studied: survey.Studied{Patients: 120}},
			[]string{"single_label = true", `stage "predict-centers"`, "\n  centers ", "Localization of fractures"},
			[]string{"crop-patches", "train-classifiers", "score-patches", "local.inputs", "inputs", "balanced"},
		},
		"one label, few patients": {
			survey.Finding{Source: source, Located: 1, Studied: survey.Studied{Patients: 20}},
			[]string{"  folds        = var.folds\n  assignment   = \"balanced\" # few", "  single_label = true\n"},
			nil,
		},
		"other labels": {
			survey.Finding{Source: source, Located: 1, Positive: `metal "x" ${y}`, Negative: "none"},
			[]string{"  epochs      = 25\n  positive    = \"metal \\\"x\\\" $${y}\"\n", "negative    = \"none\"", "Localization and classification: metal"},
			nil,
		},
	} {
		text := template(c.finding, "../data")
		for _, want := range append(c.have, `labels = "../data/b"`) {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %q in\n%s", name, want, text)
			}
		}
		for _, gone := range c.have2 {
			if strings.Contains(text, gone) {
				t.Errorf("%s: %q is left in\n%s", name, gone, text)
			}
		}
		if strings.HasSuffix(text, "\n\n") || strings.Contains(text, "\n\n\n") {
			t.Errorf("%s: empty lines are left in\n%s", name, text)
		}
		// The language finds no fault in it.
		file := filepath.Join(t.TempDir(), "pipeline.hcl")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, diagnostics := pipeline.Load(pipeline.Options{File: file}, studyKinds(backend.NewDevice(backend.Options{}), ingest.Tools{}))
		for _, d := range diagnostics {
			t.Errorf("%s: %s: %s", name, d.Summary, d.Detail)
		}
	}
}
