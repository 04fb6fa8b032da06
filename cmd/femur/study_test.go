package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/png"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"femur/models/backend"
	"femur/models/backend/plugin"
)

// quickCompiles makes XLA compile in a fraction of the time. What it compiles is slower and, in the last
// bits, other numbers, but as deterministic.
const quickCompiles = "XLA_FLAGS=--xla_backend_optimization_level=0"

// TestStudy tells stories of the program as it is installed, on the study of testdata/study/pipeline.hcl.
// That runs once; scripts that begin with "warm" go on from its cache.
func TestStudy(t *testing.T) {
	needXLA(t)
	cold := coldStudy(t)
	t.Run("script", func(t *testing.T) {
		testscript.Run(t, testscript.Params{
			Dir:                 "testdata/study",
			UpdateScripts:       os.Getenv("UPDATE_GOLDEN") != "",
			RequireExplicitExec: true,
			RequireUniqueNames:  true,
			Setup: func(env *testscript.Env) error {
				env.Setenv("COLD", cold)
				return errors.Join(studyEnvironment(env), copyFile(env.WorkDir, filepath.Join(cold, "pipeline.hcl")))
			},
			Cmds: studyCommands(),
		})
	})
	t.Run("code", func(t *testing.T) { testCodeChanges(t, cold) })
}

// TestCohort tells stories of radiographs in files, and of what is wrong with them. It needs no network.
func TestCohort(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/cohort",
		UpdateScripts:       os.Getenv("UPDATE_GOLDEN") != "",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup:               studyEnvironment,
		Cmds:                studyCommands(),
	})
}

func studyCommands() map[string]func(*testscript.TestScript, bool, []string) {
	return map[string]func(*testscript.TestScript, bool, []string){
		"exits": exits, "waitfor": waitFor, "warm": warm, "repaint": repaint, "digests": digests, "grown": grown, "runids": runIDs,
	}
}

// studyEnvironment gives a script the plugins of the user, and nothing else of theirs.
func studyEnvironment(env *testscript.Env) error {
	env.Setenv("XDG_CONFIG_HOME", filepath.Join(env.WorkDir, ".config"))
	env.Setenv("TZ", "UTC")
	env.Vars = append(env.Vars, studyVariables()...)
	return nil
}

// studyVariables decide what computes in the tests of the real program.
func studyVariables() []string {
	vars := []string{quickCompiles, "FEMUR_BACKEND=xla:cpu", "FEMUR_INSTALL=false"}
	if dir, err := plugin.DefaultDir(); err == nil {
		vars = append(vars, "FEMUR_PLUGINS="+dir)
	}
	return vars
}

// needXLA skips a test where no plugin for this machine's processors can be had. The slower Go backend
// would take minutes for what XLA does in seconds.
func needXLA(t *testing.T) {
	t.Helper()
	engine, err := backend.Open(context.Background(), backend.Options{Choice: "xla:cpu", AllowInstall: true})
	if err != nil {
		t.Skipf("needs an XLA plugin, and none can be had here: %v", err)
	}
	if err := engine.Close(); err != nil {
		t.Fatal(err)
	}
}

// coldStudy runs the tiny study from an empty cache and returns its folder, which nobody may change.
func coldStudy(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := copyFile(dir, "testdata/study/pipeline.hcl"); err != nil {
		t.Fatal(err)
	}
	run := exec.Command("study", "run", "--json") // testscript.Main put it on the path
	run.Dir, run.Env = dir, append(os.Environ(), studyVariables()...)
	if out, err := run.CombinedOutput(); err != nil {
		t.Fatalf("the tiny study: %v\n%s", err, out)
	}
	return dir
}

func copyFile(toDir, from string) error {
	b, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(toDir, filepath.Base(from)), b, 0o644)
}

// warm [DIR]: puts the cache of the study's one run into the folder, as .femur.
func warm(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 1 {
		ts.Fatalf("usage: warm [DIR]")
	}
	to := ts.MkAbs(".femur")
	if len(args) == 1 {
		to = filepath.Join(ts.MkAbs(args[0]), ".femur")
	}
	ts.Check(os.CopyFS(to, os.DirFS(filepath.Join(ts.Getenv("COLD"), ".femur"))))
}

// repaint FILE: changes one pixel of a 16-bit PNG.
func repaint(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: repaint FILE")
	}
	file := ts.MkAbs(args[0])
	b, err := os.ReadFile(file)
	ts.Check(err)
	picture, err := png.Decode(bytes.NewReader(b))
	ts.Check(err)
	gray, ok := picture.(*image.Gray16)
	if !ok {
		ts.Fatalf("%s is a %T", args[0], picture)
	}
	gray.Pix[0] ^= 0xff
	var out bytes.Buffer
	ts.Check(png.Encode(&out, gray))
	ts.Check(os.WriteFile(file, out.Bytes(), 0o644))
}

// digests DIR FILE: writes the digest of every output of the pipeline in the folder to the file.
func digests(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: digests DIR FILE")
	}
	cmd := exec.Command("study", "-C", ts.MkAbs(args[0]), "status", "--json")
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		ts.Fatalf("status: %v\n%s", err, exit.Stderr)
	}
	ts.Check(err)
	var status struct {
		Stages []struct {
			Address string
			Outputs map[string]struct{ Digest string }
		}
	}
	ts.Check(json.Unmarshal(out, &status))
	var text bytes.Buffer
	for _, s := range status.Stages {
		for _, name := range slices.Sorted(maps.Keys(s.Outputs)) {
			fmt.Fprintf(&text, "%s.%s %s\n", s.Address, name, s.Outputs[name].Digest)
		}
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), text.Bytes(), 0o644))
}

// runids: sets $RUN1, $RUN2, … to the runs of .femur, the oldest first.
func runIDs(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: runids")
	}
	runs, err := os.ReadDir(ts.MkAbs(".femur/runs"))
	ts.Check(err)
	for i, run := range runs {
		ts.Setenv(fmt.Sprintf("RUN%d", i+1), run.Name())
	}
}

// grown OLD NEW PATIENTS: demands that each list of the split exported to NEW is that of OLD, in its order,
// with at most that many patients more, and that some list has them.
func grown(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: grown OLD NEW PATIENTS")
	}
	most, err := strconv.Atoi(args[2])
	ts.Check(err)
	lists, err := filepath.Glob(filepath.Join(ts.MkAbs(args[0]), "*.json"))
	ts.Check(err)
	if len(lists) == 0 {
		ts.Fatalf("no lists in %s", args[0])
	}
	largest := 0
	for _, list := range lists {
		before, after := splitList(ts, list), splitList(ts, filepath.Join(ts.MkAbs(args[1]), filepath.Base(list)))
		var more []string
		for _, patient := range after {
			if len(before) > 0 && before[0] == patient {
				before = before[1:]
			} else {
				more = append(more, patient)
			}
		}
		if len(before) > 0 || len(more) > most {
			ts.Fatalf("%s: %d patients were moved, and %v are new", filepath.Base(list), len(before), more)
		}
		largest = max(largest, len(more))
	}
	if largest != most {
		ts.Fatalf("no list has %d new patients", most)
	}
}

// splitList reads the patients of an exported list.
func splitList(ts *testscript.TestScript, file string) []string {
	b, err := os.ReadFile(file)
	ts.Check(err)
	var items []struct{ Patient string }
	ts.Check(json.Unmarshal(b, &items))
	patients := make([]string, len(items))
	for i, item := range items {
		patients[i] = item.Patient
	}
	return patients
}
