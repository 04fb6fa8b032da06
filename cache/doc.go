// Package cache says what a result is, what it is made of, and where it is kept.
//
// Words:
//
//   - A Digest is the SHA-256 of bytes that exist; a Key is the SHA-256 of a Recipe, which lists, as
//     labeled Fields, everything that decides a result's bytes. The two types cannot be mixed up.
//   - An Artifact points at bytes in the store, an Item is an artifact with its identity (image and
//     patient), a Manifest is a sorted list of items and an artifact itself.
//   - A Record is the receipt of one execution: its recipe, its outputs, and the circumstances.
//   - A Store keeps blobs and records. badgerstore keeps them on disk, memstore in memory; both pass
//     the suite in cachetest.
//
// Guarantee: equal keys mean equal recipes, and a record is found only while all of its bytes are.
//
// The package knows neither stages nor Badger, and imports the standard library only.
package cache
