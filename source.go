// Package femur holds the module's own source, embedded, so that the program can tell which code a
// result was made by (internal/codeid). The program itself is cmd/femur.
package femur

import "embed"

// Source is the source of every package that a stage may import, and the versions of the modules that
// these build on. The patterns follow the folders: a package at a new depth, or a file that a package
// embeds, needs one of its own, and a test says so.
//
//go:embed go.mod go.sum
//go:embed stages/*.go stages/*/*.go stages/*/*/*.go
//go:embed models/*/*.go models/*/*/*.go
//go:embed internal/*/*.go internal/*/*/*.go internal/*/*/*/*.go
var Source embed.FS
