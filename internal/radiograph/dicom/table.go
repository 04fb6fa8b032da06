package dicom

import (
	"errors"
	"fmt"

	"femur/internal/radiograph"
)

// A table is a lookup table (PS3.3 C.11.1.1.1): values below the first take the first entry, those above the last take the last.
type table struct {
	first   int
	bits    int
	entries []uint16
}

// table returns the first item of a sequence of lookup tables; nil where there is none. Anonymizers leave items behind
// whose elements they emptied: those are none.
func (a attributes) table(sequence id) attributes {
	for _, item := range a.items(sequence) {
		if len(item.ints(lutDescriptor)) > 0 || len(item.data(lutData)) > 0 {
			return item
		}
	}
	return nil
}

// readTable reads a lookup table. Its data are words, or bytes where there are as many bytes as entries.
func readTable(a attributes, descriptor, data id, signed bool) (table, error) {
	d := a.ints(descriptor)
	if len(d) != 3 {
		return table{}, errors.New("damaged: its descriptor does not have three numbers")
	}
	n := int(uint16(d[0]))
	if n == 0 {
		n = 1 << 16
	}
	t := table{first: int(uint16(d[1])), bits: int(uint16(d[2])), entries: make([]uint16, n)}
	if signed {
		t.first = int(int16(uint16(d[1])))
	}
	if t.bits < 8 || t.bits > 16 {
		return table{}, fmt.Errorf("damaged: its entries have %d bits; 8 to 16 are possible", t.bits)
	}
	b := a.data(data)
	switch {
	case len(b) == 2*n:
		for i := range t.entries {
			t.entries[i] = uint16(b[2*i]) | uint16(b[2*i+1])<<8
		}
	case len(b) == n+n%2 && t.bits == 8:
		for i := range t.entries {
			t.entries[i] = uint16(b[i])
		}
	default:
		return table{}, fmt.Errorf("damaged: its descriptor promises %d entries, the data have %d bytes", n, len(b))
	}
	for _, v := range t.entries {
		if int(v) > t.top() {
			return table{}, fmt.Errorf("damaged: an entry is larger than %d bits can hold", t.bits)
		}
	}
	return t, nil
}

// top is the greatest value that an entry can have.
func (t table) top() int { return 1<<t.bits - 1 }

func (t table) at(v int) uint16 {
	return t.entries[min(max(v-t.first, 0), len(t.entries)-1)]
}

// paletteTable returns the luminance of each color of a palette.
func (f *file) paletteTable(s shape) ([]uint16, error) {
	if f.attrs[segmentedRed] != nil {
		return nil, errors.New("segmented color palettes are not read; export the image as MONOCHROME2")
	}
	var tables [3]table
	for i, ids := range [3][2]id{{redDescriptor, redData}, {greenDescriptor, greenData}, {blueDescriptor, blueData}} {
		var err error
		if tables[i], err = readTable(f.attrs, ids[0], ids[1], s.signed); err != nil {
			return nil, fmt.Errorf("color palette: %w", err)
		}
	}
	out := make([]uint16, 1<<s.stored)
	for i := range out {
		var c [3]uint32
		for j, t := range tables {
			c[j] = fullScale(int(t.at(s.value(i))), t.top())
		}
		out[i] = luma(c[0], c[1], c[2])
	}
	return out, nil
}

// luminance turns color cells into gray. The first sample of YBR is the luminance already.
func (s shape) luminance(cells []uint16) []uint16 {
	shift, mask := s.shift(), s.mask()
	scaled := make([]uint32, 1<<s.stored)
	for i := range scaled {
		scaled[i] = fullScale(i, int(mask))
	}
	out := make([]uint16, s.pixels())
	for i := range out {
		c := cells[3*i:]
		if s.photometric != rgb {
			out[i] = uint16(scaled[c[0]>>shift&mask])
			continue
		}
		out[i] = luma(scaled[c[0]>>shift&mask], scaled[c[1]>>shift&mask], scaled[c[2]>>shift&mask])
	}
	return out
}

// fullScale maps 0 to top onto 0 to 65,535, rounded.
func fullScale(v, top int) uint32 {
	return uint32((v*radiograph.MaxValue + top/2) / top)
}

// luma is Rec. 601 luma in 16.16 fixed point; the weights sum to 2¹⁶.
func luma(r, g, b uint32) uint16 {
	return uint16((19595*r + 38470*g + 7471*b + 1<<15) >> 16)
}
