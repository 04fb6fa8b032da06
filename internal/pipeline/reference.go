package pipeline

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"femur/cache"
)

// A reference stands for an output of those instances of a stage that agree with the referring one.
type reference struct {
	stage  *stage
	output string
	pinned map[string][]string // key → values, by select
}

// referenceType carries references through expressions, so that conditions, select and lists work on
// them as on any value.
var referenceType = cty.Capsule("reference to an output of a stage", reflect.TypeFor[reference]())

// holdsReference says whether a value is or contains a reference.
func holdsReference(v cty.Value) bool {
	found := false
	_ = cty.Walk(v, func(_ cty.Path, e cty.Value) (bool, error) {
		found = found || e.Type().Equals(referenceType)
		return !found, nil
	})
	return found
}

// text is the reference as the user writes it.
func (r *reference) text() string { return string(r.stage.address) + "." + r.output }

// references returns the names of all stages for an evaluation context: kind → name → output.
func (l *loader) references() map[string]cty.Value {
	names := make(map[string]cty.Value, len(l.stageBy)+1)
	if l.referenceValues == nil {
		l.referenceValues = map[string]cty.Value{}
		for typ, stages := range l.stageBy {
			byName := map[string]cty.Value{}
			for name, s := range stages {
				outputs := map[string]cty.Value{}
				for _, p := range s.kind.outputs {
					outputs[p.Name] = cty.CapsuleVal(referenceType, &reference{stage: s, output: p.Name})
				}
				byName[name] = cty.ObjectVal(outputs)
			}
			l.referenceValues[typ] = cty.ObjectVal(byName)
		}
	}
	for k, v := range l.referenceValues {
		names[k] = v
	}
	return names
}

// checkReference checks KIND.NAME.OUTPUT, or KIND.NAME for an anchor.
func (l *loader) checkReference(t hcl.Traversal, sc scope) *hcl.Diagnostic {
	typ := t.RootName()
	if l.unknownKinds[typ] {
		return nil
	}
	k := l.kinds.byType[typ]
	names := make([]string, 0, len(l.stageBy[typ]))
	for n := range l.stageBy[typ] {
		names = append(names, n)
	}
	name, at, ok := step(t, 1)
	if !ok {
		return errorAt(t.SourceRange(), "Incomplete reference", "%s is a kind; a reference has the form KIND.NAME.OUTPUT.%s", typ, didYouMean("", "stages of this kind", names))
	}
	s := l.stageBy[typ][name]
	if s == nil {
		return errorAt(at, "Unknown stage", "There is no stage %s.%s.%s", typ, name, didYouMean(name, "stages of this kind", names))
	}
	if s == sc.stage {
		return errorAt(t.SourceRange(), "Self reference", "%s refers to an output of its own stage. Refer to another stage.", sc.port)
	}
	if len(t) == 2 && sc.stage.kind.isAnchor(sc.port) {
		return nil
	}
	output, at, ok := step(t, 2)
	if !ok {
		return errorAt(t.SourceRange(), "Incomplete reference", "%s is a stage; %s takes one of its outputs, such as %s.%s.%s",
			s.address, sc.port, s.address, firstOf(k.outputNames()), didYouMean("", "outputs of this kind", k.outputNames()))
	}
	if _, ok := k.output(output); !ok {
		return errorAt(at, "Unknown output", "%s has no output %q.%s", s.address, output, didYouMean(output, "outputs", k.outputNames()))
	}
	if len(t) > 3 {
		return errorAt(t.SourceRange(), "Reference too long", "%s.%s is an output and has no parts. Instances are chosen by matrix keys of the same name, or with select(%s.%s, { … }).",
			s.address, output, s.address, output)
	}
	return nil
}

func firstOf(names []string) string {
	if len(names) == 0 {
		return "OUTPUT"
	}
	return names[0]
}

// A match is an instance that a reference stands for, with the item id it gets in a list.
type match struct {
	instance *instance
	output   string
	id       cache.ItemID
	leftover []string // keys that neither the referring instance nor select decides
}

// resolve finds the instances of a reference for a referring instance, in matrix order.
func (r *reference) resolve(i *instance) ([]match, *mismatch) {
	var found []match
	for _, t := range r.stage.instances {
		m, agrees := match{instance: t, output: r.output}, true
		var id []string
		for _, c := range t.matrix {
			pins, pinned := r.pinned[c.Key]
			own, shared := i.coordinate(c.Key)
			switch {
			case pinned:
				agrees = agrees && slices.Contains(pins, c.Value)
				if len(pins) < 2 {
					continue
				}
			case shared:
				agrees = agrees && own == c.Value
				i.of.useKey(c.Key)
				continue
			}
			m.leftover = append(m.leftover, c.Key)
			id = append(id, c.Key+"="+c.Value)
		}
		if agrees {
			m.id = cache.ItemID(strings.Join(id, ","))
			found = append(found, m)
		}
	}
	if len(found) > 0 {
		return found, nil
	}
	return nil, r.explain(i)
}

// A mismatch is a matrix key that two stages share by name with values that do not meet.
type mismatch struct {
	key          string
	mine, theirs []string // values of the referring and of the referenced stage
}

// explain finds the shared key whose value the referenced stage does not have.
func (r *reference) explain(i *instance) *mismatch {
	for _, k := range r.stage.matrix {
		own, shared := i.coordinate(k.name)
		if _, pinned := r.pinned[k.name]; shared && !pinned && !slices.Contains(k.texts, own) {
			return &mismatch{key: k.name, theirs: k.texts, mine: i.of.key(k.name).texts}
		}
	}
	panic(fmt.Sprintf("pipeline: no instance of %s agrees with %s, yet every key does", r.text(), i.address)) // the matrix is a full product
}

// A selectError is a fault in a call of select, in the form of a diagnostic.
type selectError struct{ summary, detail string }

// Error implements error.
func (e *selectError) Error() string { return e.summary + ". " + e.detail }

// selectFunction narrows a reference by hand.
func selectFunction() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{
			{Name: "reference", Type: referenceType},
			{Name: "selection", Type: cty.DynamicPseudoType},
		},
		Type: function.StaticReturnType(referenceType),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			r := args[0].EncapsulatedValue().(*reference)
			if !args[1].IsWhollyKnown() || r.stage.broken {
				return cty.UnknownVal(referenceType), nil
			}
			narrowed, err := r.narrow(args[1])
			if err != nil {
				return cty.NilVal, err
			}
			return cty.CapsuleVal(referenceType, narrowed), nil
		},
	})
}

func (r *reference) narrow(selection cty.Value) (*reference, error) {
	t := selection.Type()
	if !t.IsObjectType() && !t.IsMapType() {
		return nil, &selectError{"Invalid selection", fmt.Sprintf("select takes matrix keys and values, not %s. Write select(%s, { key = value }).", shortText(selection), r.text())}
	}
	n := &reference{stage: r.stage, output: r.output, pinned: map[string][]string{}}
	for k, v := range r.pinned {
		n.pinned[k] = v
	}
	for it := selection.ElementIterator(); it.Next(); {
		name, v := it.Element()
		k := r.stage.key(name.AsString())
		if k == nil {
			return nil, &selectError{"Unknown matrix key", fmt.Sprintf("%s has no matrix key %q.%s", r.stage.address, name.AsString(), didYouMean(name.AsString(), "matrix keys", r.stage.matrixNames()))}
		}
		chosen, err := r.choose(k, v)
		if err != nil {
			return nil, err
		}
		n.pinned[k.name] = chosen
	}
	return n, nil
}

// choose reads the value of a selected key: one value or a list of them.
func (r *reference) choose(k *matrixKey, v cty.Value) ([]string, error) {
	values := []cty.Value{v}
	if t := v.Type(); !v.IsNull() && (t.IsTupleType() || t.IsListType() || t.IsSetType()) {
		values = v.AsValueSlice()
	}
	var chosen []string
	for _, v := range values {
		text, ok := coordinateText(v)
		if before, pinned := r.pinned[k.name]; pinned && !slices.Contains(before, text) {
			ok = false
		}
		if !ok || !slices.Contains(k.texts, text) {
			return nil, &selectError{"Unknown matrix value", fmt.Sprintf("%s of %s is not %s; its values are %s. Choose among them.", k.name, r.stage.address, shortText(v), listed(k.texts, 12))}
		}
		if !slices.Contains(chosen, text) {
			chosen = append(chosen, text)
		}
	}
	if len(chosen) == 0 {
		return nil, &selectError{"Empty selection", fmt.Sprintf("The list for %s is empty, so no instance of %s is left. Choose among %s.", k.name, r.stage.address, listed(k.texts, 12))}
	}
	return chosen, nil
}
