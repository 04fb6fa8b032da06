// Package duplicates finds radiographs that show the same exposure: exported again, re-windowed, resized, slightly
// cropped, letterboxed, flipped or inverted, under whatever id.
//
// # Words
//
// A [Fingerprint] is made of each radiograph once, by [Of]: the digest of its pixels, a thumbnail, and a [Hash], which is
// the signs of the 256 lowest frequencies of a 64×64 copy (and a second one of what lies within uniform borders). A
// [Candidate] is a pair whose hashes are near in one of the eight ways of [Mirror] and inversion, which need no second
// hash: mirroring and inverting only turn signs round, word by word. A [Verdict] is what the pixels say: one copy is
// aligned with the other by a scale and a shift of each axis, and given its tones by rank, which undoes any window and
// gamma; then the gray levels must correlate, and so must the detail, that is what is left of 256×256 copies when
// everything coarse is taken away. Coarse likeness is common, since thighs look alike; grain and trabeculae are of one
// exposure. [Links] does all this for a cohort.
//
// # Guarantee
//
// Fingerprints and links are the same on every machine and in every order of work: integers, and floating point in which
// each product is rounded before it is added. Radiographs that are uniform or nearly so are linked with nothing, not
// even when equal. All other exact duplicates are found.
//
// # Thresholds
//
// Measured on the 201 radiographs of the FracAtlas sample. Largest distance of hashes to the copy: mirrored or inverted
// 0, half size 3, JPEG of quality 40 13, letterboxed 14, gamma 2 54, a crop of 3 % of each axis 56, of 3 % of one side
// 60, gamma 0.5 64; a window from the 10 % to the 95 % quantile exceeds 70 once (91), 3 % off all four sides 7 times, 5 %
// off one end 25 times. Of 20,096 pairs of different radiographs 12 are within 70, the nearest at 57. So pairs up
// to 70 are looked at, and pixels decide. Detail of copies that had been processed once was 0.62 or more, that of small,
// dark, compressed ones down to 0.41 at distances up to 50. It was at most 0.48 for different exposures, at distances
// from 43; so 0.35 is asked for up to distance 40, and 0.55 beyond.
//
// The trade: a missed duplicate is a leak that nobody sees, while a false link keeps two patients on one side, which
// costs nothing until such links chain many into one group. Hence the wide net and the strict second look: no false link
// in 20,096 real pairs, and one in 692,076 synthetic ones of a tenth of the size, of which 377 show one patient in one
// view. That tells fewer than 150 false links in a million real pairs and fewer than 10 in a million synthetic ones; tests
// hold them, and make torture holds them at this length.
//
// # Limits
//
// Rotations by other angles than a half-turn, larger crops and photographs of films are not found. Two exposures between
// which nobody moved are linked: they are of one person, and one of such a pair gives the other away just as well.
package duplicates
