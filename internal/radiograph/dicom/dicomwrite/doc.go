// Package dicomwrite writes DICOM files, for synthetic radiographs and for tests. It is no part of reading: nothing
// that reads files imports it, so that neither can repeat the other's mistake unseen.
//
// Words: an element is an attribute with its value; a file is a data set of elements, the File Meta Information before
// it, and a transfer syntax that says how both are laid out; an [Image] is a file described by what a radiograph
// has (PS3.3, the modules of CR and DX images).
//
// Guarantee: the same value gives the same bytes on every machine (the deflated syntax: with the same version of Go),
// with no date, host or random number of its own. UIDs are derived from what they identify, see [UID].
//
// Limits: it writes what it is told, and checks no more than lengths and types; values for tests may contradict each
// other on purpose. Compressed frames are given by the caller.
package dicomwrite
