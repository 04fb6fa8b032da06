package pipeline

import (
	"fmt"
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
