package view

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"femur/dag"
)

// bars draws a line for each running stage below the lines that are printed, and one for the run.
type bars struct {
	progressBars *mpb.Progress
	paint        paint
	width        int
	mu           sync.Mutex
	stages       map[dag.Address]*stageBar
	run          *stageBar
}

// A stageBar is the state behind one drawn line.
type stageBar struct {
	bar     *mpb.Bar
	mu      sync.Mutex
	name    string
	started time.Time // when the first progress came, from which the rest is estimated
	first   int
	now     time.Time
	at      Progress
}

func newBars(s Stream) *bars {
	return &bars{
		progressBars: mpb.New(mpb.WithOutput(s.Out), mpb.WithAutoRefresh(), mpb.WithWidth(s.width()), mpb.WithRefreshRate(120*time.Millisecond)),
		paint:        paint{on: s.Color}, width: s.width(),
		stages: map[dag.Address]*stageBar{},
	}
}

var _ io.Writer = (*bars)(nil)

// Write prints above the bars.
func (b *bars) Write(p []byte) (int, error) { return b.progressBars.Write(p) }

// total adds the line of the whole run, always the lowest.
func (b *bars) total(nodes int) {
	b.run = b.add("all", 1<<30, Progress{Total: nodes, Unit: "instances"})
}

func (b *bars) add(name string, priority int, at Progress) *stageBar {
	s := &stageBar{name: name, at: at}
	filler := mpb.BarFillerFunc(func(w io.Writer, stat decor.Statistics) error {
		if stat.Completed || stat.Aborted {
			return nil
		}
		_, err := io.WriteString(w, s.line(b.paint, min(b.width, stat.AvailableWidth)))
		return err
	})
	options := []mpb.BarOption{mpb.BarRemoveOnComplete(), mpb.BarFillerTrim()}
	if priority > 0 {
		options = append(options, mpb.BarPriority(priority))
	}
	s.bar = b.progressBars.MustAdd(0, filler, options...)
	return s
}

func (b *bars) start(e dag.StageStart) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stages[e.Address] = b.add(string(e.Address), 0, Progress{Text: "starting"})
}

func (b *bars) progress(e dag.StageProgress) {
	b.mu.Lock()
	s := b.stages[e.Address]
	b.mu.Unlock()
	if s != nil {
		s.set(e.Time, Progress{e.Done, e.Total, e.Unit, e.Text})
	}
}

func (b *bars) finish(a dag.Address) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if s := b.stages[a]; s != nil {
		s.bar.Abort(true)
		delete(b.stages, a)
	}
	if b.run != nil {
		b.run.mu.Lock()
		b.run.at.Done++
		b.run.mu.Unlock()
	}
}

// close removes all bars and waits until the last line is drawn.
func (b *bars) close() {
	b.mu.Lock()
	for a, s := range b.stages {
		s.bar.Abort(true)
		delete(b.stages, a)
	}
	if b.run != nil {
		b.run.bar.Abort(true)
	}
	b.mu.Unlock()
	b.progressBars.Wait()
}

func (s *stageBar) set(now time.Time, at Progress) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.started.IsZero() || at.Total != s.at.Total || at.Unit != s.at.Unit || at.Done < s.at.Done {
		s.started, s.first = now, at.Done // another phase begins
	}
	s.now, s.at = now, at
}

// barCells is how many characters the bar itself has; on a narrow screen the words need the room more.
func barCells(width int) int {
	if width < 100 {
		return 8
	}
	return 16
}

// line draws: name, bar, done of total, what the stage says, and how long it will take.
func (s *stageBar) line(p paint, width int) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.at
	if left := s.remaining(); left != "" { // before the stage's own words, of which the end may be cut
		at.Text = strings.TrimSuffix(left+", "+at.Text, ", ")
	}
	right := progressText(at)
	bar, cells := "", barCells(width)
	if s.at.Total > 0 {
		full := min(cells, s.at.Done*cells/s.at.Total)
		bar = strings.Repeat("━", full) + strings.Repeat("─", cells-full)
	}
	room := width - cells - 4
	name := clipName(s.name, max(12, room/2))
	text := clip(right, max(0, room-utf8.RuneCountInString(name)))
	return "  " + name + " " + p.cyan(pad(bar, cells)) + " " + p.dim(text)
}

// remaining estimates the time that is left from the pace so far; nothing before two seconds of it.
func (s *stageBar) remaining() string {
	spent := s.now.Sub(s.started).Seconds()
	done := s.at.Done - s.first
	if s.at.Total <= 0 || done <= 0 || spent < 2 || s.at.Done >= s.at.Total {
		return ""
	}
	left := spent / float64(done) * float64(s.at.Total-s.at.Done)
	if left < 99.5 {
		return fmt.Sprintf("%.0f s left", left)
	}
	return Duration(left) + " left"
}
