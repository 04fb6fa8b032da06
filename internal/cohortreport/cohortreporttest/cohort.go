// Package cohortreporttest makes a cohort for tests that has everything a cohort report speaks of. It is
// synthetic; what is wrong with it is invented.
package cohortreporttest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"femur/internal/cohort"
	"femur/internal/cohortreport"
	"femur/internal/synth"
)

// drawn is a synthetic cohort of a few patients, and how to draw it.
var drawn = sync.OnceValues(func() (*synth.Cohort, error) {
	return synth.NewCohort(synth.Config{Patients: 40, AFF: 0.3, Scale: 0.1, Seed: 2026})
})

func specs(t testing.TB) (*synth.Cohort, []synth.Spec) {
	t.Helper()
	c, err := drawn()
	if err != nil {
		t.Fatal(err)
	}
	return c, c.Specs()
}

// rowOf is what ingest would make of a spec.
func rowOf(s synth.Spec) cohort.CohortRow {
	r := cohort.CohortRow{
		ID: s.ID, Patient: s.Patient, Label: string(s.Label), View: string(s.View), Side: string(s.Side), Site: fmt.Sprintf("site %02d", s.Site),
		Modality: s.Modality, Implant: string(s.Implant), Width: int32(s.Width), Height: int32(s.Height),
		Located: true, CenterX: s.Center.X, CenterY: s.Center.Y, Centers: 1, StudyDate: "2019", Bits: 16, Format: "png", PitchFrom: "unknown", Synthetic: true,
	}
	if p := s.Known(); p > 0 {
		r.Pitch, r.PitchFrom = float64(p), []string{"calibrated", "detector"}[s.Site%2]
	}
	return r
}

// Troubled is a cohort with everything that a report speaks of: the labels differ in bit depth, some centers
// and spacings are missing, three people marked a part of it, files were refused, exposures come twice.
func Troubled(t testing.TB) cohortreport.Input {
	t.Helper()
	_, list := specs(t)
	in := cohortreport.Input{Title: "Femur fractures, synthetic"}
	random := rand.New(rand.NewPCG(1, 2))
	for i, s := range list {
		r := rowOf(s)
		r.Bits = 12
		if s.Label == synth.AFF && random.Float64() < 0.8 || random.Float64() < 0.1 {
			r.Bits = 8
		}
		r.StudyDate = fmt.Sprint(2012 + random.IntN(12))
		if i%9 == 4 {
			r.Located, r.CenterX, r.CenterY, r.Centers = false, 0, 0, 0
		} else {
			r.Annotator = int32(1 + i%3)
			if r.Annotator > 1 {
				r.Spread = 2 + 6*random.Float64()
			}
			if i%17 == 2 {
				r.Centers = 2
			}
		}
		if i%23 == 3 {
			r.View = ""
		}
		if i == 11 {
			r.CenterX = float64(r.Width) + 40
		}
		in.Rows = append(in.Rows, r)
	}
	link := func(i, j int, of cohort.LinkRow) {
		a, b := in.Rows[i], in.Rows[j]
		if a.ID > b.ID {
			a, b = b, a
		}
		of.A, of.PatientA, of.B, of.PatientB = a.ID, a.Patient, b.ID, b.Patient
		in.Links = append(in.Links, of)
	}
	link(0, 1, cohort.LinkRow{Exact: true, Correlation: 1})
	aff := slices.IndexFunc(in.Rows, func(r cohort.CohortRow) bool { return r.Label == string(synth.AFF) })
	link(5, aff, cohort.LinkRow{Exact: true, Correlation: 1, Conflict: "label"})
	link(12, 60, cohort.LinkRow{Distance: 9, Correlation: 0.998, Mirrored: "left-right"})
	link(60, 71, cohort.LinkRow{Distance: 21, Correlation: 0.991, Inverted: true})
	link(30, 80, cohort.LinkRow{Distance: 4, Correlation: 0.9995, Conflict: "center"})
	for i := range 7 {
		in.Refusals = append(in.Refusals, cohortreport.Refused{ID: fmt.Sprintf("late/%03d.dcm", i), Patient: "p", Refusal: cohort.Refusal{
			Summary: "JPEG 2000 needs gdcmconv", Detail: "Install the package libgdcm-tools, or export the file without compression.",
		}})
	}
	in.Refusals = append(in.Refusals,
		cohortreport.Refused{ID: "scan/004.dcm", Refusal: cohort.Refusal{Summary: "Pixel data are cut off", Detail: "Copy the file again from its source."}},
		cohortreport.Refused{ID: "scan/report.dcm", Refusal: cohort.Refusal{Summary: "Structured report", Skipped: true}},
	)
	return in
}

// Pictures draws the radiographs of the ids.
func Pictures(t testing.TB, in cohortreport.Input, ids []string) []cohortreport.Picture {
	t.Helper()
	c, _ := specs(t)
	rows := map[string]cohort.CohortRow{}
	for _, r := range in.Rows {
		rows[r.ID] = r
	}
	var out []cohortreport.Picture
	for _, id := range ids {
		s, ok := c.Spec(id)
		if !ok {
			t.Fatalf("no radiograph %s", id)
		}
		im, err := c.Render(s)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, cohortreport.NewPicture(im, rows[id]))
	}
	return out
}
