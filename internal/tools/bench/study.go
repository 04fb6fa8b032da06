package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

const (
	pipelineFile = "pipeline.hcl"
	compareMain  = "compare.main" // the instance that the figures name
)

// A study is a pipeline in a folder of its own and the program that runs it.
type study struct {
	program, dir string
	vars         []string
}

// femur runs a command of the program on the study with a cache.
func (s study) femur(ctx context.Context, cache string, args ...string) (outcome, error) {
	args = append(args, "--json", "--cache", cache)
	for _, v := range s.vars {
		args = append(args, "--var", v)
	}
	return execute(ctx, s.dir, s.program, args...)
}

// run brings the study up to date and returns what happened to its instances.
func (s study) run(ctx context.Context, cache string, flags ...string) (outcome, runResult, error) {
	o, err := s.femur(ctx, cache, append([]string{"run"}, flags...)...)
	if err != nil {
		return o, runResult{}, err
	}
	r, err := parseRun(o.stdout)
	return o, r, err
}

// A runResult is what femur run --json said.
type runResult struct {
	hit  []string
	done []string // what was executed
}

// parseRun reads the events of a run. A run without an end, or with instances that neither were reused nor
// ran to their end, is an error.
func parseRun(events []byte) (runResult, error) {
	var r runResult
	ended := false
	lines := bufio.NewScanner(bytes.NewReader(events))
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e struct {
			Event, Address, Result string
			Totals                 map[string]int
		}
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return r, fmt.Errorf("event %q: %w", lines.Text(), err)
		}
		switch {
		case e.Event == "run-end":
			ended = true
			if e.Totals["done"] != len(r.done) || e.Totals["hit"] != len(r.hit) {
				return r, fmt.Errorf("the run's totals %v are not those of its events: %d hit, %d done", e.Totals, len(r.hit), len(r.done))
			}
		case e.Event != "stage-end":
		case e.Result == "done":
			r.done = append(r.done, e.Address)
		case e.Result == "hit":
			r.hit = append(r.hit, e.Address)
		default:
			return r, fmt.Errorf("%s: %s", e.Address, e.Result)
		}
	}
	if err := lines.Err(); err != nil {
		return r, err
	}
	if !ended {
		return r, fmt.Errorf("the run has no end: it printed %q", tail(events, 1))
	}
	return r, nil
}

// digests returns the digest of each output of each instance, by its name as an artifact.
func (s study) digests(ctx context.Context, cache string) (map[string]string, error) {
	o, err := s.femur(ctx, cache, "status")
	if err != nil {
		return nil, err
	}
	return parseDigests(o.stdout)
}

func parseDigests(status []byte) (map[string]string, error) {
	var model struct {
		Stages []struct {
			Address, State string
			Outputs        map[string]struct{ Digest string }
		}
	}
	if err := json.Unmarshal(status, &model); err != nil {
		return nil, fmt.Errorf("status: %w", err)
	}
	digests := map[string]string{}
	for _, stage := range model.Stages {
		if stage.State != "fresh" || len(stage.Outputs) == 0 {
			return nil, fmt.Errorf("status: %s is %s with %s", stage.Address, stage.State, count(len(stage.Outputs), "output"))
		}
		for name, output := range stage.Outputs {
			digests[stage.Address+"."+name] = output.Digest
		}
	}
	if len(digests) == 0 {
		return nil, fmt.Errorf("status: there is no instance")
	}
	return digests, nil
}

// differing lists the artifacts that are not the same in both, sorted.
func differing(a, b map[string]string) []string {
	names := map[string]bool{}
	for name, digest := range a {
		if b[name] != digest {
			names[name] = true
		}
	}
	for name := range b {
		if _, ok := a[name]; !ok {
			names[name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// backend is what computes, as femur doctor says.
func (s study) backend(ctx context.Context) (string, error) {
	o, err := execute(ctx, s.dir, s.program, "doctor", "--json")
	if err != nil {
		return "", err
	}
	var model struct {
		Backend struct{ Backend, Source string }
	}
	if err := json.Unmarshal(o.stdout, &model); err != nil {
		return "", fmt.Errorf("doctor: %w", err)
	}
	if model.Backend.Source == "" {
		return model.Backend.Backend, nil
	}
	return fmt.Sprintf("%s (%s)", model.Backend.Backend, model.Backend.Source), nil
}
