package codeid_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"femur/internal/codeid"
)

const goMod = `module example.org/m

go 1.26

require (
	golib.dev/nets v1.2.0
	golib.dev/nets/deep v0.3.0 // indirect
	old.dev/x v1.0.0
)

require one.dev/y v1.0.0

replace old.dev/x v1.0.0 => new.dev/x v1.5.0
`

const goSum = `golib.dev/nets v1.2.0 h1:nets=
golib.dev/nets v1.2.0/go.mod h1:netsmod=
golib.dev/nets/deep v0.3.0 h1:deep=
new.dev/x v1.5.0 h1:newx=
one.dev/y v1.0.0 h1:y=
`

func program() map[string]string {
	return map[string]string{
		"go.mod":                         goMod,
		"go.sum":                         goSum,
		"stages/a/a.go":                  "package a\n\nimport (\n\t\"fmt\"\n\n\t\"example.org/m/dag\"\n\t\"example.org/m/internal/lib\"\n\t\"example.org/m/models/zoo\"\n)\n\n// F is documented.\nfunc F(x int) int { return x + 1 }\n",
		"stages/a/a_test.go":             "package a\n\nimport \"nowhere.dev/q\"\n",
		"stages/b/b.go":                  "package b\n\nimport _ \"example.org/m/internal/report\"\n",
		"dag/dag.go":                     "package dag\n\nimport _ \"old.dev/x\"\n",
		"cache/store/s.go":               "package store\n",
		"internal/lib/lib.go":            "package lib\n\nimport (\n\t_ \"example.org/m/cache/store\"\n\t_ \"golib.dev/nets/deep/er\"\n\t_ \"golib.dev/nets/nn\"\n)\n",
		"internal/lib/lib_darwin.go":     "package lib\n\nimport _ \"one.dev/y\"\n",
		"internal/lib/gen.go":            "//go:build ignore\n\npackage main\n\nimport _ \"nowhere.dev/q\"\n",
		"internal/report/report.go":      "package report\n\nimport _ \"embed\"\n\n//go:embed page.tmpl \"assets\"\nvar files string\n",
		"internal/report/page.tmpl":      "<p>",
		"internal/report/assets/x.css":   "p{}",
		"models/zoo/zoo.go":              "package zoo\n\nimport (\n\t_ \"example.org/m/models/backbone/cnn\"\n\t_ \"example.org/m/models/backbone/vit\"\n)\n",
		"models/backbone/cnn/cnn.go":     "package cnn\n",
		"models/backbone/vit/vit.go":     "package vit\n\nimport _ \"example.org/m/models/backbone/attention\"\n",
		"models/backbone/attention/x.go": "package attention\n",
	}
}

func fields(t *testing.T, files map[string]string, dir string, chosen ...string) map[string]string {
	t.Helper()
	m, err := tryFields(files, dir, chosen...)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func tryFields(files map[string]string, dir string, chosen ...string) (map[string]string, error) {
	f := fstest.MapFS{}
	for name, text := range files {
		f[name] = &fstest.MapFile{Data: []byte(text)}
	}
	s, err := codeid.New(f)
	if err != nil {
		return nil, err
	}
	found, err := s.Fields(dir, chosen, "")
	m := map[string]string{}
	for _, f := range found {
		m[f.Label] = f.Value
	}
	return m, err
}

func TestFields(t *testing.T) {
	for _, tt := range []struct {
		dir    string
		chosen []string
		want   []string
	}{
		{"stages/a", nil, []string{
			"internal/lib/lib.go", "internal/lib/lib_darwin.go", "module golib.dev/nets", "module golib.dev/nets/deep", "module one.dev/y", "stages/a/a.go",
		}},
		{"stages/a", []string{"models/backbone/vit"}, []string{
			"internal/lib/lib.go", "internal/lib/lib_darwin.go", "models/backbone/attention/x.go", "models/backbone/vit/vit.go",
			"module golib.dev/nets", "module golib.dev/nets/deep", "module one.dev/y", "stages/a/a.go",
		}},
		{"stages/b", nil, []string{"internal/report/assets/x.css", "internal/report/page.tmpl", "internal/report/report.go", "stages/b/b.go"}},
	} {
		got := fields(t, program(), tt.dir, tt.chosen...)
		if d := cmp.Diff(tt.want, slices.Sorted(maps.Keys(got))); d != "" {
			t.Errorf("%s, chosen %v:\n%s", tt.dir, tt.chosen, d)
		}
	}
	got := fields(t, program(), "stages/a")
	for label, want := range map[string]string{
		"module golib.dev/nets": "v1.2.0 h1:nets=", "module golib.dev/nets/deep": "v0.3.0 h1:deep=", "module one.dev/y": "v1.0.0 h1:y=",
	} {
		if got[label] != want {
			t.Errorf("%s is %q, want %q", label, got[label], want)
		}
	}
}

func TestReplacedModule(t *testing.T) {
	files := program()
	files["stages/a/a.go"] = "package a\n\nimport _ \"old.dev/x/y\"\n"
	if got := fields(t, files, "stages/a")["module old.dev/x"]; got != "v1.0.0 => new.dev/x v1.5.0 h1:newx=" {
		t.Errorf("module old.dev/x is %q", got)
	}
}

// What changes a fingerprint, and what does not.
func TestFingerprint(t *testing.T) {
	const before = "package a\n\nimport \"fmt\"\n\n// F adds.\nfunc F(x, y int) int {\n\tif x > 0 { // positive\n\t\treturn x + y\n\t}\n\tfmt.Println(x, y)\n\treturn 0\n}\n"
	of := func(src string) string {
		return fields(t, map[string]string{"go.mod": goMod, "go.sum": goSum, "stages/a/a.go": src}, "stages/a")["stages/a/a.go"]
	}
	for _, tt := range []struct {
		name string
		src  string
		same bool
	}{
		{"the same", before, true},
		{"comment changed", strings.ReplaceAll(before, "// F adds.", "/* F sums.\n */"), true},
		{"comment removed", strings.ReplaceAll(before, " // positive", ""), true},
		{"indentation", strings.ReplaceAll(before, "\t", "  "), true},
		{"blank lines", strings.ReplaceAll(before, "\n\t", "\n\n\n\t"), true},
		{"block on one line", strings.ReplaceAll(before, "{ // positive\n\t\treturn x + y\n\t}", "{ return x + y }"), true},
		{"arguments on lines of their own", strings.ReplaceAll(before, "(x, y)", "(\n\t\tx,\n\t\ty,\n\t)"), true},
		{"Windows line ends", strings.ReplaceAll(before, "\n", "\r\n"), true},
		{"operator", strings.ReplaceAll(before, "x + y", "x - y"), false},
		{"literal", strings.ReplaceAll(before, "return 0", "return 1"), false},
		{"name", strings.ReplaceAll(before, "F(", "G("), false},
		{"statement removed", strings.ReplaceAll(before, "\tfmt.Println(x, y)\n", ""), false},
		{"directive added", strings.ReplaceAll(before, "// F adds.", "//go:noinline"), false},
		{"tokens joined", strings.ReplaceAll(before, "x, y int", "xy int"), false},
		{"line break that ends a statement", strings.ReplaceAll(before, "return x + y", "return x\n\t\t+y"), false},
	} {
		if same := of(tt.src) == of(before); same != tt.same {
			t.Errorf("%s: same is %v, want %v", tt.name, same, tt.same)
		}
	}
}

// A constant string that looks like another split of the tokens is another fingerprint.
func TestTokensAreFramed(t *testing.T) {
	of := func(body string) string {
		return fields(t, map[string]string{"go.mod": goMod, "go.sum": goSum, "stages/a/a.go": "package a\n\nvar x = " + body + "\n"}, "stages/a")["stages/a/a.go"]
	}
	if of(`"a" + "b"`) == of(`"a\" + \"b"`) {
		t.Error("two expressions with one fingerprint")
	}
}

func TestEmbeddedTemplateIsCode(t *testing.T) {
	files := program()
	before := fields(t, files, "stages/b")
	files["internal/report/page.tmpl"] = "<b>"
	after := fields(t, files, "stages/b")
	if before["internal/report/page.tmpl"] == after["internal/report/page.tmpl"] {
		t.Error("a changed template has the old fingerprint")
	}
}

// Comments of cgo are code.
func TestCgoCountsByteByByte(t *testing.T) {
	files := program()
	src := "package a\n\n// int one() { return 1; }\nimport \"C\"\n"
	files["stages/a/a.go"] = src
	before := fields(t, files, "stages/a")
	files["stages/a/a.go"] = strings.ReplaceAll(src, "return 1", "return 2")
	if before["stages/a/a.go"] == fields(t, files, "stages/a")["stages/a/a.go"] {
		t.Error("changed C has the old fingerprint")
	}
}

func TestErrorsSayWhatToDo(t *testing.T) {
	for _, tt := range []struct{ name, path, text, want string }{
		{"import not embedded", "stages/a/a.go", "package a\n\nimport _ \"example.org/m/internal/gone\"\n", "source of stages/a: package internal/gone is not in the program: source.go at the module's root does not embed it (imported by stages/a)"},
		{"template not embedded", "stages/a/a.go", "package a\n\n//go:embed gone.tmpl\nvar x string\n", "source of stages/a: stages/a/a.go: embed gone.tmpl: source.go at the module's root does not embed it"},
		{"unknown module", "stages/a/a.go", "package a\n\nimport _ \"strange.dev/z\"\n", "source of stages/a: package stages/a imports strange.dev/z, which no module of go.mod holds"},
		{"no Go", "stages/a/a.go", "package a\n\nvar x = \"open\n", "source of stages/a: stages/a/a.go: a.go:3:9: string literal not terminated"},
	} {
		files := program()
		files[tt.path] = tt.text
		_, err := tryFields(files, "stages/a")
		if err == nil || err.Error() != tt.want {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	if _, err := tryFields(program(), "stages/zz"); err == nil || !strings.Contains(err.Error(), "stages/zz is not in the program") {
		t.Errorf("unknown stage: %v", err)
	}
}

// A broken go.mod is an error, and never a module without requirements.
func TestBrokenGoMod(t *testing.T) {
	for _, text := range []string{"", "go 1.26\n", "module m\n\nreplace x\n"} {
		files := program()
		files["go.mod"] = text
		if _, err := tryFields(files, "stages/a"); err == nil {
			t.Errorf("go.mod %q: no error", text)
		}
	}
}

// A package that is left out takes with it what only it imports, and nothing that another one needs too.
func TestFieldsWithout(t *testing.T) {
	files := program()
	files["stages/a/part/part.go"] = "package part\n\nimport (\n\t_ \"example.org/m/internal/lib\"\n\t_ \"example.org/m/internal/report\"\n)\n"
	files["stages/a/a.go"] = strings.Replace(files["stages/a/a.go"], "import (", "import (\n\t_ \"example.org/m/stages/a/part\"", 1)
	f := fstest.MapFS{}
	for name, text := range files {
		f[name] = &fstest.MapFile{Data: []byte(text)}
	}
	s, err := codeid.New(f)
	if err != nil {
		t.Fatal(err)
	}
	labels := func(without string) (out []string) {
		found, err := s.Fields("stages/a", nil, without)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			out = append(out, f.Label)
		}
		return out
	}
	whole, part := labels(""), labels("stages/a/part")
	for _, gone := range []string{"stages/a/part/part.go", "internal/report/report.go"} {
		if !slices.Contains(whole, gone) || slices.Contains(part, gone) {
			t.Errorf("%s must count for the whole and not without the package:\n%v\n%v", gone, whole, part)
		}
	}
	for _, kept := range []string{"stages/a/a.go", "internal/lib/lib.go"} {
		if !slices.Contains(part, kept) {
			t.Errorf("%s is missing without the package: %v", kept, part)
		}
	}
}
