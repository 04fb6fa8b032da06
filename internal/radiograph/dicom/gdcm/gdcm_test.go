package gdcm

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// fake makes a tool of a shell script that reads file 3 and writes file 4. Temporary folders of the test lie in a
// folder of its own, which must be empty afterwards.
func fake(t *testing.T, script string) *Tool {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "fake")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	tool, err := Find(path)
	if err != nil {
		t.Fatal(err)
	}
	left := filepath.Join(dir, "tmp")
	if err := os.Mkdir(left, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", left)
	t.Cleanup(func() {
		names, err := os.ReadDir(left)
		if err != nil || len(names) > 0 {
			t.Errorf("left in the temporary folder: %v, %v", names, err)
		}
	})
	tool.Timeout = 20 * time.Second
	return tool
}

// dicomFile is the least that passes for one.
func dicomFile(content string) []byte {
	return append(append(make([]byte, 128), "DICM"...), content...)
}

func TestRaw(t *testing.T) {
	tool := fake(t, `[ "$1 $#" = "--raw 3" ] || exit 9; echo said; cat "$2" >"$3"`)
	want := dicomFile("samples")
	got, err := tool.Raw(t.Context(), want)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestRawAtOnce(t *testing.T) {
	tool := fake(t, `cat "$2" >"$3"`)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			want := dicomFile(fmt.Sprintf("file %d", i))
			if got, err := tool.Raw(t.Context(), want); err != nil || !bytes.Equal(got, want) {
				t.Errorf("file %d: %q, %v", i, got, err)
			}
		})
	}
	all.Wait()
}

// The child sees its files without a name, nothing of the environment, and its limits.
func TestChildSeesLittle(t *testing.T) {
	t.Setenv("FEMUR_SECRET", "marker")
	tool := fake(t, `{ head -c 132 "$2"; env; pwd; ulimit -t; ulimit -v; ulimit -f; ulimit -c; stat -L -c %h "$2" "$3"; } >"$3"`)
	tool.Timeout, tool.MemoryBytes, tool.OutputBytes = 7*time.Second+1, 1<<30, 1<<20
	left := os.Getenv("TMPDIR")
	got, err := tool.Raw(t.Context(), dicomFile("x"))
	if err != nil {
		t.Fatal(err)
	}
	text := string(got[132:])
	for _, hidden := range []string{"marker", left, "HOME"} {
		if strings.Contains(text, hidden) {
			t.Errorf("the child sees %q:\n%s", hidden, text)
		}
	}
	for _, want := range []string{"LC_ALL=C\n", "\n/\n8\n1048576\n2048\n0\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("the child does not see %q:\n%s", want, text)
		}
	}
	if _, err := os.Stat("/proc/self/fd"); err == nil && !strings.HasSuffix(text, "\n0\n0\n0\n") { // the last limit, and the links of both files
		t.Errorf("files 3 and 4 have names:\n%s", text)
	}
}

func TestRawFails(t *testing.T) {
	cases := []struct {
		name, script string
		limit        func(*Tool)
		want         string
	}{
		{"refuses", `echo "patient MARKER" >&2; exit 1`, nil, "refused the file (exit status 1)"},
		{"warns", `echo "Corrupt JPEG data: premature end of data segment" >&2; cat "$2" >"$3"`, nil, "found the compressed pixels damaged"},
		{"crashes", `kill -SEGV $$`, nil, "crashed (segmentation fault)"},
		{"writes nothing", `exit 0`, nil, "wrote 0 bytes that are no DICOM file"},
		{"writes nonsense", `echo patient MARKER >"$3"`, nil, "wrote 15 bytes that are no DICOM file"},
		{"uses up the processor's time", `ulimit -S -t 1; while :; do :; done`, nil, "was killed after 20s of processor time"},
		{"is killed", `kill -KILL $$`, nil, "out of memory"},
		{"hangs", `sleep 60`, func(t *Tool) { t.Timeout = 200 * time.Millisecond }, "was killed after 200ms"},
		{"leaves a process behind", `sleep 60 & exit 0`, nil, "left processes behind"},
		{"computes", `while :; do :; done`, func(t *Tool) { t.Timeout = 300 * time.Millisecond }, "was killed after 300ms"},
		{"prints and hangs", `exec yes patient MARKER`, func(t *Tool) { t.Timeout = 200 * time.Millisecond }, "was killed after 200ms"},
		{"writes much", `exec cat /dev/zero >"$3"`, func(t *Tool) { t.OutputBytes = 1 << 20 }, "wrote more than 1048576 bytes"},
		{"writes a byte too many", `head -c 1001 /dev/zero >"$3"`, func(t *Tool) { t.OutputBytes = 1000 }, "wrote more than 1000 bytes"},
		{"takes memory", `exec dd if=/dev/zero of=/dev/null bs=900M count=1`, func(t *Tool) { t.MemoryBytes = 200 << 20 }, "refused the file (exit status 1)"},
		{"is gone", `rm "$0"; exec "$0"`, nil, "refused the file (exit status 127)"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			tool := fake(t, c.script)
			if c.limit != nil {
				c.limit(tool)
			}
			start := time.Now()
			got, err := tool.Raw(t.Context(), dicomFile("x"))
			var failure *Failure
			if !errors.As(err, &failure) {
				t.Fatalf("got %d bytes and error %v", len(got), err)
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %q does not say %q", err, c.want)
			}
			if failure.AboutFile() != (c.name != "is killed") {
				t.Errorf("about the file: %v", failure.AboutFile())
			}
			if strings.Contains(err.Error(), "MARKER") {
				t.Errorf("error %q quotes the tool", err)
			}
			if c.name == "refuses" && failure.Printed != "patient MARKER\n" || len(failure.Printed) > keptOutput {
				t.Errorf("printed %q", failure.Printed)
			}
			if took := time.Since(start); took > 18*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

// A cancel ends the child and those that it started, and is what the error says.
func TestCancel(t *testing.T) {
	tool := fake(t, `sleep 60 & echo $! $$ >"$3"; wait`)
	ctx, cancel := context.WithCancelCause(t.Context())
	stopped := errors.New("stopped by the user")
	pids := make(chan string, 1)
	go func() {
		defer cancel(stopped)
		time.Sleep(300 * time.Millisecond)
		out, _ := filepath.Glob("/proc/[0-9]*/cmdline")
		for _, name := range out {
			if b, err := os.ReadFile(name); err == nil && bytes.Contains(b, []byte(tool.Path)) {
				pids <- filepath.Base(filepath.Dir(name))
				return
			}
		}
		pids <- ""
	}()
	if _, err := tool.Raw(ctx, dicomFile("x")); !errors.Is(err, stopped) {
		t.Errorf("error %v, want the cause of the cancel", err)
	}
	leader := <-pids
	if leader == "" {
		t.Skip("no /proc: the group cannot be looked for")
	}
	var pid int
	if _, err := fmt.Sscan(leader, &pid); err != nil {
		t.Fatal(err)
	}
	for range 20 { // a killed process stays until its new parent has seen it
		if errors.Is(syscall.Kill(-pid, 0), syscall.ESRCH) {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Log("the group still has members, which may be dead and not yet collected")
	if b, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid)); err == nil && len(b) > 0 {
		t.Errorf("process %d lives: %q", pid, b)
	}
}

func TestCanceledBefore(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := fake(t, `exit 0`).Raw(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// A shell that cannot set the limits is a fault of the machine.
func TestCannotBeLimited(t *testing.T) {
	_, err := fake(t, `exit 125`).Raw(t.Context(), dicomFile("x"))
	var failure *Failure
	if err == nil || errors.As(err, &failure) || !strings.Contains(err.Error(), "cannot limit its time") {
		t.Errorf("error %v", err)
	}
}

func TestLimitsAreDemanded(t *testing.T) {
	tool := fake(t, `exit 0`)
	if _, err := (&Tool{Path: tool.Path}).Raw(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "above zero") {
		t.Errorf("error %v", err)
	}
}

func TestFind(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if _, err := Find(""); !errors.Is(err, ErrAbsent) || !strings.Contains(err.Error(), "libgdcm-tools") {
		t.Errorf("nothing on PATH: %v", err)
	}
	plain := filepath.Join(t.TempDir(), "plain")
	if err := os.WriteFile(plain, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Find(plain); !errors.Is(err, ErrAbsent) || !strings.Contains(err.Error(), plain) {
		t.Errorf("a file that is no program: %v", err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, program), []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
	tool, err := Find("")
	if err != nil || tool.Path != filepath.Join(dir, program) {
		t.Errorf("on PATH: %+v, %v", tool, err)
	}
}

func TestVersion(t *testing.T) {
	got, err := fake(t, `[ "$*" = --version ] && echo 'gdcmconv: gdcm 3.0.21 $Date$' && echo more`).Version(t.Context())
	if err != nil || got != "gdcm 3.0.21" {
		t.Errorf("version %q, %v", got, err)
	}
	for _, script := range []string{`echo gdcm`, `exit 0`, `exit 3`, `echo 'other: tool 1.0'`} {
		if got, err := fake(t, script).Version(t.Context()); err == nil {
			t.Errorf("%s: version %q", script, got)
		}
	}
}
