package pipeline

import (
	"fmt"
	"reflect"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"femur/dag"
)

// A kind is a dag.Kind with what can be known of it before a file is read.
type kind struct {
	dag.Kind
	params  *schema
	inputs  []dag.Port
	outputs []dag.Port
	anchors []string // attributes that ports refer to by From and that are neither port nor parameter
}

// A kindSet holds the kinds of a program by type.
type kindSet struct {
	list   []*kind
	byType map[string]*kind
}

// newKindSet examines a prototype of each kind. Names that collide are a programmer's error.
func newKindSet(kinds []dag.Kind) *kindSet {
	set := &kindSet{byType: map[string]*kind{}}
	for _, k := range kinds {
		if set.byType[k.Type] != nil || !hclsyntax.ValidIdentifier(k.Type) || isReserved(k.Type) {
			panic(fmt.Sprintf("pipeline: kind %q is given twice, reserved or no identifier", k.Type))
		}
		n := newKind(k)
		set.list = append(set.list, n)
		set.byType[k.Type] = n
	}
	return set
}

func newKind(k dag.Kind) *kind {
	stage, params := k.New()
	n := &kind{Kind: k, params: &schema{}}
	if params != nil {
		v := reflect.ValueOf(params)
		if v.Kind() != reflect.Pointer || v.IsNil() {
			panic(fmt.Sprintf("pipeline: kind %s: parameters are a pointer to a struct, not %T", k.Type, params))
		}
		n.params = schemaOf(v.Elem().Type())
	}
	var ins []dag.Port
	ins, n.outputs = stage.Ports()
	taken := map[string]string{"matrix": "block of the language"}
	take := func(name, what string) {
		if taken[name] != "" || !hclsyntax.ValidIdentifier(name) {
			panic(fmt.Sprintf("pipeline: kind %s: %s %q is also a %s, or no identifier", k.Type, what, name, taken[name]))
		}
		taken[name] = what
	}
	for _, a := range n.params.attrs {
		take(a.name, "parameter")
	}
	for _, b := range n.params.blocks {
		take(b.name, "block")
	}
	for _, p := range ins {
		if !p.External {
			take(p.Name, "input")
			n.inputs = append(n.inputs, p)
		}
	}
	for _, p := range n.inputs {
		if p.From != "" && taken[p.From] != "input" && taken[p.From] != "anchor" {
			take(p.From, "anchor")
			n.anchors = append(n.anchors, p.From)
		}
	}
	return n
}

func (s *kindSet) types() []string {
	names := make([]string, len(s.list))
	for i, k := range s.list {
		names[i] = k.Type
	}
	return names
}

func (k *kind) input(name string) (dag.Port, bool)  { return findPort(k.inputs, name) }
func (k *kind) output(name string) (dag.Port, bool) { return findPort(k.outputs, name) }

func (k *kind) outputNames() []string { return portNames(k.outputs) }

// inputWords lists what takes references, in a sentence.
func (k *kind) inputWords() string {
	names := append(portNames(k.inputs), k.anchors...)
	if len(names) == 0 {
		return fmt.Sprintf(" Stages of kind %s have no inputs. Write the value itself.", k.Type)
	}
	return fmt.Sprintf(" The inputs of %s are %s.", k.Type, listed(names, 12))
}

// takesReference says whether the attribute is a port or an anchor.
func (k *kind) takesReference(name string) bool {
	_, ok := k.input(name)
	return ok || k.isAnchor(name)
}

func (k *kind) isAnchor(name string) bool {
	for _, a := range k.anchors {
		if a == name {
			return true
		}
	}
	return false
}

func findPort(ports []dag.Port, name string) (dag.Port, bool) {
	for _, p := range ports {
		if p.Name == name {
			return p, true
		}
	}
	return dag.Port{}, false
}

func portNames(ports []dag.Port) []string {
	names := make([]string, len(ports))
	for i, p := range ports {
		names[i] = p.Name
	}
	return names
}

// isReserved says whether a name is kept for the language.
func isReserved(name string) bool {
	switch name {
	case "true", "false", "null", "for", "in", "if", "else",
		"var", "local", "matrix", "each", "self", "stage", "pipeline", "select", "path", "all":
		return true
	}
	return false
}
