package pipeline

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/gocty"
)

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
