// Package nn writes networks as pure functions of one vector of weights.
//
// Words. A Layout lists the tensors of a network, each with its name, shape,
// initializer and place in the vector. A Scope is the point in the network
// where a layer declares its tensors; scopes nest, and their names joined by
// dots are the tensors' names. Trace runs a network's build function once
// without compiling it and returns its Layout; Bind runs it again with the
// tensors cut out of a vector that is an input of the graph.
//
// Why one vector. The optimizer, gradient clipping and weight averaging become
// a handful of elementwise operations instead of several hundred small kernels,
// which on a CPU halves the time XLA needs to compile a training step, and a
// checkpoint is one buffer.
//
// Guarantees. Values come from the seed by this package's own generator on the
// host, so they are the same on every backend. Names and shapes are PyTorch's
// (dense weights [out, in], kernels [out, in, height, width]), so a file of
// weights opens in timm or torchvision under the usual names.
//
// Limits. float32 only. Every layer uses operations that both XLA and GoMLX's
// Go backend have with gradients: no BatchNormForTraining, no Pad, no Rsqrt.
package nn
