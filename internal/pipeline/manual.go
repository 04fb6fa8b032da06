package pipeline

import (
	"bytes"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"femur/dag"
)

// Reference writes docs/pipeline-reference.md: the blocks and functions of the language, and for each
// kind its inputs, outputs and parameters with the defaults that [dag.Kind.New] sets. The same kinds
// give the same bytes.
func Reference(kinds []dag.Kind) []byte {
	m := &manual{}
	m.intro()
	m.blocks()
	m.functions()
	m.linef("## Stage kinds")
	m.linef("")
	for _, k := range newKindSet(kinds).list {
		m.kind(k)
	}
	return m.out.Bytes()
}

// A manual is the reference under way.
type manual struct{ out bytes.Buffer }

func (m *manual) linef(format string, args ...any) { fmt.Fprintf(&m.out, format+"\n", args...) }

// paragraph writes text as it is, with a blank line after it.
func (m *manual) paragraph(text string) { m.out.WriteString(strings.TrimSpace(text) + "\n\n") }

func (m *manual) intro() {
	m.paragraph("# Reference of pipeline.hcl")
	m.paragraph("Generated from the source of the program: change the doc comments and tags there, not this file.")
	m.paragraph(`
A pipeline is one file in [HCL](https://github.com/hashicorp/hcl). It consists of the blocks below, in any order.
A value is text in quotes, a number, true or false, a list ` + "`[…]`" + ` or an object ` + "`{ key = value }`" + `; expressions with
operators, conditions (` + "`a ? b : c`" + `), templates (` + "`\"fold-${matrix.fold}\"`" + `) and ` + "`for`" + ` may stand wherever a value may.
` + "`null`" + ` stands for the default. Names in references are ` + "`var.NAME`, `local.NAME`, `matrix.KEY`" + ` and ` + "`KIND.NAME.OUTPUT`" + `.`)
}

func (m *manual) blocks() {
	m.paragraph("## Blocks")
	m.paragraph("### pipeline")
	m.paragraph("Stands once and holds for the whole study.")
	m.parameters(schemaOf(reflect.TypeFor[header]()), reflect.ValueOf(header{}))
	m.paragraph("### variable \"NAME\"")
	m.paragraph(`
A value that the command line may set: ` + "`--var NAME=VALUE`, or `--var-file FILE`" + ` with lines ` + "`NAME = VALUE`" + ` in HCL, or an object in
JSON where the file's name ends in .json. A flag wins over a file, a later file over an earlier one, and both over the default.
The text of a flag is read by the declared type: text as it stands, a number or boolean by itself, lists and objects in HCL.`)
	m.table([]string{"attribute", "type", "meaning"}, [][]string{
		{"type", "type", "string, number, bool, list(…), set(…), map(…), object({…}) or any. Default: the type of default, else string."},
		{"default", "constant", "The value when none is given. Without it the variable must be set."},
		{"description", "text", "What the variable is, for people."},
	})
	m.paragraph("A block `validation` in it, any number of times, refuses values:")
	m.parameters(schemaOf(reflect.TypeFor[validation]()), reflect.ValueOf(validation{}))
	m.paragraph("### locals")
	m.paragraph("Names for expressions: each line `NAME = VALUE` makes `local.NAME`. A local may use variables and other locals, not matrices nor stages.")
	m.paragraph("### stage \"KIND\" \"NAME\"")
	m.paragraph(`
One piece of work. KIND is one of the kinds below; NAME is yours. The attributes are the kind's inputs, which take references, and its
parameters, which take values. The order of the stages does not matter: what a stage refers to is done before it.`)
	m.paragraph(`
A block ` + "`matrix`" + ` in a stage makes one instance per combination of its lines ` + "`KEY = LIST`" + `, the first key slowest. ` + "`matrix.KEY`" + ` is the
instance's value, and its address is ` + "`KIND.NAME[KEY=VALUE,…]`" + `. A stage has at most ` + strconv.Itoa(maxInstances) + ` instances.`)
	m.paragraph(`
A reference ` + "`KIND.NAME.OUTPUT`" + ` to a stage with a matrix stands for the instances that agree with the referring instance on the keys both have.
If that leaves several, they go as a list, in matrix order, to an input that takes one; to any other input that is an error. Each is named there by
the keys that were left, such as ` + "`fold=0`" + `. ` + "`select(KIND.NAME.OUTPUT, { KEY = VALUE })`" + ` chooses by hand. An input that takes a list also takes
` + "`[REFERENCE, …]`" + `, whose elements are told apart by ` + "`ref=0`, `ref=1`" + ` before the keys left over.`)
}

func (m *manual) functions() {
	m.paragraph("## Functions")
	m.paragraph("All are pure. None reads files, the environment, the clock or random numbers, since what decides a result must stand in its key.")
	var rows [][]string
	for _, f := range languageFunctions() {
		rows = append(rows, []string{code(f.usage), f.doc})
	}
	m.table([]string{"function", "result"}, rows)
}

func (m *manual) kind(k *kind) {
	m.paragraph("### " + k.Type)
	if k.Doc != "" {
		m.paragraph(k.Doc)
	}
	stage, params := k.New()
	ports, _ := stage.Ports()
	var rows [][]string
	for _, p := range ports {
		rows = append(rows, []string{code(p.Name), inputType(p), inputNotes(p)})
	}
	for _, a := range k.anchors {
		rows = append(rows, []string{code(a), "any output of a stage, or the stage", "Names the stage whose outputs fill the inputs that are left out."})
	}
	m.table([]string{"input", "takes", "meaning"}, rows)
	rows = nil
	for _, p := range k.outputs {
		rows = append(rows, []string{code(p.Name), portWords(p), p.Doc})
	}
	m.table([]string{"output", "is", "meaning"}, rows)
	if params != nil {
		m.parameters(k.params, reflect.ValueOf(params).Elem())
	}
}

// inputType says what travels into a port.
func inputType(p dag.Port) string {
	if p.List {
		return "from each of one or more instances, " + portWords(p)
	}
	return portWords(p)
}

// inputNotes is a port's documentation with how it may be left out.
func inputNotes(p dag.Port) string {
	notes := []string{p.Doc}
	switch {
	case p.External:
		notes = append(notes, "Filled from outside, not by a reference.")
	case p.From != "":
		notes = append(notes, fmt.Sprintf("Default: the output %s of the stage that %s refers to.", code(p.Name), code(p.From)))
	case p.Optional || p.Ignored:
		notes = append(notes, "May be left out.")
	}
	return strings.TrimSpace(strings.Join(notes, " "))
}

// parameters writes the table of a struct's attributes, then a section for each of its blocks.
func (m *manual) parameters(s *schema, defaults reflect.Value) {
	var rows [][]string
	for _, a := range s.attrs {
		preset := defaultText(defaults.FieldByIndex(a.field))
		if a.required {
			preset = "required"
		}
		rows = append(rows, []string{code(a.name), strings.TrimPrefix(typeWords(a.typ), "a "), preset, a.doc})
	}
	m.table([]string{"parameter", "type", "default", "meaning"}, rows)
	for _, b := range s.blocks {
		head := b.name
		var labels []string
		for _, lb := range b.schema.labels {
			head += fmt.Sprintf(" %q", strings.ToUpper(lb.name))
			labels = append(labels, strings.TrimSpace(fmt.Sprintf("%s: %s", strings.ToUpper(lb.name), lb.doc)))
		}
		how := "once"
		switch {
		case b.repeated:
			how = "any number of times"
		case !b.required:
			how = "at most once"
		}
		m.paragraph(fmt.Sprintf("Block %s, %s. %s", code(head), how, strings.TrimSpace(b.doc+" "+strings.Join(labels, " "))))
		inner := reflect.New(b.typ).Elem()
		if v := defaults.FieldByIndex(b.field); v.IsValid() && !b.repeated {
			for v.Kind() == reflect.Pointer && !v.IsNil() {
				v = v.Elem()
			}
			if v.Type() == b.typ {
				inner = v
			}
		}
		m.parameters(b.schema, inner)
	}
}

// table writes rows as a Markdown table, and nothing for none.
func (m *manual) table(head []string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	m.linef("| %s |", strings.Join(head, " | "))
	m.linef("|%s", strings.Repeat("---|", len(head)))
	for _, r := range rows {
		cells := make([]string, len(r))
		for i, c := range r {
			cells[i] = strings.ReplaceAll(c, "|", `\|`)
		}
		m.linef("| %s |", strings.Join(cells, " | "))
	}
	m.linef("")
}

func code(s string) string { return "`" + s + "`" }
