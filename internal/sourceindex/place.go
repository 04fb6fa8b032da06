package sourceindex

import (
	"os"
	"path/filepath"
)

// resolve turns a path of the pipeline into one of the system.
func (x *Index) resolve(path string) string {
	p := filepath.FromSlash(path)
	if filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(x.place(p), p)
}

// place returns the folder that a relative path is relative to. All files of a folder share the answer.
func (x *Index) place(p string) string {
	if x.also == "" || x.also == x.root {
		return x.root
	}
	probe := filepath.Dir(p)
	if probe == "." {
		probe = p
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if place, ok := x.places[probe]; ok {
		return place
	}
	place := x.root
	if _, err := os.Stat(filepath.Join(x.root, probe)); os.IsNotExist(err) {
		if _, err := os.Stat(filepath.Join(x.also, probe)); err == nil {
			place = x.also
		}
	}
	x.places[probe] = place
	return place
}
