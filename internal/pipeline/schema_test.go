package pipeline

import (
	"context"
	"strings"
	"testing"

	"femur/cache"
	"femur/dag"
)

type stub struct{ in, out []dag.Port }

func (s stub) Ports() (in, out []dag.Port)       { return s.in, s.out }
func (stub) Describe(*cache.Recipe)              {}
func (stub) Run(context.Context, dag.Task) error { return nil }
func (s stub) kind(typ string, params any) dag.Kind {
	return dag.Kind{Type: typ, New: func() (dag.Stage, any) { return s, params }}
}

// Faults of the caller panic, with a text that names what is at fault.
func TestKindFaultsPanic(t *testing.T) {
	port := func(name, from string) stub { return stub{in: []dag.Port{{Name: name, From: from}}} }
	for name, tt := range map[string]struct {
		kinds []dag.Kind
		want  string
	}{
		"kind twice":         {[]dag.Kind{stub{}.kind("a", nil), stub{}.kind("a", nil)}, `"a"`},
		"kind reserved":      {[]dag.Kind{stub{}.kind("var", nil)}, `"var"`},
		"kind no identifier": {[]dag.Kind{stub{}.kind("a b", nil)}, `"a b"`},
		"params by value":    {[]dag.Kind{stub{}.kind("a", struct{}{})}, "pointer"},
		"unknown tag": {[]dag.Kind{stub{}.kind("a", &struct {
			X int `hcl:"x,required"`
		}{})}, "required"},
		"field of no cty type": {[]dag.Kind{stub{}.kind("a", &struct {
			X chan int `hcl:"x"`
		}{})}, "X"},
		"remain of no struct": {[]dag.Kind{stub{}.kind("a", &struct {
			X map[string]int `hcl:",remain"`
		}{})}, "remain"},
		"block of no struct": {[]dag.Kind{stub{}.kind("a", &struct {
			X []int `hcl:"x,block"`
		}{})}, "struct"},
		"port and parameter": {[]dag.Kind{port("x", "").kind("a", &struct {
			X int `hcl:"x"`
		}{})}, `"x"`},
		"anchor and parameter": {[]dag.Kind{port("y", "x").kind("a", &struct {
			X int `hcl:"x"`
		}{})}, `"x"`},
		"parameter matrix": {[]dag.Kind{stub{}.kind("a", &struct {
			X int `hcl:"matrix"`
		}{})}, `"matrix"`},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				got, ok := recover().(string)
				if !ok || !strings.HasPrefix(got, "pipeline: ") || !strings.Contains(got, tt.want) {
					t.Errorf("panic %q, want one that names %s", got, tt.want)
				}
			}()
			newKindSet(tt.kinds)
		})
	}
}

// Remain takes the fields of a nested struct as if they stood in the outer one, at any depth.
func TestRemain(t *testing.T) {
	type plan struct {
		Epochs int `hcl:"epochs,optional"`
	}
	type network struct {
		Model string `hcl:"model"`
		Plan  plan   `hcl:",remain"`
	}
	type params struct {
		Fold    int     `hcl:"fold"`
		Network network `hcl:",remain"`
	}
	var made *params
	kind := dag.Kind{Type: "train", New: func() (dag.Stage, any) {
		made = &params{Network: network{Plan: plan{Epochs: 40}}}
		return stub{out: []dag.Port{{Name: "model"}}}, made
	}}
	_, ds := Load(Options{File: "p.hcl", Source: []byte(`
pipeline { name = "t" }
stage "train" "main" {
  fold   = 2
  model  = "vit"
}`)}, []dag.Kind{kind})
	if ds != nil {
		t.Fatal(ds)
	}
	if want := (params{2, network{"vit", plan{40}}}); *made != want {
		t.Errorf("decoded %+v, want %+v", *made, want)
	}
}
