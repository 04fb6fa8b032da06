package pipeline

import (
	"maps"
	"reflect"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"femur/dag"
)

// A stage is a stage block.
type stage struct {
	kind        *kind
	name        string
	address     dag.Address // without a matrix
	block       *hclsyntax.Block
	matrixBlock *hclsyntax.Block
	matrix      []*matrixKey
	meant       map[string]bool // attributes and blocks that misspelled ones were meant to be
	familiar    bool            // all its attributes and blocks are known
	broken      bool            // its matrix has a fault, so its instances are not known
	instances   []*instance
}

// An instance is a stage at one combination of its matrix.
type instance struct {
	of      *stage
	address dag.Address
	matrix  []dag.MatrixValue
	values  map[string]cty.Value // the matrix values as the file gave them
	stage   dag.Stage
	params  any
	inputs  []dag.Binding
	at      map[string]hcl.Range // where each bound port got its reference
	feeds   map[string][]*instance
}

func (l *loader) newInstance(s *stage, coordinates []dag.MatrixValue, values map[string]cty.Value) *instance {
	i := &instance{
		of: s, matrix: slices.Clone(coordinates), values: maps.Clone(values),
		at: map[string]hcl.Range{}, feeds: map[string][]*instance{},
	}
	i.address = dag.NewAddress(s.kind.Type, s.name, i.matrix)
	i.stage, i.params = s.kind.New()
	return i
}

// coordinate returns the instance's matrix value for a key.
func (i *instance) coordinate(key string) (string, bool) {
	for _, m := range i.matrix {
		if m.Key == key {
			return m.Value, true
		}
	}
	return "", false
}

func (s *stage) key(name string) *matrixKey {
	for _, k := range s.matrix {
		if k.name == name {
			return k
		}
	}
	return nil
}

func (s *stage) useKey(name string) {
	if k := s.key(name); k != nil {
		k.used = true
	}
}

// matrixNames lists the keys as the file has them, those with faults included.
func (s *stage) matrixNames() []string {
	var names []string
	if s.matrixBlock != nil {
		for _, a := range sortedAttributes(s.matrixBlock.Body.Attributes) {
			names = append(names, a.Name)
		}
	}
	return names
}

// checkStage reports what is wrong with a stage whatever the matrix values are.
func (l *loader) checkStage(s *stage) {
	sc := scope{place: string(s.address), variables: true, locals: true, matrix: true, stage: s, parameter: true}
	s.familiar = l.checkBody(s.block.Body, s.kind.params, bodyCheck{scope: sc, owner: s.kind.Type, header: s.block.DefRange(), kind: s.kind, meant: s.meant})
}

// instantiate decodes and binds each instance, and reports a fault that several have once.
func (l *loader) instantiate(s *stage) {
	instances := s.instances
	if s.broken {
		values := map[string]cty.Value{}
		for _, name := range s.matrixNames() {
			values[name] = cty.DynamicVal
		}
		instances = []*instance{l.newInstance(s, nil, values)}
	}
	faults := newMerger(instances)
	for _, i := range instances {
		report := func(ds ...*hcl.Diagnostic) { faults.add(i, ds) }
		names := l.references()
		names["matrix"] = cty.ObjectVal(i.values)
		ctx := l.context(names)
		d := decoder{l: l, ctx: ctx, report: report}
		if i.params != nil {
			d.body(s.block.Body, s.kind.params, reflect.ValueOf(i.params).Elem())
		}
		if c, ok := i.stage.(dag.Checked); ok && !d.incomplete && s.familiar { // else a misspelling would be reported twice
			for _, p := range c.Check() {
				report(s.locate(p))
			}
		}
		b := binder{l: l, i: i, ctx: ctx, report: report, attributes: map[string]*target{}}
		b.bind()
	}
	l.report(faults.diagnostics()...)
	for _, k := range s.matrix {
		if !k.used && len(k.values) > 1 && !s.broken {
			l.report(warningAt(k.at, "Unused matrix key",
				"Nothing in %s depends on %s, so its instances all do the same work. Use matrix.%s, refer to a stage that has this key, or remove it.", s.address, k.name, k.name))
		}
	}
}
