package dag_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"femur/cache"
	"femur/dag"
	"femur/dag/dagtest"
)

func TestFailure(t *testing.T) {
	boom := errors.New("boom")
	for _, tt := range []struct {
		keepGoing bool
		want      map[dag.Address]dag.Result
	}{
		{false, map[dag.Address]dag.Result{"a.x": "failed", "b.x": "skipped", "c.x": "skipped", "d.x": "done", "e.x": "skipped"}},
		{true, map[dag.Address]dag.Result{"a.x": "failed", "b.x": "skipped", "c.x": "skipped", "d.x": "done", "e.x": "done"}},
	} {
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(t)
			a := takes(h.fake("a.x", ""), time.Second)
			fakeOf(a).Body = func(context.Context, dag.Task) error { return boom }
			g := graph(a, h.fake("b.x", "", "a.x"), h.fake("c.x", "", "b.x"), takes(h.fake("d.x", ""), 2*time.Second), h.fake("e.x", "", "d.x"))
			rec := &dagtest.Recorder{}
			s, err := h.runner(dag.Selection{}, rec).Run(context.Background(), g, dag.RunOptions{KeepGoing: tt.keepGoing})
			var failed *dag.StageError
			if !errors.Is(err, boom) || !errors.As(err, &failed) || failed.Address != "a.x" || s.Interrupted {
				t.Errorf("error %v", err)
			}
			if d := cmp.Diff(tt.want, rec.Results()); d != "" {
				t.Error(d)
			}
			for _, e := range rec.Events() {
				if e, ok := e.(dag.StageEnd); ok && (e.Address == "b.x" || e.Address == "c.x") && e.Cause != "a.x" {
					t.Errorf("%s skipped for %q", e.Address, e.Cause)
				}
			}
		})
	}
}

// A graceful stop lets stages finish and starts no more; Mappers stop at once and keep what they have.
func TestStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		slow := func() *dag.Graph {
			m := h.mapping("map.x", "p", "src.x")
			m.Stage.(*dagtest.Mapping).EachItem = func(ctx context.Context, _ dag.Task, it cache.Item) error {
				select {
				case <-time.After(time.Second):
					return nil
				case <-ctx.Done():
					return ctx.Err()
				}
			}
			return graph(h.source("src.x", rows("p1-a=1 p2-a=1 p3-a=1 p4-a=1 p5-a=1")), m,
				takes(h.fake("train.x", ""), time.Minute), h.fake("after.x", "", "train.x"))
		}
		stop := make(chan struct{})
		time.AfterFunc(2500*time.Millisecond, func() { close(stop) })
		rec := &dagtest.Recorder{}
		s, err := h.runner(dag.Selection{}, rec).Run(context.Background(), slow(), dag.RunOptions{Stop: stop})
		if !errors.Is(err, dag.ErrInterrupted) || !s.Interrupted {
			t.Errorf("%+v, error %v", s, err)
		}
		want := map[dag.Address]dag.Result{"src.x": "done", "map.x": "skipped", "train.x": "done", "after.x": "skipped"}
		if d := cmp.Diff(want, rec.Results()); d != "" {
			t.Error(d)
		}
		if step := h.plan(slow(), dag.Selection{})["map.x"]; step.Hits != 2 {
			t.Errorf("%d items kept, want 2", step.Hits)
		}
	})
}

func TestCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		rec := &dagtest.Recorder{}
		start := time.Now()
		_, err := h.runner(dag.Selection{}, rec).Run(ctx, graph(takes(h.fake("a.x", ""), time.Hour), h.fake("b.x", "", "a.x")), dag.RunOptions{})
		if !errors.Is(err, dag.ErrInterrupted) || time.Since(start) != time.Second {
			t.Errorf("error %v after %v", err, time.Since(start))
		}
		if d := cmp.Diff(map[dag.Address]dag.Result{"a.x": "skipped", "b.x": "skipped"}, rec.Results()); d != "" {
			t.Error(d)
		}
	})
}
