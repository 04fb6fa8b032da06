package dag_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"femur/cache"
	"femur/dag"
	"femur/dag/dagtest"
)

// takes makes a stage that takes so long.
func takes(n *dag.Node, d time.Duration) *dag.Node {
	fakeOf(n).Before = func(ctx context.Context, _ dag.Task) error {
		select {
		case <-time.After(d):
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return n
}

func TestIndependentStagesRunTogether(t *testing.T) {
	for _, tt := range []struct {
		jobs int
		want time.Duration
	}{{1, 4 * time.Second}, {2, 2 * time.Second}, {4, time.Second}, {0, 4 * time.Second}} {
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(t)
			var nodes []*dag.Node
			for i := range 4 {
				nodes = append(nodes, takes(h.fake(fmt.Sprintf("k%d.x", i), ""), time.Second))
			}
			r := h.runner(dag.Selection{}, nil)
			r.Jobs = tt.jobs
			start := time.Now()
			s, err := r.Run(context.Background(), graph(nodes...), dag.RunOptions{})
			if err != nil || time.Since(start) != tt.want || s.Seconds != tt.want.Seconds() {
				t.Errorf("jobs %d: %v, want %v, error %v", tt.jobs, time.Since(start), tt.want, err)
			}
		})
	}
}

// accelerated takes the device.
type accelerated struct {
	dagtest.Fake
	opened *atomic.Int32
}

func (a *accelerated) Environment(context.Context) (map[string]string, error) {
	a.opened.Add(1)
	return map[string]string{"backend": "fake"}, nil
}

// Stages that wait for the device leave the workers to others.
func TestDeviceSlots(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		var opened atomic.Int32
		var nodes []*dag.Node
		for i := range 3 {
			n := takes(h.fake(fmt.Sprintf("a%d.x", i), ""), time.Second)
			n.Stage = &accelerated{*fakeOf(n), &opened}
			nodes = append(nodes, n)
		}
		for i := range 3 {
			nodes = append(nodes, takes(h.fake(fmt.Sprintf("b%d.x", i), ""), time.Second))
		}
		start := time.Now()
		g := graph(nodes...)
		h.run(g, dag.Selection{})
		if d := time.Since(start); d != 3*time.Second {
			t.Errorf("took %v, want 3s: one device, one worker beside it", d)
		}
		rec := h.plan(g, dag.Selection{})["a0.x"].Record
		if rec.Facts.Environment["backend"] != "fake" || rec.Purity != cache.Pinned {
			t.Errorf("record %+v", rec)
		}
		if n := opened.Load(); n != 3 {
			t.Errorf("the device was opened %d times, want 3: not for a plan", n)
		}
	})
}

// Two instances with one key are one piece of work.
func TestSameKeyRunsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		a, b := takes(h.fake("k.a", "same"), time.Second), takes(h.fake("k.b", "same"), time.Second)
		got := h.run(graph(a, b, h.fake("end.x", "", "k.a", "k.b")), dag.Selection{})
		if runs := h.count.Runs(); runs["k.a"]+runs["k.b"] != 1 {
			t.Errorf("runs %v", runs)
		}
		if got["k.a"] == got["k.b"] {
			t.Errorf("results %v, want one hit and one done", got)
		}
		h.run(graph(a, b), dag.Selection{Force: []string{"k.a", "k.b"}})
		if runs := h.count.Runs(); runs["k.a"]+runs["k.b"] != 1 {
			t.Errorf("forced: runs %v", runs)
		}
	})
}

// When the one that makes a result fails, the one that waited for it tries by itself.
func TestSameKeyAfterFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		var calls atomic.Int32
		failsFirst := func(n *dag.Node) *dag.Node {
			fakeOf(n).Before = func(context.Context, dag.Task) error {
				time.Sleep(time.Second)
				if calls.Add(1) == 1 {
					return errors.New("boom")
				}
				return nil
			}
			return n
		}
		s, err := h.runner(dag.Selection{}, nil).Run(context.Background(),
			graph(failsFirst(h.fake("k.a", "same")), failsFirst(h.fake("k.b", "same"))), dag.RunOptions{KeepGoing: true})
		if want := (dag.Totals{Failed: 1, Done: 1}); s.Totals != want || err == nil {
			t.Errorf("%+v, want %+v, error %v", s.Totals, want, err)
		}
	})
}

// sinks are logs in memory.
type sinks struct {
	mu   sync.Mutex
	logs map[dag.Address]*bytes.Buffer
}

func (s *sinks) open(a dag.Address) (io.WriteCloser, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.logs == nil {
		s.logs = map[dag.Address]*bytes.Buffer{}
	}
	s.logs[a] = &bytes.Buffer{}
	return closer{s.logs[a]}, nil
}

type closer struct{ io.Writer }

func (closer) Close() error { return nil }

func TestPanicsAndLogs(t *testing.T) {
	h := newHouse(t)
	a, b := h.fake("a.x", ""), h.fake("b.x", "")
	fakeOf(a).Body = func(_ context.Context, t dag.Task) error {
		t.Log().Info("about to divide", "by", 0)
		panic("a defect")
	}
	fakeOf(b).Before = func(_ context.Context, t dag.Task) error {
		t.Log().Info("hello", "n", 3)
		t.Log().Debug("patient ids belong here")
		return nil
	}
	r := h.runner(dag.Selection{}, nil)
	logs := &sinks{}
	r.LogSink = logs.open
	_, err := r.Run(context.Background(), graph(a, b), dag.RunOptions{KeepGoing: true})
	if err == nil || err.Error() != "a.x: run: panic: a defect (a defect of the program; the stack is in the stage's log)" {
		t.Errorf("error %v", err)
	}
	for _, want := range []string{"about to divide: by=0", "a defect", "runner_test.go"} {
		if text := logs.logs["a.x"].String(); !strings.Contains(text, want) {
			t.Errorf("the failed stage's log lacks %q:\n%s", want, text)
		}
	}
	rec := h.plan(graph(b), dag.Selection{})["b.x"].Record
	kept, err := cache.ReadAll(context.Background(), h.store, cache.Artifact{Digest: rec.Facts.Log})
	if err != nil {
		t.Fatal(err)
	}
	if s := string(kept); !strings.Contains(s, "hello: n=3") || strings.Contains(s, "patient ids") || s != logs.logs["b.x"].String() {
		t.Errorf("log kept with the result:\n%s", s)
	}
}

// A panic outside Run, such as in Describe, is an error of the node as well.
type panicking struct{ dagtest.Fake }

func (*panicking) Describe(*cache.Recipe) { panic("describe") }

func TestPanicWhilePlanning(t *testing.T) {
	h := newHouse(t)
	n := h.fake("a.x", "")
	n.Stage = &panicking{*fakeOf(n)}
	var p *dag.PanicError
	if _, err := dag.NewPlan(context.Background(), graph(n), h.options(dag.Selection{})); !errors.As(err, &p) || !strings.HasPrefix(err.Error(), "a.x: plan: panic: describe") {
		t.Errorf("plan: %v", err)
	}
	if _, err := h.runner(dag.Selection{}, nil).Run(context.Background(), graph(n), dag.RunOptions{}); !errors.As(err, &p) {
		t.Errorf("run: %v", err)
	}
}

func TestEventsInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		a := h.fake("a.x", "1")
		fakeOf(a).Before = func(_ context.Context, t dag.Task) error {
			for i := range 100 {
				t.Progress(dag.Progress{Done: i + 1, Total: 100, Unit: "steps"})
				time.Sleep(10 * time.Millisecond)
			}
			return nil
		}
		g := func() *dag.Graph { return graph(a, h.fake("b.x", "1", "a.x")) }
		rec := &dagtest.Recorder{}
		if _, err := h.runner(dag.Selection{}, rec).Run(context.Background(), g(), dag.RunOptions{ID: "r1"}); err != nil {
			t.Fatal(err)
		}
		var kinds []string
		progress := 0
		for _, e := range rec.Events() {
			switch e := e.(type) {
			case dag.RunStart:
				kinds = append(kinds, "run "+e.Run)
			case dag.StageStart:
				kinds = append(kinds, fmt.Sprintf("start %s (%s)", e.Address, strings.Join(texts(e.Reasons), ", ")))
			case dag.StageProgress:
				progress++
			case dag.StageEnd:
				kinds = append(kinds, fmt.Sprintf("end %s %s %v", e.Address, e.Result, e.Seconds))
			case dag.RunEnd:
				kinds = append(kinds, fmt.Sprintf("end %s %+v", e.Run, e.Totals))
			}
		}
		want := []string{
			"run r1", "start a.x (never ran)", "end a.x done 1", "start b.x (never ran)", "end b.x done 0",
			"end r1 {Hit:0 Done:2 Failed:0 Skipped:0}",
		}
		if d := cmp.Diff(want, kinds); d != "" {
			t.Error(d)
		}
		if progress < 8 || progress > 12 {
			t.Errorf("%d progress events in a second, want about 10", progress)
		}
	})
}

// One result is finished before the next is begun.
func TestDepthFirst(t *testing.T) {
	h := newHouse(t)
	var nodes []*dag.Node
	for i := range 3 {
		nodes = append(nodes, h.fake(fmt.Sprintf("train.f%d", i), fmt.Sprint(i)))
	}
	for i := range 3 {
		nodes = append(nodes, h.fake(fmt.Sprintf("score.f%d", i), "", fmt.Sprintf("train.f%d", i)))
	}
	r := h.runner(dag.Selection{}, nil)
	rec := &dagtest.Recorder{}
	r.Jobs, r.Observer = 1, rec
	if _, err := r.Run(context.Background(), graph(nodes...), dag.RunOptions{}); err != nil {
		t.Fatal(err)
	}
	var started []string
	for _, e := range rec.Events() {
		if e, ok := e.(dag.StageStart); ok {
			started = append(started, string(e.Address))
		}
	}
	if got := strings.Join(started, " "); got != "train.f0 score.f0 train.f1 score.f1 train.f2 score.f2" {
		t.Errorf("started %s", got)
	}
}

func TestThousandNodes(t *testing.T) {
	h := newHouse(t)
	var nodes []*dag.Node
	for i := range 1000 {
		var sources []string
		for _, back := range []int{1, 7, 40} {
			if i%5 != 0 && i-back >= 0 {
				sources = append(sources, fmt.Sprintf("k%d.x", i-back))
			}
		}
		nodes = append(nodes, h.fake(fmt.Sprintf("k%d.x", i), fmt.Sprint(i%97), sources...))
	}
	g := graph(nodes...)
	start := time.Now()
	h.run(g, dag.Selection{})
	ran := time.Since(start)
	if n := len(h.count.Runs()); n != 1000 {
		t.Errorf("%d ran, want 1000", n)
	}
	start = time.Now()
	for a, r := range h.run(g, dag.Selection{}) {
		if r != dag.ResultHit {
			t.Fatalf("%s ended %s", a, r)
		}
	}
	t.Logf("1,000 stages in %v, again in %v", ran, time.Since(start))
}

func TestStrictEnvironment(t *testing.T) {
	h := newHouse(t)
	g := func(strict bool) *dag.Graph {
		g := graph(h.fake("a.x", ""))
		g.StrictEnvironment = strict
		return g
	}
	for i, tt := range []struct {
		strict bool
		goVer  string
		runs   int
	}{{false, "go1", 1}, {false, "go2", 0}, {true, "go2", 1}, {true, "go2", 0}, {true, "go3", 1}, {false, "go9", 0}} {
		r := h.runner(dag.Selection{}, nil)
		r.Environment = map[string]string{"go": tt.goVer}
		if _, err := r.Run(context.Background(), g(tt.strict), dag.RunOptions{}); err != nil {
			t.Fatal(err)
		}
		if n := h.count.Runs()["a.x"]; n != tt.runs {
			t.Errorf("row %d: %d runs, want %d", i, n, tt.runs)
		}
	}
}
