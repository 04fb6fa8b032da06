package report_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"

	"femur/internal/analysis"
	"femur/internal/report"
)

// shaft draws a bright band on black, enough of a radiograph for a gallery.
func shaft(t testing.TB, width, height int) []byte {
	t.Helper()
	picture := image.NewGray(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			distance := 2 * max(x-width/2, width/2-x)
			if v := 200 - 400*distance/width; v > 30 {
				picture.SetGray(x, y, color.Gray{Y: uint8(v)})
			} else {
				picture.SetGray(x, y, color.Gray{Y: 30})
			}
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// sample is a full report around a result.
func sample(t testing.TB, r analysis.Result, centers []analysis.LocalizationRow) report.Report {
	t.Helper()
	out := report.Report{
		Title:    "AFF or NFF: fracture center and class from femur radiographs",
		Notice:   "These radiographs are synthetic. Nothing here was measured on a patient.",
		Analysis: r,
		Leakage:  report.Leakage{Rule: "direct", Predictions: 4308},
		Provenance: []report.Input{
			{Name: "centers", Source: "predict-centers.main[model=cnn-small]", Digest: strings.Repeat("0123456789abcdef", 4), Bytes: 81234},
			{Name: "scores", Source: "score-patches.main[model=vit-tiny,input=patch]", Digest: strings.Repeat("fedcba9876543210", 4), Bytes: 40321},
		},
		Settings: []report.Setting{{Name: "localizer head", Value: "dsnt"}, {Name: "patch", Value: "224 × 224 px, native resolution"}},
	}
	seen := map[string]bool{}
	for i, c := range centers {
		if seen[c.Image] {
			continue
		}
		seen[c.Image] = true
		out.Cohort = append(out.Cohort, report.Radiograph{
			Patient: c.Patient, Label: c.Label, Partition: string(c.Partition), Site: "synthetic", View: []string{"ap", "lateral"}[i/2%2],
		})
		if len(out.Gallery) < 4 && c.Partition == analysis.Test {
			out.Gallery = append(out.Gallery, report.Example{
				Image: c.Image, Patient: c.Patient, Label: c.Label, Arm: c.Arm, Thumbnail: shaft(t, 96, 136), Patch: shaft(t, 64, 64),
				Width: c.Width, Height: c.Height, TrueX: c.TrueX, TrueY: c.TrueY, PredX: c.PredX, PredY: c.PredY, Pitch: c.Pitch,
				PatchX0: c.PredX - 112, PatchY0: c.PredY - 112, PatchX1: c.PredX + 112, PatchY1: c.PredY + 112,
				Score: fmt.Sprintf("patch %.2f", 0.81),
			})
		}
	}
	return out
}
