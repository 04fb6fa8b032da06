package main

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// testCodeChanges builds the program from changed sources and asks it what it would do with a finished
// study. The study's only network is cnn-small.
func testCodeChanges(t *testing.T, cold string) {
	if testing.Short() {
		t.Skip("builds the program several times")
	}
	line := func(source string) string { return source + "\nvar _ = \"another line\"\n" }
	for _, c := range []struct {
		name    string
		changes map[string]func(source string) string
		// want are the instances that do not stay as they are; plan says run or depends.
		want map[string]string
		// first is one of them whose reason is the change.
		first string
	}{
		{
			name: "that cannot matter",
			changes: map[string]func(string) string{
				"stages/compare/compare.go":   func(s string) string { return "// Another comment.\n" + s + "\n// One more.\n" },
				"stages/ingest/ingest.go":     func(s string) string { return strings.ReplaceAll(s, "\n\n", "\n\n\n") },
				"stages/ingest/index_test.go": func(string) string { return "package ingest\n" },
				"models/backbone/vit/vit.go":  line,
				"cmd/femur/cmd_plan.go":       line,
				"internal/view/plan.go":       line,
				"dag/plan.go":                 line,
			},
		},
		{
			name:    "in compare",
			changes: map[string]func(string) string{"stages/compare/compare.go": line},
			want:    map[string]string{"compare.main": "run"},
			first:   "compare.main",
		},
		{
			name:    "in the network",
			changes: map[string]func(string) string{"models/backbone/cnnsmall/cnnsmall.go": line},
			want: map[string]string{
				"train-localizer.main[model=cnn-small,fold=0]":               "run",
				"train-localizer.main[model=cnn-small,fold=1]":               "run",
				"predict-centers.main[model=cnn-small]":                      "depends",
				"crop-patches.main[input=patch]":                             "depends",
				"train-classifiers.main[model=cnn-small,input=patch,fold=0]": "depends",
				"train-classifiers.main[model=cnn-small,input=patch,fold=1]": "depends",
				"train-classifiers.main[model=cnn-small,input=whole,fold=0]": "run",
				"train-classifiers.main[model=cnn-small,input=whole,fold=1]": "run",
				"score-patches.main[model=cnn-small,input=patch]":            "depends",
				"score-patches.main[model=cnn-small,input=whole]":            "depends",
				"compare.main": "depends",
			},
			first: "train-localizer.main[model=cnn-small,fold=0]",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			femur := buildChanged(t, c.changes)
			got := map[string]string{}
			for address, state := range plannedBy(t, femur, cold) {
				if state != "hit" {
					got[address] = state
				}
			}
			if diff := cmp.Diff(c.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("instances that do not stay (-want +got):\n%s", diff)
			}
			if c.first == "" {
				return
			}
			explained := output(t, femur, "-C", cold, "explain", c.first)
			for file := range c.changes {
				if !strings.Contains(explained, file) {
					t.Errorf("explain %s does not name %s:\n%s", c.first, file, explained)
				}
			}
		})
	}
}

// buildChanged builds the program as if some of its sources were others, and returns its path.
func buildChanged(t *testing.T, changes map[string]func(source string) string) string {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	replace := map[string]string{}
	for file, change := range changes {
		path := filepath.Join(root, filepath.FromSlash(file))
		source, err := os.ReadFile(path)
		if err != nil && !errors.Is(err, os.ErrNotExist) { // one that does not exist is added
			t.Fatal(err)
		}
		replace[path] = filepath.Join(dir, strings.ReplaceAll(file, "/", "_"))
		if err := os.WriteFile(replace[path], []byte(change(string(source))), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "overlay.json"), overlay, 0o644); err != nil {
		t.Fatal(err)
	}
	femur := filepath.Join(dir, "femur")
	build := exec.Command("go", "build", "-buildvcs=false", "-overlay", filepath.Join(dir, "overlay.json"), "-o", femur, "./cmd/femur")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return femur
}

// plannedBy asks a program for the state of every instance.
func plannedBy(t *testing.T, femur, dir string) map[string]string {
	t.Helper()
	var plan struct {
		Stages []struct{ Address, State string }
	}
	if err := json.Unmarshal([]byte(output(t, femur, "-C", dir, "plan", "--json")), &plan); err != nil {
		t.Fatal(err)
	}
	if len(plan.Stages) != 14 {
		t.Fatalf("%d instances planned, want 14", len(plan.Stages))
	}
	states := map[string]string{}
	for _, s := range plan.Stages {
		states[s.Address] = s.State
	}
	return states
}

func output(t *testing.T, program string, args ...string) string {
	t.Helper()
	out, err := exec.Command(program, args...).Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		t.Fatalf("%s: %v\n%s", slices.Concat([]string{filepath.Base(program)}, args), err, exit.Stderr)
	} else if err != nil {
		t.Fatal(err)
	}
	return string(out)
}
