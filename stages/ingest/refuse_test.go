package ingest

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"femur/cache"
	"femur/dag"
	"femur/dag/stagetest"
	"femur/internal/cohort"
	"femur/internal/cohortreport"
	"femur/internal/geom"
	"femur/internal/radiograph"
	"femur/internal/table"
)

func cohortOf(t *testing.T, task *stagetest.Task) []cohort.CohortRow {
	t.Helper()
	rows, err := table.Read[cohort.CohortRow](task.One("cohort"))
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func ids(rows []cohort.CohortRow) []string {
	var out []string
	for _, r := range rows {
		out = append(out, r.ID)
	}
	return out
}

// faulty are three good radiographs, one whose pixels are rubbish, one that is missing and one whose center lies
// outside.
func faulty(t *testing.T) fstest.MapFS {
	return fstest.MapFS{
		"l.csv": text("path,patient,label,x,y\na.png,p,AFF,1,1\nb.png,q,NFF,1,1\nc.png,r,NFF,2,2\nrubbish.png,s,NFF,1,1\nmissing.png,t,NFF,1,1\noutside.png,u,NFF,9,1\n"),
		"a.png": gray16(t, 4, 4, 1), "b.png": gray16(t, 5, 4, 2), "c.png": gray16(t, 4, 6, 3),
		"rubbish.png": text("no image"), "outside.png": gray16(t, 4, 4, 4),
	}
}

// One bad radiograph does not take the others with it, as long as there are no more than the stage may refuse.
func TestRefusedRadiographs(t *testing.T) {
	s := stageOf(Source{Kind: "csv", Path: ptr("l.csv")})
	s.MaxRefused = 3
	task := stagetest.New(s)
	if err := task.Run(t.Context(), s, stagetest.Files{FS: faulty(t)}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a.png", "b.png", "c.png"}, ids(cohortOf(t, task))); diff != "" {
		t.Errorf("cohort (-want +got):\n%s", diff)
	}
	want := map[string]string{
		"rubbish.png": "neither", "missing.png": "does not exist", "outside.png": "the center (9.0, 1.0) lies outside",
	}
	for id, part := range want {
		r, err := cohort.DecodeRefusal(task.Outputs["refusals"][cache.ItemID(id)])
		if err != nil || !strings.Contains(r.Summary, part) || r.Detail == "" {
			t.Errorf("%s: refused for %+v (%v), want %q and what to do", id, r, err, part)
		}
		if task.Outputs["radiographs"][cache.ItemID(id)] != nil {
			t.Errorf("%s is refused and there all the same", id)
		}
	}
	sum, err := cohortreport.Decode(task.One("summary"))
	if err != nil || sum.Files.Found != 6 || sum.Files.Refused != 3 || sum.Files.Used != 3 {
		t.Errorf("summary says %+v (%v)", sum.Files, err)
	}
}

// One more than that, and all of them are named; what was read is made all the same.
func TestTooManyRefused(t *testing.T) {
	s := stageOf(Source{Kind: "csv", Path: ptr("l.csv")})
	s.MaxRefused = 2
	task := stagetest.New(s)
	err := task.Run(t.Context(), s, stagetest.Files{FS: faulty(t)})
	var bad *dag.BadInput
	if !errors.As(err, &bad) {
		t.Fatalf("error is %v, want a *dag.BadInput", err)
	}
	for _, id := range []string{"rubbish.png", "missing.png", "outside.png"} {
		if !strings.Contains(err.Error(), id) {
			t.Errorf("the error does not name %s:\n%v", id, err)
		}
	}
	if task.Outputs["radiographs"]["a.png"] == nil {
		t.Error("a.png was not kept")
	}
}

// How many may be refused is no part of what a radiograph is made of.
func TestLimitOfRefusalsReachesNoItem(t *testing.T) {
	recipe := func(most int) (items, whole cache.Recipe) {
		s := stageOf(Source{Kind: "csv", Path: ptr("l.csv")})
		s.MaxRefused = most
		s.Describe(&items)
		s.DescribeCollect(&whole)
		return items, whole
	}
	i0, w0 := recipe(0)
	i9, w9 := recipe(9)
	if i0.Key() != i9.Key() || w0.Key() == w9.Key() {
		t.Error("max_refused must reach the instance's key and no item's")
	}
}

func TestUnannotatedMayBeKept(t *testing.T) {
	s := stageOf(Source{Kind: "csv", Path: ptr("l.csv"), Unannotated: ptr("keep")})
	task := stagetest.New(s)
	if err := task.Run(t.Context(), s, stagetest.Files{FS: fstest.MapFS{
		"l.csv": text("path,patient,label,x,y\na.png,p,AFF,1,1\nb.png,q,NFF,,\n"), "a.png": gray16(t, 4, 4, 1), "b.png": gray16(t, 4, 4, 2),
	}}); err != nil {
		t.Fatal(err)
	}
	a, err := cohort.DecodeAnnotation(task.Outputs["annotations"]["b.png"])
	if err != nil || !a.Unlocated || a.Label != "NFF" {
		t.Errorf("b.png: %+v (%v), want it without center", a, err)
	}
	if rows := cohortOf(t, task); !rows[0].Located || rows[1].Located || rows[1].Centers != 0 {
		t.Errorf("rows %+v", rows)
	}
}

// Two people marked one fracture: their mean is the center, and their distance is kept. One person marked two
// fractures: both are kept, and the rule chooses.
func TestAnnotatorsAndFractures(t *testing.T) {
	s := stageOf(Source{Kind: "csv", Path: ptr("l.csv"), Choose: ptr("first")})
	task := stagetest.New(s)
	if err := task.Run(t.Context(), s, stagetest.Files{FS: fstest.MapFS{
		"l.csv":   text("path,patient,label,x,y,annotator\ntwo.png,p,AFF,2,2,Dr. Who\ntwo.png,p,AFF,4,2,Dr. No\nboth.png,q,NFF,1,1,\nboth.png,q,NFF,5,5,\n"),
		"two.png": gray16(t, 8, 8, 1), "both.png": gray16(t, 8, 8, 2),
	}}); err != nil {
		t.Fatal(err)
	}
	two, err := cohort.DecodeAnnotation(task.Outputs["annotations"]["two.png"])
	if err != nil || two.Center != (geom.Point{X: 3, Y: 2}) || two.Annotators != 2 || two.AnnotatorSpread != 1 {
		t.Errorf("two.png: %+v (%v), want the mean of two annotators, 1 px from each", two, err)
	}
	both, err := cohort.DecodeAnnotation(task.Outputs["annotations"]["both.png"])
	if err != nil || both.Center != (geom.Point{X: 1, Y: 1}) || !slices.Equal(both.Centers, []geom.Point{{X: 1, Y: 1}, {X: 5, Y: 5}}) {
		t.Errorf("both.png: %+v (%v), want the first center, and both kept", both, err)
	}
	for id, b := range task.Outputs["annotations"] {
		if strings.Contains(string(b), "Dr.") {
			t.Errorf("%s names an annotator: %s", id, b)
		}
	}
}

// A JPEG that ends too early is refused, or used as far as it goes, and the cohort says which.
func TestTruncated(t *testing.T) {
	var b bytes.Buffer
	if err := radiograph.WriteJPEG(&b, radiograph.New(64, 256), 90); err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{
		"l.csv": text("path,patient,label,x,y\na.jpg,p,AFF,1,1\nb.png,q,NFF,1,1\n"),
		"a.jpg": {Data: b.Bytes()[:b.Len()*3/4]}, "b.png": gray16(t, 4, 4, 9),
	}
	s := stageOf(Source{Kind: "csv", Path: ptr("l.csv")})
	if err := stagetest.New(s).Run(t.Context(), s, stagetest.Files{FS: files}); err == nil || !strings.Contains(err.Error(), "a.jpg") {
		t.Errorf("error is %v, want a.jpg refused", err)
	}
	s.Truncated = "use"
	task := stagetest.New(s)
	if err := task.Run(t.Context(), s, stagetest.Files{FS: files}); err != nil {
		t.Fatal(err)
	}
	if rows := cohortOf(t, task); !rows[0].Truncated || rows[0].Missing == 0 || !rows[0].Blank || rows[1].Truncated || rows[1].Blank {
		t.Errorf("rows %+v", rows)
	}
	if sum, err := cohortreport.Decode(task.One("summary")); err != nil || sum.Pixels.Truncated != 1 || sum.Pixels.Blank != 1 {
		t.Errorf("the summary has %+v (%v)", sum.Pixels, err)
	}
}
