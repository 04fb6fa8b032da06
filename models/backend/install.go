package backend

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"femur/models/backend/plugin"
)

// sources fetches candidates that are not in place. What it needs from pip's
// configuration is read on first use.
type sources struct {
	finder finder
	opts   Options
	// locate finds the URL of go-xla's release.
	locate func(context.Context) (string, error)
	pip    *plugin.PipConfig
	wheels *plugin.Installer
}

// fetch installs a candidate's library and returns its path.
func (s *sources) fetch(ctx context.Context, c Candidate) (string, error) {
	if s.pip == nil {
		pip, err := plugin.ReadPipConfig(s.finder.env, s.finder.home)
		if err != nil {
			return "", err
		}
		s.pip = &pip
	}
	if c.release {
		return s.fetchRelease(ctx)
	}
	if s.opts.Dir == "" {
		return "", errors.New("no folder to install to: HOME is not set")
	}
	if s.wheels == nil {
		installer, err := plugin.NewInstaller(s.opts.Dir, *s.pip, s.opts.Progress)
		if err != nil {
			return "", err
		}
		s.wheels = installer
	}
	at := slices.IndexFunc(s.finder.wheels, func(w plugin.Wheel) bool { return w.LibrarySHA256 == c.digest })
	if at < 0 {
		return "", fmt.Errorf("%s cannot be installed", c.Name)
	}
	return s.wheels.Install(ctx, s.finder.wheels[at])
}

// fetchable reports whether a candidate that is absent can be installed without being asked for.
func (c Candidate) fetchable() bool { return c.release || c.wheel != "" }

// List returns all candidates in the order of search, for "femur backend list".
// It loads nothing and downloads nothing: a candidate that is in place is
// Untried, and whether it works only Open can say.
func List(ctx context.Context, opts Options) ([]Candidate, error) {
	opts, choice, err := opts.complete()
	if err != nil {
		return nil, err
	}
	if choice.Kind == Go {
		choice = Choice{}
	}
	candidates := thisMachine(ctx).find(choice, opts.Dir)
	if !choice.Explicit() {
		candidates = append(candidates, Candidate{Name: goName, Kind: Go, Status: Untried})
	}
	return candidates, nil
}

// Install puts a plugin of the given kind in place, for "femur backend install",
// and returns the candidate it installed, or the one that was in place already.
// For the CPU it takes the first of go-xla's release and the pinned wheels that
// can be had, or the wheel that Options.Choice names. For CUDA it runs go-xla's own installer, which downloads some three
// gigabytes and shows how far it is on standard error.
func Install(ctx context.Context, kind Kind, opts Options) (Candidate, error) {
	if kind != CPU && kind != CUDA {
		return Candidate{}, fmt.Errorf("backend %q: install cpu or cuda", kind)
	}
	if asked, err := ParseChoice(opts.Choice); err != nil || asked.Kind != kind || asked.Path != "" {
		opts.Choice = "xla:" + string(kind)
	}
	opts, choice, err := opts.complete()
	if err != nil {
		return Candidate{}, err
	}
	routeKlog(opts.Log)
	return install(ctx, &sources{finder: thisMachine(ctx), opts: opts, locate: findRelease}, choice)
}

func install(ctx context.Context, from *sources, choice Choice) (Candidate, error) {
	candidates := from.finder.find(choice, from.opts.Dir)
	for _, c := range candidates {
		if c.Path != "" && c.Status == Untried {
			return c, nil
		}
	}
	if choice.Kind == CUDA {
		return installCUDA(ctx, from.opts, choice, from.finder)
	}
	var why []string
	for _, c := range candidates {
		if !c.fetchable() {
			continue
		}
		path, err := from.fetch(ctx, c)
		if err == nil {
			c.Path, c.Status, c.WhyNot = path, Untried, ""
			return c, nil
		}
		if ctx.Err() != nil {
			return Candidate{}, fmt.Errorf("install %s: %w", c.Name, context.Cause(ctx))
		}
		from.opts.Log.Debug("plugin not installed", "candidate", c.Name, "why", err)
		why = append(why, err.Error())
	}
	if len(why) == 0 {
		return Candidate{}, errors.New("install cpu: there is no plugin for this platform")
	}
	return Candidate{}, fmt.Errorf("install cpu: %s", strings.Join(why, "; "))
}

// installCUDA runs go-xla's CUDA installer and returns what it put in place.
func installCUDA(ctx context.Context, opts Options, choice Choice, f finder) (Candidate, error) {
	if !f.nvidia() {
		return Candidate{}, errors.New("install cuda: no NVIDIA device is present")
	}
	dir, err := goXLARoot()
	if err != nil {
		return Candidate{}, fmt.Errorf("install cuda: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return Candidate{}, fmt.Errorf("install cuda: %w", err)
	}
	unlock, err := plugin.Lock(ctx, dir)
	if err != nil {
		return Candidate{}, fmt.Errorf("install cuda: %w", err)
	}
	err = Catch("install cuda", func() error { return goXLACUDA(dir) })
	if err = errors.Join(err, unlock()); err != nil {
		return Candidate{}, err
	}
	for _, c := range f.find(choice, opts.Dir) {
		if c.Path != "" && c.Status == Untried {
			return c, nil
		}
	}
	return Candidate{}, fmt.Errorf("install cuda: go-xla's installer left no plugin in %s", dir)
}
