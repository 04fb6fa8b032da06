package main

import (
	"encoding/binary"
	"fmt"
	"io"

	"femur/internal/radiograph"
	"femur/internal/radiograph/dicom/jpegll"
)

// losslessSyntax is JPEG lossless, first order prediction, the commonest syntax of radiographs.
const losslessSyntax = "1.2.840.10008.1.2.4.70"

// losslessBits is how many bits a pixel of a digital radiograph usually has.
const losslessBits = 12

// writeLossless writes a radiograph as the least DICOM file that pydicom takes: one fragment of lossless JPEG.
func writeLossless(w io.Writer, im radiograph.Image) error {
	stored := jpegll.Image{Width: im.Width, Height: im.Height, Precision: losslessBits, Pix: make([]uint16, len(im.Pix))}
	for i, v := range im.Pix {
		stored.Pix[i] = v >> (16 - losslessBits)
	}
	fragment, err := jpegll.Encode(stored, jpegll.Options{})
	if err != nil {
		return err
	}
	if len(fragment)%2 == 1 {
		fragment = append(fragment, 0)
	}
	const computedRadiography = "1.2.840.10008.5.1.4.1.1.1"
	meta := element(nil, 0x0002, 0x0001, "OB", []byte{0, 1})
	meta = element(meta, 0x0002, 0x0002, "UI", []byte(computedRadiography))
	meta = element(meta, 0x0002, 0x0003, "UI", []byte("1.2.3.4"))
	meta = element(meta, 0x0002, 0x0010, "UI", []byte(losslessSyntax))

	file := append(make([]byte, 128), "DICM"...)
	file = element(file, 0x0002, 0x0000, "UL", binary.LittleEndian.AppendUint32(nil, uint32(len(meta))))
	file = append(file, meta...)
	file = element(file, 0x0008, 0x0016, "UI", []byte(computedRadiography))
	file = element(file, 0x0008, 0x0018, "UI", []byte("1.2.3.4"))
	file = element(file, 0x0008, 0x0060, "CS", []byte("CR"))
	file = short(file, 0x0002, 1)
	file = element(file, 0x0028, 0x0004, "CS", []byte("MONOCHROME2"))
	file = short(file, 0x0010, im.Height)
	file = short(file, 0x0011, im.Width)
	file = short(file, 0x0100, 16)
	file = short(file, 0x0101, losslessBits)
	file = short(file, 0x0102, losslessBits-1)
	file = short(file, 0x0103, 0)
	file = append(file, 0xe0, 0x7f, 0x10, 0x00, 'O', 'B', 0, 0, 0xff, 0xff, 0xff, 0xff)
	file = append(file, 0xfe, 0xff, 0x00, 0xe0, 0, 0, 0, 0) // an empty table of offsets
	file = append(file, 0xfe, 0xff, 0x00, 0xe0)
	file = binary.LittleEndian.AppendUint32(file, uint32(len(fragment)))
	file = append(file, fragment...)
	file = append(file, 0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0)
	if _, err := w.Write(file); err != nil {
		return fmt.Errorf("write DICOM: %w", err)
	}
	return nil
}

// short appends a number of group 0028.
func short(b []byte, tag uint16, v int) []byte {
	return element(b, 0x0028, tag, "US", binary.LittleEndian.AppendUint16(nil, uint16(v)))
}

// element appends an element of explicit VR, little endian, with its value filled up to an even length.
func element(b []byte, group, tag uint16, vr string, value []byte) []byte {
	if len(value)%2 == 1 {
		fill := byte(' ')
		if vr == "UI" {
			fill = 0
		}
		value = append(value[:len(value):len(value)], fill)
	}
	b = binary.LittleEndian.AppendUint16(b, group)
	b = binary.LittleEndian.AppendUint16(b, tag)
	b = append(b, vr...)
	if vr == "OB" {
		return append(binary.LittleEndian.AppendUint32(append(b, 0, 0), uint32(len(value))), value...)
	}
	return append(binary.LittleEndian.AppendUint16(b, uint16(len(value))), value...)
}
