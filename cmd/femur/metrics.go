package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"femur/cache"
	"femur/dag"
	"femur/internal/view"
)

// readMetrics reads a metrics file; other JSON gives nil.
func readMetrics(b []byte) *view.Metrics {
	var m view.Metrics
	if json.Unmarshal(b, &m) != nil {
		return nil
	}
	if len(m.Answers) == 0 && len(m.Estimates()) == 0 {
		return nil
	}
	return &m
}

// metricsPort is the output that holds what a study found, by the contract of the command line.
const metricsPort = "metrics"

// A finding collects the metrics files of a run from its events, for the end to tell the answers.
type finding struct {
	files []found
}

var _ dag.Observer = (*finding)(nil)

// Observe implements [dag.Observer].
func (f *finding) Observe(e dag.Event) {
	end, ok := e.(dag.StageEnd)
	if !ok || end.Result != dag.ResultDone && end.Result != dag.ResultHit {
		return
	}
	for _, o := range end.Outputs {
		if o.Name == metricsPort && o.Media == cache.MediaJSON && !o.Many {
			f.files = append(f.files, found{Output: o, Name: end.Address.Output(o.Name)})
		}
	}
}

// answers reads what the metrics files answer in words.
func (f *finding) answers(ctx context.Context, store cache.Store) ([]view.Finding, error) {
	var all []view.Finding
	for _, file := range f.files {
		b, err := cache.ReadAll(ctx, store, file.Artifact)
		if errors.Is(err, cache.ErrMiss) {
			continue // show and verify say what is wrong with it
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file.Name, err)
		}
		if m := readMetrics(b); m != nil && len(m.Answers) > 0 {
			all = append(all, view.Finding{Artifact: file.Name, Notice: m.Notice, Answers: m.Answers})
		}
	}
	return all, nil
}
