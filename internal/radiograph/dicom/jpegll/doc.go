// Package jpegll decodes and encodes lossless JPEG of process 14 (ITU-T T.81, Annex H), the form in which
// radiography archives keep most of their pixels (DICOM transfer syntaxes 1.2.840.10008.1.2.4.57, any selection
// value, and .70, selection value 1).
//
// Words: a sample is predicted from its neighbors to the left, above, and above to the left; the selection value
// (1 to 7) says how; the difference is what the file holds, as a category (the number of its bits) in a Huffman code
// and then the bits. The point transform is the number of low bits that were dropped before. Restart markers
// begin prediction anew, so that damage ends there.
//
// Guarantee: the samples are exactly those that were encoded, or there is an error. A sample that does not fit its
// precision, bytes that no difference accounts for, a marker where none belongs: all are errors, none is repaired.
// Nothing is allocated before the file is long enough for its size, so memory is bounded by 16 times the file
// and by the limit of the caller. No input panics.
//
// Limits: one component (color is refused), 2 to 16 bits, one scan, the number of rows in the frame header, and restart
// intervals of whole rows, as Annex H demands. Every other JPEG process is refused by its name.
package jpegll

// An Image is one component of samples, row after row, Width × Height, each below 2^Precision.
type Image struct {
	Width, Height, Precision int
	Pix                      []uint16
}
