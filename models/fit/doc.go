// Package fit trains networks: it compiles a network once, runs the training
// loop and keeps the weights of the best epoch.
//
// Words. A Net is an architecture with its loss, as a function that builds a
// graph. Programs holds what was compiled, for every net of a process. A Source
// gives examples, augmented or plain. A Plan is how to train: epochs, batch,
// learning rate. A Curve has one point per epoch. A step is one batch.
//
// Guarantees. A net is compiled once for training and once for scoring,
// whatever the number of folds, seeds, plans and weights: learning rate, decay,
// clipping, weights and optimizer state are inputs of the compiled program, no
// constants in it. The result depends on the net, the plan, the sources and the
// seed, and on the backend's arithmetic; never on the clock, on the number of
// goroutines or on what else the process computes. Scores of an example do not
// depend on the other examples of the call: every call runs batches of one
// fixed shape, the last one filled up.
//
// Limits. One device, float32, whole batches in host memory.
package fit
