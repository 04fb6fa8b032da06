package dicom

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

// Bounds on what a file may ask for.
const (
	// maxDepth bounds sequences within sequences; radiographs nest three deep.
	maxDepth = 32
	// maxItems bounds the items of sequences that are read, all together: the records of a DICOMDIR.
	maxItems = 1 << 19
	// maxInflated bounds a deflated data set: the pixels of the largest image that is read by default, twice.
	maxInflated = 1 << 28
	undefined   = 0xffffffff
)

// An id is a tag: group and element as 0xggggeeee.
type id uint32

func (t id) String() string { return fmt.Sprintf("(%04x,%04x)", uint32(t)>>16, uint32(t)&0xffff) }

const (
	itemTag         id = 0xfffee000
	itemEnd         id = 0xfffee00d
	sequenceEnd     id = 0xfffee0dd
	transferSyntax  id = 0x00020010
	mediaStorage    id = 0x00020002
	pixelData       id = 0x7fe00010
	floatPixelData  id = 0x7fe00008
	doublePixelData id = 0x7fe00009
)

// errTruncated says that a file ends before what it announces.
var errTruncated = errors.New("truncated")

// wrong words what a scanner found for the person who has the file.
func wrong(err error) error {
	if errors.Is(err, errTruncated) {
		return fmt.Errorf("%w; copy the file again", err)
	}
	return fmt.Errorf("damaged: %w; copy or export the file again", err)
}

// A scanner finds where elements begin and end. It reads no value and allocates nothing; every length is checked
// against the bytes that are there. The values of the few elements that are wanted are copied, in one plain form, for
// the library to read, which trusts lengths, nests without end and logs what it meets.
type scanner struct {
	b             []byte
	implicit, big bool
	items         *int // left of maxItems
}

// A head is an element without its value.
type head struct {
	tag    id
	vr     string // "" where value representations are left out
	length uint32
	at     int // where the value begins
}

func (s scanner) order() binary.ByteOrder {
	if s.big {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

func (s scanner) tag(at int) id {
	o := s.order()
	return id(o.Uint16(s.b[at:]))<<16 | id(o.Uint16(s.b[at+2:]))
}

// head reads the head of the element at a place before end.
func (s scanner) head(at, end int) (head, error) {
	if end-at < 8 {
		return head{}, fmt.Errorf("%w: the data end at byte %d within an element", errTruncated, at)
	}
	h := head{tag: s.tag(at), at: at + 8}
	o := s.order()
	switch {
	case s.implicit || h.tag>>16 == 0xfffe:
		h.length = o.Uint32(s.b[at+4:])
	default:
		h.vr = string(s.b[at+4 : at+6])
		if !isVR(h.vr) {
			return head{}, fmt.Errorf("element %v at byte %d has no value representation", h.tag, at)
		}
		if !longForm(h.vr) {
			h.length = uint32(o.Uint16(s.b[at+6:]))
			break
		}
		if end-at < 12 {
			return head{}, fmt.Errorf("%w: the data end at byte %d within an element", errTruncated, at)
		}
		h.length = o.Uint32(s.b[at+8:])
		h.at = at + 12
	}
	return h, nil
}

// within returns an error when the value reaches past end.
func (h head) within(end int) error {
	if h.length != undefined && uint64(h.length) > uint64(end-h.at) {
		return fmt.Errorf("%w: element %v claims %d bytes where %d are left", errTruncated, h.tag, h.length, end-h.at)
	}
	return nil
}

// isVR reports whether the two bytes look like a value representation, known or yet to come.
func isVR(vr string) bool {
	return len(vr) == 2 && vr[0] >= 'A' && vr[0] <= 'Z' && vr[1] >= 'A' && vr[1] <= 'Z'
}

// longForm reports whether a value representation has a length of 32 bits. All that were added to the standard after
// its first edition have.
func longForm(vr string) bool {
	return !strings.Contains(" AE AS AT CS DA DS DT FL FD IS LO LT PN SH SL SS ST TM UI UL US ", " "+vr+" ")
}

// elements walks the elements from at to end, or to the end mark of an item of undefined length, and appends those
// that are wanted to out. At the top it stops at the pixel data. It returns where it stopped.
func (s scanner) elements(out []byte, at, end, depth int, marked, keep bool) ([]byte, int, error) {
	var seen []id
	for at < end {
		h, err := s.head(at, end)
		if err != nil {
			return nil, 0, err
		}
		switch {
		case h.tag == itemEnd && marked:
			return out, h.at, nil
		case h.tag>>16 == 0xfffe:
			return nil, 0, fmt.Errorf("mark %v at byte %d stands where an element should", h.tag, at)
		case depth == 0 && (h.tag == pixelData || h.tag == floatPixelData || h.tag == doublePixelData):
			return out, at, nil
		}
		if err := h.within(end); err != nil {
			return nil, 0, err
		}
		vr, wanted := wants(h.tag)
		wanted = wanted && keep
		if wanted {
			for _, t := range seen {
				if t == h.tag {
					return nil, 0, fmt.Errorf("element %v occurs twice", h.tag)
				}
			}
			seen = append(seen, h.tag)
		}
		switch {
		case h.length == undefined, wanted && vr == "SQ":
			if h.length == undefined && h.vr != "" && h.vr != "SQ" && h.vr != "UN" {
				return nil, 0, fmt.Errorf("element %v at byte %d has no length", h.tag, at)
			}
			if wanted && vr != "SQ" {
				return nil, 0, fmt.Errorf("element %v at byte %d is a sequence and should not be", h.tag, at)
			}
			out, at, err = s.sequence(out, h, end, depth, wanted)
		case wanted:
			out, err = s.keep(out, h, vr)
			at = h.at + int(h.length)
		default:
			at = h.at + int(h.length)
		}
		if err != nil {
			return nil, 0, err
		}
	}
	if marked {
		return nil, 0, fmt.Errorf("%w: the data end at byte %d within an item", errTruncated, at)
	}
	return out, at, nil
}

// sequence walks the items of a sequence.
func (s scanner) sequence(out []byte, h head, end, depth int, keep bool) ([]byte, int, error) {
	if depth >= maxDepth {
		return nil, 0, fmt.Errorf("sequences nest more than %d deep", maxDepth)
	}
	if h.vr == "UN" {
		if s.big {
			return nil, 0, fmt.Errorf("element %v is of unknown representation in a big-endian file", h.tag)
		}
		s.implicit = true // PS3.5 6.2.2, note 2: a sequence that some converter did not know
	}
	at, marked := h.at, h.length == undefined
	if !marked {
		end = at + int(h.length)
	}
	var lengthAt int
	if keep {
		out = s.appendHead(out, h.tag, "SQ", 0)
		lengthAt = len(out) - 4
	}
	for marked || at < end {
		item, err := s.head(at, end)
		if err != nil {
			return nil, 0, err
		}
		if item.tag == sequenceEnd && marked {
			at = item.at
			break
		}
		if item.tag != itemTag {
			return nil, 0, fmt.Errorf("element %v at byte %d stands where an item of %v should", item.tag, at, h.tag)
		}
		if err := item.within(end); err != nil {
			return nil, 0, err
		}
		at = item.at
		if !keep && item.length != undefined {
			at += int(item.length)
			continue
		}
		itemAt := len(out)
		if keep {
			if *s.items--; *s.items < 0 {
				return nil, 0, fmt.Errorf("more than %d items in sequences", maxItems)
			}
			out = s.appendHead(out, itemTag, "", 0)
		}
		if item.length == undefined {
			out, at, err = s.elements(out, at, end, depth+1, true, keep)
		} else {
			out, at, err = s.elements(out, at, at+int(item.length), depth+1, false, keep)
		}
		if err != nil {
			return nil, 0, err
		}
		if keep {
			s.order().PutUint32(out[itemAt+4:], uint32(len(out)-itemAt-8))
		}
	}
	if keep {
		s.order().PutUint32(out[lengthAt:], uint32(len(out)-lengthAt-4))
	}
	return out, at, nil
}
