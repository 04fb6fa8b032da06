// Command bench measures the figures of docs/benchmarks.md by running femur as a process, as a user does.
//
//	go run ./internal/tools/bench -femur bin/femur                             print the tables
//	go run ./internal/tools/bench -femur bin/femur -write docs/benchmarks.md   rewrite them in the document
//	go run ./internal/tools/bench -femur bin/femur -var patients=40 -var scale=0.1 -cold 2   a quick look
//
// Words: a figure is one row of the table, with what it must be and what it was; a cold run is one in an
// empty cache; the base cache is that of the first cold run, which later figures reuse.
//
// Guarantee: caches, cohorts and the copies of the source lie in one temporary folder, which is removed, also
// after an interrupt. The user's cache and the working tree are only read.
//
// Limits: times are wall times of whole processes, start-up included, on a machine that may do other work:
// how much is measured where the system tells (Linux) and printed with the table. Figures that count stages,
// compiles or digests do not depend on that.
package main
