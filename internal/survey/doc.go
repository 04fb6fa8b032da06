// Package survey looks at a folder that a clinic hands over and says what lies in it, so that a pipeline
// for it can be written.
//
// Words: a [Finding] is what was found: the kind of source, what its block in a pipeline would say, and counts of
// images, patients, labels and centers; its [Finding.Notes] say what is missing and what was assumed.
//
// Guarantee: nothing is changed, and what is found depends on the files alone. What a pipeline takes from
// a finding was read by the same parsers that the stage ingest reads it with.
//
// Limits: of very many images only some are opened, spread evenly, and no pixels are decoded.
package survey
