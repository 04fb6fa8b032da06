package pipeline

import (
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"femur/dag"
)

type optics struct {
	Flip  bool    `hcl:"flip,optional"`
	Scale float64 `hcl:"scale,optional"`
}

type everything struct {
	Text    string             `hcl:"text,optional"`
	Maybe   *float64           `hcl:"maybe"`
	Rates   []float64          `hcl:"rates,optional"`
	Names   map[string]string  `hcl:"names,optional"`
	Counts  []uint             `hcl:"counts,optional"`
	Preset  *optics            `hcl:"preset,block"`
	Absent  *optics            `hcl:"absent,block"`
	Repeats []*optics          `hcl:"repeats,block"`
	Weights map[string]float64 `hcl:"weights,optional"`
}

// decoded loads one stage with the parameters in the text.
func decoded(t *testing.T, text string) (*everything, Diagnostics) {
	t.Helper()
	var made *everything
	kind := dag.Kind{Type: "work", New: func() (dag.Stage, any) {
		made = &everything{Text: "before", Rates: []float64{1, 2, 3}, Names: map[string]string{"a": "b"}, Preset: &optics{Flip: true, Scale: 2}}
		return stub{}, made
	}}
	_, ds := Load(Options{File: "p.hcl", Source: []byte("pipeline { name = \"t\" }\nstage \"work\" \"a\" {\n" + text + "\n}\n")}, []dag.Kind{kind})
	return made, ds
}

func TestDecode(t *testing.T) {
	half := 0.5
	base := func(change func(*everything)) *everything {
		e := &everything{Text: "before", Rates: []float64{1, 2, 3}, Names: map[string]string{"a": "b"}, Preset: &optics{Flip: true, Scale: 2}}
		change(e)
		return e
	}
	for name, tt := range map[string]struct {
		text string
		want *everything
	}{
		"nothing keeps defaults":     {``, base(func(*everything) {})},
		"null is the default":        {`text = null`, base(func(*everything) {})},
		"lists replace defaults":     {`rates = [0.5]`, base(func(e *everything) { e.Rates = []float64{0.5} })},
		"maps replace defaults":      {`names = { c = "d" }`, base(func(e *everything) { e.Names = map[string]string{"c": "d"} })},
		"pointers":                   {`maybe = 0.5`, base(func(e *everything) { e.Maybe = &half })},
		"numbers become text":        {`text = 3`, base(func(e *everything) { e.Text = "3" })},
		"a block keeps its defaults": {"preset {\n scale = 3\n}", base(func(e *everything) { e.Preset = &optics{true, 3} })},
		"a block without defaults":   {"absent {\n scale = 3\n}", base(func(e *everything) { e.Absent = &optics{false, 3} })},
		"repeated blocks keep order": {"repeats {\n scale = 2\n}\nrepeats {\n scale = 1\n}", base(func(e *everything) { e.Repeats = []*optics{{Scale: 2}, {Scale: 1}} })},
	} {
		t.Run(name, func(t *testing.T) {
			got, ds := decoded(t, tt.text)
			if ds != nil {
				t.Fatal(ds)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// Fractions, which gocty would cut off, and numbers out of range are refused wherever they stand.
func TestDecodeRefuses(t *testing.T) {
	for _, text := range []string{`counts = [1, 2.5]`, `counts = [-1]`, `maybe = "x"`, `weights = { a = "x" }`, `names = [1]`, `rates = 3`} {
		if _, ds := decoded(t, text); len(ds) != 1 || ds[0].Severity != Error {
			t.Errorf("%s: %v", text, ds)
		}
	}
}

func TestLocate(t *testing.T) {
	src := `stage "work" "a" {
  size = 3
  source "csv" {
    path = "x"
  }
  arm { size = 1 }
  arm { size = 2 }
}`
	file, diags := hclsyntax.ParseConfig([]byte(src), "p.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	s := &stage{block: file.Body.(*hclsyntax.Body).Blocks[0]}
	for attribute, want := range map[string]string{
		"size":          `3`,
		"source":        `source "csv"`,
		"source.path":   `"x"`,
		"source.other":  `source "csv"`,
		"arm[1].size":   `2`,
		"arm[0].size":   `1`,
		"arm[7].size":   `stage "work" "a"`,
		"arm[x].size":   `1`,
		"missing":       `stage "work" "a"`,
		"":              `stage "work" "a"`,
		"size.deeper":   `3`,
		"missing.inner": `stage "work" "a"`,
	} {
		r := s.locate(dag.Problem{Attribute: attribute, Summary: "s", Detail: "100 %d."}).Subject
		if got := string(r.SliceBytes([]byte(src))); got != want {
			t.Errorf("%q is at %q, want %q", attribute, got, want)
		}
	}
}

func TestDefaultText(t *testing.T) {
	three := 3
	for _, tt := range []struct {
		value any
		want  string
	}{
		{"dsnt", "`\"dsnt\"`"},
		{"", "`\"\"`"},
		{0.001, "`0.001`"},
		{true, "`true`"},
		{&three, "`3`"},
		{(*int)(nil), "–"},
		{[]string{}, "–"},
		{[]string{"a", "b"}, "`[\"a\", \"b\"]`"},
		{map[string]int{"b": 2, "a": 1}, "`{ a = 1, b = 2 }`"},
	} {
		if got := defaultText(reflect.ValueOf(tt.value)); got != tt.want {
			t.Errorf("defaultText(%#v) = %s, want %s", tt.value, got, tt.want)
		}
	}
}
