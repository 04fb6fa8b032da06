package ingest

import (
	"bytes"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"femur/dag/stagetest"
	"femur/internal/cohort"
	"femur/internal/cohortreport"
	"femur/internal/radiograph"
	"femur/internal/synth"
	"femur/internal/table"
)

// The same exposure under two patients, once as it is and once half as large, is found, and so is what the two
// annotations contradict each other in.
func TestLinks(t *testing.T) {
	co, err := synth.NewCohort(synth.Config{Patients: 4, AFF: 0.5, Scale: 0.15, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	specs := co.Specs()
	file := func(im radiograph.Image) *fstest.MapFile {
		var b bytes.Buffer
		if err := radiograph.WritePNG(&b, im); err != nil {
			t.Fatal(err)
		}
		return &fstest.MapFile{Data: b.Bytes()}
	}
	one, err := co.Render(specs[0])
	if err != nil {
		t.Fatal(err)
	}
	other, err := co.Render(specs[len(specs)-1])
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{
		"a.png": file(one), "b.png": file(one), "c.png": file(radiograph.Resize(one, one.Width/2, one.Height/2)), "d.png": file(other),
		"l.csv": text("path,patient,label,x,y\na.png,p,AFF,40,40\nb.png,q,NFF,40,40\nc.png,r,AFF,20,20\nd.png,s,NFF,40,40\n"),
	}
	s := stageOf(Source{Kind: "csv", Path: ptr("l.csv")})
	task := stagetest.New(s)
	if err := task.Run(t.Context(), s, stagetest.Files{FS: files}); err != nil {
		t.Fatal(err)
	}
	links, err := table.Read[cohort.LinkRow](task.One("links"))
	if err != nil {
		t.Fatal(err)
	}
	want := []cohort.LinkRow{
		{A: "a.png", PatientA: "p", B: "b.png", PatientB: "q", Exact: true, Conflict: "label"},
		{A: "a.png", PatientA: "p", B: "c.png", PatientB: "r"},
		{A: "b.png", PatientA: "q", B: "c.png", PatientB: "r", Conflict: "label"},
	}
	if diff := cmp.Diff(want, links, cmpopts.IgnoreFields(cohort.LinkRow{}, "Distance", "Correlation")); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}
	if sum, err := cohortreport.Decode(task.One("summary")); err != nil || sum.Duplicates.Links != 3 {
		t.Errorf("the summary has %+v (%v), want three links", sum.Duplicates, err)
	}
}
