package pipeline

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/json"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// readVarFiles applies the variable files in the order in which they were given.
func (l *loader) readVarFiles() {
	for _, name := range l.options.VarFiles {
		attrs := l.parseVarFile(name)
		for _, a := range attrs {
			v := l.varByName[a.Name]
			if v == nil {
				l.report(l.unknownVariable(a.Name, a.NameRange))
				continue
			}
			value, diags := a.Expr.Value(l.constants())
			l.report(diags...)
			if !diags.HasErrors() {
				l.assign(v, value, name, a.Expr.Range())
			} else if v.origin == "" {
				v.origin = name // its value is wrong, not missing
			}
		}
	}
}

// parseVarFile reads the attributes of a variable file, in file order.
func (l *loader) parseVarFile(name string) []*hcl.Attribute {
	top := hcl.Range{Filename: name, Start: hcl.InitialPos, End: hcl.InitialPos}
	src, err := l.read(name)
	if err != nil {
		l.report(errorAt(top, "Unreadable variable file", "%v. Check the path given by --var-file.", err))
		return nil
	}
	if len(src) > maxFileBytes {
		l.report(errorAt(top, "Variable file too large", "A variable file has at most %d bytes. Check the path given by --var-file.", maxFileBytes))
		return nil
	}
	var file *hcl.File
	var diags hcl.Diagnostics
	if strings.HasSuffix(name, ".json") {
		file, diags = json.Parse(src, name)
	} else {
		file, diags = hclsyntax.ParseConfig(src, name, hcl.InitialPos)
	}
	l.sources[name] = &source{bytes: src, file: file}
	l.report(diags...)
	if diags.HasErrors() || file == nil {
		return nil
	}
	attrs, diags := file.Body.JustAttributes()
	for _, d := range diags {
		d.Detail += " A variable file has lines of the form NAME = VALUE only."
	}
	l.report(diags...)
	list := slices.Collect(maps.Values(attrs))
	slices.SortFunc(list, func(a, b *hcl.Attribute) int { return a.NameRange.Start.Byte - b.NameRange.Start.Byte })
	return list
}

// readVarFlags applies the --var flags.
func (l *loader) readVarFlags() {
	for _, name := range slices.Sorted(maps.Keys(l.options.Vars)) {
		raw := l.options.Vars[name]
		flag := "--var " + name
		l.sources[flag] = &source{bytes: []byte(raw)}
		whole := hcl.Range{Filename: flag, Start: hcl.InitialPos, End: hcl.Pos{Line: 1, Column: len([]rune(raw)) + 1, Byte: len(raw)}}
		v := l.varByName[name]
		if v == nil {
			l.report(l.unknownVariable(name, whole))
			continue
		}
		value, detail := parseRaw(raw, v.typ, flag)
		if detail != "" {
			v.origin, v.value, v.at = "--var", cty.DynamicVal, whole
			l.report(errorAt(whole, "Wrong type of a variable", "var.%s is declared as %s; %q is not: %s. Give it as --var %s=VALUE.",
				name, typeexpr.TypeString(v.typ), raw, detail, name))
			continue
		}
		l.assign(v, value, "--var", whole)
	}
}

func (l *loader) unknownVariable(name string, at hcl.Range) *hcl.Diagnostic {
	return errorAt(at, "Unknown variable", "The pipeline declares no variable %q.%s", name, didYouMean(name, "variables", l.variableNames()))
}

// parseRaw reads the text of a --var flag as a value of the type: text is taken as it is, numbers and
// booleans are converted, anything else is an HCL expression such as ["a", "b"].
func parseRaw(raw string, typ cty.Type, flag string) (v cty.Value, fault string) {
	if typ.IsPrimitiveType() {
		v, err := convert.Convert(cty.StringVal(raw), typ)
		if err != nil {
			return cty.NilVal, err.Error()
		}
		return v, ""
	}
	if len(raw) > maxFileBytes {
		return cty.NilVal, "it is too long"
	}
	expr, diags := hclsyntax.ParseExpression([]byte(raw), flag, hcl.InitialPos)
	if !diags.HasErrors() {
		v, diags = expr.Value(nil)
	}
	if diags.HasErrors() {
		if typ == cty.DynamicPseudoType {
			return cty.StringVal(raw), ""
		}
		return cty.NilVal, fmt.Sprintf("%s, %s", lowerFirst(diags[0].Summary), lowerFirst(strings.TrimSuffix(diags[0].Detail, ".")))
	}
	return v, ""
}

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}
