package retain

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

	"femur/cache"
)

// A Pin keeps a run's results, or an artifact with the result that it belongs to.
type Pin struct {
	Name  string       `json:"name"`            // the run's id, or the artifact as it was named
	Run   string       `json:"run,omitempty"`   // id of a run
	Blob  cache.Digest `json:"digest,omitzero"` // of an artifact
	Keys  []cache.Key  `json:"keys"`            // of the records that are kept
	Since time.Time    `json:"since,omitzero"`
}

// Pins are all pins of a cache, sorted by name.
type Pins []Pin

// Run reports whether the run is pinned.
func (p Pins) Run(id string) bool {
	return slices.ContainsFunc(p, func(one Pin) bool { return one.Run == id && id != "" })
}

// Names lists the pins that keep a record with the key.
func (p Pins) Names(k cache.Key) (names []string) {
	for _, one := range p {
		if slices.Contains(one.Keys, k) {
			names = append(names, one.Name)
		}
	}
	return names
}

// Add returns the pins with one more, which replaces one of the same name.
func (p Pins) Add(pin Pin) Pins {
	all := slices.DeleteFunc(slices.Clone(p), func(one Pin) bool { return one.Name == pin.Name })
	all = append(all, pin)
	slices.SortFunc(all, func(a, b Pin) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// Remove returns the pins without the one that is named whole, or by a unique beginning of its name or of
// its digest.
func (p Pins) Remove(name string) (Pins, Pin, error) {
	var matches []int
	for i, one := range p {
		if one.Name == name {
			matches = []int{i}
			break
		}
		if name != "" && (strings.HasPrefix(one.Name, name) || !one.Blob.IsZero() && strings.HasPrefix(one.Blob.String(), name)) {
			matches = append(matches, i)
		}
	}
	switch len(matches) {
	case 0:
		return p, Pin{}, fmt.Errorf("%q is not pinned", name)
	case 1:
		i := matches[0]
		return slices.Delete(slices.Clone(p), i, i+1), p[i], nil
	}
	return p, Pin{}, fmt.Errorf("%q could be any of %d pins; name it in full", name, len(matches))
}

const pinsVersion = 1

type pinsFile struct {
	Version int  `json:"version"`
	Pins    Pins `json:"pins"`
}

func pinsPath(cacheDir string) string { return filepath.Join(cacheDir, "pins.json") }

// LoadPins reads the pins of a cache. A file that cannot be read is an error, never no pins.
func LoadPins(cacheDir string) (Pins, error) {
	path := pinsPath(cacheDir)
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("pins: %w", err)
	}
	var f pinsFile
	if err := json.Unmarshal(b, &f); err != nil {
		return nil, fmt.Errorf("pins: %s: %w; nothing is removed while it cannot be read: correct it, or remove it and pin again", path, err)
	}
	if f.Version != pinsVersion {
		return nil, fmt.Errorf("pins: %s: version %d, this program reads version %d", path, f.Version, pinsVersion)
	}
	return f.Pins, nil
}

// Save replaces the pins of a cache: whole, on the disk, or not at all. The caller holds the cache.
func (p Pins) Save(cacheDir string) error {
	if p == nil {
		p = Pins{}
	}
	b, err := json.MarshalIndent(pinsFile{pinsVersion, p}, "", "  ")
	if err != nil {
		return fmt.Errorf("pins: %w", err)
	}
	if err := renameio.WriteFile(pinsPath(cacheDir), append(b, '\n'), 0o600); err != nil {
		return fmt.Errorf("pins: %w", err)
	}
	return nil
}
