package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// A bench is one measurement of everything.
type bench struct {
	options
	temp     string
	progress io.Writer

	source string // the copy of the module's source, made before anything is measured
	study  study  // the study under its own folder
	base   string // the cache of the first cold run

	compiles compiles            // of the first cold run
	digests  []map[string]string // of the artifacts of each cold run
}

// A step measures some figures. Their order is that of the table; the first one must succeed,
// since the others build on it.
type step struct {
	name    string
	measure func(*bench, context.Context) ([]figure, error)
}

func steps() []step {
	return []step{
		{"cold runs", (*bench).coldRuns},
		{"nothing changed", (*bench).nothingChanged},
		{"input files touched", (*bench).filesTouched},
		{"many input files", (*bench).manyFiles},
		{"large input files", (*bench).largeFiles},
		{"pixels against Python", (*bench).pixels},
		{"one parameter of compare changed", (*bench).parameterChanged},
		{"source changed and rebuilt", (*bench).sourceChanged},
		{"compiles", func(b *bench, _ context.Context) ([]figure, error) { return []figure{b.compiles.figure()}, nil }},
		{"localizer on the test patients", (*bench).localizer},
		{"artifact digests", func(b *bench, _ context.Context) ([]figure, error) { return []figure{sameDigests(b.digests)}, nil }},
		{"start-up", (*bench).startUp},
	}
}

func (b *bench) measure(ctx context.Context) (report, error) {
	r := report{Command: b.command(), Machine: thisMachine()}
	if err := b.prepare(); err != nil {
		return r, err
	}
	backend, err := b.study.backend(ctx)
	if err != nil {
		return r, err
	}
	r.Machine.Backend = backend
	watch := startWatch()
	for i, s := range steps() {
		b.say("%s", s.name)
		figures, err := s.measure(b, ctx)
		switch {
		case ctx.Err() != nil:
			return r, context.Cause(ctx)
		case err != nil && i == 0:
			return r, fmt.Errorf("%s: %w", s.name, err)
		case err != nil:
			figures = append(figures, figure{What: s.name, Verdict: notMeasured, Fault: err.Error()})
		}
		for _, f := range figures {
			b.say("  %s: %s (%s)", f.What, f.Measured(), f.Verdict)
		}
		r.Figures = append(r.Figures, figures...)
	}
	r.Machine.Others = watch.others()
	r.Figures = slices.Concat(required(r.Figures), further(r.Figures))
	if b.packages {
		r.Packages, err = b.packageBenchmarks(ctx)
	}
	return r, err
}

// prepare copies what is measured, so that nothing which changes meanwhile mixes two states.
func (b *bench) prepare() error {
	b.source = filepath.Join(b.temp, "source")
	if err := copySource(b.module, b.source); err != nil {
		return err
	}
	program := filepath.Join(b.temp, "femur")
	if err := copyFile(b.femur, program, 0o755); err != nil {
		return fmt.Errorf("program: %w", err)
	}
	dir := filepath.Join(b.temp, "study")
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	if err := copyFile(b.pipeline, filepath.Join(dir, pipelineFile), 0o644); err != nil {
		return fmt.Errorf("study: %w", err)
	}
	b.study = study{program: program, dir: dir, vars: b.vars}
	return nil
}

// command is what was asked for, so that readers can repeat it.
func (b *bench) command() string {
	c := fmt.Sprintf("go run ./internal/tools/bench -cold %d -warm %d", b.cold, b.warm)
	if b.files != defaultFiles {
		c += fmt.Sprintf(" -files %d", b.files)
	}
	if b.films != defaultFiles {
		c += fmt.Sprintf(" -films %d", b.films)
	}
	for _, v := range b.vars {
		c += " -var " + v
	}
	return c
}

func (b *bench) say(format string, args ...any) {
	_, _ = fmt.Fprintf(b.progress, "%s  %s\n", time.Now().Format(time.TimeOnly), fmt.Sprintf(format, args...)) // an error has nowhere to go
}

// required are the figures that must be something, further the others.
func required(all []figure) []figure {
	return slices.DeleteFunc(slices.Clone(all), func(f figure) bool { return f.Verdict == none })
}

func further(all []figure) []figure {
	return slices.DeleteFunc(slices.Clone(all), func(f figure) bool { return f.Verdict != none })
}
