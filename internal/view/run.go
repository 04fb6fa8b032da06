package view

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"femur/cache"
	"femur/dag"
)

// A Run prints a run while it goes on, and how it ended.
type Run interface {
	dag.Observer
	// Stopping tells that the user asked to stop: nothing more is started, what runs is finished. It may
	// be called while events come.
	Stopping()
	// Found tells what the run's metrics answer, for its end.
	Found([]Finding)
	// Close prints what is left to say, and returns the first error of printing.
	Close() error
}

var (
	_ Run = (*RunHuman)(nil)
	_ Run = (*RunJSON)(nil)
)

// NewRun returns the view that the stream asks for.
func NewRun(s Stream) Run {
	if s.JSON {
		return &RunJSON{out: s.Out}
	}
	v := &RunHuman{stream: s, out: s.Out, printed: map[dag.Address]time.Time{}}
	if s.Bars {
		v.bars = newBars(s)
		v.out = v.bars
	}
	return v
}

// RunJSON prints each event as one line.
type RunJSON struct {
	out io.Writer
	err error
}

// Observe implements [dag.Observer].
func (v *RunJSON) Observe(e dag.Event) {
	if v.err != nil {
		return
	}
	line, err := json.Marshal(NewEvent(e))
	if err == nil {
		_, err = v.out.Write(append(line, '\n'))
	}
	v.err = err
}

// Stopping implements [Run]. Programs learn it from run-end.
func (v *RunJSON) Stopping() {}

// Found implements [Run]. Programs read the metrics themselves.
func (v *RunJSON) Found([]Finding) {}

// Close implements [Run].
func (v *RunJSON) Close() error { return v.err }

// plainProgressEvery is how often a stage reports where bars cannot be drawn: often enough to see
// that it lives, seldom enough for a log file.
const plainProgressEvery = 10 * time.Second

// RunHuman prints a line for each stage that was executed, bars or a line now and then for those that run,
// and a summary of one screen.
type RunHuman struct {
	mu      sync.Mutex
	stream  Stream
	out     io.Writer
	bars    *bars                     // nil where lines cannot be redrawn
	printed map[dag.Address]time.Time // when a running stage last had a line
	stages  []*stageTally
	reports []report
	found   []Finding
	end     dag.RunEnd
	err     error
}

// A stageTally counts the instances of one stage.
type stageTally struct {
	stage   string
	totals  dag.Totals
	seconds float64
}

// A report is an output that people want to open.
type report struct {
	artifact string
	size     int64
}

// Observe implements [dag.Observer].
func (v *RunHuman) Observe(e dag.Event) {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch e := e.(type) {
	case dag.RunStart:
		v.printf(func(p *page) {
			p.linef("Run %s of pipeline %s, %s.", p.bold(e.Run), p.bold(e.Pipeline), Count(len(e.Nodes), "instance"))
		})
		if v.bars != nil {
			v.bars.total(len(e.Nodes))
		}
	case dag.StageStart:
		v.start(e)
	case dag.StageProgress:
		v.progress(e)
	case dag.StageEnd:
		v.finish(e)
	case dag.RunEnd:
		v.end = e
	}
}

func (v *RunHuman) start(e dag.StageStart) {
	v.printed[e.Address] = e.Time
	if v.bars != nil {
		v.bars.start(e)
		return
	}
	why := ""
	if len(e.Reasons) > 0 {
		why = e.Reasons[0].Text
		if n := len(e.Reasons) - 1; n > 0 {
			why += fmt.Sprintf(", and %s", Count(n, "more reason"))
		}
	}
	v.printf(func(p *page) { p.event("start", string(e.Address), why) })
}

func (v *RunHuman) progress(e dag.StageProgress) {
	if v.bars != nil {
		v.bars.progress(e)
		return
	}
	last, running := v.printed[e.Address]
	if !running || e.Time.Sub(last) < plainProgressEvery {
		return
	}
	v.printed[e.Address] = e.Time
	text := progressText(Progress{e.Done, e.Total, e.Unit, e.Text})
	v.printf(func(p *page) { p.event("", string(e.Address), text) })
}

func (v *RunHuman) finish(e dag.StageEnd) {
	delete(v.printed, e.Address)
	if v.bars != nil {
		v.bars.finish(e.Address)
	}
	v.tally(e)
	// Hits and skipped ones are counted in the summary: a line for each of dozens would bury the rest.
	switch e.Result {
	case dag.ResultDone:
		v.printf(func(p *page) { p.event("done", string(e.Address), Duration(e.Seconds)) })
	case dag.ResultFailed:
		v.printf(func(p *page) { p.event("failed", string(e.Address), "after "+Duration(e.Seconds)) })
	}
	if e.Result != dag.ResultHit && e.Result != dag.ResultDone {
		return
	}
	for _, o := range e.Outputs {
		if o.Media == cache.MediaHTML {
			v.reports = append(v.reports, report{e.Address.Output(o.Name), o.Size})
		}
	}
}

func (v *RunHuman) tally(e dag.StageEnd) {
	name := e.Address.Stage()
	i := slices.IndexFunc(v.stages, func(t *stageTally) bool { return t.stage == name })
	if i < 0 {
		v.stages = append(v.stages, &stageTally{stage: name})
		i = len(v.stages) - 1
	}
	t := v.stages[i]
	switch e.Result {
	case dag.ResultHit:
		t.totals.Hit++
		return // its seconds were spent in an earlier run
	case dag.ResultDone:
		t.totals.Done++
	case dag.ResultFailed:
		t.totals.Failed++
	case dag.ResultSkipped:
		t.totals.Skipped++
	}
	t.seconds += e.Seconds
}

// event prints one line of fixed form: what happened, where, and a note; a note that does not fit
// moves to a line of its own.
func (p *page) event(word, address, note string) {
	head := "  " + p.state(pad(word, 7), word) + "  " + address
	if note == "" {
		p.linef("%s", head)
		return
	}
	if 2+7+2+len([]rune(address))+2+len([]rune(note)) <= p.width {
		p.linef("%s  %s", head, p.dim(note))
		return
	}
	p.linef("%s", head)
	p.wrapped("           ", note)
}

// printf prints what f puts on a page, unless printing failed before.
func (v *RunHuman) printf(f func(*page)) {
	if v.err != nil {
		return
	}
	p := v.stream.page()
	f(p)
	v.err = p.to(v.out)
}

// Stopping implements [Run].
func (v *RunHuman) Stopping() {
	v.mu.Lock()
	defer v.mu.Unlock()
	text := "Stopping: nothing more is started. Ctrl-C again stops at once."
	if n := len(v.printed); n > 0 {
		text = fmt.Sprintf("Stopping: nothing more is started, what runs (%s) is finished first. Ctrl-C again stops at once.", Count(n, "instance"))
	}
	v.printf(func(p *page) { p.wrapped("", text) })
}

// Found implements [Run].
func (v *RunHuman) Found(f []Finding) { v.found = f }

// Close implements [Run].
func (v *RunHuman) Close() error {
	if v.bars != nil {
		v.bars.close()
		v.out = v.stream.Out
	}
	if v.end.Run != "" {
		v.printf(v.summary)
	}
	return v.err
}
