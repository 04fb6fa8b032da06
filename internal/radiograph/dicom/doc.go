// Package dicom reads radiographs out of DICOM files.
//
// # Words
//
// A file is a File Meta Information group, which names the transfer syntax, and a data set of elements. A [Header] is
// what the elements say beside the pixels. A frame is one picture of a file; they count from 0. [Pixels] are the cells
// as they are stored, before anything is done to them; a [radiograph.Image] is what a physician would be shown: the
// modality and VOI transformations applied, dense tissue bright, 0 to 65,535.
//
// # Guarantee
//
// Pixels are never guessed: a file that is damaged, contradicts itself or uses what this package does not know is
// refused by an error that says what is wrong and what to do. Lossless files give exactly what was compressed. Every
// result is the same to the bit on every machine.
//
// Nothing that a file claims is believed before it is checked: lengths lie within the file, nesting, frames, pixels and
// inflated bytes are bounded, and memory is spent on what is there, not on what a header announces. Only the elements
// listed in tags.go are read at all; names, birth dates, accession numbers and free text are passed over. Apart
// from the identifiers that [Header] is asked for (patient, study, image, institution), text leaves the package only
// where it is one of the words of the standard, and no error quotes text from a file.
//
// # Limits
//
// JPEG-LS, JPEG of 12 bits and JPEG 2000 are decoded by a [Converter], a program of its own; without one these files
// are refused with a [ToolMissingError]. Overlays are ignored. Presentation states and other files that
// refer to an image are not followed. docs/formats.md is the account for users.
package dicom
