package pipeline

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/gocty"
)

// A schema is what a struct with hcl tags says about a block: `hcl:"name"` (required unless the field
// is a pointer), `hcl:"name,optional"`, `hcl:"name,block"` (required unless a pointer or slice) and
// `hcl:"name,label"`; `hcl:",remain"` on a struct takes its fields as if they stood beside the others;
// `doc:"…"` describes the field.
type schema struct {
	attrs  []attrSchema
	blocks []blockSchema
	labels []labelSchema
}

type attrSchema struct {
	name, doc string
	required  bool
	field     []int // as for reflect.Value.FieldByIndex
	typ       reflect.Type
	cty       cty.Type
}

type blockSchema struct {
	name, doc string
	required  bool
	repeated  bool
	field     []int
	typ       reflect.Type // of the struct, without slice and pointer
	schema    *schema
}

type labelSchema struct {
	name, doc string
	field     []int
}

// schemaOf reads the tags of a struct type. Tags that it does not know are a programmer's error.
func schemaOf(typ reflect.Type) *schema {
	if typ.Kind() != reflect.Struct {
		panic(fmt.Sprintf("pipeline: parameters are a struct, not %s", typ))
	}
	s := &schema{}
	s.add(typ, nil)
	return s
}

// add appends the fields of a struct type that is found at an index path.
func (s *schema) add(typ reflect.Type, path []int) {
	for i := range typ.NumField() {
		f, at := typ.Field(i), append(slices.Clone(path), i)
		tag, ok := f.Tag.Lookup("hcl")
		if !ok {
			continue
		}
		name, form, _ := strings.Cut(tag, ",")
		doc := f.Tag.Get("doc")
		switch form {
		case "", "attr", "optional":
			ct, err := gocty.ImpliedType(reflect.Zero(f.Type).Interface())
			if err != nil {
				panic(fmt.Sprintf("pipeline: field %s.%s: %v", typ, f.Name, err))
			}
			required := form != "optional" && f.Type.Kind() != reflect.Pointer
			s.attrs = append(s.attrs, attrSchema{name, doc, required, at, f.Type, ct})
		case "block":
			t, repeated, required := f.Type, false, true
			if t.Kind() == reflect.Slice {
				t, repeated, required = t.Elem(), true, false
			}
			if t.Kind() == reflect.Pointer {
				t, required = t.Elem(), false
			}
			s.blocks = append(s.blocks, blockSchema{name, doc, required, repeated, at, t, schemaOf(t)})
		case "label":
			s.labels = append(s.labels, labelSchema{name, doc, at})
		case "remain":
			if f.Type.Kind() != reflect.Struct {
				panic(fmt.Sprintf("pipeline: field %s.%s: remain wants a struct, not %s", typ, f.Name, f.Type))
			}
			s.add(f.Type, at)
		default:
			panic(fmt.Sprintf("pipeline: field %s.%s: hcl tag %q is not one of attr, optional, block, label, remain", typ, f.Name, tag))
		}
	}
}

func (s *schema) attr(name string) (attrSchema, bool) {
	for _, a := range s.attrs {
		if a.name == name {
			return a, true
		}
	}
	return attrSchema{}, false
}

func (s *schema) block(name string) (blockSchema, bool) {
	for _, b := range s.blocks {
		if b.name == name {
			return b, true
		}
	}
	return blockSchema{}, false
}

// typeWords says what a parameter takes: "a whole number", "a list of texts".
func typeWords(t reflect.Type) string {
	one, many := typeNames(t)
	if many == "" {
		return one
	}
	if strings.HasPrefix(one, "a ") || strings.HasPrefix(one, "an ") || one == "text" || one == "true or false" {
		return one
	}
	return "a " + one
}

// typeNames returns the singular and plural name of a field's type.
func typeNames(t reflect.Type) (one, many string) {
	switch t.Kind() {
	case reflect.Pointer:
		return typeNames(t.Elem())
	case reflect.String:
		return "text", "texts"
	case reflect.Bool:
		return "true or false", "booleans"
	case reflect.Float32, reflect.Float64:
		return "number", "numbers"
	case reflect.Slice, reflect.Array:
		_, m := typeNames(t.Elem())
		return "list of " + m, "lists of " + m
	case reflect.Map:
		_, m := typeNames(t.Elem())
		return "map of " + m, "maps of " + m
	case reflect.Struct:
		return "object", "objects"
	}
	return "whole number", "whole numbers"
}

// fraction finds a number with a fraction where the Go type holds whole numbers, which gocty would
// cut off without a word for unsigned ones.
func fraction(v cty.Value, t reflect.Type) bool {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if v.IsNull() {
		return false
	}
	switch t.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return v.Type() == cty.Number && !v.AsBigFloat().IsInt()
	case reflect.Slice, reflect.Array, reflect.Map:
		if !v.CanIterateElements() {
			return false
		}
		for it := v.ElementIterator(); it.Next(); {
			if _, e := it.Element(); fraction(e, t.Elem()) {
				return true
			}
		}
	}
	return false
}
