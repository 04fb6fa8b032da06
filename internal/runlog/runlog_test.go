package runlog_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"femur/cache"
	"femur/dag"
	"femur/internal/runlog"
	"femur/internal/view"
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func at(seconds int) time.Time { return start.Add(time.Duration(seconds) * time.Second) }

// write makes a run with one instance of each fate.
func write(t *testing.T, folder runlog.Folder) string {
	t.Helper()
	w, err := folder.Create(runlog.Run{Pipeline: "p", Variables: map[string]string{"n": "3"}}, start)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range []dag.Event{
		dag.RunStart{Run: w.ID(), Time: start, Pipeline: "p", Nodes: []dag.Address{"a.hit", "a.done", "a.fails", "a.skipped", "a.runs"}},
		dag.StageEnd{Address: "a.hit", Time: at(1), Result: dag.ResultHit},
		dag.StageStart{Address: "a.done", Time: at(1)},
		dag.StageProgress{Address: "a.done", Time: at(2), Progress: dag.Progress{Done: 1, Total: 2}},
		dag.StageEnd{Address: "a.done", Time: at(3), Result: dag.ResultDone, Seconds: 2, Outputs: []cache.Output{{Name: "out"}}},
		dag.StageStart{Address: "a.fails", Time: at(3)},
		dag.StageEnd{Address: "a.fails", Time: at(4), Result: dag.ResultFailed, Seconds: 1, Err: errors.New("broken")},
		dag.StageEnd{Address: "a.skipped", Time: at(4), Result: dag.ResultSkipped, Cause: "a.fails"},
		dag.StageStart{Address: "a.runs", Time: at(4)},
		dag.StageProgress{Address: "a.runs", Time: at(5), Progress: dag.Progress{Done: 1, Total: 9, Unit: "steps"}},
		dag.StageProgress{Address: "a.runs", Time: at(5).Add(time.Millisecond), Progress: dag.Progress{Done: 2, Total: 9, Unit: "steps"}},
		dag.StageProgress{Address: "a.runs", Time: at(7), Progress: dag.Progress{Done: 5, Total: 9, Unit: "steps"}},
	} {
		w.Observe(e)
	}
	return w.ID()
}

func TestStandings(t *testing.T) {
	dir := t.TempDir()
	folder := runlog.Open(dir)
	id := write(t, folder)
	// A process that is killed in the middle of a line leaves it cut.
	events := filepath.Join(dir, "runs", id, "events.jsonl")
	file, err := os.OpenFile(events, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteString(`{"event":"stage-end","addr`); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	standings, err := folder.Standings(id)
	if err != nil {
		t.Fatal(err)
	}
	got := map[dag.Address]string{}
	for _, s := range standings {
		text := string(s.Result)
		if s.Running() {
			text = "running"
		}
		got[s.Address] = text + " " + s.Error
	}
	want := map[dag.Address]string{"a.hit": "hit ", "a.done": "done ", "a.fails": "failed broken", "a.skipped": "skipped ", "a.runs": "running "}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("standings (-want +got):\n%s", diff)
	}
	if last := standings[len(standings)-1].Progress; last == nil || last.Done != 5 {
		t.Errorf("progress %+v, want that of the last event", last)
	}
	b, err := os.ReadFile(events)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(b), `"done":2`) {
		t.Error("two lines of progress within a second")
	}
}

func TestRunJSONSaysHowItEnded(t *testing.T) {
	for _, c := range []struct {
		name string
		end  dag.Event
		want runlog.State
	}{
		{"done", dag.RunEnd{Time: at(9), Seconds: 9, Totals: dag.Totals{Done: 1}}, runlog.Done},
		{"failed", dag.RunEnd{Time: at(9), Seconds: 9, Totals: dag.Totals{Failed: 1}}, runlog.Failed},
		{"interrupted", dag.RunEnd{Time: at(9), Seconds: 9, Interrupted: true, Totals: dag.Totals{Failed: 1}}, runlog.Interrupted},
		{"never began", nil, runlog.Failed},
	} {
		t.Run(c.name, func(t *testing.T) {
			folder := runlog.Open(t.TempDir())
			w, err := folder.Create(runlog.Run{Pipeline: "p"}, start)
			if err != nil {
				t.Fatal(err)
			}
			if r, err := folder.Run(w.ID()); err != nil || r.State != runlog.Running {
				t.Fatalf("while it runs: %v, %v", r.State, err)
			}
			if c.end != nil {
				w.Observe(c.end)
			}
			if err := w.Close(at(9)); err != nil {
				t.Fatal(err)
			}
			r, err := folder.Run(w.ID())
			if err != nil || r.State != c.want || !r.Ended.Equal(at(9)) {
				t.Errorf("run %+v, error %v, want state %s", r, err, c.want)
			}
		})
	}
}

func TestIDsSortByTime(t *testing.T) {
	folder := runlog.Open(t.TempDir())
	var ids []string
	for _, s := range []int{0, 0, 0, 1, 86400} {
		w, err := folder.Create(runlog.Run{}, at(s))
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, w.ID())
	}
	want := []string{"20260102-030405", "20260102-030405-02", "20260102-030405-03", "20260102-030406", "20260103-030405"}
	if diff := cmp.Diff(want, ids); diff != "" {
		t.Errorf("ids (-want +got):\n%s", diff)
	}
	runs, err := folder.List()
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range runs {
		if r.ID != want[len(want)-1-i] {
			t.Errorf("run %d of the list is %s, want the newest first", i, r.ID)
		}
	}
}

func TestResolve(t *testing.T) {
	folder := runlog.Open(t.TempDir())
	for _, s := range []int{0, 0, 60} {
		if _, err := folder.Create(runlog.Run{}, at(s)); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ id, want string }{
		{"20260102-030505", "20260102-030505"},
		{"20260102-0305", "20260102-030505"},
		{"20260102-030405", "20260102-030405"}, // whole, though another begins with it
		{"2026", ""},
		{"2027", ""},
		{"", ""},
		{"../runs", ""},
	} {
		r, err := folder.Run(c.id)
		if r.ID != c.want || (c.want == "") != errors.Is(err, runlog.ErrNoRun) {
			t.Errorf("Run(%q) = %q, %v, want %q", c.id, r.ID, err, c.want)
		}
	}
}

func TestLogs(t *testing.T) {
	folder := runlog.Open(t.TempDir())
	w, err := folder.Create(runlog.Run{}, start)
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("x", 300)
	addresses := []dag.Address{"a.b", "a.b[k=v/w]", "a.b[k=v%2Fw]", dag.Address("a." + long + "1"), dag.Address("a." + long + "2")}
	for _, a := range addresses {
		log, err := w.LogSink(a)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := log.Write([]byte(a)); err != nil {
			t.Fatal(err)
		}
		if err := log.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for _, a := range addresses {
		if b, err := folder.Log(w.ID(), a); err != nil || string(b) != string(a) {
			t.Errorf("log of %.30s: %.30q, %v", a, b, err)
		}
	}
	if _, err := folder.Log(w.ID(), "a.silent"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("log of one that printed nothing: %v", err)
	}
}

func TestNoRunsYet(t *testing.T) {
	folder := runlog.Open(filepath.Join(t.TempDir(), "nowhere"))
	if runs, err := folder.List(); err != nil || len(runs) != 0 {
		t.Errorf("List = %v, %v", runs, err)
	}
	if _, err := folder.Last(); !errors.Is(err, runlog.ErrNoRun) {
		t.Errorf("Last: %v", err)
	}
	var none []view.Event
	for e, err := range folder.Events("20260102-030405") {
		if err == nil {
			none = append(none, e)
		}
	}
	if len(none) != 0 {
		t.Errorf("events of no run: %v", none)
	}
}

// What gc forgets of runs: folders, also those without a run.json, and names of items in events.
func TestForget(t *testing.T) {
	dir := t.TempDir()
	folder := runlog.Open(dir)
	if n, err := folder.RemoveExcept(func(string) bool { return false }); n != 0 || err != nil {
		t.Fatalf("without a run: removed %d, error %v", n, err)
	}
	kept, gone := write(t, folder), write(t, folder)
	w, err := folder.Create(runlog.Run{}, at(60))
	if err != nil {
		t.Fatal(err)
	}
	reason := dag.Reason{Component: dag.ComponentSource, Text: "source: 1 file added, 1 removed", Items: []string{"+ new.png", "- ward/<7>.png"}}
	w.Observe(dag.StageStart{Address: "a.b", Time: at(61), Reasons: []dag.Reason{reason}})
	w.Observe(dag.StageProgress{Address: "a.b", Time: at(62), Progress: dag.Progress{Done: 3, Total: 9, Unit: "images"}})
	w.Observe(dag.StageEnd{Address: "a.b", Time: at(63), Reasons: []dag.Reason{reason}})
	events := func(id string) string {
		b, err := os.ReadFile(filepath.Join(dir, "runs", id, "events.jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	before := events(w.ID())
	keep := func(name string) bool { return name != "- ward/<7>.png" }
	if err := folder.ForgetItems(w.ID(), keep); err != nil {
		t.Fatal(err)
	}
	after := events(w.ID())
	if want := strings.ReplaceAll(before, `,"- ward/\u003c7\u003e.png"`, ""); after != want || after == before {
		t.Errorf("events (-want +have):\n%s", cmp.Diff(want, after))
	}
	before = events(kept)
	if err := folder.ForgetItems(kept, keep); err != nil || events(kept) != before {
		t.Errorf("error %v, or events without such names changed", err)
	}
	if err := os.Mkdir(filepath.Join(dir, "runs", "half-made"), 0o700); err != nil {
		t.Fatal(err)
	}
	if n, err := folder.RemoveExcept(func(id string) bool { return id == kept }); n != 3 || err != nil {
		t.Errorf("removed %d, error %v", n, err)
	}
	runs, err := folder.List()
	if err != nil || len(runs) != 1 || runs[0].ID != kept {
		t.Errorf("left %+v without %s, error %v", runs, gone, err)
	}
}
