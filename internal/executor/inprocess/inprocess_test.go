package inprocess_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"femur/cache"
	"femur/cache/memstore"
	"femur/dag"
	"femur/dag/dagtest"
	"femur/internal/executor/inprocess"
)

var ctx = context.Background()

// execute runs body as a stage with the output ports, and returns what it made.
func execute(t *testing.T, store *memstore.Store, spec dag.TaskSpec, out []dag.Port, body func(context.Context, dag.Task) error) (dag.TaskResult, error) {
	t.Helper()
	spec.Address, spec.Phase, spec.Outputs = "k.x", dag.PhaseRun, out
	spec.Stage = &dagtest.Fake{Name: "k.x", Out: out, Body: body, Count: &dagtest.Counter{}}
	e := &inprocess.Executor{Results: store, Files: dagtest.Files{"a.png": "pixels", "b.png": "changed since"}}
	return e.Execute(ctx, spec)
}

func write(t dag.Task, port, id, text string) error {
	return dag.WriteBytes(t, port, cache.ItemRef{ID: cache.ItemID(id), Patient: "p"}, []byte(text))
}

func TestOutputs(t *testing.T) {
	store := memstore.New()
	out := []dag.Port{dagtest.Many("items"), dagtest.Single("table")}
	r, err := execute(t, store, dag.TaskSpec{}, out, func(_ context.Context, t dag.Task) error {
		return errors.Join(write(t, "items", "b", "two"), write(t, "items", "a", "one"), write(t, "table", "", "all"))
	})
	if err != nil {
		t.Fatal(err)
	}
	items, err := cache.ReadAll(ctx, store, r.Outputs[0].Artifact)
	if err != nil {
		t.Fatal(err)
	}
	m, err := cache.DecodeManifest(items)
	if err != nil || len(m) != 2 || m[0].ID != "a" || m[0].Patient != "p" || m[0].Digest != cache.Sum([]byte("one")) {
		t.Errorf("manifest %v, error %v", m, err)
	}
	if o := r.Outputs[0]; !o.Many || o.Items != 2 || o.ItemMedia != cache.MediaText {
		t.Errorf("output %+v", o)
	}
	if o := r.Outputs[1]; o.Name != "table" || o.Digest != cache.Sum([]byte("all")) {
		t.Errorf("output %+v", o)
	}
}

func TestMistakesOfAStage(t *testing.T) {
	single, many := []dag.Port{dagtest.Single("out")}, []dag.Port{dagtest.Many("out")}
	boom := errors.New("boom")
	for _, tt := range []struct {
		name string
		out  []dag.Port
		body func(context.Context, dag.Task) error
		want string
	}{
		{"nothing created", single, func(context.Context, dag.Task) error { return nil }, "output out: the stage did not create it"},
		{"created twice", single, func(_ context.Context, t dag.Task) error {
			return errors.Join(write(t, "out", "", "1"), write(t, "out", "", "2"))
		}, "output out: created twice"},
		{"not declared", single, func(_ context.Context, t dag.Task) error { return write(t, "uot", "", "1") }, "output uot: the stage does not declare it"},
		{"item at a single port", single, func(_ context.Context, t dag.Task) error { return write(t, "out", "a", "1") }, "output out: item a: an item id belongs to ports with many items, and only there"},
		{"no item at a port with many", many, func(_ context.Context, t dag.Task) error { return write(t, "out", "", "1") }, "output out: an item id belongs to ports with many items, and only there"},
		{"never closed", single, func(_ context.Context, t dag.Task) error {
			w, err := t.Create("out", cache.ItemRef{})
			if err == nil {
				_, err = io.WriteString(w, "half")
			}
			return err
		}, "output out: never closed"},
		{"closed twice", single, func(_ context.Context, t dag.Task) error {
			w, err := t.Create("out", cache.ItemRef{})
			if err != nil {
				return err
			}
			return errors.Join(w.Close(), w.Close())
		}, "output out: closed twice"},
		{"half written", single, func(_ context.Context, t dag.Task) error {
			return dag.Write(t, "out", cache.ItemRef{}, func(w io.Writer) error {
				_, _ = io.WriteString(w, "half")
				return boom
			})
		}, "output out: boom"},
		{"unknown input", single, func(_ context.Context, t dag.Task) error {
			for _, err := range t.Items("in") {
				return err
			}
			return nil
		}, "port in: the stage does not declare it"},
		{"seed of a stage that is not seeded", single, func(_ context.Context, t dag.Task) error {
			t.Seed()
			return nil
		}, "run: panic: k.x: draws random numbers but is not Seeded (a defect of the program; the stack is in the stage's log)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			store := memstore.New()
			_, err := execute(t, store, dag.TaskSpec{}, tt.out, tt.body)
			if err == nil || err.Error() != tt.want {
				t.Errorf("error %v, want %s", err, tt.want)
			}
			if _, err := store.Open(ctx, cache.Artifact{Digest: cache.Sum([]byte("half"))}); err == nil {
				t.Error("half of an output is stored")
			}
		})
	}
}

// An output that failed may be written anew.
func TestAbortedOutputMayBeCreatedAgain(t *testing.T) {
	r, err := execute(t, memstore.New(), dag.TaskSpec{}, []dag.Port{dagtest.Single("out")}, func(_ context.Context, t dag.Task) error {
		if err := dag.Write(t, "out", cache.ItemRef{}, func(io.Writer) error { return errors.New("first try") }); err == nil {
			return errors.New("no error")
		}
		return write(t, "out", "", "second")
	})
	if err != nil || r.Outputs[0].Digest != cache.Sum([]byte("second")) {
		t.Errorf("%+v, error %v", r, err)
	}
}

func TestMapperItems(t *testing.T) {
	out := []dag.Port{dagtest.Many("pixels"), dagtest.Many("facts")}
	var mu sync.Mutex
	done := map[cache.ItemID]int{}
	spec := dag.TaskSpec{
		Items: []cache.ItemRef{{ID: "a", Patient: "p"}, {ID: "b", Patient: "p"}, {ID: "c", Patient: "q"}},
		OnItem: func(r dag.ItemResult) error {
			mu.Lock()
			defer mu.Unlock()
			done[r.Item.ID] += len(r.Outputs)
			return nil
		},
	}
	_, err := execute(t, memstore.New(), spec, out, func(_ context.Context, t dag.Task) error {
		if err := errors.Join(write(t, "facts", "b", "1"), write(t, "pixels", "a", "1"), write(t, "facts", "a", "1")); err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		if d := cmp.Diff(map[cache.ItemID]int{"a": 2}, done); d != "" {
			return errors.New("finished early:\n" + d)
		}
		for id, want := range map[string]string{"d": "is none of the items to make", "c": "belongs to another patient"} {
			if err := write(t, "facts", id, "1"); err == nil || !strings.HasSuffix(err.Error(), want) {
				return errors.New("item " + id + " was taken")
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(map[cache.ItemID]int{"a": 2, "b": 1}, done); d != "" {
		t.Error(d)
	}
}

// An item that could not be committed fails the write that completed it.
func TestCommitFails(t *testing.T) {
	full := errors.New("disk full")
	spec := dag.TaskSpec{Items: []cache.ItemRef{{ID: "a", Patient: "p"}}, OnItem: func(dag.ItemResult) error { return full }}
	_, err := execute(t, memstore.New(), spec, []dag.Port{dagtest.Many("out")}, func(_ context.Context, t dag.Task) error {
		return write(t, "out", "a", "1")
	})
	if !errors.Is(err, full) {
		t.Errorf("error %v", err)
	}
}

func TestExternal(t *testing.T) {
	artifact := func(text string) cache.Artifact {
		return cache.Artifact{Media: cache.MediaFile, Digest: cache.Sum([]byte(text)), Size: int64(len(text))}
	}
	spec := dag.TaskSpec{External: map[cache.Digest]dag.SourceItem{
		artifact("pixels").Digest:           {ID: "a", Path: "a.png"},
		artifact("as it was listed").Digest: {ID: "b", Path: "b.png"},
		artifact("inline").Digest:           {ID: "c", Inline: []byte("inline")},
	}}
	out := []dag.Port{dagtest.Single("out")}
	for _, text := range []string{"pixels", "inline"} {
		_, err := execute(t, memstore.New(), spec, out, func(_ context.Context, task dag.Task) error {
			got, err := dag.ReadAll(task, artifact(text))
			if err == nil && string(got) != text {
				t.Errorf("read %q, want %q", got, text)
			}
			return errors.Join(err, write(task, "out", "", "1"))
		})
		if err != nil {
			t.Error(err)
		}
	}
	_, err := execute(t, memstore.New(), spec, out, func(_ context.Context, t dag.Task) error {
		_, err := dag.ReadAll(t, artifact("as it was listed"))
		return err
	})
	var bad *dag.BadInput
	if !errors.As(err, &bad) || err.Error() != "b.png: b: changed while the pipeline was running. Run again when nothing writes to it." {
		t.Errorf("error %v", err)
	}
}

// What a stage's forgotten goroutine writes after its end does not count.
func TestAfterTheEnd(t *testing.T) {
	var late dag.Task
	if _, err := execute(t, memstore.New(), dag.TaskSpec{}, []dag.Port{dagtest.Many("out")}, func(_ context.Context, t dag.Task) error {
		late = t
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := late.Create("out", cache.ItemRef{ID: "a"}); err == nil {
		t.Error("an output was created after the stage had ended")
	}
}
