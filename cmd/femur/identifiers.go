package main

import (
	"errors"

	"femur/dag"
	"femur/internal/pseudonym"
)

// identifiers makes the pseudonyms of this user. The key is neither read nor made before a stage asks for
// one.
func (g *global) identifiers() *pseudonym.Book {
	if g.book == nil {
		g.book = pseudonym.New(pseudonym.Options{KeyFile: g.settings.KeyFile, Outside: []string{g.cacheDir()}})
	}
	return g.book
}

// nameOrigins completes what is wrong with a radiograph that has a pseudonym by the file behind it, for the
// user's own terminal. It comes last: nothing stores an error after it.
func (g *global) nameOrigins(err error) {
	var faults []*dag.BadInput
	collect(err, &faults)
	var failed *failedError
	if errors.As(err, &failed) {
		for _, f := range failed.failures {
			collect(f.Err, &faults)
		}
	}
	var known *pseudonym.Identities
	for _, b := range faults {
		if b.File != "" || b.Origin != "" || !pseudonym.IsPseudonym(b.Record) {
			continue
		}
		if known == nil {
			var err error
			if known, err = pseudonym.OpenIdentities(g.settings.KeyFile); err != nil {
				return // the fault is shown by its pseudonym, as everywhere else
			}
		}
		if one, err := known.Find(b.Record); err == nil && len(one.Files) > 0 {
			b.Origin = one.Files[0]
		}
	}
}
