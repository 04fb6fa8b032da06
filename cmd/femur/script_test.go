package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"femur/cache"
	"femur/dag"
	"femur/models/backend"
	"femur/stages/ingest"
)

// The scripts know two programs: femur has the kinds of kinds_test.go, which need no network, and a
// clock that stands still; study is the program as it is installed.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"femur": func() { os.Exit(fakeProgram().main(os.Args[1:])) },
		"study": func() { os.Exit(theProgram().main(os.Args[1:])) },
	})
}

// fakeProgram is femur with fake kinds. FEMUR_TEST_TIME says what time it is, and FEMUR_TEST_CODE is
// the code of the stage "report", as a build with another source would have it.
func fakeProgram() *program {
	p := theProgram()
	p.kinds = func(*backend.Device, ingest.Tools) []dag.Kind { return fakeKinds() }
	p.now = func() time.Time {
		t, err := time.Parse(time.RFC3339, os.Getenv("FEMUR_TEST_TIME"))
		if err != nil {
			t = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
		}
		return t
	}
	p.fingerprint = func(n *dag.Node) ([]cache.Field, error) {
		code := "as it was"
		if n.Kind.Type == "report" && os.Getenv("FEMUR_TEST_CODE") != "" {
			code = os.Getenv("FEMUR_TEST_CODE")
		}
		file := n.Kind.Package + "/" + n.Kind.Type + ".go"
		return []cache.Field{{Kind: cache.Code, Label: file, Value: cache.Sum([]byte(code)).String()}}, nil
	}
	return p
}

func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       os.Getenv("UPDATE_GOLDEN") != "",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("XDG_CONFIG_HOME", filepath.Join(env.WorkDir, ".config"))
			env.Setenv("TZ", "UTC")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "waitfor": waitFor, "leaks": leaks, "infiles": inFiles,
		},
	})
}

// exits CODE PROGRAM ARG…: runs a program, which must end with this exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARG…")
	}
	code := 0
	err := ts.Exec(args[1], args[2:]...)
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		code = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if want, err := strconv.Atoi(args[0]); err != nil || code != want {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}

// waitfor PATTERN GLOB: waits until a file that matches the glob holds the pattern, two minutes at most.
func waitFor(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: waitfor PATTERN GLOB")
	}
	pattern := regexp.MustCompile(args[0])
	for range 6000 {
		files, err := filepath.Glob(ts.MkAbs(args[1]))
		ts.Check(err)
		for _, file := range files {
			if b, err := os.ReadFile(file); err == nil && pattern.Match(b) {
				return
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
	ts.Fatalf("no %s holds %s", args[1], args[0])
}
