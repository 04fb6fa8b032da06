// Package gdcm decodes the pixels of DICOM files by a program of Grassroots DICOM, gdcmconv, in a child process.
//
// Words: the tool is the program; raw is the form it is asked for, the same file with uncompressed pixels
// (explicit VR little endian). It serves the forms that this program does not decode itself: JPEG-LS, 12-bit JPEG
// and JPEG 2000.
//
// Guarantee: a hostile file costs a child, not this program. The child runs with limits on time, processor time,
// address space and the size of what it writes, in a process group of its own that is killed with it, with no
// environment but LC_ALL=C, TZ=UTC and a PATH. The limits are set by ulimit of /bin/sh before the tool starts, so there
// is no moment without them; where they cannot be set, the tool is not run. Both files are anonymous: they are
// made in a folder of mode 0700, unlinked, and the folder removed, before the child starts, and it sees them as
// /dev/fd/3 and /dev/fd/4. So nothing of a patient stays on disk, not even when this program is killed.
//
// A truncated file is an error, as far as the tool sees it: GDCM 3.0.21 refuses every shortened frame of the five forms
// above. Bytes that were changed inside a frame can give other samples and no error, since these forms hold no checksum.
//
// Limits: Unix with /bin/sh and /dev/fd. What the child prints may quote the file and is kept apart from the error's
// text, see [Failure].
package gdcm
