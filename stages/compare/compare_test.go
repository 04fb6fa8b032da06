package compare

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"femur/cache"
	"femur/dag"
	"femur/dag/stagetest"
	"femur/internal/analysis"
	"femur/internal/cohort"
	"femur/internal/geom"
	"femur/internal/radiograph"
	"femur/internal/table"
)

const perPart = 24 // patients in each fold and in the test part; every third is AFF

// study fills a task with a small study of two folds: a localizer that is off by 3 px in x, a classifier
// that is right on input patch and guesses on input whole.
func fill(t *testing.T, s *stage) *stagetest.Task {
	t.Helper()
	task := stagetest.New(s)
	rng := rand.New(rand.NewPCG(1, 2))
	lists := map[string]cache.ItemList{}
	var centers []cohort.CenterRow
	scores := map[string][]cohort.ScoreRow{}
	im := radiograph.New(50, 100)
	var pixels bytes.Buffer
	if err := radiograph.Encode(&pixels, im); err != nil {
		t.Fatal(err)
	}
	for i := range 3 * perPart {
		id, patient := fmt.Sprintf("r%03d", i), cache.PatientID(fmt.Sprint("p", i))
		ref := cache.ItemRef{ID: cache.ItemID(id), Patient: patient}
		a := cohort.Annotation{Patient: patient, Label: "NFF", Center: geom.Point{X: 20 + 10*rng.Float64(), Y: 20 + 60*rng.Float64()}, Width: 50, Height: 100, Pitch: 0.5, Synthetic: true}
		if i%3 == 0 {
			a.Label = "AFF"
		}
		task.Add("annotations", cache.MediaAnnotation, ref.ID, patient, a.Encode())
		task.Add("radiographs", cache.MediaRadiograph, ref.ID, patient, pixels.Bytes())
		fold, part := i/perPart, cohort.Development
		if fold == 2 {
			fold, part = cohort.TestFold, cohort.Test
			lists["test"] = append(lists["test"], ref)
		} else {
			lists["development"] = append(lists["development"], ref)
			lists[fmt.Sprintf("fold=%d/held-out", fold)] = append(lists[fmt.Sprintf("fold=%d/held-out", fold)], ref)
			lists[fmt.Sprintf("fold=%d/train", 1-fold)] = append(lists[fmt.Sprintf("fold=%d/train", 1-fold)], ref)
		}
		centers = append(centers, cohort.CenterRow{ID: id, Patient: string(patient), Part: part, X: a.Center.X + 3, Y: a.Center.Y, Models: 1})
		truth := 0.2
		if a.Label == "AFF" {
			truth = 0.8
		}
		scores["patch"] = append(scores["patch"], cohort.ScoreRow{ID: id, Patient: string(patient), Part: part, Fold: int32(fold), Score: truth + 0.1*rng.Float64(), Models: 1})
		scores["whole"] = append(scores["whole"], cohort.ScoreRow{ID: id, Patient: string(patient), Part: part, Fold: int32(fold), Score: rng.Float64(), Models: 1})
	}
	for id, l := range lists {
		task.Add("split", cache.MediaItemList, cache.ItemID(id), "", l.Encode())
	}
	task.Add("centers", cache.MediaParquet, "model=cnn-small", "", parquet(t, centers))
	for input, rows := range scores {
		task.Add("scores", cache.MediaParquet, cache.ItemID("model=cnn-small,input="+input), "", parquet(t, rows))
	}
	return task
}

func parquet[R any](t *testing.T, rows []R) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := table.Write(&b, rows); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func newStage() *stage {
	s := Kind().New
	st, _ := s()
	c := st.(*stage)
	c.Resamples = 200
	return c
}

func TestMetricsOfAKnownStudy(t *testing.T) {
	s := newStage()
	task := fill(t, s)
	if err := task.Run(t.Context(), s, nil); err != nil {
		t.Fatal(err)
	}
	var m analysis.Metrics
	if err := json.Unmarshal(task.One("metrics"), &m); err != nil {
		t.Fatal(err)
	}
	find := func(in []analysis.Estimate, name, arm, group string) analysis.Estimate {
		for _, e := range in {
			if e.Name == name && e.Arm == arm && e.Group == group && e.Partition == analysis.Test {
				return e
			}
		}
		t.Fatalf("no estimate %s of %s, %s", name, arm, group)
		return analysis.Estimate{}
	}
	if e := find(m.Localization, "error_mm_median", "cnn-small", "all"); e.Estimate != 1.5 || e.NPatients != perPart {
		t.Errorf("median error %g mm of %d patients, want 1.5 (3 px of 0.5 mm) of %d", e.Estimate, e.NPatients, perPart)
	}
	if e := find(m.Localization, "median_error_ratio_to_constant_mean", "cnn-small", "all"); e.Estimate <= 0 || e.Estimate >= 0.5 {
		t.Errorf("ratio to the constant-mean guess is %g, want a small one", e.Estimate)
	}
	if e := find(m.Classification, "auroc", "cnn-small · patch", "per patient"); e.Estimate != 1 {
		t.Errorf("AUROC on the patch is %g, want 1", e.Estimate)
	}
	if e := find(m.Classification, "auroc", "cnn-small · whole", "per patient"); e.Estimate > 0.85 {
		t.Errorf("AUROC of guesses is %g", e.Estimate)
	}
	if !strings.HasPrefix(m.Notice, "Synthetic") {
		t.Errorf("the notice is %q: what is made of synthetic radiographs must say so", m.Notice)
	}
	page := string(task.One("report"))
	for _, want := range []string{"Synthetic radiographs", "data:image/png;base64"} {
		if !strings.Contains(page, want) {
			t.Errorf("the report lacks %q", want)
		}
	}
}

// The contract with readers of the file (CLI.md).
// A radiograph without an annotated center counts for the labels and not for the centers.
func TestUnlocatedRadiographs(t *testing.T) {
	s := newStage()
	task := fill(t, s)
	st, err := read(task)
	if err != nil {
		t.Fatal(err)
	}
	before, guess := len(must(st.localization())), st.guess(cohort.TestFold)
	a := st.annotations["r000"]
	a.Unlocated, a.Center = true, geom.Point{}
	st.annotations["r000"] = a
	rows := must(st.localization())
	if len(rows) != before-1 || slices.ContainsFunc(rows, func(r analysis.LocalizationRow) bool { return r.Image == "r000" }) {
		t.Errorf("%d of %d rows are left, want r000 gone", len(rows), before)
	}
	if after := st.guess(cohort.TestFold); after == guess || after.X < 0.39 || after.X > 0.61 {
		t.Errorf("the constant guess went from %v to %v, want r000 out of it", guess, after)
	}
	if n := len(must(st.classification(s.Positive))); n != 2*before {
		t.Errorf("%d rows of scores, want all %d", n, 2*before)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestMetricsHaveTheirFields(t *testing.T) {
	s := newStage()
	task := fill(t, s)
	if err := task.Run(t.Context(), s, nil); err != nil {
		t.Fatal(err)
	}
	var file map[string]any
	if err := json.Unmarshal(task.One("metrics"), &file); err != nil {
		t.Fatal(err)
	}
	for _, list := range []string{"localization", "classification", "comparisons"} {
		estimates, _ := file[list].([]any)
		if len(estimates) == 0 {
			t.Errorf("%s is no list, or empty", list)
		}
		for _, entry := range estimates {
			e, _ := entry.(map[string]any)
			for _, field := range []string{"name", "arm", "group", "estimate", "low", "high", "level", "n_patients", "n_images", "method"} {
				if _, ok := e[field]; !ok {
					t.Errorf("%s: %v lacks %s", list, e["name"], field)
				}
			}
		}
	}
}

func TestSameInputSameBytes(t *testing.T) {
	var first *stagetest.Task
	for range 2 {
		s := newStage()
		task := fill(t, s)
		if err := task.Run(t.Context(), s, nil); err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = task
			continue
		}
		for _, port := range []string{"metrics", "report", "localization", "classification"} {
			if !bytes.Equal(first.One(port), task.One(port)) {
				t.Errorf("%s differs between two runs", port)
			}
		}
	}
}

func TestForeignSplitIsRefused(t *testing.T) {
	s := newStage()
	task := fill(t, s)
	for i, it := range task.Inputs["split"] {
		switch it.ID {
		case "fold=0/held-out":
			task.Inputs["split"][i].ID = "fold=1/held-out"
		case "fold=1/held-out":
			task.Inputs["split"][i].ID = "fold=0/held-out"
		}
	}
	if err := task.Run(t.Context(), s, nil); err == nil || !strings.Contains(err.Error(), "give the split that scored it") {
		t.Errorf("error is %v, want the split refused", err)
	}
}

// Too few resamples for the number of comparisons would make "cannot tell" speak of the resamples.
func TestTooFewResamplesSayHowMany(t *testing.T) {
	s := newStage()
	s.Resamples, s.Level = 100, 0.99
	err := fill(t, s).Run(t.Context(), s, nil)
	var bad *dag.BadInput
	if !errors.As(err, &bad) || bad.Record != "resamples = 100" {
		t.Fatalf("error is %v, want bad input that names resamples", err)
	}
	var want int
	if _, err := fmt.Sscanf(bad.Detail, "Set resamples to %d or more.", &want); err != nil {
		t.Fatalf("detail %q: %v", bad.Detail, err)
	}
	s.Resamples = want
	if err := fill(t, s).Run(t.Context(), s, nil); err != nil {
		t.Errorf("with the %d resamples it asked for: %v", want, err)
	}
}

func TestNothingToCompare(t *testing.T) {
	s := newStage()
	task := fill(t, s)
	delete(task.Inputs, "centers")
	delete(task.Inputs, "scores")
	if err := task.Run(t.Context(), s, nil); err == nil || !strings.Contains(err.Error(), "nothing to compare") {
		t.Errorf("error is %v", err)
	}
}

func TestArmsAreNamedByTheirMatrix(t *testing.T) {
	for id, want := range map[string]arm[int]{
		"":                         {name: "network", model: "network"},
		"model=vit-tiny":           {name: "vit-tiny", model: "vit-tiny"},
		"model=cnn,input=patch":    {name: "cnn · patch", model: "cnn", input: "patch"},
		"input=whole,size=96":      {name: "size=96 · whole", model: "size=96", input: "whole"},
		"lr=0.1,model=a,input=raw": {name: "a lr=0.1 · raw", model: "a lr=0.1", input: "raw"},
	} {
		got := newArm[int](id)
		if got.name != want.name || got.model != want.model || got.input != want.input {
			t.Errorf("%q: %+v, want %+v", id, got, want)
		}
	}
}
