package pipeline

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"femur/dag"
)

// maxFileBytes bounds a pipeline or variable file; real ones have a few kilobytes.
const maxFileBytes = 1 << 20

// Options say what to load.
type Options struct {
	File     string            // the pipeline file, as it is to be named in messages
	Source   []byte            // its text; nil reads File
	Dir      string            // what relative File and VarFiles are relative to; empty is the working directory
	Vars     map[string]string // --var: name → raw text, parsed by the variable's declared type
	VarFiles []string          // --var-file: NAME = VALUE lines in HCL, or JSON where the name ends in .json; later ones win
}

// A Pipeline is a file that was read without errors.
type Pipeline struct {
	Name        string
	Description string
	Seed        uint64
	Variables   []Variable // in the order of the file
	Graph       *dag.Graph // nodes in the order of the file, instances in matrix order
	File        string     // as in Options
	Source      []byte     // the file's text
}

// A Variable is a variable block with the value it got.
type Variable struct {
	Name        string
	Type        string // as written: "number", "list(string)"
	Description string
	Default     string // as HCL text; empty when there is none
	Value       string // as HCL text
	Origin      string // "default", "--var" or the variable file's name
}

// A loader is one call of Load.
type loader struct {
	options   Options
	file      string // name of the pipeline file in messages
	kinds     *kindSet
	functions map[string]function.Function
	sources   map[string]*source
	diags     hcl.Diagnostics

	header       *hclsyntax.Block
	variables    []*variable
	varByName    map[string]*variable
	locals       []*local
	localByName  map[string]*local
	stages       []*stage
	stageBy      map[string]map[string]*stage // kind → name
	unknownKinds map[string]bool              // reported once, at the stage block
	failed       map[hclsyntax.Expression]bool
	varValues    cty.Value
	localValues  cty.Value

	referenceValues map[string]cty.Value // kind → name → output, made by references
}

// Load reads a pipeline file. The pipeline is nil exactly when the diagnostics hold an error; they may
// hold warnings beside it.
func Load(o Options, kinds []dag.Kind) (*Pipeline, Diagnostics) {
	l := &loader{
		options: o, file: o.File, kinds: newKindSet(kinds), functions: functionTable(),
		sources: map[string]*source{}, varByName: map[string]*variable{}, localByName: map[string]*local{},
		stageBy: map[string]map[string]*stage{}, unknownKinds: map[string]bool{}, failed: map[hclsyntax.Expression]bool{},
	}
	p := l.load()
	ds := l.plain()
	if ds.HasErrors() {
		return nil, ds
	}
	return p, ds
}

func (l *loader) load() *Pipeline {
	body := l.parse()
	if body == nil {
		return nil
	}
	l.collect(body)
	l.evaluateVariables()
	l.evaluateLocals()
	p := l.evaluateHeader(body)
	for _, s := range l.stages {
		l.expandMatrix(s)
	}
	for _, s := range l.stages {
		l.checkStage(s)
	}
	for _, s := range l.stages {
		l.instantiate(s)
	}
	l.findCycles()
	l.warnUnused()
	if l.diags.HasErrors() {
		return nil
	}
	for _, v := range l.variables {
		p.Variables = append(p.Variables, v.exported())
	}
	l.fillGraph(p)
	return p
}

// parse reads the file and reports syntax errors. These end the load: whatever follows one is guessed.
func (l *loader) parse() *hclsyntax.Body {
	src := l.options.Source
	if src == nil {
		var err error
		if src, err = l.read(l.file); err != nil {
			l.report(&hcl.Diagnostic{
				Severity: hcl.DiagError, Summary: "Unreadable pipeline file",
				Detail:  fmt.Sprintf("%v. Name a pipeline with --file, or write one with femur init.", err),
				Subject: &hcl.Range{Filename: l.file, Start: hcl.InitialPos, End: hcl.InitialPos},
			})
			return nil
		}
	}
	if len(src) > maxFileBytes {
		l.report(errorAt(hcl.Range{Filename: l.file, Start: hcl.InitialPos, End: hcl.InitialPos}, "Pipeline file too large",
			"A pipeline has at most %d bytes. Check that --file names a pipeline.", maxFileBytes))
		return nil
	}
	file, diags := hclsyntax.ParseConfig(src, l.file, hcl.InitialPos)
	l.sources[l.file] = &source{bytes: src, file: file}
	l.report(diags...)
	if diags.HasErrors() {
		return nil
	}
	return file.Body.(*hclsyntax.Body)
}

func (l *loader) read(name string) ([]byte, error) {
	path := name
	if !filepath.IsAbs(path) {
		path = filepath.Join(l.options.Dir, path)
	}
	b, err := readStart(path)
	var pe *os.PathError
	if errors.As(err, &pe) {
		return nil, fmt.Errorf("%s: %w", name, pe.Err) // with the name that the user gave
	}
	return b, err
}

// readStart reads a file, and one byte more than is allowed of a longer one.
func readStart(path string) (b []byte, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return io.ReadAll(io.LimitReader(f, maxFileBytes+1))
}

func (l *loader) report(ds ...*hcl.Diagnostic) { l.diags = append(l.diags, ds...) }

// warnUnused reports variables and locals that nothing refers to.
func (l *loader) warnUnused() {
	for _, v := range l.variables {
		if !v.used {
			l.report(warningAt(v.block.DefRange(), "Unused variable",
				"Nothing refers to var.%s. Use it or remove it.", v.name))
		}
	}
	for _, v := range l.locals {
		if !v.used {
			l.report(warningAt(v.attr.NameRange, "Unused local", "Nothing refers to local.%s. Use it or remove it.", v.name))
		}
	}
}

// fillGraph adds the instances to the pipeline's graph.
func (l *loader) fillGraph(p *Pipeline) {
	for _, s := range l.stages {
		for _, i := range s.instances {
			err := p.Graph.Add(&dag.Node{
				Address: i.address, Kind: s.kind.Kind, Stage: i.stage, Matrix: i.matrix, Inputs: i.inputs,
				Where: fmt.Sprintf("%s:%d", l.file, s.block.TypeRange.Start.Line),
			})
			if err != nil {
				panic("pipeline: " + err.Error()) // duplicates were reported by collect and expandMatrix
			}
		}
	}
}
