package pipeline

import (
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"femur/dag"
)

// locate gives a stage's problem the place of the attribute it names: "size", "source.path", or
// "arm[1].size" for the second of repeated blocks. Of a path that the file does not spell out, the
// innermost block that it does counts.
func (s *stage) locate(p dag.Problem) *hcl.Diagnostic {
	body, at := s.block.Body, s.block.DefRange()
	var context *hcl.Range
	for name := range strings.SplitSeq(p.Attribute, ".") {
		name, index := splitIndex(name)
		if a := body.Attributes[name]; a != nil {
			at, context = a.Expr.Range(), a.SrcRange.Ptr()
			break
		}
		b := nthBlock(body, name, index)
		if b == nil {
			break
		}
		body, at = b.Body, b.DefRange()
	}
	d := errorAt(at, p.Summary, "%s", p.Detail)
	d.Context = context
	return d
}

// splitIndex reads NAME or NAME[I].
func splitIndex(s string) (name string, index int) {
	name, rest, ok := strings.Cut(s, "[")
	if !ok {
		return s, 0
	}
	index, err := strconv.Atoi(strings.TrimSuffix(rest, "]"))
	if err != nil {
		return name, 0
	}
	return name, index
}

func nthBlock(body *hclsyntax.Body, typ string, n int) *hclsyntax.Block {
	for _, b := range body.Blocks {
		if b.Type != typ {
			continue
		}
		if n == 0 {
			return b
		}
		n--
	}
	return nil
}
