// Package npy writes and reads square 16-bit gray images as NumPy .npy files, version 1.0
// (NumPy Enhancement Proposal 1), so that patches open in any tool that knows NumPy.
//
// Guarantee: the same pixels give the same bytes; a file of another shape, type or order is refused.
package npy

import (
	"encoding/binary"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
)

const magic = "\x93NUMPY\x01\x00"

// alignment of the array behind the header, as NumPy writes it.
const alignment = 64

// Write encodes height × width pixels, row-major, as little-endian uint16.
func Write(w io.Writer, pix []uint16, height, width int) error {
	if len(pix) != height*width {
		return fmt.Errorf("npy: %d pixels for %d×%d", len(pix), height, width)
	}
	header := fmt.Sprintf("{'descr': '<u2', 'fortran_order': False, 'shape': (%d, %d), }", height, width)
	fixed := len(magic) + 2 + 1
	header += strings.Repeat(" ", (alignment-(fixed+len(header))%alignment)%alignment) + "\n"
	b := make([]byte, 0, fixed+len(header)+2*len(pix))
	b = append(b, magic...)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(header)))
	b = append(b, header...)
	for _, p := range pix {
		b = binary.LittleEndian.AppendUint16(b, p)
	}
	_, err := w.Write(b)
	return err
}

var shape = regexp.MustCompile(`'shape': *\((\d+), *(\d+),? *\)`)

// Read decodes a two-dimensional little-endian uint16 array in C order.
func Read(b []byte) (pix []uint16, height, width int, err error) {
	bad := func(format string, args ...any) ([]uint16, int, int, error) {
		return nil, 0, 0, fmt.Errorf("npy: "+format, args...)
	}
	if len(b) < len(magic)+2 || string(b[:len(magic)]) != magic {
		return bad("not a version 1.0 file")
	}
	rest := b[len(magic)+2:]
	n := int(binary.LittleEndian.Uint16(b[len(magic):]))
	if n > len(rest) {
		return bad("the header is cut off")
	}
	header, data := string(rest[:n]), rest[n:]
	if !strings.Contains(header, "'descr': '<u2'") || !strings.Contains(header, "'fortran_order': False") {
		return bad("want little-endian uint16 in C order, have %s", strings.TrimSpace(header))
	}
	m := shape.FindStringSubmatch(header)
	if m == nil {
		return bad("want two dimensions, have %s", strings.TrimSpace(header))
	}
	if height, err = strconv.Atoi(m[1]); err != nil {
		return bad("height: %v", err)
	}
	if width, err = strconv.Atoi(m[2]); err != nil {
		return bad("width: %v", err)
	}
	if height <= 0 || width <= 0 || height > len(data) || width > len(data) || len(data) != 2*height*width {
		return bad("%d bytes for %d×%d pixels", len(data), height, width)
	}
	pix = make([]uint16, height*width)
	for i := range pix {
		pix[i] = binary.LittleEndian.Uint16(data[2*i:])
	}
	return pix, height, width, nil
}
