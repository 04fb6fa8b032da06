package backend

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestParseChoice(t *testing.T) {
	for _, tc := range []struct {
		text, canonical string
		want            Choice
	}{
		{"", "auto", Choice{}},
		{" auto ", "auto", Choice{}},
		{"xla", "auto", Choice{}},
		{"go", GoSequential, Choice{Kind: Go}},
		{GoSequential, GoSequential, Choice{Kind: Go}},
		{"cpu", "xla:cpu", Choice{Kind: CPU}},
		{"xla:cpu", "xla:cpu", Choice{Kind: CPU}},
		{"stablehlo:cuda", "xla:cuda", Choice{Kind: CUDA}},
		{"xla:cuda,tf32=false,preallocate", "xla:cuda,tf32=false,preallocate", Choice{Kind: CUDA, Options: "tf32=false,preallocate"}},
		{"xla:,tf32=false", "xla:,tf32=false", Choice{Options: "tf32=false"}},
		{"xla:/opt/x/../plugin.so", "xla:/opt/plugin.so", Choice{Path: "/opt/plugin.so"}},
		{"xla:/opt/plugin.so,noshared_buffers", "xla:/opt/plugin.so,noshared_buffers", Choice{Path: "/opt/plugin.so", Options: "noshared_buffers"}},
	} {
		got, err := ParseChoice(tc.text)
		if err != nil || got != tc.want {
			t.Errorf("%q: %+v, %v; want %+v", tc.text, got, err, tc.want)
		}
		if got.String() != tc.canonical {
			t.Errorf("%q prints as %q, want %q", tc.text, got, tc.canonical)
		}
	}
}

func TestParseChoiceRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"tpu":              "unknown backend",
		"xla:tpu":          `unknown plugin "tpu"`,
		"xla:./plugin.so":  "absolute path",
		"go:ops_parallel":  "deadlocks",
		"go:parallelism=2": "deadlocks",
		"cpu:0":            "xla:cpu,0",
		":cpu":             "xla:cpu",
		"auto:cpu":         "xla:cpu",
	} {
		_, err := ParseChoice(text)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "xla:cuda") {
			t.Errorf("%q: %v, want one with %q and the choices", text, err, want)
		}
	}
}

// TestChoiceRoundTrip: what is printed is read back as the same choice.
func TestChoiceRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`(xla|go|auto|cpu|hlo|)(:(cpu|cuda|xla-cpu-pjrt|/[a-z/.]{0,8}|)(,[a-z0-9=]{0,6})?)?`).Draw(t, "text")
		first, err := ParseChoice(text)
		if err != nil {
			return
		}
		second, err := ParseChoice(first.String())
		if err != nil || first != second {
			t.Errorf("%q is %+v, prints as %q, which is %+v (%v)", text, first, first, second, err)
		}
	})
}
