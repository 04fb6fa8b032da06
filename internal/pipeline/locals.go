package pipeline

import (
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// A local is one attribute of a locals block.
type local struct {
	name  string
	attr  *hclsyntax.Attribute
	used  bool
	state evaluationState
	value cty.Value
}

type evaluationState int

const (
	untouched evaluationState = iota
	underway
	evaluated
)

func (l *loader) collectLocals(b *hclsyntax.Block) {
	for _, inner := range b.Body.Blocks {
		l.report(errorAt(inner.TypeRange, "Unexpected block", "A locals block has lines of the form NAME = VALUE only. Write %s = … instead.", inner.Type))
	}
	for _, a := range sortedAttributes(b.Body.Attributes) {
		if !l.wantName(a.Name, "local", a.NameRange) {
			continue
		}
		if first := l.localByName[a.Name]; first != nil {
			l.report(errorAt(a.NameRange, "Duplicate local", "local.%s was already defined in line %d. Keep one of them.",
				a.Name, first.attr.NameRange.Start.Line))
			continue
		}
		v := &local{name: a.Name, attr: a, value: cty.DynamicVal}
		l.localByName[a.Name] = v
		l.locals = append(l.locals, v)
	}
}

func (l *loader) localNames() []string {
	names := make([]string, len(l.locals))
	for i, v := range l.locals {
		names[i] = v.name
	}
	return names
}

// evaluateLocals computes the locals in the order of their references.
func (l *loader) evaluateLocals() {
	values := map[string]cty.Value{}
	for _, v := range l.locals {
		l.evaluateLocal(v, nil)
		values[v.name] = v.value
	}
	l.localValues = cty.ObjectVal(values)
}

func (l *loader) evaluateLocal(v *local, path []string) {
	path = append(path, "local."+v.name)
	switch v.state {
	case evaluated:
		return
	case underway:
		v.state = evaluated // its value stays unknown
		for i, p := range path {
			if p == "local."+v.name {
				path = path[i:]
				break
			}
		}
		l.report(errorAt(v.attr.NameRange, "Cycle of locals", "These refer to each other: %s. Give one of them a value of its own.", strings.Join(path, " → ")))
		return
	}
	v.state = underway
	known := map[string]cty.Value{}
	ok := l.checkExpression(v.attr.Expr, scope{place: "A local", variables: true, locals: true})
	for _, t := range v.attr.Expr.Variables() {
		name, _, isName := step(t, 1)
		if t.RootName() != "local" || !isName || l.localByName[name] == nil {
			continue
		}
		dep := l.localByName[name]
		l.evaluateLocal(dep, path)
		known[name] = dep.value
	}
	if v.state == evaluated { // part of a cycle
		return
	}
	v.state = evaluated
	if !ok {
		return
	}
	value, diags := evaluate(v.attr.Expr, l.context(map[string]cty.Value{"local": cty.ObjectVal(known)}))
	l.report(diags...)
	if !diags.HasErrors() {
		v.value = value
	}
}
