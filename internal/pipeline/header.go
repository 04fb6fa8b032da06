package pipeline

import (
	"reflect"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"femur/dag"
)

// A header is the pipeline block.
type header struct {
	Name              string `hcl:"name" doc:"Name of the study, for people."`
	Description       string `hcl:"description,optional" doc:"What the study asks."`
	Seed              uint64 `hcl:"seed,optional" doc:"Decides every random choice of the study."`
	Nested            bool   `hcl:"nested,optional" doc:"Strict leak rule: no model in the path of a prediction has learned from the patient, not even through another model."`
	StrictEnvironment bool   `hcl:"strict_environment,optional" doc:"Backend, plugin and versions join the keys: work done elsewhere is not reused."`
}

// evaluateHeader decodes the pipeline block.
func (l *loader) evaluateHeader(body *hclsyntax.Body) *Pipeline {
	start := hcl.Range{Filename: l.file, Start: hcl.InitialPos, End: hcl.InitialPos}
	if len(l.stages) == 0 && len(l.unknownKinds) == 0 && !l.hasStageBlock(body) {
		l.report(errorAt(start, "No stages", "The file defines no work. Add a block such as stage \"ingest\" \"cohort\" { … }, or write a pipeline with femur init."))
	}
	p := &Pipeline{File: l.file, Source: l.sources[l.file].bytes}
	var h header
	if l.header == nil {
		l.report(errorAt(start, "Missing pipeline block", "The study has no name. Add pipeline { name = \"…\" }."))
	} else {
		s := schemaOf(reflect.TypeFor[header]())
		sc := scope{place: "The pipeline block", variables: true, locals: true}
		l.checkBody(l.header.Body, s, bodyCheck{scope: sc, owner: "pipeline", header: l.header.DefRange()})
		d := decoder{l: l, ctx: l.context(nil), report: l.report}
		d.body(l.header.Body, s, reflect.ValueOf(&h).Elem())
	}
	p.Name, p.Description, p.Seed = h.Name, h.Description, h.Seed
	p.Graph = &dag.Graph{Name: h.Name, Seed: h.Seed, Nested: h.Nested, StrictEnvironment: h.StrictEnvironment}
	return p
}

func (l *loader) hasStageBlock(body *hclsyntax.Body) bool {
	for _, b := range body.Blocks {
		if b.Type == "stage" {
			return true
		}
	}
	return false
}
