package view_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"femur/cache"
	"femur/dag"
	"femur/internal/view"
)

// golden compares what a view printed with testdata/NAME; UPDATE_GOLDEN=1 rewrites it. Human text must
// fit 80 columns.
func golden(t *testing.T, name string, print func(view.Stream) error) {
	t.Helper()
	var b bytes.Buffer
	if err := print(view.Stream{Out: &b, JSON: strings.HasSuffix(name, ".json"), Width: 80}); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", name)
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
	if filepath.Ext(name) == ".txt" {
		for line := range strings.Lines(b.String()) {
			if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > 80 {
				t.Errorf("%s: a line of %d columns: %s", name, n, line)
			}
		}
	}
}

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func planTable() view.StageTable {
	changed := []view.Reason{
		{Component: "code", Subject: "stages/trainlocalizer/train.go", Old: "aa", New: "bb", Text: "code: stages/trainlocalizer/train.go changed"},
		{Component: "params", Subject: "learning_rate", Old: "0.001", New: "0.0003", Text: "params.learning_rate 0.001 → 0.0003"},
	}
	waits := []view.Reason{
		{Component: "params", Subject: "size", Old: "96", New: "128", Text: "params.size 96 → 128"},
		{Component: "input", Subject: "train-localizer.main[model=vit-tiny,fold=0]", Text: "upstream train-localizer.main[model=vit-tiny,fold=0] would run"},
		{Component: "input", Subject: "train-localizer.main[model=vit-tiny,fold=1]", Text: "upstream train-localizer.main[model=vit-tiny,fold=1] would run"},
	}
	return view.StageTable{
		Pipeline: "aff-vs-nff",
		Stages: []view.Stage{
			{Address: "ingest.cohort", Kind: "ingest", State: "run", Items: &view.Items{Hit: 4299, Total: 4300}, Reasons: []view.Reason{
				{Component: "source", Subject: "files", Text: "source files: 1 file added"},
			}},
			{Address: "split-by-patient.folds", Kind: "split-by-patient", State: "hit"},
			{Address: "train-localizer.main[model=cnn-small,fold=0]", Kind: "train-localizer", State: "hit"},
			{Address: "train-localizer.main[model=cnn-small,fold=1]", Kind: "train-localizer", State: "hit"},
			{Address: "train-localizer.main[model=vit-tiny,fold=0]", Kind: "train-localizer", State: "run", Reasons: changed},
			{Address: "train-localizer.main[model=vit-tiny,fold=1]", Kind: "train-localizer", State: "run", Reasons: changed},
			{Address: "predict-centers.main[model=vit-tiny]", Kind: "predict-centers", State: "depends", Reasons: waits},
		},
		Totals: view.PlanTotals{Hit: 3, Run: 3, Depends: 1},
	}
}

func TestPlan(t *testing.T) {
	for _, name := range []string{"plan.txt", "plan.json"} {
		golden(t, name, func(s view.Stream) error { return view.NewPlan(s).Plan(planTable()) })
	}
}

func TestStatus(t *testing.T) {
	table := planTable()
	states := []string{"stale", "fresh", "fresh", "fresh", "running", "failed", "never"}
	for i := range table.Stages {
		s := &table.Stages[i]
		s.State = states[i]
		if s.State != "never" {
			s.LastRun, s.LastTime, s.Seconds = "20260102-030405", start.Add(time.Duration(i)*time.Minute), float64(30*i)
		}
	}
	table.Stages[4].Progress = &view.Progress{Done: 40, Total: 1200, Unit: "steps", Text: "loss 0.123"}
	table.Stages[5].Error = "epoch 3: the loss is not a number; lower learning_rate, or raise warmup_epochs"
	golden(t, "status.txt", func(s view.Stream) error { return view.NewStatus(s).Status(table) })
}

// events is a run in which one stage is reused, one done, one fails and one is skipped for that.
func events() []dag.Event {
	report := []cache.Output{{Name: "report", Artifact: cache.Artifact{Media: cache.MediaHTML, Digest: cache.Sum([]byte("r")), Size: 412345}}}
	return []dag.Event{
		dag.RunStart{Run: "20260102-030405", Time: start, Pipeline: "aff-vs-nff", Nodes: []dag.Address{"ingest.cohort", "compare.main", "train-localizer.main[model=vit-tiny,fold=0]", "score-patches.main"}},
		dag.StageEnd{Address: "ingest.cohort", Time: start, Result: dag.ResultHit},
		dag.StageStart{Address: "compare.main", Time: start, Reasons: []dag.Reason{{Component: dag.ComponentParams, Text: "params.level 0.9 → 0.95"}, {Component: dag.ComponentCode, Text: "code: stages/compare/report.go changed"}}},
		dag.StageProgress{Address: "compare.main", Time: start.Add(2 * time.Second), Progress: dag.Progress{Done: 1, Total: 5, Unit: "tables"}},
		dag.StageProgress{Address: "compare.main", Time: start.Add(11 * time.Second), Progress: dag.Progress{Done: 3, Total: 5, Unit: "tables", Text: "bootstrap"}},
		dag.StageEnd{Address: "compare.main", Time: start.Add(20 * time.Second), Result: dag.ResultDone, Seconds: 20, Outputs: report},
		dag.StageStart{Address: "train-localizer.main[model=vit-tiny,fold=0]", Time: start, Reasons: []dag.Reason{{Component: dag.ComponentNeverRan, Text: "never ran"}}},
		dag.StageEnd{Address: "train-localizer.main[model=vit-tiny,fold=0]", Time: start.Add(90 * time.Second), Result: dag.ResultFailed, Seconds: 70, Err: errors.New("the loss is not a number")},
		dag.StageEnd{Address: "score-patches.main", Time: start.Add(90 * time.Second), Result: dag.ResultSkipped, Cause: "train-localizer.main[model=vit-tiny,fold=0]"},
		dag.RunEnd{Run: "20260102-030405", Time: start.Add(90 * time.Second), Seconds: 90, Totals: dag.Totals{Hit: 1, Done: 1, Failed: 1, Skipped: 1}},
	}
}

func TestRun(t *testing.T) {
	for _, name := range []string{"run.txt", "run.json"} {
		golden(t, name, func(s view.Stream) error {
			v := view.NewRun(s)
			for _, e := range events() {
				v.Observe(e)
			}
			return v.Close()
		})
	}
}

func TestDiagnostics(t *testing.T) {
	diags := []view.Diagnostic{
		{
			Severity: view.SeverityError, Summary: "Unsupported argument", File: "pipeline.hcl",
			Detail: `An argument named "learning_rat" is not expected here. Did you mean "learning_rate"? The arguments of a stage are listed in the reference of the pipeline language.`,
			Range:  &view.Range{Start: view.Pos{Line: 12, Column: 3}, End: view.Pos{Line: 12, Column: 15}}, Context: `stage "train-localizer" "main"`,
			Lines: []view.SourceLine{{Number: 11, Text: `stage "train-localizer" "main" {`}, {Number: 12, Text: "\tlearning_rat = 0.001", Start: 1, End: 13}},
		},
		{
			Severity: view.SeverityWarning, Summary: "Unused variable", File: "pipeline.hcl",
			Range: &view.Range{Start: view.Pos{Line: 3, Column: 90}, End: view.Pos{Line: 3, Column: 99}},
			Lines: []view.SourceLine{{Number: 3, Text: "# " + strings.Repeat("ä", 87) + " variable }", Start: 2 + 2*87 + 1, End: 2 + 2*87 + 9}},
		},
		{Severity: view.SeverityError, Summary: "patient 7: has both labels", Detail: "Correct one of them.", File: "annotations.csv", Range: &view.Range{Start: view.Pos{Line: 9}}},
		{Severity: view.SeverityError, Summary: "interrupted"},
	}
	for _, name := range []string{"diagnostics.txt", "diagnostics.json"} {
		golden(t, name, func(s view.Stream) error { return view.Diagnostics(s, diags) })
	}
}

func TestExplain(t *testing.T) {
	e := view.Explanation{
		Address: "train-localizer.main[model=vit-tiny,fold=0]", State: "run", Key: strings.Repeat("ab", 32),
		Changes: []view.Change{
			{Reason: view.Reason{Component: "code", Subject: "stages/trainlocalizer/train.go", Old: strings.Repeat("0a", 32), New: strings.Repeat("1b", 32)}},
			{Reason: view.Reason{Component: "params", Subject: "learning_rate", Old: "0.001", New: "0.0003"}},
			{Reason: view.Reason{Component: "params", Subject: "models", Old: "", New: strings.Repeat("a model with a long name ", 4)}},
			{Reason: view.Reason{Component: "input", Subject: "radiographs", Old: strings.Repeat("2c", 32), New: strings.Repeat("3d", 32), Items: []string{"+ patient_9_1", "~ patient_3_2"}}, From: "ingest.cohort.radiographs"},
		},
		Last:        &view.LastRun{Run: "20260102-030405", Time: start, Seconds: 192, Host: "here", Environment: map[string]string{"backend": "xla:cpu", "arch": "linux/amd64"}},
		Ingredients: []view.Ingredient{{Component: "code", Label: "a.go", Value: "1"}, {Component: "code", Label: "b.go", Value: "2"}, {Component: "params", Label: "size", Value: "96"}},
	}
	golden(t, "explain.txt", func(s view.Stream) error { return view.NewExplain(s, false).Explain(e) })
	golden(t, "explain_long.txt", func(s view.Stream) error { return view.NewExplain(s, true).Explain(e) })
}

func metricsContent() view.Content {
	estimate := func(name, arm, group, part, unit string, value float64, patients int) view.Metric {
		return view.Metric{
			Name: name, Arm: arm, Group: group, Partition: part, Unit: unit, Estimate: value, Low: 0.8 * value, High: 1.21 * value,
			Level: 0.95, NPatients: patients, NImages: 3 * patients / 2,
		}
	}
	difference := estimate("auroc_difference", "cnn-small · patch − cnn-small · whole", "per image", "test", "", 0.4178, 40)
	difference.Conclusion = "cnn-small · patch separates AFF from NFF better than cnn-small · whole: difference 0.42 (95 % CI 0.33 to 0.51)."
	return view.Content{
		Artifact: view.Artifact{Artifact: "compare.main.metrics", Type: string(cache.MediaJSON), Bytes: 157000, Digest: strings.Repeat("ab", 32)},
		Metrics: &view.Metrics{
			Localization: []view.Metric{
				estimate("error_mm_median", "cnn-small", "all", "test", "mm", 4.8857, 30),
				estimate("error_px_median", "cnn-small", "all", "test", "px", 1234.5, 40),
				estimate("error_diagonal_p90", "cnn-small", "all", "test", "% of diagonal", 2.2251, 40),
				estimate("success_within_5mm", "cnn-small", "all", "test", "", 0.51, 30),
				estimate("success_within_10percent", "cnn-small", "all", "test", "", 0.9, 40),
				estimate("median_error_ratio_to_constant_mean", "cnn-small", "all", "test", "", 0.0529, 40),
				estimate("error_px_median", "cnn-small", "all", "development", "px", -0.5, 120),
			},
			Classification: []view.Metric{
				estimate("auroc", "cnn-small · patch", "per image", "test", "", 0.91604, 40),
				estimate("sensitivity", "cnn-small · patch", "per image", "test", "", 0.619, 40),
			},
			Comparisons: []view.Metric{difference},
			Thresholds:  []view.Threshold{{Arm: "cnn-small · patch", Group: "per image", Partition: "test", Value: 0.494397, ChosenOn: "all out-of-fold scores"}},
			Omitted:     []view.Omission{{Name: "ppv", Arm: "vit-nano · patch", Group: "per image", Partition: "test", Reason: "No radiograph is called positive."}},
			Answers:     answers(),
		},
	}
}

func answers() []view.Answer {
	return []view.Answer{{
		Question: "How accurately does a network find the center of the fracture?", Partition: "test",
		Headline: "Median error: cnn-small 0.9 % of diagonal (95 % CI 0.8 to 1.4); vit-nano 3.7 % of diagonal (95 % CI 2.3 to 4.3).",
		Basis:    "From the held-out test part: 60 radiographs of 40 patients (12 with AFF).",
		Points:   []view.Point{{Title: "Accuracy", Findings: []string{"cnn-small: half of the centers lie within 0.9 % of diagonal (95 % CI 0.8 to 1.4)."}}},
	}}
}

func TestMetrics(t *testing.T) {
	golden(t, "metrics.txt", func(s view.Stream) error { return view.NewShow(s).Show(metricsContent()) })
	golden(t, "metrics_all.txt", func(s view.Stream) error {
		c := metricsContent()
		c.All = true
		return view.NewShow(s).Show(c)
	})
}

func TestRunTellsAnswers(t *testing.T) {
	golden(t, "run_answers.txt", func(s view.Stream) error {
		v := view.NewRun(s)
		for _, e := range events()[:6] {
			v.Observe(e)
		}
		v.Observe(dag.StageStart{Address: "train-localizer.main[model=vit-tiny,fold=0]", Time: start})
		v.Stopping()
		v.Observe(dag.StageEnd{Address: "train-localizer.main[model=vit-tiny,fold=0]", Result: dag.ResultDone, Seconds: 12, Time: start})
		v.Observe(dag.RunEnd{Run: "20260102-030405", Time: start, Seconds: 40, Interrupted: true, Totals: dag.Totals{Hit: 1, Done: 2, Skipped: 1}})
		v.Found([]view.Finding{{Artifact: "compare.main.metrics", Answers: answers()}})
		return v.Close()
	})
}

func TestWideTable(t *testing.T) {
	c := view.Content{
		Artifact: view.Artifact{Artifact: "compare.main.localization", Type: string(cache.MediaParquet), Bytes: 13700, Digest: strings.Repeat("cd", 32)},
		Table:    &view.Table{Total: 402},
	}
	var row []string
	for _, one := range []struct {
		name, cell string
		numeric    bool
	}{
		{"image", "patient_100_CONTROL_class_1_modality_CR_scanoccasion_0_imagenumber_2", false}, {"patient", "100", false}, {"label", "NFF", false},
		{"true_x", "1256.55", true}, {"true_y", "1285.54", true}, {"pred_x", "1144.19", true}, {"pred_y", "1293.88", true},
		{"width", "2304", true}, {"height", "2880", true},
	} {
		c.Table.Columns = append(c.Table.Columns, view.TableColumn{Name: one.name, Numeric: one.numeric})
		row = append(row, one.cell)
	}
	c.Table.Rows = [][]string{row, row}
	golden(t, "table_wide.txt", func(s view.Stream) error { return view.NewShow(s).Show(c) })
}
