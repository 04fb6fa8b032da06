package pipeline

import (
	"fmt"
	"reflect"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// A variable is a variable block on its way to a value.
type variable struct {
	name        string
	block       *hclsyntax.Block
	used        bool
	typ         cty.Type
	defaults    *typeexpr.Defaults
	description string
	preset      cty.Value // NilVal when there is no default
	value       cty.Value
	origin      string
	at          hcl.Range // where the value was written
}

func (l *loader) collectVariable(b *hclsyntax.Block) {
	name := b.Labels[0]
	if !l.wantName(name, "variable", b.LabelRanges[0]) {
		return
	}
	if first := l.varByName[name]; first != nil {
		l.report(errorAt(b.DefRange(), "Duplicate variable", "var.%s was already defined in line %d. Keep one of them.",
			name, first.block.TypeRange.Start.Line))
		return
	}
	v := &variable{name: name, block: b, typ: cty.DynamicPseudoType, preset: cty.NilVal, value: cty.DynamicVal, at: b.DefRange()}
	l.varByName[name] = v
	l.variables = append(l.variables, v)
}

func (l *loader) variableNames() []string {
	names := make([]string, len(l.variables))
	for i, v := range l.variables {
		names[i] = v.name
	}
	return names
}

// evaluateVariables finds the value of each variable: --var, else the last variable file, else the default.
func (l *loader) evaluateVariables() {
	for _, v := range l.variables {
		l.declareVariable(v)
	}
	l.readVarFiles()
	l.readVarFlags()
	values := map[string]cty.Value{}
	for _, v := range l.variables {
		if v.origin == "" {
			l.report(errorAt(v.block.DefRange(), "Missing value of a variable",
				"var.%s has no default. Set it with --var %s=VALUE or in a file given by --var-file, or add default = ….", v.name, v.name))
		}
		values[v.name] = v.value
	}
	l.varValues = cty.ObjectVal(values)
	for _, v := range l.variables {
		l.validateVariable(v)
	}
}

// declareVariable reads the block: type, default, description, validation.
func (l *loader) declareVariable(v *variable) {
	known := []string{"type", "default", "description"}
	attrs := v.block.Body.Attributes
	for _, a := range sortedAttributes(attrs) {
		switch a.Name {
		case "type", "default", "description":
		default:
			l.report(errorAt(a.NameRange, "Unknown attribute", "A variable has no attribute %q.%s", a.Name, didYouMean(a.Name, "attributes", known)))
		}
	}
	for _, b := range v.block.Body.Blocks {
		if b.Type != "validation" {
			l.report(errorAt(b.TypeRange, "Unknown block", "A variable has no block %q.%s", b.Type, didYouMean(b.Type, "blocks", []string{"validation"})))
		}
	}
	constant := scope{place: fmt.Sprintf("The block of var.%s", v.name)}
	if a := attrs["description"]; a != nil {
		d := decoder{l: l, ctx: l.constants(), report: l.report}
		if l.checkExpression(a.Expr, constant) {
			d.into(a, &v.description)
		}
	}
	typed := false
	if a := attrs["type"]; a != nil {
		t, defaults, diags := typeexpr.TypeConstraintWithDefaults(a.Expr)
		for _, d := range diags {
			d.Detail += " Write string, number, bool, list(…), set(…), map(…) or object({…})."
		}
		l.report(diags...)
		v.typ, v.defaults, typed = t, defaults, true
	}
	a := attrs["default"]
	if a == nil {
		if !typed {
			v.typ = cty.String
		}
		return
	}
	v.origin, v.at = "default", a.Expr.Range()
	if !l.checkExpression(a.Expr, constant) {
		return
	}
	value, diags := evaluate(a.Expr, l.constants())
	l.report(diags...)
	if diags.HasErrors() {
		return
	}
	if !typed && value.Type().IsPrimitiveType() {
		v.typ = value.Type()
	}
	if l.assign(v, value, "default", a.Expr.Range()) {
		v.preset = v.value
	}
}

// assign converts a value to the variable's type and stores it. A value of the wrong type leaves the
// variable unknown, so that the fault is reported once, here.
func (l *loader) assign(v *variable, value cty.Value, origin string, at hcl.Range) bool {
	v.origin, v.at, v.value = origin, at, cty.DynamicVal
	if v.defaults != nil && !value.IsNull() {
		value = v.defaults.Apply(value)
	}
	value, err := convert.Convert(value, v.typ)
	if err != nil {
		l.report(errorAt(at, "Wrong type of a variable", "var.%s is declared as %s: %v. Change the value or the type in line %d.",
			v.name, typeexpr.TypeString(v.typ), err, v.block.TypeRange.Start.Line))
		return false
	}
	v.value = value
	return true
}

// validateVariable applies the validation blocks to the value.
func (l *loader) validateVariable(v *variable) {
	sc := scope{place: "A validation", variables: true, own: v.name}
	for _, b := range v.block.Body.Blocks {
		if b.Type != "validation" || !l.wantLabels(b, "validation {") {
			continue
		}
		var rule validation
		s := schemaOf(reflect.TypeFor[validation]())
		l.checkBody(b.Body, s, bodyCheck{scope: sc, owner: "validation", header: b.DefRange()})
		if !v.value.IsWhollyKnown() {
			continue
		}
		rule.Condition = true
		ok := true
		d := decoder{l: l, ctx: l.context(nil), report: func(ds ...*hcl.Diagnostic) { ok = ok && len(ds) == 0; l.report(ds...) }}
		d.body(b.Body, s, reflect.ValueOf(&rule).Elem())
		if ok && !rule.Condition {
			at := v.at
			if v.origin == "" {
				at = v.block.DefRange()
			}
			l.report(errorAt(at, "Invalid value of a variable", "var.%s is %s. %s", v.name, valueText(v.value), rule.ErrorMessage))
		}
	}
}

// A validation is a rule in a variable block.
type validation struct {
	Condition    bool   `hcl:"condition" doc:"What must be true of the value."`
	ErrorMessage string `hcl:"error_message" doc:"What to tell the user if it is not, in whole sentences."`
}

// context is what expressions are evaluated in: variables, locals, functions and what is given.
func (l *loader) context(more map[string]cty.Value) *hcl.EvalContext {
	names := map[string]cty.Value{"var": l.varValues}
	if l.localValues != cty.NilVal {
		names["local"] = l.localValues
	}
	for k, v := range more {
		names[k] = v
	}
	return &hcl.EvalContext{Variables: names, Functions: l.functions}
}

func (l *loader) constants() *hcl.EvalContext { return &hcl.EvalContext{Functions: l.functions} }

// exported is the variable as callers see it.
func (v *variable) exported() Variable {
	out := Variable{Name: v.name, Type: typeexpr.TypeString(v.typ), Description: v.description, Value: valueText(v.value), Origin: v.origin}
	if v.preset != cty.NilVal {
		out.Default = valueText(v.preset)
	}
	return out
}

// valueText writes a value as HCL.
func valueText(v cty.Value) string {
	switch {
	case !v.IsWhollyKnown():
		return "(unknown)"
	case holdsReference(v):
		return "a reference"
	}
	return string(hclwrite.TokensForValue(v).Bytes())
}
