// Package dag plans and runs a graph of content-hashed stages. It knows nothing of radiographs,
// networks, HCL or Badger.
//
// Words:
//
//   - A Stage is one kind of work with its parameters. Its Ports are named, typed inputs and outputs.
//   - A Node is one instance of a stage in a Graph, named by its Address; Bindings connect its
//     input ports to outputs of other nodes.
//   - A Plan lists a Step for each node: Hit (its result is in the cache), Run (it is not, and here is
//     every Reason), or Depends (decided when its inputs are known).
//   - A Runner brings nodes up to date through an Executor and tells an Observer what happens.
//
// Guarantees: a key is made of upstream digests, never of upstream keys, so a stage that ran again
// and produced the same bytes stops the change there (early cutoff); what a plan calls a hit, the run
// does not execute; no prediction for a patient is stored that a model made which was fitted on
// that patient.
package dag
