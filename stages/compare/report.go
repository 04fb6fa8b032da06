package compare

import (
	"fmt"
	"io"

	"femur/cache"
	"femur/dag"
	"femur/internal/analysis"
	"femur/internal/cohort"
	"femur/internal/report"
	"femur/internal/synth"
)

// report writes the page for people.
func (s *stage) report(t dag.Task, st *study, result analysis.Result, centers []analysis.LocalizationRow, scores []analysis.ClassificationRow) error {
	gallery, err := s.gallery(t, st, centers, scores)
	if err != nil {
		return err
	}
	r := report.Report{
		Title: s.Title, Analysis: result, Gallery: gallery,
		Leakage:    report.Leakage{Rule: "direct", Predictions: st.predictions()},
		Provenance: st.provenance(),
		Settings: []report.Setting{
			{Name: "Positive label", Value: s.Positive},
			{Name: "Folds", Value: fmt.Sprint(len(st.lists) / 3)},
			{Name: "Level of intervals", Value: fmt.Sprint(s.Level)},
			{Name: "Bootstrap resamples of patients", Value: fmt.Sprint(s.Resamples)},
		},
	}
	synthetic := 0
	for _, id := range st.ids() {
		a := st.annotations[id]
		part := cohort.Development
		if st.folds[id] == cohort.TestFold {
			part = cohort.Test
		}
		r.Cohort = append(r.Cohort, report.Radiograph{Patient: string(a.Patient), Label: a.Label, Partition: part, Site: a.Site, View: a.View})
		if a.Synthetic {
			synthetic++
		}
	}
	switch {
	case synthetic == len(st.annotations):
		r.Notice = synth.Notice
	case synthetic > 0:
		r.Notice = fmt.Sprintf("%d of %d radiographs are synthetic. %s", synthetic, len(st.annotations), synth.Notice)
	}
	return dag.Write(t, "report", cache.ItemRef{}, func(w io.Writer) error { return report.Write(w, r) })
}

// provenance lists the tables that were read; each leads back to its radiographs (femur lineage).
func (s *study) provenance() []report.Input {
	var out []report.Input
	for _, in := range s.inputs {
		out = append(out, report.Input{Name: in.port, Source: string(in.item.ID), Digest: in.item.Digest.String(), Bytes: in.item.Size})
	}
	return out
}
