package dicom

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// A fragment is a piece of compressed pixel data; at is where its item begins, counted from the first fragment.
type fragment struct {
	at   int
	data []byte
}

// fragments returns the pieces of compressed pixel data and the Basic Offset Table before them (PS3.5 A.4).
func (f *file) fragments() (table []byte, pieces []fragment, err error) {
	if f.pixels.length != undefined {
		return nil, nil, errors.New("damaged: the transfer syntax compresses pixels, but they are stored as if not; export the image again")
	}
	s := scanner{b: f.body, implicit: f.syntax.implicit, big: f.syntax.big}
	at, first := f.pixels.at, -1
	for {
		h, err := s.head(at, len(f.body))
		if err != nil {
			return nil, nil, errors.New("truncated: the data end within the compressed pixels; copy the file again")
		}
		if h.tag == sequenceEnd {
			break
		}
		if h.tag != itemTag || h.length == undefined {
			return nil, nil, fmt.Errorf("damaged: element %v at byte %d stands within the compressed pixels", h.tag, at)
		}
		if err := h.within(len(f.body)); err != nil {
			return nil, nil, errors.New("truncated: the data end within the compressed pixels; copy the file again")
		}
		value := f.body[h.at : h.at+int(h.length)]
		if first < 0 {
			table, first = value, h.at+int(h.length)
		} else {
			pieces = append(pieces, fragment{at - first, value})
		}
		at = h.at + int(h.length)
	}
	if len(pieces) == 0 {
		return nil, nil, errors.New("damaged: there are no compressed pixels")
	}
	return table, pieces, nil
}

// compressed returns the compressed bytes of one frame. A single frame is all fragments together. Of several, the
// offset tables say where each begins; without one, as many fragments as frames are one each. Anything else leaves
// open which fragment belongs to which frame, and is refused.
func (f *file) compressed(frame, frames int) ([]byte, error) {
	table, pieces, err := f.fragments()
	if err != nil {
		return nil, err
	}
	starts, err := f.starts(table, frames)
	if err != nil {
		return nil, err
	}
	from, to := 0, len(pieces)
	switch {
	case len(starts) == frames:
		if from, err = pieceAt(pieces, starts[frame]); err != nil {
			return nil, err
		}
		if frame+1 < frames {
			if to, err = pieceAt(pieces, starts[frame+1]); err != nil {
				return nil, err
			}
		}
		if from >= to || frame == 0 && from != 0 {
			return nil, errors.New("damaged: the table of frames is not in order")
		}
	case frames > 1 && len(pieces) == frames:
		from, to = frame, frame+1
	case frames > 1:
		return nil, fmt.Errorf("%d frames in %d pieces without a table that says which belong together; convert the file with gdcmconv --raw first", frames, len(pieces))
	}
	if to-from == 1 {
		return pieces[from].data, nil
	}
	var joined [][]byte
	for _, p := range pieces[from:to] {
		joined = append(joined, p.data)
	}
	return slices.Concat(joined...), nil
}

// starts returns where each frame begins, from the Extended Offset Table, else from the basic one; nothing where both
// are empty.
func (f *file) starts(table []byte, frames int) ([]uint64, error) {
	var out []uint64
	if extended := f.attrs.data(offsetTable); len(extended) > 0 {
		for at := 0; at+8 <= len(extended); at += 8 {
			out = append(out, binary.LittleEndian.Uint64(extended[at:]))
		}
	} else {
		for at := 0; at+4 <= len(table); at += 4 {
			out = append(out, uint64(binary.LittleEndian.Uint32(table[at:])))
		}
	}
	if len(out) > 0 && len(out) != frames {
		return nil, fmt.Errorf("damaged: the header promises %d frames, the table of frames lists %d", frames, len(out))
	}
	return out, nil
}

func pieceAt(pieces []fragment, at uint64) (int, error) {
	i, ok := slices.BinarySearchFunc(pieces, at, func(p fragment, at uint64) int {
		switch {
		case uint64(p.at) < at:
			return -1
		case uint64(p.at) > at:
			return 1
		}
		return 0
	})
	if !ok {
		return 0, errors.New("damaged: the table of frames points between fragments")
	}
	return i, nil
}
