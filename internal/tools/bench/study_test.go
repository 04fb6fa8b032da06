package main

import (
	"slices"
	"strings"
	"testing"
)

func TestParseRun(t *testing.T) {
	const good = `{"event":"run-start","run":"r"}
{"event":"stage-start","address":"a.b"}
{"event":"stage-end","address":"a.b","result":"done"}
{"event":"stage-end","address":"c.d[k=1]","result":"hit"}
{"event":"run-end","totals":{"hit":1,"done":1,"failed":0,"skipped":0}}
`
	r, err := parseRun([]byte(good))
	if err != nil || !slices.Equal(r.done, []string{"a.b"}) || !slices.Equal(r.hit, []string{"c.d[k=1]"}) {
		t.Errorf("got %+v, %v", r, err)
	}
	for _, tt := range []struct{ name, events, want string }{
		{"failed", `{"event":"stage-end","address":"a.b","result":"failed"}`, "a.b: failed"},
		{"cut off", strings.Join(strings.SplitAfter(good, "\n")[:3], ""), "the run has no end"},
		{"other totals", strings.Replace(good, `"done":1`, `"done":2`, 1), "are not those of its events"},
		{"text", "Nothing to do", `event "Nothing to do"`},
		{"nothing", "", "the run has no end"},
	} {
		if _, err := parseRun([]byte(tt.events)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got error %v, want %q", tt.name, err, tt.want)
		}
	}
}

func TestDigests(t *testing.T) {
	const status = `{"stages":[{"address":"a.b","state":"fresh","outputs":{"x":{"digest":"11"},"y":{"digest":"22"}}},
		{"address":"c.d","state":"fresh","outputs":{"x":{"digest":"33"}}}]}`
	got, err := parseDigests([]byte(status))
	if err != nil || len(got) != 3 || got["a.b.y"] != "22" {
		t.Errorf("got %v, %v", got, err)
	}
	if _, err := parseDigests([]byte(strings.Replace(status, "fresh", "stale", 1))); err == nil || !strings.Contains(err.Error(), "a.b is stale") {
		t.Errorf("a stale instance: %v", err)
	}
	if _, err := parseDigests([]byte(`{"stages":[]}`)); err == nil {
		t.Error("a study of no stages was taken")
	}

	other := map[string]string{"a.b.x": "11", "a.b.y": "23", "e.f.x": "44"}
	if d, want := differing(got, other), []string{"a.b.y", "c.d.x", "e.f.x"}; !slices.Equal(d, want) {
		t.Errorf("differing are %v, want %v", d, want)
	}
	if f := sameDigests([]map[string]string{got, got, got}); f.Verdict != pass || f.Counted != "3 of 3 artifacts equal in all runs" {
		t.Errorf("three equal runs: %+v", f)
	}
	if f := sameDigests([]map[string]string{got, got, other}); f.Verdict != fail || !strings.Contains(f.Counted, "not a.b.y") {
		t.Errorf("a run that differs: %+v", f)
	}
	if f := sameDigests([]map[string]string{got}); f.Verdict != notMeasured {
		t.Errorf("one run: %+v", f)
	}
}

func TestCompiles(t *testing.T) {
	const log = `{"@level":"info","@message":"compiled","@module":"femur.backend","program":"step cnn"}
{"@level":"info","@message":"epoch","number":1}
not JSON, from another library
{"@level":"info","@message":"compiled","program":"score cnn"}
`
	c, err := parseCompiles([]byte(log))
	if err != nil {
		t.Fatal(err)
	}
	c.trainings = trainings([]string{"train-localizer.main[fold=0]", "train-classifiers.main[fold=0]", "split-by-patient.folds"})
	f := c.figure()
	if want := "2 trainings share 1 program for training and 1 for scoring; each was compiled once"; f.Counted != want || f.Verdict != pass {
		t.Errorf("got %+v, want %q", f, want)
	}
	again, err := parseCompiles([]byte(log + strings.SplitAfter(log, "\n")[0]))
	if err != nil {
		t.Fatal(err)
	}
	again.trainings = 5
	if f := again.figure(); f.Verdict != fail || !strings.HasSuffix(f.Counted, "compiled up to 2 times") {
		t.Errorf("a program compiled twice: %+v", f)
	}
	if f := (compiles{trainings: 5}).figure(); f.Verdict != notMeasured {
		t.Errorf("a silent log: %+v", f)
	}
}

func TestRatios(t *testing.T) {
	const shown = `{"json":{"localization":[
		{"name":"error_mm_median","arm":"cnn","group":"all","partition":"test","estimate":9},
		{"name":"median_error_ratio_to_constant_mean","arm":"cnn","group":"all","partition":"test","estimate":0.2,"low":0.1,"high":0.3,"n_patients":40,"n_images":58},
		{"name":"median_error_ratio_to_constant_mean","arm":"vit","group":"all","partition":"test","estimate":0.5,"low":0.4,"high":0.9},
		{"name":"median_error_ratio_to_constant_mean","arm":"cnn","group":"all","partition":"development","estimate":2}]}}`
	ratios, err := parseRatios([]byte(shown))
	if err != nil || len(ratios) != 2 {
		t.Fatalf("got %+v, %v", ratios, err)
	}
	f := ratioFigure(ratios)
	if want := "cnn 0.200 (95 % CI 0.100 – 0.300), vit 0.500 (95 % CI 0.400 – 0.900); 40 patients, 58 radiographs"; f.Counted != want || f.Verdict != pass {
		t.Errorf("got %+v, want %q", f, want)
	}
	ratios[1].High = 1.1
	if f := ratioFigure(ratios); f.Verdict != fail {
		t.Error("a localizer that may be as bad as the guess passed")
	}
	ratios[1].High, ratios[0].Estimate = 0.9, 0.26
	if f := ratioFigure(ratios); f.Verdict != fail {
		t.Error("no localizer has a quarter of the guess's error, and the figure passed")
	}
	if _, err := parseRatios([]byte(`{"json":{"localization":[]}}`)); err == nil {
		t.Error("metrics without the ratio were taken")
	}
}

func TestExplained(t *testing.T) {
	got, err := parseExplained([]byte(`{"changes":[{"component":"code","subject":"stages/compare/compare.go"},{"component":"params","subject":"level"}]}`))
	if err != nil || !slices.Equal(got, []string{"stages/compare/compare.go", "params level"}) {
		t.Errorf("got %v, %v", got, err)
	}
	if _, err := parseExplained([]byte(`{"changes":[]}`)); err == nil {
		t.Error("an explanation of nothing was taken")
	}
}
