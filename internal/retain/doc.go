// Package retain decides what a cache keeps when it is cleaned up, and cleans it up.
//
// Words:
//
//   - A root is a whole-instance record that is kept for its own sake: the newest one of each instance of
//     the pipeline, those that a kept run used or made, those that are pinned.
//   - What a root reaches is its outputs with all their items, its log, the patients it learned from, and
//     the artifacts that it read, these without their items: enough to show, export and explain it, and to
//     find it again.
//   - A pin names a run or an artifact that is kept until it is unpinned. Pins are a file beside the
//     store, which hold the keys of what they keep, so that they outlive the run's own folder.
//
// Guarantee: nothing that a root reaches is removed, and whatever no root reaches is, with the records
// and the item ids in them. The record of a single item is kept while a kept manifest lists the item for
// the same patient and its bytes stay, or while it is work that its instance has not finished since.
//
// Limits: results of other pipelines that share the cache are known by their runs alone.
package retain
