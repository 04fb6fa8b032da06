// Package pipeline reads pipeline.hcl into a [dag.Graph]. It is the only importer of hcl: what it
// hands out are graphs, plain values and [Diagnostics].
//
// Words:
//
//   - A kind is a block type of work, a [dag.Kind]; a stage is one `stage "KIND" "NAME"` block.
//   - A matrix makes one instance of a stage per combination of its values, the first key slowest.
//   - A reference, KIND.NAME.OUTPUT, stands for outputs of those instances of a stage that agree with
//     the referring instance on the matrix keys they share; select(reference, {…}) narrows by hand.
//   - A port takes references, a parameter takes values. An anchor is an attribute that is neither: the
//     ports that say [dag.Port.From] bind to the stage it refers to.
//   - A diagnostic is one fault of the file, with its source lines and what to do about it.
//
// Guarantees: [Load] reports all faults of a file together, sorted by position, each once even when
// every instance of a matrix has it; the same bytes and variables give the same graph; nothing but the
// file, the variable files and the --var values can decide what is in it. No function of the language
// reads files, the environment, the clock or random numbers, since such an input would change results
// behind the cache's back.
//
// Limits: parameters are structs with the tags of gohcl (attr, optional, block, label, remain) on
// fields that gocty can fill; a stage has at most 1,000 instances; a file is at most 1 MiB. Faults of the caller,
// such as a bad tag or a kind whose port and parameter share a name, panic.
package pipeline
