package compare

import (
	"fmt"
	"io"

	"femur/cache"
	"femur/dag"
	"femur/internal/analysis"
	"femur/internal/cohort"
	"femur/internal/cohortreport"
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
		Title: s.Title, Notice: result.Metrics.Notice, Analysis: result, Gallery: gallery,
		Leakage:    report.Leakage{Rule: "direct", Predictions: st.predictions()},
		Provenance: st.provenance(),
		Settings: []report.Setting{
			{Name: "Positive label", Value: s.Positive},
			{Name: "Folds", Value: fmt.Sprint(len(st.lists) / 3)},
			{Name: "Level of intervals", Value: fmt.Sprint(s.Level)},
			{Name: "Bootstrap resamples of patients", Value: fmt.Sprint(s.Resamples)},
		},
	}
	if r.Summary, err = summary(t); err != nil {
		return err
	}
	for _, id := range st.ids() {
		a := st.annotations[id]
		part := cohort.Development
		if st.folds[id] == cohort.TestFold {
			part = cohort.Test
		}
		r.Cohort = append(r.Cohort, report.Radiograph{Patient: string(a.Patient), Label: a.Label, Partition: part, Site: a.Site, View: a.View})
	}
	return dag.Write(t, "report", cache.ItemRef{}, func(w io.Writer) error { return report.Write(w, r) })
}

// summary reads what ingest says of the cohort; nil where it is not given.
func summary(t dag.Task) (*cohortreport.Summary, error) {
	for it, err := range t.Items("summary") {
		if err != nil {
			return nil, err
		}
		b, err := dag.ReadAll(t, it.Artifact)
		if err != nil {
			return nil, err
		}
		s, err := cohortreport.Decode(b)
		return &s, err
	}
	return nil, nil
}

// provenance lists the tables that were read; each leads back to its radiographs (femur lineage).
func (s *study) provenance() []report.Input {
	var out []report.Input
	for _, in := range s.inputs {
		out = append(out, report.Input{Name: in.port, Source: string(in.item.ID), Digest: in.item.Digest.String(), Bytes: in.item.Size})
	}
	return out
}

// notice is what must stand on everything made from synthetic radiographs; empty where there are none.
func (s *study) notice() string {
	synthetic := 0
	for _, a := range s.annotations {
		if a.Synthetic {
			synthetic++
		}
	}
	switch synthetic {
	case 0:
		return ""
	case len(s.annotations):
		return synth.Notice
	}
	return fmt.Sprintf("%d of %d radiographs are synthetic. %s", synthetic, len(s.annotations), synth.Notice)
}
