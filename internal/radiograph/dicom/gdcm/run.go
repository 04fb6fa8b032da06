package gdcm

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

const (
	// keptOutput is how much of what the child prints is kept.
	keptOutput = 4 << 10
	// afterDeath is how long a killed child's heirs may hold on to its output.
	afterDeath = 2 * time.Second
	// noLimits is the exit status of the shell that could not set the limits.
	noLimits = 125
	// limited sets the limits (seconds, KiB, blocks of 512 bytes), no core dump, and becomes the tool. Processor time ends
	// with SIGXCPU at the soft limit, so that SIGKILL comes from elsewhere.
	limited = `ulimit -c 0 && ulimit -t "$(($1 + 5))" && ulimit -S -t "$1" && ulimit -v "$2" && ulimit -f "$3" || exit 125; shift 3; exec "$@"`
)

// A Failure is a run of the tool that gave no pixels. Its text is free of what the tool printed, since that may quote
// the file: show Printed on the user's own terminal only, and store it nowhere.
type Failure struct {
	Reason  string // "was killed after 1m0s", …
	Printed string // the first 4 KiB of what the tool printed

	fromOutside bool // the machine ended the child
}

// Error names the program and the reason.
func (f *Failure) Error() string { return program + " " + f.Reason }

// AboutFile says whether the file is to blame, as far as a child's end can tell. All other errors are about the machine.
func (f *Failure) AboutFile() bool { return !f.fromOutside }

// run runs the tool with files 3, 4, … and returns the first of what it printed.
func (t *Tool) run(ctx context.Context, files []*os.File, arguments ...string) (string, error) {
	if t.Timeout <= 0 || t.MemoryBytes <= 0 || t.OutputBytes <= 0 {
		return "", fmt.Errorf("%s: limits of %v, %d and %d bytes must be above zero", program, t.Timeout, t.MemoryBytes, t.OutputBytes)
	}
	if err := ctx.Err(); err != nil {
		return "", fmt.Errorf("%s: %w", program, context.Cause(ctx))
	}
	limit, stop := context.WithTimeout(ctx, t.Timeout)
	defer stop()
	cmd := exec.CommandContext(limit, "/bin/sh", append([]string{"-c", limited, "sh",
		fmt.Sprint(int64((t.Timeout + time.Second - 1) / time.Second)),
		fmt.Sprint(blocks(t.MemoryBytes, 1024)),
		fmt.Sprint(blocks(t.OutputBytes, 512)),
		t.Path}, arguments...)...)
	var printed head
	cmd.Stdout, cmd.Stderr = &printed, &printed
	cmd.ExtraFiles = files
	cmd.Dir = "/"
	cmd.Env = []string{"LC_ALL=C", "TZ=UTC", "PATH=/usr/local/bin:/usr/bin:/bin"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return killGroup(cmd.Process.Pid) }
	cmd.WaitDelay = afterDeath
	err := cmd.Run()
	if errors.Is(err, exec.ErrWaitDelay) {
		_ = killGroup(cmd.Process.Pid) // heirs that hold the output; gone is as good
	}
	var exit *exec.ExitError
	switch {
	case err == nil:
		return printed.String(), nil
	case ctx.Err() != nil:
		return "", fmt.Errorf("%s: %w", program, context.Cause(ctx))
	case limit.Err() != nil:
		return "", &Failure{Reason: fmt.Sprintf("was killed after %v", t.Timeout), Printed: printed.String()}
	case errors.Is(err, exec.ErrWaitDelay):
		return "", &Failure{Reason: "ended and left processes behind", Printed: printed.String()}
	case errors.As(err, &exit) && exit.ExitCode() == noLimits:
		return "", errors.New(program + " was not run: this machine's /bin/sh cannot limit its time and memory")
	case errors.As(err, &exit):
		reason, fromOutside := t.reason(exit)
		return "", &Failure{Reason: reason, Printed: printed.String(), fromOutside: fromOutside}
	}
	return "", fmt.Errorf("%s: %w", program, err)
}

// reason says how a child ended, and whether something else than its limits and the file ended it.
func (t *Tool) reason(exit *exec.ExitError) (reason string, fromOutside bool) {
	status, ok := exit.Sys().(syscall.WaitStatus)
	switch {
	case !ok || !status.Signaled():
		return fmt.Sprintf("refused the file (exit status %d)", exit.ExitCode()), false
	case status.Signal() == syscall.SIGXFSZ:
		return fmt.Sprintf("wrote more than %d bytes", t.OutputBytes), false
	case status.Signal() == syscall.SIGXCPU:
		return fmt.Sprintf("was killed after %v of processor time", t.Timeout), false
	case status.Signal() == syscall.SIGKILL || status.Signal() == syscall.SIGTERM:
		return "was killed by something else; the machine may be out of memory", true
	}
	return fmt.Sprintf("crashed (%v); the file is damaged, or needs more than %d MiB", status.Signal(), t.MemoryBytes>>20), false
}

// blocks rounds a size up.
func blocks(bytes, size int64) int64 { return (bytes-1)/size + 1 }

// killGroup ends a process and those that it started.
func killGroup(leader int) error {
	err := syscall.Kill(-leader, syscall.SIGKILL)
	if errors.Is(err, syscall.ESRCH) {
		return os.ErrProcessDone
	}
	return err
}

// A head keeps the beginning of what is written to it.
type head struct{ kept strings.Builder }

// Write keeps what there is room for, and takes the rest as well, so that the writer does not block.
func (h *head) Write(b []byte) (int, error) {
	h.kept.Write(b[:min(len(b), keptOutput-h.kept.Len())])
	return len(b), nil
}

func (h *head) String() string { return strings.ToValidUTF8(h.kept.String(), "\uFFFD") }
