// Package view prints what commands found out, for people and for programs.
//
// # Words
//
// A model is a plain struct with everything that a command has to say. A view prints one model, in
// one of two renderings: Human for a terminal, JSON for a program. Both render the same model, so the
// two cannot disagree. A Stream says where a view prints and what that place can do.
//
// # Guarantee
//
// Names in JSON are those of the command line's contract; [Version] rises when one changes. Human text
// fits the stream's width (80 columns at least are assumed), and carries no escape codes unless the
// stream has color. Views read no clock: times come with the model or the event.
//
// # Limits
//
// Widths are counted in runes, so text in wide scripts can stick out. Human text is not for parsing
// and may change in any release.
package view

// Version is the version of the JSON that views print, MAJOR.MINOR. A new field raises the minor
// part; a field that is renamed, removed or changes its meaning raises the major one.
const Version = "1.0"
