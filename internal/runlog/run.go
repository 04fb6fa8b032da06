package runlog

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/renameio/v2"

	"femur/internal/view"
)

// A State says how a run stands.
type State string

// The states of a run. Abandoned is one whose process ended without a word.
const (
	Running     State = "running"
	Done        State = "done"
	Failed      State = "failed"
	Interrupted State = "interrupted"
	Abandoned   State = "abandoned"
)

// A Run is the content of run.json: what was asked for, and how it ended.
type Run struct {
	ID        string            `json:"id"`
	State     State             `json:"state"`
	Pipeline  string            `json:"pipeline"`  // its name
	File      string            `json:"file"`      // base name of the pipeline file
	Text      string            `json:"text"`      // of the pipeline file, whole
	Variables map[string]string `json:"variables"` // by name, as JSON
	Targets   []string          `json:"targets,omitempty"`
	Version   string            `json:"femur"` // of the program
	Host      string            `json:"host"`
	PID       int               `json:"pid"`
	Started   time.Time         `json:"started"`
	Ended     time.Time         `json:"ended,omitzero"`
	Seconds   float64           `json:"seconds"`
	Totals    view.RunTotals    `json:"totals"`
}

// A Folder is where the runs of a cache are kept.
type Folder struct{ dir string }

// Open returns the folder of runs in a cache directory; nothing is read or made.
func Open(cacheDir string) Folder { return Folder{filepath.Join(cacheDir, "runs")} }

// ErrNoRun says that there is no run with the id, or none at all.
var ErrNoRun = errors.New("no such run")

// List returns all runs, the newest first. A folder without a readable run.json is passed over: its
// run ended before it began.
func (f Folder) List() ([]Run, error) {
	entries, err := os.ReadDir(f.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("runs: %w", err)
	}
	var runs []Run
	for _, e := range slices.Backward(entries) {
		if !e.IsDir() {
			continue
		}
		if r, err := f.Run(e.Name()); err == nil {
			runs = append(runs, r)
		}
	}
	return runs, nil
}

// Run reads run.json of a run. A unique prefix of the id will do.
func (f Folder) Run(id string) (Run, error) {
	name, err := f.resolve(id)
	if err != nil {
		return Run{}, err
	}
	b, err := os.ReadFile(filepath.Join(f.dir, name, "run.json"))
	if err != nil {
		return Run{}, fmt.Errorf("run %s: %w", name, err)
	}
	var r Run
	if err := json.Unmarshal(b, &r); err != nil {
		return Run{}, fmt.Errorf("run %s: run.json: %w", name, err)
	}
	return r, nil
}

// Last returns the newest run.
func (f Folder) Last() (Run, error) {
	runs, err := f.List()
	if err != nil {
		return Run{}, err
	}
	if len(runs) == 0 {
		return Run{}, fmt.Errorf("%w: nothing ran yet", ErrNoRun)
	}
	return runs[0], nil
}

// resolve finds the folder of an id or of a unique prefix of one.
func (f Folder) resolve(id string) (string, error) {
	if id == "" || strings.ContainsAny(id, `/\`) || strings.HasPrefix(id, ".") {
		return "", fmt.Errorf("run %q: %w", id, ErrNoRun)
	}
	entries, err := os.ReadDir(f.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("runs: %w", err)
	}
	var matches []string
	for _, e := range entries {
		if e.Name() == id {
			return id, nil
		}
		if strings.HasPrefix(e.Name(), id) {
			matches = append(matches, e.Name())
		}
	}
	switch len(matches) {
	case 0:
		return "", fmt.Errorf("run %q: %w; list them with femur runs", id, ErrNoRun)
	case 1:
		return matches[0], nil
	}
	return "", fmt.Errorf("run %q: %w: it could be any of %s", id, ErrNoRun, strings.Join(matches, ", "))
}

// write replaces run.json.
func (r Run) write(dir string) error {
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("run %s: %w", r.ID, err)
	}
	if err := renameio.WriteFile(filepath.Join(dir, "run.json"), append(b, '\n'), 0o600); err != nil {
		return fmt.Errorf("run %s: %w", r.ID, err)
	}
	return nil
}
