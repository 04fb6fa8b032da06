package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/png"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"
)

// studyCommands are what the scripts of the real program know beyond those of testscript.
func studyCommands() map[string]func(*testscript.TestScript, bool, []string) {
	return map[string]func(*testscript.TestScript, bool, []string){
		"exits": exits, "interrupt": interrupt, "warm": warm, "repaint": repaint, "digests": digests, "grown": grown, "runids": runIDs,
		"infiles": inFiles, "remember": remember, "traces": traces,
	}
}

// interrupt PATTERN FILE PROGRAM ARG…: runs a program, interrupts it at the first line of its output that
// matches, and writes all of that to the file. The program must end with exit code 130.
func interrupt(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: interrupt PATTERN FILE PROGRAM ARG…")
	}
	when := regexp.MustCompile(args[0])
	cmd := exec.Command(args[2], args[3:]...)
	cmd.Dir, cmd.Env = ts.MkAbs("."), studyEnviron(ts)
	var problems bytes.Buffer
	cmd.Stderr = &problems
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	var text bytes.Buffer
	asked := false
	for lines := bufio.NewReader(out); ; {
		line, err := lines.ReadString('\n')
		text.WriteString(line)
		if !asked && when.MatchString(line) {
			asked = true
			ts.Check(cmd.Process.Signal(os.Interrupt))
		}
		if err != nil { // io.EOF once it has ended
			break
		}
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != 130 || !asked {
		ts.Fatalf("%v, want exit code 130 after an interrupt\n%s%s", err, text.Bytes(), problems.Bytes())
	}
	ts.Logf("[stderr]\n%s", problems.Bytes())
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), text.Bytes(), 0o644))
}

// studyEnviron is the environment of the script for a program that it does not start itself.
func studyEnviron(ts *testscript.TestScript) []string {
	env := os.Environ()
	for _, name := range []string{"HOME", "XDG_CONFIG_HOME", "TZ", "PATH"} {
		env = append(env, name+"="+ts.Getenv(name))
	}
	return append(env, studyVariables()...)
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
	cmd.Env = studyEnviron(ts)
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
