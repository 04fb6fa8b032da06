package dag

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/hashicorp/go-hclog"

	"femur/cache"
)

// execute brings one node up to date and returns its record, committed.
func (x *run) execute(ctx context.Context, n *runNode, start time.Time) (cache.Record, error) {
	log, err := x.openLog(n)
	if err != nil {
		return cache.Record{}, err
	}
	var rec cache.Record
	err = guard("run", func() error {
		rec, err = x.executeLogged(ctx, n, start, log)
		return err
	})
	if err != nil {
		log.failure(err)
	}
	if closeErr := log.close(); err == nil && closeErr != nil {
		x.log.Warn("log of a stage", "address", n.Address, "error", closeErr)
	}
	return rec, err
}

func (x *run) executeLogged(ctx context.Context, n *runNode, start time.Time, log *stageLog) (cache.Record, error) {
	ev := n.ev
	rec := cache.Record{Address: string(n.Address), Key: ev.key, Recipe: ev.recipe, Purity: purity(n.Stage)}
	rec.Facts = cache.Facts{Run: x.opts.ID, Started: start, Host: x.runner.Host, Environment: x.Environment}
	var err error
	if n.device {
		if rec.Facts.Environment, err = x.environment(ctx, n.Node); err != nil {
			return rec, err
		}
	}
	for _, p := range ev.ports {
		if err := x.load(ctx, p); err != nil {
			return rec, err
		}
	}
	if rec.Fitted, rec.Learned, err = x.patientsOf(ctx, ev); err != nil {
		return rec, err
	}
	if err := x.save(ctx, rec.Fitted, rec.Learned); err != nil {
		return rec, err
	}
	if err := x.store(ctx, ev.ports); err != nil {
		return rec, err
	}
	spec, err := x.spec(ctx, n, log.Logger)
	if err != nil {
		return rec, err
	}
	var result TaskResult
	if n.work != nil {
		result, err = x.executeItems(ctx, n, spec, &rec)
	} else {
		result, err = x.runner.Executor.Execute(ctx, spec)
	}
	if err != nil {
		return rec, err
	}
	rec.Outputs = inOrder(result.Outputs, ev.out)
	rec.Facts.Predictions += result.Predictions
	rec.Facts.Seconds = x.now().Sub(start).Seconds()
	if text := log.text(); len(text) > 0 {
		a, err := x.Results.Put(ctx, cache.MediaText, bytes.NewReader(text))
		if err != nil {
			return rec, fmt.Errorf("log: %w", err)
		}
		rec.Facts.Log = a.Digest
	}
	if err := x.Results.Commit(ctx, rec); err != nil {
		return rec, err
	}
	return rec, nil
}

// inOrder sorts outputs as the stage declares them.
func inOrder(outputs []cache.Output, ports []Port) []cache.Output {
	at := func(name string) int {
		return slices.IndexFunc(ports, func(p Port) bool { return p.Name == name })
	}
	slices.SortStableFunc(outputs, func(a, b cache.Output) int { return at(a.Name) - at(b.Name) })
	return outputs
}

func purity(s Stage) cache.Purity {
	if _, ok := s.(Accelerated); ok {
		return cache.Pinned
	}
	return cache.Exact
}

// patientsOf says whom the outputs of a node were fitted on, and whom they and all models behind them were.
// A stage that hands models on hands their patients on as well.
func (x *run) patientsOf(ctx context.Context, ev *evaluation) (fitted, learned cache.Digest, err error) {
	var sets []cache.Digest
	if makesModels(ev.out) {
		for _, p := range ev.ports {
			if p.Port.Media == cache.MediaModel {
				sets = append(sets, p.fitted...)
			}
		}
	}
	if t, ok := ev.node.Stage.(Trainer); ok {
		p := ev.port(t.LearnsFrom())
		if p == nil {
			return fitted, learned, fmt.Errorf("learns from %q, which is no input with anything bound to it", t.LearnsFrom())
		}
		own := make([]cache.PatientID, len(p.Items))
		for i, it := range p.Items {
			if it.Patient == "" {
				return fitted, learned, fmt.Errorf("input %s: item %q has no patient, so that no one could tell whom the model has seen", p.Port.Name, it.ID)
			}
			own[i] = it.Patient
		}
		sets = append(sets, x.digest(NewPatients(own...)))
	}
	if fitted, err = x.join(ctx, sets...); err != nil {
		return fitted, learned, err
	}
	learned, err = x.join(ctx, fitted, ev.learned)
	return fitted, learned, err
}

func makesModels(out []Port) bool {
	return slices.ContainsFunc(out, func(p Port) bool { return p.Media == cache.MediaModel })
}

// spec describes the whole of a node's work.
func (x *run) spec(ctx context.Context, n *runNode, log hclog.Logger) (TaskSpec, error) {
	ev := n.ev
	spec := TaskSpec{
		Address: n.Address, Stage: n.Stage, Phase: PhaseRun,
		Seed: taskSeed(x.graph.Seed, n.Kind.Type), Seeded: seeded(n.Stage),
		Inputs: map[string]Input{}, Outputs: ev.out, External: ev.external,
		Log: log, Progress: func(p Progress) { x.report(n, p) },
	}
	for _, p := range ev.ports {
		spec.Inputs[p.Port.Name] = p.Input
	}
	var err error
	spec.Leaks, err = x.leakRule(ctx, ev)
	return spec, err
}

// leakRule collects what is needed to check a prediction.
func (x *run) leakRule(ctx context.Context, ev *evaluation) (LeakRule, error) {
	rule := LeakRule{Strict: x.graph.Nested, Models: map[cache.Digest]ModelPatients{}, Items: map[cache.ItemID]cache.PatientID{}}
	for _, p := range ev.ports {
		for i, it := range p.Items {
			if p.Port.Media != cache.MediaModel {
				if it.Patient != "" {
					rule.Items[it.ID] = it.Patient
				}
				continue
			}
			rule.Required = !makesModels(ev.out)
			fitted, err := x.set(ctx, p.fitted[i])
			if err != nil {
				return rule, err
			}
			learned, err := x.set(ctx, p.learned[i])
			if err != nil {
				return rule, err
			}
			m := rule.Models[it.Digest]
			m.Name = p.label(it.ID)
			m.Fitted = NewPatients(slices.Concat(m.Fitted, fitted)...)
			m.Learned = NewPatients(slices.Concat(m.Learned, learned)...)
			rule.Models[it.Digest] = m
		}
	}
	return rule, nil
}

// taskSeed derives the seed of a stage from the pipeline's and the kind of work alone: a changed
// parameter must not change the luck.
func taskSeed(seed uint64, kind string) uint64 {
	h := sha256.Sum256(fmt.Appendf(nil, "femur seed %d %s", seed, kind))
	return binary.BigEndian.Uint64(h[:])
}

// withInputs returns the spec with its own map of inputs.
func (s TaskSpec) withInputs() TaskSpec {
	s.Inputs = maps.Clone(s.Inputs)
	return s
}

// adopt makes a hit the newest entry in the history of its address, when it is not: it was made under
// another address, or before a change that has been taken back. What changes next is then compared with it.
func (x *run) adopt(ctx context.Context, n *runNode, hit cache.Record) (*cache.Record, error) {
	newest, ok, err := x.newest(ctx, n.Address)
	if err != nil || ok && newest.Key == hit.Key {
		return &hit, err
	}
	hit.Address = string(n.Address)
	return &hit, x.Results.Commit(ctx, hit)
}
