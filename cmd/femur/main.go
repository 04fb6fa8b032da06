// Command femur runs a study on radiographs as a graph of stages whose results are kept by content.
//
// Each command is a file cmd_NAME.go with the same parts: newNAMECommand builds it, NAMEOptions are its
// flags, runNAME does the work. Commands compute; what they found out is printed by the views of
// internal/view. The names, exit codes and JSON are a contract with scripts.
package main

import (
	"context"
	"errors"
	"os"
	"time"

	"femur/dag"
	"femur/internal/view"
)

func main() { os.Exit(theProgram().main(os.Args[1:])) }

// theProgram is the program as it is installed.
func theProgram() *program {
	return &program{
		kinds: studyKinds, fingerprint: sourceFingerprint(),
		in: os.Stdin, out: os.Stdout, err: os.Stderr, getenv: os.Getenv, now: time.Now,
	}
}

// Exit codes; the help of every command lists them.
const (
	exitDone        = 0
	exitFailed      = 1   // a stage, an I/O error, a corrupt artifact
	exitUsage       = 2   // the request, the pipeline or the data is wrong
	exitWork        = 3   // plan --detailed-exitcode: there is work to do
	exitInterrupted = 130 // what was finished is kept
)

// main runs one command line and returns the exit code. It is the only place where errors become codes.
func (p *program) main(args []string) int {
	ctx, stop := p.signals()
	defer stop()
	g := &global{program: p}
	root := newRootCommand(g)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitDone
	}
	code := exitCode(err)
	if code != exitWork {
		g.nameOrigins(err)
		// An error of printing to stderr has nowhere to go.
		_ = view.Diagnostics(g.errStream(args), diagnose(err))
	}
	return code
}

func exitCode(err error) int {
	var usage *usageError
	var faults *faultsError
	var bad *dag.BadInput
	var failed *failedError
	switch {
	case errors.Is(err, errWorkToDo):
		return exitWork
	case errors.As(err, &failed):
		return failed.exitCode()
	case errors.Is(err, errInterrupted), errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.As(err, &usage), errors.As(err, &faults), errors.As(err, &bad):
		return exitUsage
	default:
		return exitFailed
	}
}
