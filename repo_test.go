package femur_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// The text of a tracked file that should not be there. The patterns are written so that they do not
// match themselves.
var strays = []struct{ what, pattern string }{
	{"a path of one machine", `(^|[\s"'=(:` + "`" + `])/(root|work|home/\w+|Users/\w+|tmp/\w+|opt/wheels)/`},
	{"a path of one machine", `\b[A-Z]:\\+Users\\+`},
	{"an address of one network", `\b(10\.\d+|192\.168|172\.(1[6-9]|2\d|3[01]))\.\d+\.\d+\b`},
	{"a registry that go and pip find by themselves", `\b(proxy|sum)\.golang\.org|files\.pythonhosted\.org|registry\.npmjs\.org|goproxy\.\w+`},
	{"work left undone", `\b(TO[D]O|FIX[M]E|XX[X]|HA[C]K)\b`},
	{"an unresolved merge", `^(<{7}|>{7}) `},
}

func TestTrackedText(t *testing.T) {
	var patterns []*regexp.Regexp
	for _, s := range strays {
		patterns = append(patterns, regexp.MustCompile(`(?m)`+s.pattern))
	}
	for _, name := range trackedFiles(t) {
		b, err := os.ReadFile(name)
		if err != nil {
			if os.IsNotExist(err) {
				continue // deleted and not committed yet
			}
			t.Error(err)
			continue
		}
		if name == "go.sum" || name == "tools/go.sum" || bytes.IndexByte(b, 0) >= 0 || !utf8.Valid(b) {
			continue // checksums and binaries
		}
		for i, p := range patterns {
			if at := p.FindIndex(b); at != nil {
				line := 1 + bytes.Count(b[:at[0]], []byte("\n"))
				t.Errorf("%s:%d: %s: %q", name, line, strays[i].what, b[at[0]:at[1]])
			}
		}
	}
}

// Each pattern finds what it is for, and leaves alone what only looks like it.
func TestStrays(t *testing.T) {
	tests := []struct {
		text string
		want bool
	}{
		{"see /ro" + "ot/go/pkg", true},
		{"open \"/ho" + "me/ada/x\"", true},
		{"C:\\" + "Users\\ada", true},
		{"at 192.1" + "68.0.7 it", true},
		{"// TO" + "DO: later", true},
		{"GOPROXY=https://pro" + "xy.golang.org", true},
		{"../shared/data and /usr/bin/env", false},
		{"the roots / work / home", false},
		{"version 10.2 of 127.0.0.1", false},
		{"a todo list", false},
	}
	for _, test := range tests {
		got := false
		for _, s := range strays {
			got = got || regexp.MustCompile(`(?m)`+s.pattern).MatchString(test.text)
		}
		if got != test.want {
			t.Errorf("%q: stray %v, want %v", test.text, got, test.want)
		}
	}
}

// A link that leads nowhere is a document that somebody forgot.
func TestLinksLeadSomewhere(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#\s]+)(#[^)]*)?\)`)
	for _, name := range trackedFiles(t) {
		if path.Ext(name) != ".md" || strings.Contains(name, "testdata/") {
			continue
		}
		b, err := os.ReadFile(name)
		if err != nil {
			continue // deleted and not committed yet
		}
		for _, m := range link.FindAllSubmatch(b, -1) {
			target := string(m[1])
			if strings.Contains(target, "://") {
				continue
			}
			if _, err := os.Stat(path.Join(path.Dir(name), target)); err != nil {
				t.Errorf("%s links to %s, which is not there", name, target)
			}
		}
	}
}

// A clone should stay a matter of seconds; radiographs are made, not kept.
func TestTrackedFilesAreSmall(t *testing.T) {
	const limit = 1 << 20
	for _, name := range trackedFiles(t) {
		if info, err := os.Stat(name); err == nil && info.Size() > limit {
			t.Errorf("%s has %d bytes, more than %d", name, info.Size(), limit)
		}
	}
}

// trackedFiles lists what git tracks. Without git, or outside a checkout, the test is skipped.
func trackedFiles(t *testing.T) []string {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed: tracked files are not checked")
	}
	out, err := exec.CommandContext(t.Context(), "git", "ls-files", "-z").Output()
	if err != nil {
		t.Skip("this is no git checkout: tracked files are not checked")
	}
	names := strings.FieldsFunc(string(out), func(r rune) bool { return r == 0 })
	if len(names) == 0 {
		t.Skip("git tracks nothing here: tracked files are not checked")
	}
	return names
}

func TestLicense(t *testing.T) {
	// The text of https://www.apache.org/licenses/LICENSE-2.0.txt, to the byte.
	const apache = "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30"
	b, err := os.ReadFile("LICENSE")
	if err != nil {
		t.Fatal(err)
	}
	if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) != apache {
		t.Errorf("LICENSE is not the Apache License 2.0 as published; it begins %.80q", b)
	}
}

// What go mod edit -json prints, as far as it is looked at.
type goMod struct {
	Module  struct{ Path string }
	Require []struct {
		Path, Version string
		Indirect      bool
	}
	Replace []struct{ Old, New struct{ Path string } }
	Tool    []struct{ Path string }
}

func readGoMod(t *testing.T, file string) goMod {
	t.Helper()
	var m goMod
	if err := json.Unmarshal([]byte(command(t, "go", "mod", "edit", "-json", file)), &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func (m goMod) version(path string) string {
	for _, r := range m.Require {
		if r.Path == path {
			return r.Version
		}
	}
	return ""
}

func TestGoMod(t *testing.T) {
	m := readGoMod(t, "go.mod")
	if m.Module.Path != module {
		t.Errorf("the module is %s, want %s", m.Module.Path, module)
	}
	// The three move together: results depend on the bits that they compute.
	for path, want := range map[string]string{
		"github.com/gomlx/gomlx":   "v0.28.3",
		"github.com/gomlx/go-xla":  "v0.4.2",
		"github.com/gomlx/compute": "v0.1.4",
	} {
		if got := m.version(path); got != want {
			t.Errorf("%s is required at %q, want %s", path, got, want)
		}
	}
	const badger = "github.com/dgraph-io/badger/v4"
	if got := m.version(badger); !atLeast(t, got, "v4.9.4") {
		t.Errorf("%s is required at %q; before v4.9.4 deleted keys could come back", badger, got)
	}
	for _, path := range []string{"github.com/gomlx/gopjrt", "github.com/gomlx/compute-onnx"} {
		if got := m.version(path); got != "" {
			t.Errorf("%s is required: it cannot be linked or had", path)
		}
	}
	for _, r := range m.Replace {
		t.Errorf("%s is replaced: go install of the program would refuse it", r.Old.Path)
	}
	for _, tool := range m.Tool {
		t.Errorf("tool %s belongs to tools/go.mod, where its dependencies do not move the program's", tool.Path)
	}
}

// Each module that the program imports has its line in the README, which says what it is for.
func TestDependenciesAreExplained(t *testing.T) {
	b, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(b), "| dependency | for |")
	if !found {
		t.Fatal("README.md has no table of dependencies")
	}
	explained := map[string]string{} // the last words of a module's path, without its version
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) != 4 {
			continue
		}
		for _, name := range strings.Split(cells[1], ",") {
			name, _, _ = strings.Cut(strings.TrimSpace(name), " (")
			explained[name] = strings.TrimSpace(cells[2])
		}
	}
	suffix := regexp.MustCompile(`/v\d+$`)
	for _, r := range readGoMod(t, "go.mod").Require {
		if r.Indirect {
			continue
		}
		p := suffix.ReplaceAllString(r.Path, "")
		short := path.Base(p)
		names := []string{r.Path, short, path.Base(path.Dir(p)) + "/" + short, short + strings.TrimPrefix(r.Path, p), strings.TrimPrefix(p, "golang.org/")}
		if !slices.ContainsFunc(names, func(n string) bool { return explained[n] != "" }) {
			t.Errorf("README.md does not say what %s is for", r.Path)
		}
	}
}

func TestToolsGoMod(t *testing.T) {
	m := readGoMod(t, "tools/go.mod")
	const linter = "github.com/golangci/golangci-lint/v2"
	if got, want := m.version(linter), "v2.15.0"; got != want {
		t.Errorf("%s is required at %q, want %s", linter, got, want)
	}
	if len(m.Tool) != 1 || m.Tool[0].Path != linter+"/cmd/golangci-lint" {
		t.Errorf("the tools are %v, want the command of %s", m.Tool, linter)
	}
}

// atLeast compares versions of the form vX.Y.Z; anything else is less.
func atLeast(t *testing.T, version, least string) bool {
	t.Helper()
	parse := func(s string) []int {
		n := make([]int, 3)
		if _, err := fmt.Sscanf(s, "v%d.%d.%d", &n[0], &n[1], &n[2]); err != nil {
			return nil
		}
		return n
	}
	return slices.Compare(parse(version), parse(least)) >= 0
}
