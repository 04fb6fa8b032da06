package pipeline

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"femur/cache"
	"femur/dag"
)

// A binder connects the ports of one instance.
type binder struct {
	l          *loader
	i          *instance
	ctx        *hcl.EvalContext
	report     func(...*hcl.Diagnostic)
	attributes map[string]*target // by attribute or port name, as far as resolved
}

// A target is what an attribute refers to.
type target struct {
	unset   bool // not written, or null
	failed  bool // has a fault that was reported, or depends on one
	refs    []*reference
	matches []match
	at      hcl.Range
}

func (b *binder) bind() {
	inputs, _ := b.i.stage.Ports()
	for _, p := range inputs {
		if p.External {
			continue
		}
		t := b.port(p, inputs)
		if t.unset && !p.Optional && !p.Ignored {
			b.missing(p, inputs)
		}
		if t.unset || t.failed || p.Ignored || b.i.of.broken {
			continue
		}
		binding := dag.Binding{Port: p.Name}
		for _, m := range t.matches {
			ref := dag.OutputRef{Address: m.instance.address, Output: m.output}
			if p.List {
				ref.ID = m.id
			}
			binding.Sources = append(binding.Sources, ref)
			b.i.feeds[p.Name] = append(b.i.feeds[p.Name], m.instance)
		}
		b.i.inputs = append(b.i.inputs, binding)
		b.i.at[p.Name] = t.at
	}
}

// port resolves and checks what an input takes: its own attribute, else the output of its name of the
// stage that attribute From refers to.
func (b *binder) port(p dag.Port, inputs []dag.Port) *target {
	t := b.attribute(p.Name)
	if t.unset && p.From != "" {
		t = b.derived(p, inputs, map[string]bool{p.Name: true})
	}
	if t.unset || t.failed {
		return t
	}
	checked := &target{refs: t.refs, matches: t.matches, at: t.at, failed: !b.typesMatch(p, t)}
	if !p.List && !checked.failed && len(t.matches) > 1 {
		b.report(b.several(p, t))
		checked.failed = true
	}
	return checked
}

// derived takes the output of the port's name from what attribute From refers to.
func (b *binder) derived(p dag.Port, inputs []dag.Port, seen map[string]bool) *target {
	from := b.attribute(p.From)
	if q, ok := findPort(inputs, p.From); ok && from.unset && q.From != "" && !seen[q.Name] {
		seen[q.Name] = true
		from = b.derived(q, inputs, seen)
	}
	if from.unset || from.failed {
		return from
	}
	t := &target{at: from.at}
	for _, r := range from.refs {
		if _, ok := r.stage.kind.output(p.Name); !ok {
			if !p.Optional {
				b.report(errorAt(from.at, "Missing output", "%s also stands for %s, but %s has no output %q. Set %s = KIND.NAME.OUTPUT.",
					p.From, p.Name, r.stage.address, p.Name, p.Name))
			}
			return &target{unset: p.Optional, failed: !p.Optional, at: from.at}
		}
		t.refs = append(t.refs, &reference{stage: r.stage, output: p.Name, pinned: r.pinned})
	}
	for _, m := range from.matches {
		m.output = p.Name
		t.matches = append(t.matches, m)
	}
	return t
}

// attribute evaluates an attribute to the references it holds and finds their instances.
func (b *binder) attribute(name string) *target {
	if t := b.attributes[name]; t != nil {
		return t
	}
	t := b.evaluate(name)
	b.attributes[name] = t
	return t
}

func (b *binder) evaluate(name string) *target {
	a := b.i.of.block.Body.Attributes[name]
	if a == nil {
		return &target{unset: true}
	}
	t := &target{at: a.Expr.Range()}
	if b.l.failed[a.Expr] {
		t.failed = true
		return t
	}
	v, diags := evaluate(a.Expr, b.ctx)
	b.report(diags...)
	if diags.HasErrors() || !v.IsWhollyKnown() {
		t.failed = true
		return t
	}
	if v.IsNull() {
		t.unset = true
		return t
	}
	refs, ok := b.referencesIn(v, name)
	if !ok {
		t.failed = true
		b.report(errorAt(t.at, "Value at an input", "%s takes an output of a stage, such as %s, not %s. Write KIND.NAME.OUTPUT.",
			name, b.example(name), b.describe(v)))
		return t
	}
	t.refs = refs
	for n, r := range refs {
		if r.stage.broken || b.i.of.broken {
			t.failed = t.failed || r.stage.broken
			continue
		}
		found, clash := r.resolve(b.i)
		if clash != nil {
			t.failed = true
			b.report(errorAt(t.at, "Matrix values that do not match",
				"%s has %s = %s, but %s has %s = %s. Give both stages the same values, give the key another name in one of them, or choose by hand with select(%s, { %s = … }).",
				b.i.of.address, clash.key, listed(clash.mine, 12), r.stage.address, clash.key, listed(clash.theirs, 12), r.text(), clash.key))
			continue
		}
		for _, m := range found {
			if len(refs) > 1 {
				m.id = cache.ItemID(strings.TrimSuffix(fmt.Sprintf("ref=%d,%s", n, m.id), ","))
			}
			t.matches = append(t.matches, m)
		}
	}
	return t
}

// referencesIn reads a value: a reference, a list of references, or for an anchor a whole stage.
func (b *binder) referencesIn(v cty.Value, name string) ([]*reference, bool) {
	t := v.Type()
	switch {
	case t.Equals(referenceType):
		return []*reference{v.EncapsulatedValue().(*reference)}, true
	case t.IsObjectType() && b.i.of.kind.isAnchor(name) && v.LengthInt() > 0:
		var whole *reference
		for _, output := range v.AsValueMap() {
			if output.IsNull() || !output.Type().Equals(referenceType) {
				return nil, false
			}
			r := output.EncapsulatedValue().(*reference)
			if whole != nil && whole.stage != r.stage {
				return nil, false
			}
			whole = &reference{stage: r.stage} // only the stage counts
		}
		return []*reference{whole}, true
	case t.IsTupleType() || t.IsListType():
		var refs []*reference
		for _, e := range v.AsValueSlice() {
			if e.IsNull() || !e.Type().Equals(referenceType) {
				return nil, false
			}
			refs = append(refs, e.EncapsulatedValue().(*reference))
		}
		return refs, len(refs) > 0
	}
	return nil, false
}

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
