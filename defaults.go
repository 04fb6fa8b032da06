package femur

import _ "embed"

// DefaultPipeline is pipeline.hcl at the root of the module: the study on synthetic radiographs, which
// femur init writes.
//
//go:embed pipeline.hcl
var DefaultPipeline string
