package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
)

// aPath stands in the record of a run for the value of a variable that names a place.
const aPath = "(a path)"

// recorded is the value of a variable, as JSON, as the record of a run keeps it: a path is left out, since
// folders and files of a clinic are often named after people. No result depends on it.
func (g *global) recorded(value string) string {
	var v any
	if err := json.Unmarshal([]byte(value), &v); err != nil {
		return value
	}
	kept, changed := g.withoutPaths(v)
	if !changed {
		return value
	}
	b, err := json.Marshal(kept)
	if err != nil { // it came from JSON
		return `"` + aPath + `"`
	}
	return string(b)
}

func (g *global) withoutPaths(v any) (kept any, changed bool) {
	switch v := v.(type) {
	case string:
		if g.isPath(v) {
			return aPath, true
		}
	case []any:
		for i := range v {
			var c bool
			v[i], c = g.withoutPaths(v[i])
			changed = changed || c
		}
	case map[string]any:
		for name := range v {
			var c bool
			v[name], c = g.withoutPaths(v[name])
			changed = changed || c
		}
	}
	return v, changed
}

// isPath reports whether a text is a path, by its form or since there is something of that name.
func (g *global) isPath(text string) bool {
	if text == "" || text == "." {
		return false
	}
	if strings.ContainsAny(text, `/\`) || strings.HasPrefix(text, "~") || filepath.VolumeName(text) != "" {
		return true
	}
	for _, dir := range []string{g.pipelineDir(), "."} {
		if _, err := os.Stat(filepath.Join(dir, text)); err == nil {
			return true
		}
	}
	return false
}
