package backend

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"femur/models/backend/plugin"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/gobackend"
	"github.com/gomlx/go-xla/compute/xla"
)

// Options say which engine to open. The zero value opens the best that is in
// place, downloads nothing and is silent.
type Options struct {
	// Choice is the backend in the notation of ParseChoice; "" means what
	// GOMLX_BACKEND says, and without it the best that works.
	Choice string
	// Dir is femur's own folder for plugins; "" means plugin.DefaultDir.
	Dir string
	// AllowInstall permits to download a CPU plugin where none is in place.
	AllowInstall bool
	// Progress is told how far a download is; it may be nil.
	Progress plugin.ProgressFunc
	// Log is told what was found and why; nil means silence.
	Log Logger
}

// complete fills in what the zero value leaves open.
func (o Options) complete() (Options, Choice, error) {
	if o.Log == nil {
		o.Log = silent{}
	}
	text := o.Choice
	if text == "" {
		text = os.Getenv(EnvChoice)
	}
	choice, err := ParseChoice(text)
	if err != nil {
		return o, choice, err
	}
	if o.Dir == "" {
		// Without a home there is no folder of our own; the others are still searched.
		o.Dir, _ = plugin.DefaultDir()
	}
	return o, choice, nil
}

// An Engine is an open backend. Its methods may be called from several goroutines.
type Engine struct {
	backend    compute.Backend
	choice     Choice
	used       Candidate
	considered []Candidate
	digest     func() string
}

// Open opens the engine that opts ask for. It fails where an explicit choice
// cannot be opened; without one it ends at the Go backend, after a warning in one
// line. Canceling ctx stops a download, which the next call resumes.
func Open(ctx context.Context, opts Options) (*Engine, error) {
	opts, choice, err := opts.complete()
	if err != nil {
		return nil, err
	}
	routeKlog(opts.Log)
	if choice.Kind == Go {
		return openGo(choice, nil)
	}
	finder := thisMachine(ctx)
	candidates := finder.find(choice, opts.Dir)
	engine, err := openFirst(ctx, &sources{finder: finder, opts: opts, locate: findRelease}, choice, candidates)
	if engine != nil || err != nil {
		return engine, err
	}
	why := reasons(candidates)
	if !opts.AllowInstall && slices.ContainsFunc(candidates, Candidate.fetchable) {
		why += `; "femur backend install cpu" gets one`
	}
	if choice.Explicit() {
		return nil, fmt.Errorf("backend %s: %s", choice, why)
	}
	opts.Log.Warn("no XLA plugin: computing with GoMLX's Go backend, which is far slower", "why", why)
	return openGo(choice, candidates)
}

// openFirst opens the first candidate that works and writes down what became of
// each; it returns neither engine nor error where none works.
func openFirst(ctx context.Context, from *sources, choice Choice, candidates []Candidate) (*Engine, error) {
	log := from.opts.Log
	for i := range candidates {
		c := &candidates[i]
		if c.Status == Rejected {
			continue
		}
		if c.Path == "" {
			if !from.opts.AllowInstall || !c.fetchable() {
				continue
			}
			path, err := from.fetch(ctx, *c)
			if ctx.Err() != nil {
				return nil, fmt.Errorf("install %s: %w", c.Name, context.Cause(ctx))
			}
			if err != nil {
				c.Status, c.WhyNot = Failed, err.Error()
				log.Debug("plugin not installed", "candidate", c.Name, "why", err)
				continue
			}
			c.Path = path
		}
		backend, err := load(*c, choice, log)
		if err != nil {
			c.Status, c.WhyNot = Failed, strings.Join(strings.Fields(err.Error()), " ")
			continue
		}
		c.Status, c.WhyNot = Used, ""
		for j := range candidates[i+1:] {
			later := &candidates[i+1+j]
			if later.WhyNot == "" {
				later.WhyNot = "the " + strings.ToUpper(string(c.Kind)) + " plugin before it works"
			}
		}
		log.Debug("plugin loaded", "path", c.Path)
		return newEngine(backend, choice, *c, candidates), nil
	}
	return nil, nil
}

// load loads one plugin and makes a client of it.
func load(c Candidate, choice Choice, log Logger) (compute.Backend, error) {
	if strings.ContainsRune(c.Path, ',') {
		return nil, fmt.Errorf("%s: go-xla cannot load from a path with a comma", c.Path)
	}
	if err := prepareEnvironment(c); err != nil {
		return nil, err
	}
	config := c.Path
	if choice.Options != "" {
		config += "," + choice.Options
	}
	var backend compute.Backend
	err := Catch("load "+c.Path, func() error {
		opened, err := xla.NewWithOptions(config, nil)
		if err != nil {
			return err
		}
		backend = opened
		return nil
	})
	if err != nil {
		log.Debug("plugin not loaded", "path", c.Path, "why", err, "stack", Debug(err))
		return nil, rootCause(err) // what is wrapped around it repeats the path four times
	}
	return backend, nil
}

// rootCause is the innermost error.
func rootCause(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}

// goName is the name of the candidate that needs no plugin.
const goName = "GoMLX's Go backend"

// openGo opens GoMLX's own backend, always sequential.
func openGo(choice Choice, considered []Candidate) (*Engine, error) {
	_, config, _ := strings.Cut(GoSequential, ":")
	backend, err := gobackend.New(config)
	if err != nil {
		return nil, fmt.Errorf("backend %s: %w", GoSequential, err)
	}
	used := Candidate{Name: goName, Kind: Go, Status: Used}
	return newEngine(backend, choice, used, append(considered, used)), nil
}

// reasons joins why each candidate is not in use.
func reasons(candidates []Candidate) string {
	var why []string
	for _, c := range candidates {
		if c.WhyNot != "" {
			why = append(why, c.Name+": "+c.WhyNot)
		}
	}
	return strings.Join(why, "; ")
}

// Backend is the open backend, to be given to GoMLX.
func (e *Engine) Backend() compute.Backend { return e.backend }

// Close frees the backend's memory. Nothing that lives on it may be used afterwards.
func (e *Engine) Close() error {
	return Catch("close backend", func() error {
		if e.backend.IsFinalized() {
			return errors.New("closed twice")
		}
		e.backend.Finalize()
		return nil
	})
}
