// Package plugin puts a PJRT plugin in place: a shared library of a few hundred
// megabytes that neither Go modules nor system packages carry.
//
// # Words
//
// A Wheel is a pinned file of a Python index: its name, its size, its SHA-256,
// and the same for the library inside. An index is a server of the simple
// repository API (PEP 503, PEP 691); which one is taken from pip's own
// configuration, as is a folder of wheels (find-links), so a hospital's mirror is
// used without a setting of femur's. Python itself is not needed.
//
// # Guarantee
//
// A library at its final path is complete and has the pinned digest: it is
// written under another name, hashed, synced and renamed, under a lock that all
// processes share. A download that was cut is resumed where it ended. What does
// not have the pinned digest is deleted and named in the error.
//
// # Limits
//
// Credentials are read from the index URL only, neither from netrc nor a keyring.
// The lock holds on local file systems; over NFS two processes may download the
// same file twice, and the rename still keeps what is there whole.
package plugin
