// Package radiograph holds decoded radiographs and does to their pixels what a study needs: decode, store without
// loss, shrink, letterbox, cut, turn.
//
// # Words
//
// An [Image] is one gray plane of 16-bit pixels, row-major, with 0 black and 65,535 white, and dense tissue bright
// (MONOCHROME2). It is oriented: row 0 is the top of the radiograph as it is looked at. Places on it are continuous
// pixels as in package geom. [Facts] are what the file said about itself. A container is the lossless form in which
// a cache keeps an Image.
//
// # Guarantee
//
// Every function is deterministic to the bit on every machine: integer arithmetic, or floating point in which each
// product is rounded before it is added, so that no compiler may fuse the two. Compressed bytes (containers and PNG
// files) are in addition the same only for the same versions of the compressor and of Go. Damage in a file is an error that
// says what is wrong; no function returns part of an image, unless [UseTruncated] asks for it.
//
// # Limits
//
// PNG, JPEG and TIFF here; DICOM is the package below, femur/internal/radiograph/dicom. Eight bits become sixteen by
// v·257; a file that stores, say, twelve bits in sixteen stays as dark as it is. Transparency is laid over black.
// Refused by name are JPEG with 12 bits a sample, arithmetic coding or CMYK without Adobe's marker; TIFF of several
// pages, BigTIFF, and TIFF with JPEG inside, fax compression, CMYK, YCbCr, signed or floating-point samples. The
// resolution that a TIFF or JPEG file states is that of a print or a screen, not of the detector, and is not read.
package radiograph
