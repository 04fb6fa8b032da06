package pipeline

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
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

// touch counts the names of an expression that nobody will evaluate as used, so that one misspelled
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
