package settings_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"femur/internal/settings"
)

func write(t *testing.T, text string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, settings.FileName), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestPrecedence(t *testing.T) {
	near, user := write(t, "jobs: 4\nbackend: go\n"), write(t, "jobs: 2\ncolor: never\nlog_level: debug\n")
	got, err := settings.Load(settings.Sources{
		Flags: map[string]string{"log_level": "trace"},
		Getenv: func(name string) string {
			return map[string]string{"FEMUR_BACKEND": "xla:cpu", "FEMUR_LOG_LEVEL": "error"}[name]
		},
		Folders: []string{near, user},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]settings.Origin{
		"log_level": {Value: "trace", From: "--log-level"},
		"backend":   {Value: "xla:cpu", From: "FEMUR_BACKEND"},
		"jobs":      {Value: "4", From: filepath.Join(near, "femur.yaml")},
		"color":     {Value: "never", From: filepath.Join(user, "femur.yaml")},
		"progress":  {Value: "auto", From: "default"},
	}
	for _, o := range got.Origins {
		if w, ok := want[o.Name]; ok && (o.Value != w.Value || o.From != w.From) {
			t.Errorf("%s = %q from %s, want %q from %s", o.Name, o.Value, o.From, w.Value, w.From)
		}
	}
	if got.Jobs != 4 || got.Backend != "xla:cpu" || got.LogLevel != "trace" || got.Color != "never" {
		t.Errorf("values do not follow their origins: %+v", got)
	}
}

func TestFaults(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"unknown name", "jbos: 4\n", `unknown setting "jbos"`},
		{"wrong number", "jobs: many\n", `"many" is no number of jobs`},
		{"negative number", "jobs: -1\n", `"-1" is no number of jobs`},
		{"wrong word", "color: sometimes\n", "none of auto, always, never"},
		{"no YAML", "jobs: [\n", "femur.yaml"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := settings.Load(settings.Sources{Folders: []string{write(t, c.text)}})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

func TestDefaultsNeedNothing(t *testing.T) {
	got, err := settings.Load(settings.Sources{Folders: []string{t.TempDir()}})
	if err != nil {
		t.Fatal(err)
	}
	if got.File != "pipeline.hcl" || !got.Install || got.LogLevel != "warn" {
		t.Errorf("defaults: %+v", got)
	}
}
