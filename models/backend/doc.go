// Package backend is femur's border to GoMLX, go-xla and compute: it finds or
// installs a PJRT plugin, opens a compute backend, says what it opened and why
// not something better, and turns GoMLX's panics into errors.
//
// # Words
//
// A plugin is a shared library that speaks PJRT, XLA's C interface; it is what
// computes. A choice is what the user asked for ("xla:cuda", "go", …); the empty
// choice takes the first candidate that works. A candidate is one plugin, or one
// way to get one, in the order of search:
//
//  1. the explicit choice (--backend or GOMLX_BACKEND);
//  2. a plugin in go-xla's folders or in femur's own;
//  3. the CUDA plugin of an installed JAX, where an NVIDIA device is present;
//  4. the CPU plugin that go-xla releases;
//  5. a wheel of a Python index, pinned by SHA-256 (package plugin);
//  6. GoMLX's Go backend, as "go:ops_sequential".
//
// An engine is an open backend; a device is an engine opened on first use, so a
// run that finds everything in the cache never loads a plugin.
//
// # Guarantee
//
// An explicit choice is never replaced by another one: it opens or it is an
// error. Nothing is downloaded without Options.AllowInstall, and gigabytes (the
// CUDA plugin) only by Install. Nothing here writes to standard output. With one
// plugin on one machine, a program gives the same bits in every process, whatever
// the load.
//
// # Limits
//
// Another plugin, another instruction set or another number of cores may round
// differently: Info.Environment records what computed. The Go backend is always
// sequential, since its parallel mode deadlocks on training steps; a tiny conv net
// trains twenty times slower on it than on XLA, a larger one slower still. A
// plugin that aborts the process while it is loaded cannot be caught.
package backend
