package pipeline

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// A scope says which names an expression may use.
type scope struct {
	place     string // subject of a sentence: "A local"
	variables bool
	locals    bool
	own       string // a variable whose use here does not count as use
	stage     *stage // with its matrix; nil outside of stages
	matrix    bool   // names of the stage's matrix
	port      string // the attribute takes references to stages
	parameter bool   // the attribute is a parameter of the stage
}

// checkExpression reports every name of an expression that does not exist or may not stand here, and
// remembers an expression that has one, so that evaluating it does not report the fault again.
func (l *loader) checkExpression(e hclsyntax.Expression, sc scope) bool {
	ok := true
	for _, t := range e.Variables() {
		if d := l.checkTraversal(t, sc); d != nil {
			l.report(d)
			ok = false
		} else if l.dangling(t) {
			ok = false
		}
	}
	if !ok {
		l.failed[e] = true
	}
	return ok
}

// dangling says whether a traversal refers to a stage whose kind is unknown, which was reported there.
func (l *loader) dangling(t hcl.Traversal) bool { return l.unknownKinds[t.RootName()] }

func (l *loader) checkTraversal(t hcl.Traversal, sc scope) *hcl.Diagnostic {
	root := t.RootName()
	switch root {
	case "var":
		if !sc.variables {
			return errorAt(t.SourceRange(), "Variable in a constant", "%s may not refer to variables. Write the value itself.", sc.place)
		}
		return l.checkMember(t, "variable", "variables", l.variableNames(), func(name string) {
			if name != sc.own {
				l.varByName[name].used = true
			}
		})
	case "local":
		if !sc.locals {
			return errorAt(t.SourceRange(), "Local in a constant", "%s may not refer to locals. Write the value itself.", sc.place)
		}
		return l.checkMember(t, "local", "locals", l.localNames(), func(name string) { l.localByName[name].used = true })
	case "matrix":
		if !sc.matrix {
			return errorAt(t.SourceRange(), "Matrix value out of place", "%s may not refer to matrix values; the attributes of a stage may. Write the value itself.", sc.place)
		}
		if sc.stage.matrixBlock == nil {
			return errorAt(t.SourceRange(), "Matrix value without a matrix", "%s has no matrix block. Add matrix { … } to it, or write the value itself.", sc.stage.address)
		}
		return l.checkMember(t, "matrix key", "matrix keys", sc.stage.matrixNames(), func(name string) { sc.stage.useKey(name) })
	}
	if l.kinds.byType[root] == nil && !l.unknownKinds[root] {
		return l.unknownName(t, sc)
	}
	if sc.port != "" {
		return l.checkReference(t, sc)
	}
	if sc.parameter {
		return errorAt(t.SourceRange(), "Reference in a parameter",
			"%s is a parameter and takes a value, not an output of a stage.%s",
			sc.place, sc.stage.kind.inputWords())
	}
	return errorAt(t.SourceRange(), "Reference out of place",
		"%s may not refer to outputs of stages; the inputs of a stage may. Write the reference there.", sc.place)
}

// checkMember checks a traversal of the form ROOT.NAME….
func (l *loader) checkMember(t hcl.Traversal, what, plural string, known []string, use func(string)) *hcl.Diagnostic {
	name, at, ok := step(t, 1)
	if !ok {
		return errorAt(t.SourceRange(), fmt.Sprintf("Missing %s name", what), "Write %s.NAME.%s", t.RootName(), didYouMean("", plural, known))
	}
	if slices.Contains(known, name) {
		use(name)
		return nil
	}
	if before, after, ok := strings.Cut(name, "-"); ok && slices.Contains(known, before) {
		use(before)
		return errorAt(at, fmt.Sprintf("Unknown %s", what), "There is no %s.%s, since a dash may be part of a name. To subtract, put blanks around it: %s.%s - %s.",
			t.RootName(), name, t.RootName(), before, after)
	}
	if n := nearest(name, known); n != "" {
		use(n) // one misspelling is one fault, not also an unused definition
	}
	return errorAt(at, fmt.Sprintf("Unknown %s", what), "There is no %s.%s.%s", t.RootName(), name, didYouMean(name, plural, known))
}

// unknownName explains a first name that is nothing: a forgotten prefix, a misspelled kind, or text
// without quotes.
func (l *loader) unknownName(t hcl.Traversal, sc scope) *hcl.Diagnostic {
	root := t.RootName()
	at := t[0].SourceRange()
	switch {
	case l.varByName[root] != nil && sc.variables:
		l.varByName[root].used = true
		return errorAt(at, "Unknown name", "There is no %q here. Did you mean var.%s?", root, root)
	case l.localByName[root] != nil && sc.locals:
		l.localByName[root].used = true
		return errorAt(at, "Unknown name", "There is no %q here. Did you mean local.%s?", root, root)
	case sc.matrix && sc.stage.key(root) != nil:
		sc.stage.useKey(root)
		return errorAt(at, "Unknown name", "There is no %q here. Did you mean matrix.%s?", root, root)
	}
	known := []string{"var", "local"}
	if sc.matrix {
		known = append(known, "matrix")
	}
	if sc.port != "" {
		known = append(known, l.kinds.types()...)
	}
	if s := nearest(root, known); s != "" && len(t) > 1 {
		return errorAt(at, "Unknown name", "There is no %q. Did you mean %q?", root, s)
	}
	if len(t) == 1 && sc.port == "" {
		return errorAt(at, "Unknown name", "There is no %q. If you mean the text, put it in quotes: %q.", root, root)
	}
	if sc.port != "" {
		return errorAt(at, "Unknown name", "There is no %q. A reference has the form KIND.NAME.OUTPUT.%s", root, didYouMean(root, "kinds", l.kinds.types()))
	}
	return errorAt(at, "Unknown name", "There is no %q. Names begin with var, local or matrix; text stands in quotes.", root)
}

// step returns the i-th name of a traversal, written .name or ["name"].
func step(t hcl.Traversal, i int) (name string, at hcl.Range, ok bool) {
	if i >= len(t) {
		return "", hcl.Range{}, false
	}
	switch s := t[i].(type) {
	case hcl.TraverseAttr:
		return s.Name, s.SrcRange, true
	case hcl.TraverseIndex:
		if s.Key.Type() == cty.String {
			return s.Key.AsString(), s.SrcRange, true
		}
	}
	return "", hcl.Range{}, false
}
