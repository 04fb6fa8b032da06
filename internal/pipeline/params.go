package pipeline

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/gocty"
)

// A bodyCheck says what a body belongs to.
type bodyCheck struct {
	scope  scope
	owner  string    // "crop-patches", "source"
	header hcl.Range // where a missing attribute is reported
	kind   *kind     // of a stage's own body: its inputs and the matrix block may stand there too
	meant  map[string]bool
}

// checkBody compares a body with a schema: names, labels, what is missing, and the names that
// expressions use. Values are left to the decoder. What a misspelling was meant to be is not missing.
// It returns false when the body has an attribute or block that it does not know, at any depth.
func (l *loader) checkBody(body *hclsyntax.Body, s *schema, c bodyCheck) (familiar bool) {
	familiar = true
	if c.meant == nil {
		c.meant = map[string]bool{}
	}
	for _, a := range sortedAttributes(body.Attributes) {
		_, known := s.attr(a.Name)
		switch {
		case known:
			sc := c.scope
			if sc.parameter {
				sc.place = a.Name
			}
			l.checkExpression(a.Expr, sc)
		case c.kind != nil && c.kind.takesReference(a.Name):
			sc := c.scope
			sc.place, sc.port, sc.parameter = a.Name, a.Name, false
			l.checkExpression(a.Expr, sc)
		default:
			familiar = false
			l.touch(a.Expr, c.scope.stage)
			l.report(errorAt(a.NameRange, "Unknown attribute", "%s has no attribute %q.%s", c.owner, a.Name, c.suggestion(a.Name, s)))
		}
	}
	first := map[string]*hclsyntax.Block{}
	for _, b := range body.Blocks {
		if c.kind != nil && b.Type == "matrix" {
			continue
		}
		spec, known := s.block(b.Type)
		if !known {
			familiar = false
			l.report(errorAt(b.TypeRange, "Unknown block", "%s has no block %q.%s", c.owner, b.Type, c.suggestion(b.Type, s)))
			continue
		}
		if !spec.repeated && l.repeated(first[b.Type], b) {
			continue
		}
		first[b.Type] = b
		var labels []string
		form := b.Type
		for _, lb := range spec.schema.labels {
			labels = append(labels, lb.name)
			form += fmt.Sprintf(" %q", strings.ToUpper(lb.name))
		}
		if l.wantLabels(b, form+" {", labels...) {
			inner := l.checkBody(b.Body, spec.schema, bodyCheck{scope: c.scope, owner: b.Type, header: b.DefRange()})
			familiar = familiar && inner
		}
	}
	for _, a := range s.attrs {
		if a.required && body.Attributes[a.name] == nil && !c.meant[a.name] {
			l.report(errorAt(c.header, "Missing attribute", "%s needs %s, %s%s. Add %s = ….", c.owner, a.name, typeWords(a.typ), afterColon(a.doc), a.name))
		}
	}
	for _, b := range s.blocks {
		if b.required && first[b.name] == nil && !c.meant[b.name] {
			l.report(errorAt(c.header, "Missing block", "%s needs a block %s%s. Add %s { … }.", c.owner, b.name, afterColon(b.doc), b.name))
		}
	}
	return familiar
}

// suggestion explains an unknown attribute or block name.
func (c bodyCheck) suggestion(name string, s *schema) string {
	var attrs, blocks []string
	for _, a := range s.attrs {
		attrs = append(attrs, a.name)
	}
	for _, b := range s.blocks {
		blocks = append(blocks, b.name)
	}
	if c.kind != nil {
		attrs = append(append(attrs, portNames(c.kind.inputs)...), c.kind.anchors...)
		blocks = append(blocks, "matrix")
	}
	all := append(slices.Clone(attrs), blocks...)
	c.meant[name] = true
	if n := nearest(name, all); n != "" {
		c.meant[n] = true
	}
	for _, b := range blocks {
		if b == name {
			return fmt.Sprintf(" %s is a block: write %s { … } without an equals sign.", name, name)
		}
	}
	for _, a := range attrs {
		if a == name {
			return fmt.Sprintf(" %s is an attribute: write %s = ….", name, name)
		}
	}
	return didYouMean(name, "attributes and blocks", all)
}

// afterColon fits a sentence of documentation behind a name: ": number of folds".
func afterColon(doc string) string {
	if doc = strings.TrimSuffix(doc, "."); doc == "" {
		return ""
	}
	if r := []rune(doc); len(r) > 1 && unicode.IsLower(r[1]) || len(r) > 1 && r[1] == ' ' {
		doc = lowerFirst(doc)
	}
	return ": " + doc
}

// touch counts the names of an expression that nobody will evaluate as used, so that one misspelt
// attribute does not raise a second message about its variable.
func (l *loader) touch(e hclsyntax.Expression, s *stage) {
	for _, t := range e.Variables() {
		name, _, _ := step(t, 1)
		switch t.RootName() {
		case "var":
			if v := l.varByName[name]; v != nil {
				v.used = true
			}
		case "local":
			if v := l.localByName[name]; v != nil {
				v.used = true
			}
		case "matrix":
			if s != nil {
				s.useKey(name)
			}
		}
	}
}

// A decoder fills structs from bodies that checkBody has seen.
type decoder struct {
	l          *loader
	ctx        *hcl.EvalContext
	report     func(...*hcl.Diagnostic)
	incomplete bool // something was missing, unknown or wrong
}

// body decodes into a struct. What the body leaves out keeps the value that the struct came with.
func (d *decoder) body(body *hclsyntax.Body, s *schema, v reflect.Value) {
	for _, spec := range s.attrs {
		a := body.Attributes[spec.name]
		if a == nil {
			d.incomplete = d.incomplete || spec.required
			continue
		}
		d.attribute(a, spec.required, spec.typ, spec.cty, v.FieldByIndex(spec.field))
	}
	for _, spec := range s.blocks {
		field := v.FieldByIndex(spec.field)
		var found []*hclsyntax.Block
		for _, b := range body.Blocks {
			if b.Type == spec.name && len(b.Labels) == len(spec.schema.labels) {
				found = append(found, b)
			}
		}
		if len(found) == 0 {
			d.incomplete = d.incomplete || spec.required
			continue
		}
		if !spec.repeated {
			d.block(found[0], spec, field)
			continue
		}
		list := reflect.MakeSlice(field.Type(), len(found), len(found))
		for i, b := range found {
			d.block(b, spec, list.Index(i))
		}
		field.Set(list)
	}
}

func (d *decoder) block(b *hclsyntax.Block, spec blockSchema, v reflect.Value) {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			v.Set(reflect.New(spec.typ))
		}
		v = v.Elem()
	}
	for i, lb := range spec.schema.labels {
		v.FieldByIndex(lb.field).SetString(b.Labels[i])
	}
	d.body(b.Body, spec.schema, v)
}

// into decodes one attribute into a plain variable.
func (d *decoder) into(a *hclsyntax.Attribute, target any) {
	v := reflect.ValueOf(target).Elem()
	ct, err := gocty.ImpliedType(v.Interface())
	if err != nil {
		panic("pipeline: " + err.Error())
	}
	d.attribute(a, false, v.Type(), ct, v)
}

func (d *decoder) attribute(a *hclsyntax.Attribute, required bool, typ reflect.Type, want cty.Type, v reflect.Value) {
	if d.l.failed[a.Expr] {
		d.incomplete = true
		return
	}
	value, diags := evaluate(a.Expr, d.ctx)
	d.report(diags...)
	if diags.HasErrors() || !value.IsWhollyKnown() {
		d.incomplete = true
		return
	}
	if value.IsNull() {
		if required {
			d.incomplete = true
			d.report(errorAt(a.Expr.Range(), "Missing value", "%s is null, which stands for its default, but it has none. Give it %s.", a.Name, typeWords(typ)))
		}
		return
	}
	converted, err := convert.Convert(value, want)
	if err == nil && fraction(converted, typ) {
		err = errors.New("it has a fraction")
	}
	if err == nil {
		fresh := reflect.New(typ)
		if err = gocty.FromCtyValue(converted, fresh.Interface()); err == nil {
			v.Set(fresh.Elem())
			return
		}
	}
	d.incomplete = true
	why := strings.TrimSuffix(err.Error(), ".")
	diag := errorAt(a.Expr.Range(), fmt.Sprintf("Wrong value of %s", a.Name), "%s takes %s, not %s: %s. Change the value.",
		a.Name, typeWords(typ), shortText(value), why)
	diag.Context = a.SrcRange.Ptr()
	d.report(diag)
}

// shortText shows a value in a sentence.
func shortText(v cty.Value) string {
	text := []rune(valueText(v))
	if len(text) > 60 {
		return string(text[:57]) + "…"
	}
	return strings.Join(strings.Fields(string(text)), " ")
}
