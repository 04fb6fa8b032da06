package gdcm

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

const (
	program       = "gdcmconv"
	debianPackage = "libgdcm-tools"
)

// The limits that [Find] sets. A radiograph of 6 megapixels takes a quarter of a second and 100 MiB.
const (
	DefaultTimeout     = 60 * time.Second
	DefaultMemoryBytes = 4 << 30
	DefaultOutputBytes = 1 << 30
)

// ErrAbsent says that there is no tool to run; its callers name the package to install.
var ErrAbsent = errors.New("no " + program + ": JPEG-LS, 12-bit JPEG and JPEG 2000 need it; install the package " + debianPackage + " (Debian), or name the program in the settings")

// A Tool is the program and its limits, all of which must be above zero. Its methods may be called at the same time.
type Tool struct {
	Path        string        // absolute
	Timeout     time.Duration // for one file, on the clock and, rounded up to seconds, on the processor
	MemoryBytes int64         // address space of the child
	OutputBytes int64         // of what it writes
}

// Find returns the tool at the configured path, or the one on PATH when configured is empty. The error is [ErrAbsent]
// where there is none.
func Find(configured string) (*Tool, error) {
	name := configured
	if name == "" {
		name = program
	}
	path, err := exec.LookPath(name)
	if err == nil {
		path, err = filepath.Abs(path)
	}
	switch {
	case err != nil && configured != "":
		return nil, fmt.Errorf("%s: %w: %w", configured, err, ErrAbsent)
	case err != nil:
		return nil, ErrAbsent
	}
	return &Tool{Path: path, Timeout: DefaultTimeout, MemoryBytes: DefaultMemoryBytes, OutputBytes: DefaultOutputBytes}, nil
}

// Version returns that of the tool, such as "gdcm 3.0.21".
func (t *Tool) Version(ctx context.Context) (string, error) {
	printed, err := t.run(ctx, nil, "--version")
	if err != nil {
		return "", fmt.Errorf("version of %s: %w", program, err)
	}
	// The first line is "gdcmconv: gdcm 3.0.21 $Date$".
	line, _, _ := strings.Cut(printed, "\n")
	_, line, _ = strings.Cut(line, ": ")
	words := strings.Fields(line)
	if len(words) < 2 || words[0] != "gdcm" {
		return "", fmt.Errorf("version of %s: it does not say that it is gdcm", program)
	}
	return words[0] + " " + words[1], nil
}
