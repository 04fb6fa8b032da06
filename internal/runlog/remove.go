package runlog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
)

// RemoveExcept removes the folders of all runs but those kept, and what is left of a run that ended before
// it began. It returns how many runs it removed.
func (f Folder) RemoveExcept(keep func(id string) bool) (removed int, err error) {
	entries, err := os.ReadDir(f.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("runs: %w", err)
	}
	for _, e := range entries {
		if !e.IsDir() || keep(e.Name()) {
			continue
		}
		if err := os.RemoveAll(filepath.Join(f.dir, e.Name())); err != nil {
			return removed, fmt.Errorf("run %s: %w", e.Name(), err)
		}
		removed++
	}
	return removed, nil
}

// ForgetItems rewrites the events of a run, atomically, without the names of items that are not to be kept:
// the reasons of a stage name what was removed from its input. The name comes as a reason has it: "- ward/1.png".
func (f Folder) ForgetItems(id string, keep func(name string) bool) error {
	name, err := f.resolve(id)
	if err != nil {
		return err
	}
	path := filepath.Join(f.dir, name, "events.jsonl")
	var text bytes.Buffer
	lines := json.NewEncoder(&text)
	lines.SetEscapeHTML(true) // as json.Marshal does
	changed := false
	for e, err := range f.Events(id) {
		if err != nil {
			return err
		}
		for i, r := range e.Reasons {
			var kept []string
			for _, item := range r.Items {
				if keep(item) {
					kept = append(kept, item)
				}
			}
			changed = changed || len(kept) < len(r.Items)
			e.Reasons[i].Items = kept
		}
		if err := lines.Encode(e); err != nil {
			return fmt.Errorf("run %s: %w", name, err)
		}
	}
	if !changed {
		return nil
	}
	if err := renameio.WriteFile(path, text.Bytes(), 0o600); err != nil {
		return fmt.Errorf("run %s: %w", name, err)
	}
	return nil
}
