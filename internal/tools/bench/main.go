package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
)

// options are the flags.
type options struct {
	femur, module, pipeline, write, python string
	vars                                   list
	cold, warm, files, films               int
	json, packages                         bool
}

// defaultFiles is about the size of the clinic's collection.
const defaultFiles = 4300

// list is a flag that may be given several times.
type list []string

func (l *list) String() string     { return strings.Join(*l, " ") }
func (l *list) Set(v string) error { *l = append(*l, v); return nil }

func parseFlags(args []string, out io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.SetOutput(out)
	f.StringVar(&o.femur, "femur", "bin/femur", "the program to measure, built from the module's source as it is")
	f.StringVar(&o.module, "module", ".", "root of the module, which is copied, edited and rebuilt")
	f.StringVar(&o.pipeline, "pipeline", "pipeline.hcl", "the study to run")
	f.StringVar(&o.write, "write", "", "rewrite the tables in this document, between its markers")
	f.Var(&o.vars, "var", "NAME=VALUE of the study; repeatable; the figures of the document are the default study's")
	f.IntVar(&o.cold, "cold", 3, "runs in an empty cache; equal digests need two")
	f.IntVar(&o.warm, "warm", 20, "repeats of runs that find everything in the cache")
	f.IntVar(&o.files, "files", defaultFiles, "number of small files of the large collection, and a tenth of the very large one; 0 leaves both out")
	f.IntVar(&o.films, "films", defaultFiles, "number of large files of the collection of real size; 0 leaves it out")
	f.StringVar(&o.python, "python", defaultPython(), "the Python that has what pixels are compared with; make bench-python installs it")
	f.BoolVar(&o.json, "json", false, "print JSON")
	f.BoolVar(&o.packages, "packages", true, "run the benchmarks of packages as well")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	switch {
	case f.NArg() > 0:
		return o, fmt.Errorf("unexpected argument %q", f.Arg(0))
	case o.cold < 1 || o.warm < 1:
		return o, errors.New("-cold and -warm must be at least 1")
	case o.files < 0 || o.films < 0:
		return o, errors.New("-files and -films must not be negative")
	}
	for _, path := range []*string{&o.femur, &o.module, &o.pipeline} {
		absolute, err := filepath.Abs(*path)
		if err != nil {
			return o, err
		}
		*path = absolute
	}
	return o, nil
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == workerCommand {
		if err := pixelWorker(os.Args[2:], os.Stdout); err != nil {
			_, _ = fmt.Fprintln(os.Stderr, "bench:", err) // an error has nowhere to go
			os.Exit(1)
		}
		return
	}
	o, err := parseFlags(os.Args[1:], os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return
	case err != nil:
		_, _ = fmt.Fprintln(os.Stderr, "bench:", err) // an error has nowhere to go
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err = run(ctx, o, os.Stdout, os.Stderr)
	stop()
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run measures everything and prints it. A figure that falls short is a result, not an error; one that could
// not be measured is an error, after the others were printed.
func run(ctx context.Context, o options, out, progress io.Writer) error {
	if o.write != "" {
		if err := checkDocument(o.write); err != nil {
			return err
		}
	}
	temp, err := os.MkdirTemp("", "femur-bench-")
	if err != nil {
		return err
	}
	defer func() {
		if err := os.RemoveAll(temp); err != nil {
			_, _ = fmt.Fprintln(progress, "bench:", err)
		}
	}()
	b := &bench{options: o, temp: temp, progress: progress}
	r, err := b.measure(ctx)
	if err != nil {
		return err
	}
	if o.json {
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		err = encoder.Encode(r)
	} else {
		_, err = fmt.Fprintf(out, "%s\n%s", r.figuresMarkdown(), r.packagesMarkdown())
	}
	if err != nil {
		return err
	}
	if o.write != "" {
		if err := writeDocument(o.write, r); err != nil {
			return err
		}
	}
	return r.unmeasured()
}
