package main

import "femur/internal/pseudonym"

// identifiers makes the pseudonyms of this user. The key is neither read nor made before a stage asks for
// one.
func (g *global) identifiers() *pseudonym.Book {
	if g.book == nil {
		g.book = pseudonym.New(pseudonym.Options{KeyFile: g.settings.KeyFile, Outside: []string{g.cacheDir()}})
	}
	return g.book
}
