package dicom

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// An el is an element to be written. Its value is a string, an int or []int (words), []byte, []el (one item of a
// sequence) or [][]el (its items).
type el struct {
	tag   id
	vr    string
	value any
}

// A form is how elements are written.
type form struct {
	implicit, big, undefined bool // undefined: sequences and items have no length but an end mark
}

func (w form) order() binary.AppendByteOrder {
	if w.big {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

func (w form) head(t id, vr string, length uint32) []byte {
	o := w.order()
	out := o.AppendUint16(o.AppendUint16(nil, uint16(t>>16)), uint16(t))
	switch {
	case w.implicit || vr == "":
		return o.AppendUint32(out, length)
	case longForm(vr):
		return o.AppendUint32(append(append(out, vr...), 0, 0), length)
	}
	return o.AppendUint16(append(out, vr...), uint16(length))
}

func (w form) write(elements ...el) []byte {
	var out []byte
	for _, e := range elements {
		var value []byte
		switch v := e.value.(type) {
		case string:
			value = []byte(v)
			if len(value)%2 != 0 {
				pad := byte(' ')
				if e.vr == "UI" {
					pad = 0
				}
				value = append(value, pad)
			}
		case int:
			value = w.order().AppendUint16(nil, uint16(v))
		case []int:
			for _, n := range v {
				value = w.order().AppendUint16(value, uint16(n))
			}
		case []byte:
			value = v
		case []el:
			out = append(out, w.sequence(e, [][]el{v})...)
			continue
		case [][]el:
			out = append(out, w.sequence(e, v)...)
			continue
		default:
			panic(fmt.Sprintf("cannot write %T", v))
		}
		out = append(append(out, w.head(e.tag, e.vr, uint32(len(value)))...), value...)
	}
	return out
}

func (w form) sequence(e el, items [][]el) []byte {
	var body []byte
	for _, item := range items {
		inner := w.write(item...)
		length := uint32(len(inner))
		if w.undefined {
			length, inner = undefined, append(inner, w.head(itemEnd, "", 0)...)
		}
		body = append(append(body, w.head(itemTag, "", length)...), inner...)
	}
	length := uint32(len(body))
	if w.undefined {
		length, body = undefined, append(body, w.head(sequenceEnd, "", 0)...)
	}
	return append(w.head(e.tag, "SQ", length), body...)
}

func formOf(uid string) form {
	return form{implicit: uid == implicitLittle, big: uid == explicitBig}
}

// build writes a file of a transfer syntax; elements are put in order.
func build(uid string, elements ...el) []byte {
	return buildForm(uid, formOf(uid), elements...)
}

func buildForm(uid string, w form, elements ...el) []byte {
	slices.SortStableFunc(elements, func(a, b el) int { return int(int64(a.tag) - int64(b.tag)) })
	meta := form{}.write(el{0x00020001, "OB", []byte{0, 1}}, el{mediaStorage, "UI", "1.2.840.10008.5.1.4.1.1.1.1"},
		el{0x00020003, "UI", "1.2.3"}, el{transferSyntax, "UI", uid})
	out := append(make([]byte, 128), "DICM"...)
	out = append(out, form{}.write(el{0x00020000, "UL", binary.LittleEndian.AppendUint32(nil, uint32(len(meta)))})...)
	out = append(out, meta...)
	body := w.write(elements...)
	if uid == deflatedExplicit {
		var packed bytes.Buffer
		deflater, _ := flate.NewWriter(&packed, flate.BestSpeed)
		if _, err := deflater.Write(body); err != nil {
			panic(err)
		}
		if err := deflater.Close(); err != nil {
			panic(err)
		}
		body = packed.Bytes()
	}
	return append(out, body...)
}

// described returns the elements of an image, without its pixels.
func described(width, height, allocated, stored, high int, signed bool, photometric string) []el {
	sign := 0
	if signed {
		sign = 1
	}
	return []el{
		{0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.1.1"}, {sopInstance, "UI", "1.2.3"}, {modality, "CS", "DX"},
		{samples, "US", 1}, {0x00280004, "CS", photometric}, {rows, "US", height}, {columns, "US", width},
		{bitsAllocated, "US", allocated}, {bitsStored, "US", stored}, {highBit, "US", high}, {pixelRepresentation, "US", sign},
	}
}

// gray16 is a native image of 16-bit cells, a row of them, with more elements.
func gray16(uid string, stored int, signed bool, photometric string, cells []int, more ...el) []byte {
	e := described(len(cells), 1, 16, stored, stored-1, signed, photometric)
	return build(uid, append(append(e, more...), el{pixelData, "OW", cells})...)
}

// encapsulated writes compressed pixel data: the table of offsets and the fragments.
func encapsulated(table []byte, fragments ...[]byte) []byte {
	var w form
	out := w.head(pixelData, "OB", undefined)
	for _, f := range append([][]byte{table}, fragments...) {
		if len(f)%2 != 0 {
			f = append(slices.Clone(f), 0)
		}
		out = append(append(out, w.head(itemTag, "", uint32(len(f)))...), f...)
	}
	return append(out, w.head(sequenceEnd, "", 0)...)
}

// decodeRow decodes a file without a converter and returns its pixels.
func decodeRow(t *testing.T, b []byte) ([]uint16, Facts) {
	t.Helper()
	im, facts, err := new(Decoder).Decode(t.Context(), b, "file", 0)
	if err != nil {
		t.Fatal(err)
	}
	return im.Pix, facts
}

// wantError fails the test unless there is an error that opens with the name of the file and says what is wanted.
func wantError(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || !strings.HasPrefix(err.Error(), "file: ") || !strings.Contains(err.Error(), want) {
		t.Errorf("error is %v, want file: … %s", err, want)
	}
}
