package pipeline

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"femur/dag"
)

// topLevel lists the blocks of the language.
func topLevel() []string { return []string{"pipeline", "variable", "locals", "stage"} }

// collect sorts the blocks of the file into definitions and reports what cannot be one. It looks at
// headers and leaves the bodies alone.
func (l *loader) collect(body *hclsyntax.Body) {
	for _, a := range sortedAttributes(body.Attributes) {
		l.report(errorAt(a.NameRange, "Unexpected attribute",
			"%s stands outside of any block. The file consists of the blocks %s; a value to share belongs in locals { }.",
			a.Name, strings.Join(topLevel(), ", ")))
	}
	for _, b := range body.Blocks {
		typ := b.Type
		if !slices.Contains(topLevel(), typ) {
			typ = l.unknownBlock(b)
		}
		switch typ {
		case "pipeline":
			l.wantLabels(b, `pipeline {`)
			if !l.repeated(l.header, b) {
				l.header = b
			}
		case "variable":
			if l.wantLabels(b, `variable "NAME" {`, "name") {
				l.collectVariable(b)
			}
		case "locals":
			if l.wantLabels(b, `locals {`) {
				l.collectLocals(b)
			}
		case "stage":
			if l.wantLabels(b, `stage "KIND" "NAME" {`, "kind", "name") {
				l.collectStage(b, b.Labels[0], b.LabelRanges[0], b.Labels[1], b.LabelRanges[1])
			}
		}
	}
}

// unknownBlock reports a block that is none of the language's and returns what it was probably meant
// to be, so that references to it are not reported as well.
func (l *loader) unknownBlock(b *hclsyntax.Block) string {
	detail := didYouMean(b.Type, "blocks of the file", topLevel())
	if l.kinds.byType[b.Type] != nil {
		detail = fmt.Sprintf(" Write stage %q \"NAME\" { … }.", b.Type)
		if len(b.Labels) == 1 {
			l.collectStage(b, b.Type, b.TypeRange, b.Labels[0], b.LabelRanges[0])
		}
	}
	l.report(errorAt(b.TypeRange, "Unknown block", "There is no block %q.%s", b.Type, detail))
	return nearest(b.Type, topLevel())
}

func (l *loader) repeated(first, b *hclsyntax.Block) bool {
	if first == nil {
		return false
	}
	l.report(errorAt(b.DefRange(), fmt.Sprintf("Duplicate %s block", b.Type),
		"The first one stands in line %d. Keep one of them.", first.TypeRange.Start.Line))
	return true
}

// wantLabels checks the number of labels of a block; form shows how it is written.
func (l *loader) wantLabels(b *hclsyntax.Block, form string, labels ...string) bool {
	switch {
	case len(b.Labels) < len(labels):
		l.report(errorAt(b.DefRange(), fmt.Sprintf("Missing %s of %s", labels[len(b.Labels)], b.Type), "Write %s … }.", form))
	case len(b.Labels) > len(labels):
		l.report(errorAt(b.LabelRanges[len(labels)], fmt.Sprintf("Extraneous label of %s", b.Type), "Write %s … }.", form))
	}
	return len(b.Labels) == len(labels)
}

// wantName checks a name that the user chose.
func (l *loader) wantName(name, what string, r hcl.Range) bool {
	if !hclsyntax.ValidIdentifier(name) {
		l.report(errorAt(r, fmt.Sprintf("Invalid %s name", what),
			"%q cannot be part of a reference. Use letters, digits, _ and -, with a letter first.", name))
		return false
	}
	if isReserved(name) {
		l.report(errorAt(r, fmt.Sprintf("Reserved %s name", what), "%q is kept for the language. Choose another name.", name))
		return false
	}
	return true
}

func (l *loader) collectStage(b *hclsyntax.Block, typ string, typAt hcl.Range, name string, nameAt hcl.Range) {
	if !l.wantName(name, "stage", nameAt) {
		return
	}
	k := l.kinds.byType[typ]
	if k == nil {
		if !l.unknownKinds[typ] {
			l.report(errorAt(typAt, "Unknown stage kind", "There is no kind %q.%s", typ, didYouMean(typ, "kinds", l.kinds.types())))
		}
		l.unknownKinds[typ] = true
		return
	}
	if first := l.stageBy[typ][name]; first != nil {
		l.report(errorAt(b.DefRange(), "Duplicate stage",
			"%s.%s was already defined in line %d. Give one of them another name.", typ, name, first.block.TypeRange.Start.Line))
		return
	}
	s := &stage{kind: k, name: name, block: b, address: dag.NewAddress(typ, name, nil), meant: map[string]bool{}}
	if l.stageBy[typ] == nil {
		l.stageBy[typ] = map[string]*stage{}
	}
	l.stageBy[typ][name] = s
	l.stages = append(l.stages, s)
}

// sortedAttributes lists attributes in the order of the file, which the map has lost.
func sortedAttributes(attrs hclsyntax.Attributes) []*hclsyntax.Attribute {
	list := make([]*hclsyntax.Attribute, 0, len(attrs))
	for _, a := range attrs {
		list = append(list, a)
	}
	slices.SortFunc(list, func(a, b *hclsyntax.Attribute) int { return a.NameRange.Start.Byte - b.NameRange.Start.Byte })
	return list
}
