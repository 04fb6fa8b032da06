package runlog

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"time"

	"femur/dag"
	"femur/internal/view"
)

// Events yields the events of a run in order. A last line that is cut, as during a run or after a
// crash, is passed over.
func (f Folder) Events(id string) iter.Seq2[view.Event, error] {
	return func(yield func(view.Event, error) bool) {
		name, err := f.resolve(id)
		if err != nil {
			yield(view.Event{}, err)
			return
		}
		file, err := os.Open(filepath.Join(f.dir, name, "events.jsonl"))
		if err != nil {
			yield(view.Event{}, fmt.Errorf("run %s: %w", name, err))
			return
		}
		defer func() { _ = file.Close() }() // opened for reading
		lines := bufio.NewReader(file)
		for number := 1; ; number++ {
			line, err := lines.ReadBytes('\n')
			if errors.Is(err, io.EOF) {
				return
			}
			var e view.Event
			if err == nil && len(bytes.TrimSpace(line)) > 0 {
				err = json.Unmarshal(line, &e)
			}
			if err != nil {
				yield(view.Event{}, fmt.Errorf("run %s: events.jsonl:%d: %w", name, number, err))
				return
			}
			if !yield(e, nil) {
				return
			}
		}
	}
}

// A Standing is how an instance stands by the last word of a run about it.
type Standing struct {
	Address  dag.Address
	Started  time.Time // zero for one that is waiting, or that was a hit
	Ended    time.Time // zero for one that is running
	Key      string
	Result   dag.Result // empty while it runs or waits
	Seconds  float64
	Reasons  []view.Reason
	Outputs  map[string]view.Output
	Progress *view.Progress
	Error    string
	Cause    dag.Address
}

// Running reports whether the instance was executing when the run last spoke of it.
func (s Standing) Running() bool { return !s.Started.IsZero() && s.Result == "" }

// Standings folds the events of a run: how each of its instances stands, in the run's order.
func (f Folder) Standings(id string) ([]Standing, error) {
	var list []Standing
	place := map[dag.Address]int{}
	at := func(a dag.Address) *Standing {
		i, ok := place[a]
		if !ok {
			i = len(list)
			place[a] = i
			list = append(list, Standing{Address: a})
		}
		return &list[i]
	}
	for e, err := range f.Events(id) {
		if err != nil {
			return nil, err
		}
		switch e.Event {
		case view.EventRunStart:
			for _, a := range e.Stages {
				at(a)
			}
		case view.EventStageStart:
			s := at(e.Address)
			s.Started, s.Key, s.Reasons = e.Time, e.Key, e.Reasons
		case view.EventProgress:
			at(e.Address).Progress = e.Progress
		case view.EventStageEnd:
			s := at(e.Address)
			s.Ended, s.Result, s.Outputs, s.Error, s.Cause = e.Time, e.Result, e.Outputs, e.Error, e.Cause
			s.Progress = nil
			if e.Key != "" {
				s.Key = e.Key
			}
			if e.Seconds != nil {
				s.Seconds = *e.Seconds
			}
		}
	}
	return list, nil
}
