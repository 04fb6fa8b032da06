package pipeline

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"femur/dag"
)

// typesMatch compares the outputs with what the port takes.
func (b *binder) typesMatch(p dag.Port, t *target) bool {
	ok := true
	for _, r := range t.refs {
		o, found := r.stage.kind.output(r.output)
		if !found || o.Media == p.Media && o.Many == p.Many {
			continue
		}
		ok = false
		b.report(errorAt(t.at, "Wrong type of input", "%s takes %s, but %s is %s.%s",
			p.Name, portWords(p), r.text(), portWords(o), b.alternatives(p)))
	}
	return ok
}

// alternatives lists outputs of other stages that would fit a port.
func (b *binder) alternatives(p dag.Port) string {
	var fit []string
	for _, s := range b.l.stages {
		for _, o := range s.kind.outputs {
			if s != b.i.of && o.Media == p.Media && o.Many == p.Many {
				fit = append(fit, string(s.address)+"."+o.Name)
			}
		}
	}
	if len(fit) == 0 {
		return " No stage of this pipeline has such an output; add one that does."
	}
	slices.Sort(fit)
	return fmt.Sprintf(" Refer to an output of that type: %s.", listed(fit, 5))
}

// portWords says what travels through a port.
func portWords(p dag.Port) string {
	if p.Many {
		return "a manifest of " + string(p.Media)
	}
	return "one " + string(p.Media)
}

// several explains that an input for one artifact would get more.
func (b *binder) several(p dag.Port, t *target) *hcl.Diagnostic {
	first := t.matches[0]
	if len(t.refs) > 1 {
		return errorAt(t.at, "Several outputs for one input", "%s takes one output, not a list. Refer to one of them.", p.Name)
	}
	s := first.instance.of
	var keys, picks []string
	for _, k := range first.leftover {
		keys = append(keys, fmt.Sprintf("%s = %s", k, listed(s.key(k).texts, 6)))
		picks = append(picks, fmt.Sprintf("%s = %s", k, shortText(first.instance.values[k])))
	}
	return errorAt(t.at, "Several instances for one input",
		"%s takes one output, but %d instances of %s are left, with %s. Add %s to the matrix of %s, or choose with select(%s.%s, { %s }).",
		p.Name, len(t.matches), s.address, strings.Join(keys, " and "), listed(first.leftover, 6), b.i.of.address,
		s.address, t.refs[0].output, strings.Join(picks, ", "))
}

// missing reports an input without a reference, at the anchor that would give it one if there is one.
func (b *binder) missing(p dag.Port, inputs []dag.Port) {
	name := p.Name
	if p.From != "" && b.attribute(p.From).unset {
		name = p.From
		if q, ok := findPort(inputs, name); ok && !q.Optional && !q.Ignored {
			return // reported for that port itself
		}
	}
	if b.i.of.meant[name] {
		return
	}
	b.report(errorAt(b.i.of.block.DefRange(), "Missing input", "%s needs %s%s. Add %s = %s.",
		b.i.of.kind.Type, name, afterColon(p.Doc), name, b.example(name)))
}

// example finds an output in the file that fits the attribute, for a sentence.
func (b *binder) example(name string) string {
	for _, p := range b.i.of.kind.inputs {
		if p.Name != name && p.From != name {
			continue
		}
		for _, s := range b.l.stages {
			for _, o := range s.kind.outputs {
				if s != b.i.of && o.Media == p.Media && o.Many == p.Many && (p.Name == name || o.Name == p.Name) {
					return string(s.address) + "." + o.Name
				}
			}
		}
	}
	return "KIND.NAME.OUTPUT"
}

// describe shows a value that may hold references.
func (b *binder) describe(v cty.Value) string {
	t := v.Type()
	switch {
	case t.IsPrimitiveType():
		return shortText(v)
	case v.CanIterateElements() && v.LengthInt() == 0:
		return "an empty list"
	case t.IsTupleType() || t.IsListType():
		return "a list that holds something else"
	}
	return "a value of type " + t.FriendlyName()
}
