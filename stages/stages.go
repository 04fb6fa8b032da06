// Package stages lists the kinds of work that a pipeline can be made of. Each kind is a package of its
// own below this one; they meet as artifacts and never import each other.
package stages

import (
	"femur/dag"
	"femur/internal/compute"
	"femur/stages/compare"
	"femur/stages/croppatches"
	"femur/stages/ingest"
	"femur/stages/predictcenters"
	"femur/stages/scorepatches"
	"femur/stages/splitbypatient"
	"femur/stages/trainclassifiers"
	"femur/stages/trainlocalizer"
)

// Kinds returns all kinds in the order of the study. What stages that use networks share is handed to
// each, and so are the programs of others; they are opened and looked for on first use.
func Kinds(shared *compute.Shared, tools ingest.Tools) []dag.Kind {
	return []dag.Kind{
		ingest.Kind(tools),
		splitbypatient.Kind(),
		trainlocalizer.Kind(shared),
		predictcenters.Kind(shared),
		croppatches.Kind(),
		trainclassifiers.Kind(shared),
		scorepatches.Kind(shared),
		compare.Kind(),
	}
}
