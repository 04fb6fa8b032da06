package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// An outcome is what a process printed and used.
type outcome struct {
	stdout, stderr []byte
	wall, cpu      time.Duration // cpu is user and system time
	peak           int64         // greatest resident memory in bytes, 0 where the system does not tell
	held           int64         // of that, the greatest without pages of files, sampled; 0 where the system does not tell
}

// execute runs a program in a folder to its end. An exit status other than 0 is an error with the last lines
// that it printed. When ctx ends, the process is asked to terminate, and killed if it does not.
func execute(ctx context.Context, dir, program string, args ...string) (outcome, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir, cmd.Env = dir, environment(os.Environ())
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	begin := time.Now()
	err := cmd.Start()
	var held int64
	if err == nil {
		stop := sampleHeld(cmd.Process.Pid)
		err = cmd.Wait()
		held = stop()
	}
	o := outcome{stdout: stdout.Bytes(), stderr: stderr.Bytes(), wall: time.Since(begin), held: held}
	if state := cmd.ProcessState; state != nil {
		o.cpu = state.UserTime() + state.SystemTime()
		if usage, ok := state.SysUsage().(*syscall.Rusage); ok {
			o.peak = peakBytes(usage.Maxrss, runtime.GOOS)
		}
	}
	if err != nil {
		return o, fmt.Errorf("%s %s: %w\n%s", program, strings.Join(args, " "), err, tail(o.stderr, 12))
	}
	return o, nil
}

// peakBytes converts the maximum resident set size of getrusage(2), which is in bytes on macOS and in KiB elsewhere.
func peakBytes(maxrss int64, goos string) int64 {
	if goos == "darwin" {
		return maxrss
	}
	return maxrss << 10
}

// environment drops the tool's settings but those that say what computes, so that a user's habits (workers,
// log level, cache) do not enter the figures.
func environment(all []string) []string {
	keep := map[string]bool{"FEMUR_BACKEND": true, "FEMUR_PLUGINS": true, "FEMUR_INSTALL": true}
	var kept []string
	for _, entry := range all {
		name, _, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, "FEMUR_") || keep[name] {
			kept = append(kept, entry)
		}
	}
	return kept
}

// tail is the last lines of a text.
func tail(text []byte, lines int) string {
	all := strings.Split(strings.TrimSpace(string(text)), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
