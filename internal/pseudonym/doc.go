// Package pseudonym makes the names under which a study knows radiographs, patients and sites that may
// not be told by their own, and keeps the way back from them in the user's hands.
//
// Words: the key is 32 random bytes in a file of the user's; a pseudonym is a keyed hash (HMAC-SHA-256) of a
// purpose and a name; the private index lies beside the key and says which name and which file stand behind
// a pseudonym; a Book is both.
//
//	~/.config/femur/identifiers.key     32 bytes, mode 0600
//	~/.config/femur/identifiers.index   lines "pseudonym, what, value", mode 0600
//
// Guarantee: the same key, purpose and name always have the same pseudonym, on any machine; without the
// key nobody can tell whether a pseudonym is that of a name they guess. The key is made when the first
// pseudonym is asked for, whole or not at all, never replaced, and refused where others could read it or
// where it would travel with the cache. What two processes learn at the same time is all kept.
//
// Limits: who has the key can test guesses, and who has the index needs no guess: both are as secret as the
// names. A lost key cannot be had back; what was made under it stays, under names that no new run uses.
package pseudonym
