package pipeline

import (
	"math/big"
	"strconv"
	"strings"
	"unicode"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"femur/dag"
)

// maxInstances bounds the instances of a stage. A graph has tens of nodes; images are items, not
// instances.
const maxInstances = 1000

// A matrixKey is one line of a matrix block.
type matrixKey struct {
	name   string
	values []cty.Value
	texts  []string // the values as they stand in addresses
	used   bool
	at     hcl.Range
}

// expandMatrix evaluates the stage's matrix and makes its instances, first key slowest. A matrix with
// a fault leaves the stage without instances and broken, which silences what would follow from that.
func (l *loader) expandMatrix(s *stage) {
	for _, b := range s.block.Body.Blocks {
		if b.Type != "matrix" || !l.wantLabels(b, "matrix {") || l.repeated(s.matrixBlock, b) {
			continue
		}
		s.matrixBlock = b
	}
	if s.matrixBlock == nil {
		s.instances = []*instance{l.newInstance(s, nil, nil)}
		return
	}
	for _, inner := range s.matrixBlock.Body.Blocks {
		l.report(errorAt(inner.TypeRange, "Unexpected block", "A matrix has lines of the form KEY = LIST only. Write %s = […] instead.", inner.Type))
		s.broken = true
	}
	attrs := sortedAttributes(s.matrixBlock.Body.Attributes)
	if len(attrs) == 0 && !s.broken {
		l.report(errorAt(s.matrixBlock.DefRange(), "Empty matrix", "A matrix without keys makes no instances. Add a line such as fold = range(3), or remove the block."))
		s.broken = true
	}
	size := 1
	for _, a := range attrs {
		k := l.evaluateKey(s, a)
		s.matrix = append(s.matrix, k)
		s.broken = s.broken || len(k.values) == 0
		if size *= max(1, len(k.values)); size > maxInstances {
			l.report(errorAt(s.matrixBlock.DefRange(), "Matrix too large", "The matrix has more than %d combinations. A matrix is for models, folds and repeats; images are items of one instance. Shorten the lists.", maxInstances))
			s.broken = true
			break
		}
	}
	if s.broken {
		return
	}
	coordinates := make([]dag.MatrixValue, len(s.matrix))
	values := map[string]cty.Value{}
	var expand func(depth int)
	expand = func(depth int) {
		if depth == len(s.matrix) {
			s.instances = append(s.instances, l.newInstance(s, coordinates, values))
			return
		}
		k := s.matrix[depth]
		for i, v := range k.values {
			coordinates[depth] = dag.MatrixValue{Key: k.name, Value: k.texts[i]}
			values[k.name] = v
			expand(depth + 1)
		}
	}
	expand(0)
}

// evaluateKey reads one line of a matrix. A key with a fault has no values.
func (l *loader) evaluateKey(s *stage, a *hclsyntax.Attribute) *matrixKey {
	k := &matrixKey{name: a.Name, at: a.NameRange}
	named := l.wantName(a.Name, "matrix key", a.NameRange)
	if !l.checkExpression(a.Expr, scope{place: "A matrix", variables: true, locals: true, stage: s}) || !named {
		return k
	}
	v, diags := evaluate(a.Expr, l.context(nil))
	l.report(diags...)
	if diags.HasErrors() || !v.IsWhollyKnown() {
		return k
	}
	t := v.Type()
	if v.IsNull() || !(t.IsListType() || t.IsTupleType() || t.IsSetType()) {
		l.report(errorAt(a.Expr.Range(), "Invalid matrix values", "%s wants a list of texts, numbers or booleans, such as range(3) or [%s].", a.Name, valueText(v)))
		return k
	}
	if v.LengthInt() == 0 {
		l.report(errorAt(a.Expr.Range(), "Empty matrix", "%s has no values, so the stage would have no instances. Give it at least one.", a.Name))
		return k
	}
	seen := map[string]bool{}
	var texts []string
	var values []cty.Value
	for it := v.ElementIterator(); it.Next(); {
		_, e := it.Element()
		text, ok := coordinateText(e)
		if !ok {
			l.report(errorAt(a.Expr.Range(), "Invalid matrix values",
				"%s holds %s. Use texts, numbers or booleans; texts must not be empty nor hold blanks, quotes, commas, = or brackets, since they become part of addresses.", a.Name, valueText(e)))
			return k
		}
		if seen[text] {
			l.report(errorAt(a.Expr.Range(), "Duplicate matrix value", "%s holds %s twice, and both would have the same address. Remove one.", a.Name, text))
			return k
		}
		seen[text] = true
		texts, values = append(texts, text), append(values, e)
	}
	k.texts, k.values = texts, values
	return k
}

// coordinateText prints a matrix value as it stands in an address.
func coordinateText(v cty.Value) (string, bool) {
	switch {
	case v.IsNull() || !v.IsKnown():
		return "", false
	case v.Type() == cty.Bool:
		if v.True() {
			return "true", true
		}
		return "false", true
	case v.Type() == cty.Number:
		return numberText(v.AsBigFloat())
	case v.Type() == cty.String:
		text := v.AsString()
		bad := strings.ContainsFunc(text, func(r rune) bool {
			return strings.ContainsRune("[],=\"'", r) || unicode.IsSpace(r) || !unicode.IsPrint(r)
		})
		return text, text != "" && !bad
	}
	return "", false
}

// numberText prints whole numbers in full and others as the shortest text of their float64.
func numberText(f *big.Float) (string, bool) {
	if f.IsInf() || f.MantExp(nil) > 64 {
		return "", false
	}
	if f.IsInt() {
		return f.Text('f', 0), true
	}
	d, _ := f.Float64()
	return strconv.FormatFloat(d, 'g', -1, 64), true
}
