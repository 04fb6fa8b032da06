package plugin

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestReadPipConfig: each row adds one layer of pip's configuration to those above it.
func TestReadPipConfig(t *testing.T) {
	home, shared, active := t.TempDir(), t.TempDir(), t.TempDir()
	env := map[string]string{"XDG_CONFIG_DIRS": shared, "XDG_CONFIG_HOME": filepath.Join(home, ".config")}
	write := func(path, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	base := PipConfig{Indexes: []string{publicIndex}, Timeout: 15 * time.Second, TrustedHosts: []string{}}
	steps := []struct {
		name string
		add  func()
		want func(c PipConfig) PipConfig
	}{
		{"nothing", func() {}, func(c PipConfig) PipConfig { return c }},
		{"all users", func() {
			write(filepath.Join(shared, "pip", "pip.conf"), "# shared\n[global]\nindex-url = https://all.example/simple\ntimeout: 60\ncert=/etc/ca.pem\n[freeze]\nindex-url = https://wrong.example\n")
		}, func(c PipConfig) PipConfig {
			c.Indexes, c.Timeout, c.Cert = []string{"https://all.example/simple"}, time.Minute, "/etc/ca.pem"
			return c
		}},
		{"user", func() {
			write(filepath.Join(home, ".config", "pip", "pip.conf"), "[install]\nindex_url = https://user.example/simple\n[global]\nindex-url = https://weaker.example\nextra-index-url =\n    https://one.example/simple\n    https://two.example/simple\n\ntrusted-host = a.example b.example:8080\n")
		}, func(c PipConfig) PipConfig {
			c.Indexes = []string{"https://user.example/simple", "https://one.example/simple", "https://two.example/simple"}
			c.TrustedHosts = []string{"a.example", "b.example:8080"}
			return c
		}},
		{"environment of Python", func() {
			env["VIRTUAL_ENV"] = active
			write(filepath.Join(active, "pip.conf"), "[global]\nno-index = yes\nfind-links = file:///srv/wheels https://page.example/ relative /opt/more\nproxy = http://proxy.example:3128\n")
		}, func(c PipConfig) PipConfig {
			c.NoIndex, c.FindLinks, c.Proxy = true, []string{"/srv/wheels", "/opt/more"}, "http://proxy.example:3128"
			return c
		}},
		{"variables", func() {
			env["PIP_INDEX_URL"], env["PIP_EXTRA_INDEX_URL"], env["PIP_NO_INDEX"] = "https://env.example/simple", "https://three.example/simple", "0"
			env["PIP_DEFAULT_TIMEOUT"], env["PIP_CERT"] = "180", "/other.pem"
		}, func(c PipConfig) PipConfig {
			c.Indexes, c.NoIndex = []string{"https://env.example/simple", "https://three.example/simple"}, false
			c.Timeout, c.Cert = 3*time.Minute, "/other.pem"
			return c
		}},
		{"no files at all", func() { env["PIP_CONFIG_FILE"] = os.DevNull }, func(c PipConfig) PipConfig {
			return PipConfig{Indexes: c.Indexes, Timeout: c.Timeout, Cert: c.Cert, TrustedHosts: []string{}}
		}},
	}
	want := base
	for _, step := range steps {
		step.add()
		want = step.want(want)
		get := func(name string) string { return env[name] }
		// What this machine has for all its users is no part of the test.
		files := slices.DeleteFunc(pipFiles(get, home), func(path string) bool {
			return path == "/etc/pip.conf" || strings.HasPrefix(path, "/Library/")
		})
		got, err := readPipConfig(get, files)
		if err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step.name, diff)
		}
	}
}

func TestReadPipConfigRefuses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pip.conf")
	for _, tc := range []struct{ text, want string }{
		{"[global]\nnonsense\n", `line "nonsense"`},
		{"[global]\ntimeout = soon\n", `timeout "soon"`},
		{"[global]\ntimeout = -1\n", `timeout "-1"`},
	} {
		if err := os.WriteFile(file, []byte(tc.text), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := ReadPipConfig(func(name string) string {
			if name == "PIP_CONFIG_FILE" {
				return file
			}
			return ""
		}, "")
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%q: %v", tc.text, err)
		}
	}
}

// FuzzReadPipFile: no file makes it fail other than by an error.
func FuzzReadPipFile(f *testing.F) {
	f.Add("[global]\nindex-url = https://x\n  more\n; c\n")
	f.Add(" \t\n[a\n=:\n[]\n")
	f.Fuzz(func(t *testing.T, text string) {
		path := filepath.Join(t.TempDir(), "pip.conf")
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		values := map[string]string{}
		if err := readPipFile(path, values); err == nil {
			_, _ = pipConfig(values) // an error is fine as well
		}
	})
}

// FuzzParsePage: no page of an index makes it fail other than by an error.
func FuzzParsePage(f *testing.F) {
	f.Add(`{"files":[{"filename":"a","url":"b","hashes":{"sha256":"c"}}]}`)
	f.Add(`<a href="x#sha256=00">x</a><A HREF='::'>y</A>`)
	base := mustURL("https://index.example/simple/x/")
	f.Fuzz(func(t *testing.T, page string) {
		links, err := parseJSONPage(base, []byte(page))
		if err != nil {
			links = parseHTMLPage(base, page)
		}
		for _, l := range links {
			if l.url == nil {
				t.Errorf("a link without URL: %+v", l)
			}
		}
	})
}
