package pipeline

import (
	"errors"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// A languageFunction is a function that expressions may call, with its lines in the reference.
type languageFunction struct {
	name, usage, doc string
	impl             function.Function
}

// languageFunctions lists all functions, sorted by name. All are pure.
func languageFunctions() []languageFunction {
	return []languageFunction{
		{"abs", "abs(number)", "The number without its sign.", stdlib.AbsoluteFunc},
		{"ceil", "ceil(number)", "The smallest whole number that is not below the number.", stdlib.CeilFunc},
		{"coalesce", "coalesce(value, …)", "The first value that is not null.", stdlib.CoalesceFunc},
		{"concat", "concat(list, …)", "The lists, one after the other.", stdlib.ConcatFunc},
		{"contains", "contains(list, value)", "Whether the value is in the list or set.", stdlib.ContainsFunc},
		{"distinct", "distinct(list)", "The list without repetitions, in the order of first appearance.", stdlib.DistinctFunc},
		{"element", "element(list, index)", "The element at the index, counted from 0 and around the end.", stdlib.ElementFunc},
		{"flatten", "flatten(list)", "The list with nested lists replaced by their elements.", stdlib.FlattenFunc},
		{"floor", "floor(number)", "The largest whole number that is not above the number.", stdlib.FloorFunc},
		{"format", "format(text, value, …)", "The text with %s, %d, %.2f and the like replaced by the values.", stdlib.FormatFunc},
		{"formatlist", "formatlist(text, list, …)", "One formatted text per element of the lists.", stdlib.FormatListFunc},
		{"join", "join(separator, list)", "The texts of the list with the separator between them.", stdlib.JoinFunc},
		{"keys", "keys(map)", "The keys of a map or object, sorted.", stdlib.KeysFunc},
		{"length", "length(collection)", "The number of elements of a list, set or map.", stdlib.LengthFunc},
		{"lookup", "lookup(map, key, default)", "The map's value for the key, or the default.", stdlib.LookupFunc},
		{"lower", "lower(text)", "The text in lower case.", stdlib.LowerFunc},
		{"max", "max(number, …)", "The largest of the numbers.", stdlib.MaxFunc},
		{"merge", "merge(map, …)", "One map of all entries; of a key given twice the later counts.", stdlib.MergeFunc},
		{"min", "min(number, …)", "The smallest of the numbers.", stdlib.MinFunc},
		{"pow", "pow(base, exponent)", "The base raised to the exponent.", stdlib.PowFunc},
		{"range", "range(end), range(start, end), range(start, end, step)", "The numbers from start (0) to before end, at most 1,024 of them.", stdlib.RangeFunc},
		{"replace", "replace(text, part, with)", "The text with every occurrence of the part replaced.", stdlib.ReplaceFunc},
		{"reverse", "reverse(list)", "The list from its end.", stdlib.ReverseListFunc},
		{"select", "select(KIND.NAME.OUTPUT, { key = value })", "The reference, narrowed to the instances with these matrix values; a value may be a list of several.", selectFunction()},
		{"slice", "slice(list, start, end)", "The elements from start to before end.", stdlib.SliceFunc},
		{"sort", "sort(list)", "The texts of the list in alphabetical order.", stdlib.SortFunc},
		{"split", "split(separator, text)", "The parts of the text between the separators.", stdlib.SplitFunc},
		{"strlen", "strlen(text)", "The number of characters of the text.", stdlib.StrlenFunc},
		{"substr", "substr(text, start, length)", "That part of the text, counted from 0 in characters.", stdlib.SubstrFunc},
		{"tobool", "tobool(value)", "The value as true or false.", stdlib.MakeToFunc(cty.Bool)},
		{"tolist", "tolist(value)", "The value as a list.", stdlib.MakeToFunc(cty.List(cty.DynamicPseudoType))},
		{"tomap", "tomap(value)", "The value as a map.", stdlib.MakeToFunc(cty.Map(cty.DynamicPseudoType))},
		{"tonumber", "tonumber(value)", "The value as a number.", stdlib.MakeToFunc(cty.Number)},
		{"toset", "toset(value)", "The value as a set: sorted, each element once.", stdlib.MakeToFunc(cty.Set(cty.DynamicPseudoType))},
		{"tostring", "tostring(value)", "The value as text.", stdlib.MakeToFunc(cty.String)},
		{"trimprefix", "trimprefix(text, prefix)", "The text without the prefix.", stdlib.TrimPrefixFunc},
		{"trimspace", "trimspace(text)", "The text without blanks at its ends.", stdlib.TrimSpaceFunc},
		{"trimsuffix", "trimsuffix(text, suffix)", "The text without the suffix.", stdlib.TrimSuffixFunc},
		{"upper", "upper(text)", "The text in upper case.", stdlib.UpperFunc},
		{"values", "values(map)", "The values of a map or object, in the order of its sorted keys.", stdlib.ValuesFunc},
		{"zipmap", "zipmap(keys, values)", "The map of the keys to the values.", stdlib.ZipmapFunc},
	}
}

func functionTable() map[string]function.Function {
	table := map[string]function.Function{}
	for _, f := range languageFunctions() {
		table[f.name] = f.impl
	}
	return table
}

// withheld names functions that other HCL programs have and this one must not.
func withheld(name string) bool {
	switch name {
	case "file", "filebase64", "fileset", "fileexists", "templatefile", "filesha256", "filemd5", "abspath",
		"env", "getenv", "get_env", "timestamp", "plantimestamp", "uuid", "bcrypt", "random":
		return true
	}
	return false
}

// evaluate computes an expression and puts the faults of functions into the words of this language.
func evaluate(e hclsyntax.Expression, ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	v, diags := e.Value(ctx)
	for _, d := range diags {
		if call, ok := hcl.DiagnosticExtra[hclsyntax.FunctionCallDiagExtra](d); ok {
			var err *selectError
			if errors.As(call.FunctionCallError(), &err) {
				d.Summary, d.Detail = err.summary, err.detail
				if d.Context != nil {
					d.Subject = d.Context
				}
			}
		}
		if unknown, ok := hcl.DiagnosticExtra[hclsyntax.FunctionCallUnknownDiagExtra](d); ok {
			name := unknown.CalledFunctionName()
			d.Summary = "Unknown function"
			if withheld(name) {
				d.Detail = name + " is not offered: what it returns would decide results behind the cache's back. Files are read by stages; pass other values with --var."
			} else {
				var known []string
				for _, f := range languageFunctions() {
					known = append(known, f.name)
				}
				d.Detail = "There is no function " + name + "." + didYouMean(name, "functions", known)
			}
		}
	}
	if v == cty.NilVal {
		v = cty.DynamicVal
	}
	return v, diags
}
