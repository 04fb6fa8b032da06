package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
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
