package inprocess

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/go-hclog"

	"femur/cache"
	"femur/dag"
)

// A task is the dag.Task of one execution.
type task struct {
	ctx      context.Context
	executor *Executor
	spec     dag.TaskSpec
	reader   dag.Reader
	mapped   bool // makes single items, told to OnItem

	mu          sync.Mutex
	closed      bool
	ports       map[string]dag.Port
	todo        map[cache.ItemID]cache.ItemRef
	applied     map[cache.ItemID]int // predictions checked, by item
	predictions int
	open        map[*writer]bool
	items       map[cache.ItemID]*itemState
	single      map[string]cache.Output
	many        map[string][]cache.Item
	created     map[slot]bool
}

// A slot is where one output goes.
type slot struct {
	port string
	id   cache.ItemID
}

// An itemState is what a Mapper has made of one item so far.
type itemState struct {
	ref     cache.ItemRef
	outputs []cache.Output
}

var _ dag.Task = (*task)(nil)

func newTask(ctx context.Context, e *Executor, spec dag.TaskSpec) *task {
	t := &task{
		ctx: ctx, executor: e, spec: spec,
		reader: dag.Reader{Results: e.Results, Files: e.Files, External: spec.External},
		mapped: spec.OnItem != nil && spec.Phase == dag.PhaseRun,
		ports:  map[string]dag.Port{}, todo: map[cache.ItemID]cache.ItemRef{}, applied: map[cache.ItemID]int{},
		open: map[*writer]bool{}, items: map[cache.ItemID]*itemState{}, single: map[string]cache.Output{},
		many: map[string][]cache.Item{}, created: map[slot]bool{},
	}
	for _, p := range spec.Outputs {
		t.ports[p.Name] = p
	}
	for _, ref := range spec.Items {
		t.todo[ref.ID] = ref
	}
	return t
}

// Items implements [dag.Task]. An optional port that nothing is bound to has none.
func (t *task) Items(port string) iter.Seq2[cache.Item, error] {
	in, ok := t.spec.Inputs[port]
	if !ok && !t.declared(port) {
		in.Port.Name, in.Closed = port, "the stage does not declare it"
	}
	if err := t.ctx.Err(); err != nil {
		return func(yield func(cache.Item, error) bool) { yield(cache.Item{}, err) }
	}
	return in.Read()
}

func (t *task) declared(port string) bool {
	in, _ := t.spec.Stage.Ports()
	return slices.ContainsFunc(in, func(p dag.Port) bool { return p.Name == port })
}

// Open implements [dag.Task]. Any digest a stage can know stands in its parameters or in bytes that it
// has read, so that whatever it opens is already part of its key.
func (t *task) Open(a cache.Artifact) (cache.Blob, error) { return t.reader.Open(t.ctx, a) }

// Apply implements [dag.Task].
func (t *task) Apply(item cache.ItemRef, models ...cache.Item) error {
	if ref, ok := t.todo[item.ID]; ok && ref.Patient != "" {
		if item.Patient == "" {
			item.Patient = ref.Patient
		}
		if item.Patient != ref.Patient {
			return fmt.Errorf("item %s: belongs to another patient", item.ID)
		}
	}
	if err := t.spec.Leaks.Check(item, models...); err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.applied[item.ID] += len(models)
	t.predictions += len(models)
	return nil
}

// Seed implements [dag.Task].
func (t *task) Seed() uint64 {
	if !t.spec.Seeded {
		panic(fmt.Sprintf("%s: draws random numbers but is not Seeded", t.spec.Address))
	}
	return t.spec.Seed
}

// Log implements [dag.Task].
func (t *task) Log() hclog.Logger {
	if t.spec.Log == nil {
		return hclog.NewNullLogger()
	}
	return t.spec.Log
}

// Progress implements [dag.Task].
func (t *task) Progress(p dag.Progress) {
	if t.spec.Progress != nil {
		t.spec.Progress(p)
	}
}

// Create implements [dag.Task].
func (t *task) Create(port string, item cache.ItemRef) (io.WriteCloser, error) {
	if err := t.ctx.Err(); err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	p, ok := t.ports[port]
	if err := t.admit(p, ok, port, &item); err != nil {
		if item.ID != "" {
			return nil, fmt.Errorf("output %s: item %s: %w", port, item.ID, err)
		}
		return nil, fmt.Errorf("output %s: %w", port, err)
	}
	t.created[slot{port, item.ID}] = true
	w := newWriter(t, p, item)
	t.open[w] = true
	return w, nil
}

// admit says why an output may not be created; t.mu is held. It fills in the item's patient.
func (t *task) admit(p dag.Port, declared bool, port string, item *cache.ItemRef) error {
	switch {
	case t.closed:
		return errors.New("the stage has ended")
	case !declared:
		return errors.New("the stage does not declare it")
	case p.Many != (item.ID != ""):
		return errors.New("an item id belongs to ports with many items, and only there")
	case t.created[slot{port, item.ID}]:
		return errors.New("created twice")
	case t.mapped && !p.Many:
		return errors.New("a single output of a Mapper is made in Collect")
	case !t.mapped && t.spec.Phase == dag.PhaseCollect && p.Many:
		return errors.New("items are made in Run, not in Collect")
	}
	if t.mapped {
		ref, ok := t.todo[item.ID]
		switch {
		case !ok:
			return errors.New("is none of the items to make")
		case ref.Patient != "" && item.Patient != "" && item.Patient != ref.Patient:
			return errors.New("belongs to another patient")
		case item.Patient == "":
			item.Patient = ref.Patient
		}
		if st := t.items[item.ID]; st != nil && st.ref.Patient != item.Patient {
			return errors.New("belongs to another patient at another output")
		}
	}
	if t.spec.Leaks.Required && t.spec.Phase == dag.PhaseRun {
		if item.ID != "" && t.applied[item.ID] == 0 || item.ID == "" && t.predictions == 0 {
			return errors.New("the stage reads models but did not call Apply before it wrote this")
		}
	}
	return nil
}

// commit takes a written output over.
func (t *task) commit(p dag.Port, item cache.ItemRef, a cache.Artifact) error {
	t.mu.Lock()
	if t.closed {
		t.mu.Unlock()
		return fmt.Errorf("output %s: the stage has ended", p.Name)
	}
	switch {
	case !p.Many:
		t.single[p.Name] = cache.Output{Name: p.Name, Artifact: a}
	case !t.mapped:
		t.many[p.Name] = append(t.many[p.Name], cache.Item{ID: item.ID, Patient: item.Patient, Artifact: a})
	default:
		st := t.items[item.ID]
		if st == nil {
			st = &itemState{ref: item}
			t.items[item.ID] = st
		}
		st.outputs = append(st.outputs, cache.Output{Name: p.Name, Artifact: a})
		if len(st.outputs) == t.manyPorts() {
			done := t.takeItem(st)
			t.mu.Unlock()
			return t.spec.OnItem(done)
		}
	}
	t.mu.Unlock()
	return nil
}

func (t *task) manyPorts() int {
	n := 0
	for _, p := range t.spec.Outputs {
		if p.Many {
			n++
		}
	}
	return n
}

// takeItem removes an item from those under way; t.mu is held.
func (t *task) takeItem(st *itemState) dag.ItemResult {
	delete(t.items, st.ref.ID)
	return dag.ItemResult{Item: st.ref, Outputs: st.outputs, Predictions: t.applied[st.ref.ID]}
}

// close ends the task. Of a Mapper that succeeded, items with outputs at some ports only are finished
// as they are.
func (t *task) close(failed bool) error {
	t.mu.Lock()
	t.closed = true
	left := t.open
	t.open = map[*writer]bool{}
	var rest []dag.ItemResult
	if !failed {
		for _, st := range t.items {
			rest = append(rest, t.takeItem(st))
		}
	}
	t.mu.Unlock()
	for w := range left {
		w.drop(errAbandoned)
	}
	if !failed && len(left) > 0 {
		var names []string
		for w := range left {
			names = append(names, w.name())
		}
		if slices.Sort(names); len(names) > 0 {
			return fmt.Errorf("output %s: never closed", names[0])
		}
	}
	slices.SortFunc(rest, func(a, b dag.ItemResult) int { return strings.Compare(string(a.Item.ID), string(b.Item.ID)) })
	for _, r := range rest {
		if err := t.spec.OnItem(r); err != nil {
			return err
		}
	}
	return nil
}

// result collects what is not told item by item.
func (t *task) result(ctx context.Context) (dag.TaskResult, error) {
	if t.mapped {
		return dag.TaskResult{}, nil
	}
	r := dag.TaskResult{Predictions: t.predictions}
	for _, p := range t.spec.Outputs {
		switch o, ok := t.single[p.Name]; {
		case ok:
			r.Outputs = append(r.Outputs, o)
		case !p.Many:
			return r, fmt.Errorf("output %s: the stage did not create it", p.Name)
		case t.spec.Phase == dag.PhaseRun:
			m, err := cache.NewManifest(t.many[p.Name])
			if err != nil {
				return r, fmt.Errorf("output %s: %w", p.Name, err)
			}
			o, err := dag.PutManifest(ctx, t.executor.Results, p, m)
			if err != nil {
				return r, err
			}
			r.Outputs = append(r.Outputs, o)
		}
	}
	return r, nil
}
