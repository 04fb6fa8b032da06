package dicomwrite

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"
)

// A Tag is group and element, 0xGGGGEEEE.
type Tag uint32

// String writes a tag as the standard does.
func (t Tag) String() string { return fmt.Sprintf("(%04x,%04x)", uint32(t)>>16, uint32(t)&0xFFFF) }

// An Element is an attribute of a data set. Its value is
//
//   - a string, written as it is: several values are divided by backslashes;
//   - []byte, written as it is;
//   - []uint16, []int16, []uint32, []int32, []float32 or []float64, in the byte order of the file;
//   - [][]Element, the items of a sequence;
//   - Fragments, for compressed pixels;
//   - nil, for no value.
//
// Values of odd length are padded as their VR demands.
type Element struct {
	Tag   Tag
	VR    string // two letters
	Value any
}

// Fragments are the compressed frames of pixel data. With Offsets the first item is the table of where each frame
// begins; without it is empty.
type Fragments struct {
	Frames  [][][]byte // by frame, each of one fragment or more
	Offsets bool
}

// Frame returns the fragments of compressed frames that have one each.
func Frame(frames ...[]byte) Fragments {
	f := Fragments{Offsets: true}
	for _, frame := range frames {
		f.Frames = append(f.Frames, [][]byte{frame})
	}
	return f
}

const undefinedLength = math.MaxUint32

// The tags that only the encoding has.
const (
	itemTag        Tag = 0xFFFEE000
	sequenceEndTag Tag = 0xFFFEE0DD
	groupLengthTag Tag = 0x00020000
	longestShort       = math.MaxUint16
)

// A layout is how a transfer syntax writes elements.
type layout struct {
	order    binary.AppendByteOrder
	implicit bool
}

// appendElement appends an element.
func (l layout) appendElement(b []byte, e Element) ([]byte, error) {
	if len(e.VR) != 2 {
		return nil, fmt.Errorf("element %v: VR %q has not two letters", e.Tag, e.VR)
	}
	switch v := e.Value.(type) {
	case [][]Element:
		return l.appendSequence(b, e, v)
	case Fragments:
		return l.appendFragments(b, e, v)
	}
	value, err := l.value(e)
	if err != nil {
		return nil, err
	}
	if !l.implicit && !longForm(e.VR) && len(value) > longestShort || len(value) >= undefinedLength {
		return nil, fmt.Errorf("element %v: %d bytes are too many for %s", e.Tag, len(value), e.VR)
	}
	return append(l.appendHeader(b, e.Tag, e.VR, uint32(len(value))), value...), nil
}

// longForm says which VRs have a length of 32 bits (PS3.5, table 7.1-1).
func longForm(vr string) bool {
	switch vr {
	case "OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV":
		return true
	}
	return false
}

func (l layout) appendTag(b []byte, t Tag) []byte {
	return l.order.AppendUint16(l.order.AppendUint16(b, uint16(t>>16)), uint16(t))
}

func (l layout) appendHeader(b []byte, t Tag, vr string, length uint32) []byte {
	b = l.appendTag(b, t)
	switch {
	case l.implicit:
		return l.order.AppendUint32(b, length)
	case longForm(vr):
		return l.order.AppendUint32(append(append(b, vr...), 0, 0), length)
	}
	return l.order.AppendUint16(append(b, vr...), uint16(length))
}

// value returns the bytes of a value, of even length.
func (l layout) value(e Element) ([]byte, error) {
	var b []byte
	pad := byte(0)
	switch v := e.Value.(type) {
	case nil:
	case string:
		b = []byte(v)
		if e.VR != "UI" && e.VR != "OB" && e.VR != "UN" {
			pad = ' '
		}
	case []byte:
		b = v[:len(v):len(v)] // so that padding copies
	case []uint16:
		b = make([]byte, 0, 2*len(v))
		for _, x := range v {
			b = l.order.AppendUint16(b, x)
		}
	case []int16:
		for _, x := range v {
			b = l.order.AppendUint16(b, uint16(x))
		}
	case []uint32:
		for _, x := range v {
			b = l.order.AppendUint32(b, x)
		}
	case []int32:
		for _, x := range v {
			b = l.order.AppendUint32(b, uint32(x))
		}
	case []float32:
		for _, x := range v {
			b = l.order.AppendUint32(b, math.Float32bits(x))
		}
	case []float64:
		for _, x := range v {
			b = l.order.AppendUint64(b, math.Float64bits(x))
		}
	default:
		return nil, fmt.Errorf("element %v: a value of type %T cannot be written", e.Tag, v)
	}
	if len(b)%2 != 0 {
		b = append(b, pad)
	}
	return b, nil
}

// appendSequence writes sequence and items with their lengths.
func (l layout) appendSequence(b []byte, e Element, items [][]Element) ([]byte, error) {
	var body []byte
	for i, elements := range items {
		set, err := l.appendSet(nil, elements)
		if err != nil {
			return nil, fmt.Errorf("element %v, item %d: %w", e.Tag, i+1, err)
		}
		body = l.order.AppendUint32(l.appendTag(body, itemTag), uint32(len(set)))
		body = append(body, set...)
	}
	return append(l.appendHeader(b, e.Tag, "SQ", uint32(len(body))), body...), nil
}

// appendFragments writes compressed pixels (PS3.5, A.4).
func (l layout) appendFragments(b []byte, e Element, f Fragments) ([]byte, error) {
	var table, body []byte
	for _, frame := range f.Frames {
		table = l.order.AppendUint32(table, uint32(len(body)))
		for _, fragment := range frame {
			if len(fragment)%2 != 0 {
				fragment = append(fragment[:len(fragment):len(fragment)], 0)
			}
			body = l.order.AppendUint32(l.appendTag(body, itemTag), uint32(len(fragment)))
			body = append(body, fragment...)
		}
		if len(body) >= undefinedLength {
			return nil, fmt.Errorf("element %v: compressed frames of more than 4 GiB", e.Tag)
		}
	}
	if !f.Offsets {
		table = nil
	}
	b = l.appendHeader(b, e.Tag, e.VR, undefinedLength)
	b = l.order.AppendUint32(l.appendTag(b, itemTag), uint32(len(table)))
	b = append(append(b, table...), body...)
	return l.order.AppendUint32(l.appendTag(b, sequenceEndTag), 0), nil
}

// text joins values by backslashes.
func text(values ...string) string { return strings.Join(values, `\`) }
