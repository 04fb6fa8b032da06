package dicom

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"femur/internal/radiograph"
	"femur/internal/radiograph/dicom/jpegll"
	"femur/internal/radiograph/dicom/rle"
)

func TestStoredNative(t *testing.T) {
	tests := []struct {
		name         string
		allocated    int
		stored, high int
		signed       bool
		cells        []int
		value        []int
	}{
		{name: "16 of 16", allocated: 16, stored: 16, high: 15, cells: []int{0, 65535}, value: []int{0, 65535}},
		{name: "signed", allocated: 16, stored: 16, high: 15, signed: true, cells: []int{0x8000, 0xffff}, value: []int{-32768, -1}},
		{name: "12 of 16, bits above", allocated: 16, stored: 12, high: 11, cells: []int{0xf123, 0x0fff}, value: []int{0x123, 0xfff}},
		{name: "12 of 16, odd high bit", allocated: 16, stored: 12, high: 13, cells: []int{0xc003 | 0x123<<2, 0x3ffc}, value: []int{0x123, 0xfff}},
		{name: "12 of 16, high bit at the top, signed", allocated: 16, stored: 12, high: 15, signed: true, cells: []int{0x8000, 0x7fff, 0xffff}, value: []int{-2048, 2047, -1}},
		{name: "9 of 16, signed", allocated: 16, stored: 9, high: 8, signed: true, cells: []int{0xfe00, 0x0100, 0x01ff}, value: []int{0, -256, -1}},
	}
	for _, test := range tests {
		for _, uid := range []string{implicitLittle, explicitLittle, explicitBig, deflatedExplicit} {
			e := described(len(test.cells), 1, test.allocated, test.stored, test.high, test.signed, monochrome2)
			p, err := new(Decoder).Stored(t.Context(), build(uid, append(e, el{pixelData, "OW", test.cells})...), "file", 0)
			if err != nil {
				t.Errorf("%s, %s: %v", test.name, uid, err)
				continue
			}
			for i, want := range test.value {
				if int(p.Cells[i]) != test.cells[i] || p.Value(i) != want {
					t.Errorf("%s, %s: cell %#x is %d, want %#x and %d", test.name, uid, p.Cells[i], p.Value(i), test.cells[i], want)
				}
			}
		}
	}
}

// Bytes lie in words in a big-endian file, so that each pair is exchanged, or in bytes, so that it is not.
func TestStoredBytes(t *testing.T) {
	want := []uint16{1, 2, 3}
	for _, test := range []struct {
		uid, vr string
		data    []byte
	}{
		{explicitLittle, "OB", []byte{1, 2, 3, 0}}, {explicitLittle, "OW", []byte{1, 2, 3, 0}}, {implicitLittle, "OW", []byte{1, 2, 3, 0}},
		{explicitBig, "OB", []byte{1, 2, 3, 0}}, {explicitBig, "OW", []byte{2, 1, 0, 3}},
	} {
		b := build(test.uid, append(described(3, 1, 8, 8, 7, false, monochrome2), el{pixelData, test.vr, test.data})...)
		p, err := new(Decoder).Stored(t.Context(), b, "file", 0)
		if err != nil || !slices.Equal(p.Cells, want) || !bytes.Equal(p.Bytes(), []byte{1, 2, 3}) {
			t.Errorf("%s %s: %v, %v", test.uid, test.vr, p.Cells, err)
		}
	}
	b := build(explicitBig, append(described(2, 1, 16, 16, 15, false, monochrome2), el{pixelData, "OB", []byte{1, 2, 3, 4}})...)
	_, err := new(Decoder).Stored(t.Context(), b, "file", 0)
	wantError(t, err, "leave their order open")
}

func TestFramesNative(t *testing.T) {
	e := append(described(2, 1, 16, 16, 15, false, monochrome2), el{frameCount, "IS", "3"}, el{pixelData, "OW", []int{1, 2, 3, 4, 5, 6}})
	for frame, want := range [][]uint16{{1, 2}, {3, 4}, {5, 6}} {
		im, facts, err := new(Decoder).Decode(t.Context(), build(explicitBig, e...), "file", frame)
		if err != nil || !slices.Equal(im.Pix, want) || facts.Frames != 3 {
			t.Errorf("frame %d is %v of %d, %v", frame, im.Pix, facts.Frames, err)
		}
	}
	for _, frame := range []int{-1, 3} {
		_, _, err := new(Decoder).Decode(t.Context(), build(explicitLittle, e...), "file", frame)
		wantError(t, err, "the file has 3, counted from 0")
	}
	// Odd frames of bytes, in words.
	b := build(explicitBig, append(described(1, 1, 8, 8, 7, false, monochrome2), el{frameCount, "IS", "3"}, el{pixelData, "OW", []byte{2, 1, 0, 3}})...)
	for frame := range 3 {
		p, err := new(Decoder).Stored(t.Context(), b, "file", frame)
		if err != nil || p.Cells[0] != uint16(frame+1) {
			t.Errorf("frame %d is %v, %v", frame, p.Cells, err)
		}
	}
}

// Each frame has its own slope and window where there are functional groups.
func TestFunctionalGroups(t *testing.T) {
	group := func(intercept, center string) []el {
		return []el{
			{groupVOI, "SQ", []el{{windowCenter, "DS", center}, {windowWidth, "DS", "1"}}},
			{groupRescale, "SQ", []el{{rescaleSlope, "DS", "1"}, {rescaleIntercept, "DS", intercept}}},
		}
	}
	e := append(described(2, 1, 16, 16, 15, false, monochrome2), el{frameCount, "IS", "2"}, el{pixelData, "OW", []int{10, 20, 10, 20}},
		el{sharedGroups, "SQ", group("0", "15")}, el{frameGroups, "SQ", [][]el{{}, group("100", "105")}})
	for frame, want := range [][]uint16{{0, 65535}, {65535, 65535}} {
		im, facts, err := new(Decoder).Decode(t.Context(), build(explicitLittle, e...), "file", frame)
		if err != nil || !slices.Equal(im.Pix, want) || !facts.Window {
			t.Errorf("frame %d is %v, %v", frame, im.Pix, err)
		}
	}
}

func rleOf(t *testing.T, cells ...uint16) []byte {
	t.Helper()
	var b []byte
	for _, c := range cells {
		b = binary.LittleEndian.AppendUint16(b, c)
	}
	out, err := rle.Encode(b, 1, len(cells), 1, 2)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestFragments(t *testing.T) {
	a, b := rleOf(t, 1, 2), rleOf(t, 3, 4)
	split := func(f []byte) (x, y []byte) { return f[:len(f)/2&^1], f[len(f)/2&^1:] }
	a1, a2 := split(a)
	words := func(n ...int) (out []byte) {
		for _, v := range n {
			out = binary.LittleEndian.AppendUint32(out, uint32(v))
		}
		return out
	}
	longs := func(n ...int) (out []byte) {
		for _, v := range n {
			out = binary.LittleEndian.AppendUint64(out, uint64(v))
		}
		return out
	}
	tests := []struct {
		name   string
		frames string
		more   []el
		pixels []byte
		want   [][]uint16
		err    string
	}{
		{name: "one", pixels: encapsulated(nil, a), want: [][]uint16{{1, 2}}},
		{name: "one in pieces", pixels: encapsulated(nil, a1, a2), want: [][]uint16{{1, 2}}},
		{name: "one in pieces, with a table", pixels: encapsulated(words(0), a1, a2), want: [][]uint16{{1, 2}}},
		{name: "none said to be 0", frames: "0", pixels: encapsulated(nil, a1, a2), want: [][]uint16{{1, 2}}},
		{name: "two", frames: "2", pixels: encapsulated(nil, a, b), want: [][]uint16{{1, 2}, {3, 4}}},
		{name: "two, with a table", frames: "2", pixels: encapsulated(words(0, len(a1)+len(a2)+16), a1, a2, b), want: [][]uint16{{1, 2}, {3, 4}}},
		{
			name: "two, with an extended table", frames: "2", pixels: encapsulated(nil, a1, a2, b), want: [][]uint16{{1, 2}, {3, 4}},
			more: []el{{offsetTable, "OV", longs(0, len(a1)+len(a2)+16)}, {offsetLengths, "OV", longs(len(a), len(b))}},
		},
		{name: "two in three pieces", frames: "2", pixels: encapsulated(nil, a1, a2, b), err: "2 frames in 3 pieces"},
		{name: "table beside the pieces", frames: "2", pixels: encapsulated(words(0, 9), a, b), err: "points between"},
		{name: "table backwards", frames: "2", pixels: encapsulated(words(len(a)+8, 0), a, b), err: "not in order"},
		{name: "table without the first", frames: "1", pixels: encapsulated(words(len(a)+8), a, b), err: "not in order"},
		{name: "table of another number", frames: "3", pixels: encapsulated(words(0, len(a)+8), a, b), err: "promises 3 frames, the table of frames lists 2"},
		{name: "two offsets, one frame", pixels: encapsulated(words(0, len(a)+8), a, b), err: "promises 1 frames"},
		{name: "nothing", pixels: encapsulated(nil), err: "no compressed pixels"},
		{name: "cut", pixels: encapsulated(nil, a)[:40], err: "truncated"},
		{name: "without its end", pixels: encapsulated(nil, a)[:len(encapsulated(nil, a))-8], err: "truncated"},
		{name: "not compressed", pixels: form{}.write(el{pixelData, "OB", a}), err: "stored as if not"},
		{name: "half a frame", pixels: encapsulated(nil, a1), err: "damaged"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e := append(described(2, 1, 16, 16, 15, false, monochrome2), test.more...)
			if test.frames != "" {
				e = append(e, el{frameCount, "IS", test.frames})
			}
			file := append(build(rleLossless, e...), test.pixels...)
			if test.err != "" {
				_, err := new(Decoder).Stored(t.Context(), file, "file", 0)
				wantError(t, err, test.err)
				return
			}
			for frame, want := range test.want {
				p, err := new(Decoder).Stored(t.Context(), file, "file", frame)
				if err != nil || !slices.Equal(p.Cells, want) {
					t.Errorf("frame %d is %v, want %v: %v", frame, p.Cells, want, err)
				}
			}
		})
	}
}

func TestLosslessJPEG(t *testing.T) {
	packed, err := jpegll.Encode(jpegll.Image{Width: 3, Height: 1, Precision: 12, Pix: []uint16{0, 4095, 7}}, jpegll.Options{Selection: 1})
	if err != nil {
		t.Fatal(err)
	}
	file := append(build(jpegLosslessSV1, described(3, 1, 16, 12, 11, false, monochrome2)...), encapsulated(nil, packed[:20], packed[20:])...)
	got, _ := decodeRow(t, file)
	if diff := cmp.Diff([]uint16{0, 65535, 112}, got); diff != "" {
		t.Errorf("pixels (-want +got):\n%s", diff)
	}
	for want, e := range map[string][]el{
		"header says 2×1 pixels": described(2, 1, 16, 12, 11, false, monochrome2),
		"header says 1×3 pixels": described(1, 3, 16, 12, 11, false, monochrome2),
		"cells of 8 bits":        described(3, 1, 8, 8, 7, false, monochrome2),
	} {
		_, _, err := new(Decoder).Decode(t.Context(), append(build(jpegLosslessSV1, e...), encapsulated(nil, packed)...), "file", 0)
		if want == "header says 2×1 pixels" {
			want = "damaged" // three pixels are beyond the limit of two
		}
		wantError(t, err, want)
	}
}

func TestLimits(t *testing.T) {
	b := gray16(explicitLittle, 16, false, monochrome2, []int{1, 2, 3})
	_, _, err := (&Decoder{Limits: radiograph.Limits{MaxPixels: 2}}).Decode(t.Context(), b, "file", 0)
	wantError(t, err, "3×1 is more than 2 pixels")
	_, _, err = (&Decoder{Limits: radiograph.Limits{MaxBytes: 100}}).Decode(t.Context(), b, "file", 0)
	wantError(t, err, "more than the limit of 100")
}
