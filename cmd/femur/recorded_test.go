package main

import (
	"os"
	"path/filepath"
	"testing"

	"femur/internal/settings"
)

// What the record of a run keeps of the value of a variable.
func TestRecordedVariables(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "Smith_John"), 0o755); err != nil {
		t.Fatal(err)
	}
	g := &global{settings: settings.Settings{File: filepath.Join(dir, "pipeline.hcl")}}
	for _, c := range []struct{ value, want string }{
		{`"cnn-small"`, `"cnn-small"`},
		{`0.25`, `0.25`},
		{`1e-3`, `1e-3`},
		{`true`, `true`},
		{`null`, `null`},
		{`""`, `""`},
		{`["cnn-small","vit-tiny"]`, `["cnn-small","vit-tiny"]`},
		{`"/data/Smith_John"`, `"(a path)"`},
		{`"data/Smith_John"`, `"(a path)"`},
		{`"~smith"`, `"(a path)"`},
		{`"C:\\clinic\\Smith"`, `"(a path)"`},
		{`"Smith_John"`, `"(a path)"`}, // there is such a folder
		{`"Miller_Ann"`, `"Miller_Ann"`},
		{`[1,"in/Smith_John",{"a":"/x","b":2}]`, `[1,"(a path)",{"a":"(a path)","b":2}]`},
	} {
		if got := g.recorded(c.value); got != c.want {
			t.Errorf("%s is recorded as %s, want %s", c.value, got, c.want)
		}
	}
}
