package dag

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/hashicorp/go-hclog"

	"femur/cache"
)

// A run is one call of Runner.Run. All of its fields belong to the goroutine that called Run, the
// coordinator: workers send it functions through msgs. Only it talks to the observer, which is why
// events are in order.
type run struct {
	*session
	runner *Runner
	opts   RunOptions
	sel    selected
	log    hclog.Logger
	now    func() time.Time

	nodes   []*runNode // in order
	find    map[Address]*runNode
	ready   []*runNode // to evaluate or, evaluated, to execute
	records map[Address]*cache.Record
	made    map[cache.Key]*cache.Record // in this run
	making  map[cache.Key][]*runNode    // keys being made, with the nodes that wait for the same
	working int                         // goroutines at work
	devices int                         // of them, those with a device

	halted   bool // nothing more starts
	summary  Summary
	msgs     chan func()
	finished chan struct{}
	mappers  context.Context // canceled by a graceful stop
}

type runNode struct {
	*Node
	priority int // depth-first post-order
	pending  int // nodes upstream that are not up to date yet
	readers  []*runNode
	ev       *evaluation
	work     *work
	reasons  []Reason
	device   bool
	result   Result // empty until it ended
	progress time.Time
}

func newRun(r *Runner, g *Graph, sel selected, o RunOptions) *run {
	x := &run{
		session: newSession(g, r.Options), runner: r, opts: o, sel: sel, log: r.Log, now: r.Now,
		find: map[Address]*runNode{}, records: map[Address]*cache.Record{},
		made: map[cache.Key]*cache.Record{}, making: map[cache.Key][]*runNode{},
		msgs: make(chan func()), finished: make(chan struct{}),
	}
	if x.log == nil {
		x.log = hclog.NewNullLogger()
	}
	if x.now == nil {
		x.now = time.Now
	}
	number := postOrder(sel.order)
	for _, n := range sel.order {
		rn := &runNode{Node: n, priority: number[n.Address]}
		x.find[n.Address] = rn
		x.nodes = append(x.nodes, rn)
		for _, a := range n.Upstream() {
			u := x.find[a]
			if u == nil {
				continue // with Selection.Recorded
			}
			u.readers = append(u.readers, rn)
			rn.pending++
		}
		if rn.pending == 0 {
			x.ready = append(x.ready, rn)
		}
	}
	return x
}

func (x *run) observe(e Event) {
	if x.runner.Observer != nil {
		x.runner.Observer.Observe(e)
	}
}

func (x *run) run(ctx context.Context) (Summary, error) {
	start := x.now()
	addresses := make([]Address, len(x.nodes))
	for i, n := range x.nodes {
		addresses[i] = n.Address
	}
	x.observe(RunStart{Run: x.opts.ID, Time: start, Pipeline: x.graph.Name, Nodes: addresses})
	var stopMappers context.CancelFunc
	x.mappers, stopMappers = context.WithCancel(ctx)
	defer stopMappers()
	stop, canceled := x.opts.Stop, ctx.Done()
	for {
		select { // a stop that is already asked for comes before any start
		case <-stop:
			stop = nil
			x.interrupt(stopMappers)
		case <-canceled:
			canceled = nil
			x.interrupt(stopMappers)
		default:
		}
		x.start(ctx)
		if x.working == 0 {
			break
		}
		select {
		case f := <-x.msgs:
			f()
		case <-stop:
			stop = nil
			x.interrupt(stopMappers)
		case <-canceled:
			canceled = nil
			x.interrupt(stopMappers)
		}
	}
	close(x.finished)
	for _, n := range x.nodes {
		if n.result == "" {
			x.end(n, StageEnd{Result: ResultSkipped})
		}
	}
	x.summary.Seconds = x.now().Sub(start).Seconds()
	x.observe(RunEnd{Run: x.opts.ID, Time: x.now(), Seconds: x.summary.Seconds, Totals: x.summary.Totals, Interrupted: x.summary.Interrupted})
	switch {
	case len(x.summary.Failures) > 0:
		return x.summary, x.summary.Failures[0]
	case x.summary.Interrupted:
		return x.summary, ErrInterrupted
	}
	return x.summary, nil
}

func (x *run) interrupt(stopMappers context.CancelFunc) {
	x.log.Info("interrupted, nothing more starts", "running", x.working)
	x.halted, x.summary.Interrupted = true, true
	stopMappers()
}

// start gives work to workers while there is work that may begin, the smallest priority first, and
// workers, and devices for what needs one.
func (x *run) start(ctx context.Context) {
	for !x.halted && x.working < max(x.runner.Jobs, 1) {
		slices.SortStableFunc(x.ready, func(a, b *runNode) int { return cmp.Compare(a.priority, b.priority) })
		i := slices.IndexFunc(x.ready, func(n *runNode) bool {
			return !n.device || x.devices < max(x.runner.DeviceSlots, 1)
		})
		if i < 0 {
			return
		}
		n := x.ready[i]
		x.ready = slices.Delete(x.ready, i, i+1)
		x.working++
		if n.ev == nil {
			x.evaluateNode(ctx, n)
		} else {
			x.executeNode(ctx, n)
		}
	}
}

// evaluateNode asks a worker for the node's key and what the cache says to it.
func (x *run) evaluateNode(ctx context.Context, n *runNode) {
	if x.sel.taken(n.Address) {
		x.takeNode(ctx, n)
		return
	}
	up := make(map[Address]*cache.Record)
	for _, a := range n.Upstream() {
		up[a] = x.records[a]
	}
	forced := x.sel.forced[n.Address]
	go func() {
		ev, err := x.evaluate(ctx, n.Node, up)
		var w *work
		var reasons []Reason
		switch {
		case err != nil:
		case ev.hit != nil && forced == "":
			ev.hit, err = x.adopt(ctx, n, *ev.hit)
		default:
			if reasons, err = x.reasons(ctx, ev, forced); err == nil {
				w, err = x.items(ctx, ev, forced != "")
			}
		}
		x.msgs <- func() {
			x.working--
			n.ev, n.work, n.reasons = ev, w, reasons
			switch {
			case err != nil:
				x.fail(ctx, n, err, StageEnd{})
			case ev.hit != nil && forced == "":
				x.succeed(n, ev.hit, StageEnd{Result: ResultHit})
			case !x.sel.mayRun(n.Address):
				x.fail(ctx, n, &StaleInputError{Only: x.runner.Selection.Only, Input: n.Address}, StageEnd{Reasons: reasons})
			default:
				x.enqueue(n)
			}
		}
	}()
}

// takeNode asks a worker for what was recorded of a node.
func (x *run) takeNode(ctx context.Context, n *runNode) {
	go func() {
		rec, err := x.lastRecord(ctx, n.Address)
		x.msgs <- func() {
			x.working--
			if err != nil {
				x.fail(ctx, n, err, StageEnd{})
				return
			}
			x.succeed(n, rec, StageEnd{Result: ResultHit})
		}
	}()
}

// enqueue makes an evaluated node ready to execute, unless another one makes the same result.
func (x *run) enqueue(n *runNode) {
	if rec, ok := x.made[n.ev.key]; ok {
		x.succeed(n, rec, StageEnd{Result: ResultHit})
		return
	}
	if waiting, ok := x.making[n.ev.key]; ok {
		x.making[n.ev.key] = append(waiting, n)
		return
	}
	x.making[n.ev.key] = nil
	_, n.device = n.Stage.(Accelerated)
	if n.work != nil && len(n.work.todo) == 0 {
		n.device = false // only what is already made has to be put together
	}
	x.ready = append(x.ready, n)
}

func (x *run) executeNode(ctx context.Context, n *runNode) {
	start := x.now()
	event := StageStart{Address: n.Address, Time: start, Key: n.ev.key, Reasons: n.reasons}
	if n.work != nil {
		event.Size, event.Hits = len(n.work.items), len(n.work.items)-len(n.work.todo)
		ctx = x.mappers
	}
	if n.device {
		x.devices++
	}
	x.observe(event)
	x.log.Debug("start", "address", n.Address, "key", n.ev.key.Short())
	go func() {
		rec, err := x.execute(ctx, n, start)
		x.msgs <- func() {
			x.working--
			if n.device {
				x.devices--
			}
			end := StageEnd{Result: ResultDone, Seconds: x.now().Sub(start).Seconds(), Reasons: n.reasons}
			waiting := x.making[n.ev.key]
			delete(x.making, n.ev.key)
			if err != nil {
				x.fail(ctx, n, err, end)
			} else {
				x.made[n.ev.key] = &rec
				x.succeed(n, &rec, end)
			}
			for _, w := range waiting {
				x.enqueue(w)
			}
		}
	}()
}

func (x *run) succeed(n *runNode, rec *cache.Record, e StageEnd) {
	x.records[n.Address] = rec
	e.Key, e.Outputs = rec.Key, rec.Outputs
	x.end(n, e)
	for _, r := range n.readers {
		if r.pending--; r.pending == 0 && r.result == "" {
			x.ready = append(x.ready, r)
		}
	}
}

// fail ends a node and skips all that needs it. What was canceled did not fail.
func (x *run) fail(ctx context.Context, n *runNode, err error, e StageEnd) {
	if n.ev != nil {
		e.Key = n.ev.key
	}
	if ctx.Err() != nil {
		e.Result = ResultSkipped
		x.summary.Interrupted, x.halted = true, true
		x.end(n, e)
		return
	}
	failure := &StageError{Address: n.Address, Err: err}
	x.summary.Failures = append(x.summary.Failures, failure)
	x.halted = x.halted || !x.opts.KeepGoing
	e.Result, e.Err = ResultFailed, err
	x.end(n, e)
	x.log.Debug("failed", "address", n.Address, "error", err)
	var skip func(n, cause *runNode)
	skip = func(n, cause *runNode) {
		for _, r := range n.readers {
			if r.result == "" {
				x.end(r, StageEnd{Result: ResultSkipped, Cause: cause.Address})
				skip(r, cause)
			}
		}
	}
	skip(n, n)
}

func (x *run) end(n *runNode, e StageEnd) {
	e.Address, e.Time = n.Address, x.now()
	n.result = e.Result
	t := &x.summary.Totals
	switch e.Result {
	case ResultHit:
		t.Hit++
	case ResultDone:
		t.Done++
	case ResultFailed:
		t.Failed++
	case ResultSkipped:
		t.Skipped++
	}
	x.observe(e)
}

// report passes a stage's progress on, a few times a second. A stage that reports after its run, as a
// goroutine that it forgot may, is not heard.
func (x *run) report(n *runNode, p Progress) {
	const every = 100 * time.Millisecond
	select {
	case <-x.finished:
	case x.msgs <- func() {
		now := x.now()
		if n.result == "" && (p.Done == p.Total || now.Sub(n.progress) >= every) {
			n.progress = now
			x.observe(StageProgress{Address: n.Address, Time: now, Progress: p})
		}
	}:
	}
}
