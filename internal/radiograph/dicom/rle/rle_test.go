package rle

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// frame puts a header before segments.
func frame(segments ...[]byte) []byte {
	b := make([]byte, headerSize)
	binary.LittleEndian.PutUint32(b, uint32(len(segments)))
	for i, s := range segments {
		binary.LittleEndian.PutUint32(b[4+4*i:], uint32(len(b)))
		b = append(b, s...)
	}
	return b
}

func TestDecode(t *testing.T) {
	cases := []struct {
		name                         string
		rows, columns, samples, size int
		segments                     [][]byte
		want                         []byte
	}{
		{"as they are", 1, 3, 1, 1, [][]byte{{2, 7, 8, 9}}, []byte{7, 8, 9}},
		{"a run", 1, 4, 1, 1, [][]byte{{0xFD, 5}}, []byte{5, 5, 5, 5}},
		{"the longest run", 1, 128, 1, 1, [][]byte{{0x81, 5}}, bytes.Repeat([]byte{5}, 128)},
		{"nothing between", 1, 2, 1, 1, [][]byte{{0x80, 0, 1, 0x80, 0x80, 0, 2}}, []byte{1, 2}},
		{"pad byte", 1, 2, 1, 1, [][]byte{{0xFF, 1, 0}}, []byte{1, 1}},
		{"a run over rows", 2, 2, 1, 1, [][]byte{{0xFD, 5}}, []byte{5, 5, 5, 5}},
		{"16 bits", 1, 2, 1, 2, [][]byte{{1, 0x12, 0x34}, {1, 0x56, 0x78}}, []byte{0x56, 0x12, 0x78, 0x34}},
		{"32 bits", 1, 1, 1, 4, [][]byte{{0, 1}, {0, 2}, {0, 3}, {0, 4}}, []byte{4, 3, 2, 1}},
		{"colors", 1, 2, 3, 1, [][]byte{{1, 1, 2}, {1, 3, 4}, {1, 5, 6}}, []byte{1, 3, 5, 2, 4, 6}},
		{"colors of 16 bits", 1, 1, 3, 2, [][]byte{{0, 1}, {0, 2}, {0, 3}, {0, 4}, {0, 5}, {0, 6}}, []byte{2, 1, 4, 3, 6, 5}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := Decode(frame(c.segments...), c.rows, c.columns, c.samples, c.size)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestDecodeRefuses(t *testing.T) {
	change := func(b []byte, at int, v uint32) []byte {
		b = slices.Clone(b)
		binary.LittleEndian.PutUint32(b[at:], v)
		return b
	}
	two := frame([]byte{1, 1, 2}, []byte{1, 3, 4})
	cases := []struct {
		name                         string
		frame                        []byte
		rows, columns, samples, size int
		want                         string
	}{
		{"nothing", nil, 1, 2, 1, 2, "0 bytes where 64 are needed"},
		{"no rows", two, 0, 2, 1, 2, "0 rows and 2 columns"},
		{"too many columns", two, 1, 1 << 16, 1, 2, "both must be 1 to 65535"},
		{"too many samples", two, 1, 2, 16, 1, "at most 15 bytes"},
		{"a product beyond integers", two, 1, 2, 1 << 62, 4, "at most 15 bytes"},
		{"fewer segments", two, 1, 2, 3, 1, "2 segments where the image has 3"},
		{"more segments", two, 1, 2, 1, 1, "2 segments where the image has 1"},
		{"an offset too many", change(two, 12, 70), 1, 2, 1, 2, "offset 70 of segment 3"},
		{"begins in the header", change(two, 4, 60), 1, 2, 1, 2, "from byte 60"},
		{"begins behind the end", change(two, 8, 1000), 1, 2, 1, 2, "segment 1 from byte 64 to 1000"},
		{"the largest offset", change(two, 8, 1<<32-1), 1, 2, 1, 2, "to 4294967295 of 70"},
		{"wrong order", change(change(two, 4, 67), 8, 64), 1, 2, 1, 2, "segment 1 from byte 67 to 64"},
		{"short literal", frame([]byte{3, 1, 2, 3}), 2, 2, 1, 1, "ends before"},
		{"short run", frame([]byte{0xFF, 1, 0xFF}), 2, 2, 1, 1, "ends before"},
		{"no last sample", frame([]byte{0, 1}), 1, 2, 1, 1, "ends before"},
		{"long literal", frame([]byte{2, 1, 2, 3}), 1, 2, 1, 1, "holds more samples"},
		{"long run", frame([]byte{0xFE, 1}), 1, 2, 1, 1, "holds more samples"},
		{"bytes behind", frame([]byte{1, 1, 2, 0, 0}), 1, 2, 1, 1, "2 bytes follow"},
		{"a bomb", frame([]byte{0x81, 1}), 65535, 65535, 1, 1, "2 bytes cannot hold"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := Decode(c.frame, c.rows, c.columns, c.samples, c.size)
			if err == nil {
				t.Fatalf("decoded to %v", got)
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %q does not say %q", err, c.want)
			}
		})
	}
}

func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows, columns := rapid.IntRange(1, 9).Draw(t, "rows"), rapid.IntRange(1, 300).Draw(t, "columns")
		samples, size := rapid.IntRange(1, 3).Draw(t, "samples"), rapid.IntRange(1, 4).Draw(t, "bytes")
		levels := rapid.SampledFrom([]byte{1, 2, 255}).Draw(t, "levels")
		pixels := rapid.SliceOfN(rapid.ByteRange(0, levels), rows*columns*samples*size, rows*columns*samples*size).Draw(t, "pixels")
		f, err := Encode(pixels, rows, columns, samples, size)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Decode(f, rows, columns, samples, size)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, pixels) {
			t.Fatalf("%v became %v", pixels, got)
		}
		if len(f)%2 != 0 {
			t.Fatalf("a frame of %d bytes", len(f))
		}
	})
}

// No prefix of a frame, but that without the pad byte, is taken for the whole.
func TestTruncated(t *testing.T) {
	pixels := make([]byte, 40*30*2)
	for i := range pixels {
		pixels[i] = byte(i * i / 7)
	}
	f, err := Encode(pixels, 40, 30, 1, 2)
	if err != nil {
		t.Fatal(err)
	}
	for n := range len(f) - 1 {
		if _, err := Decode(f[:n], 40, 30, 1, 2); err == nil {
			t.Errorf("the first %d of %d bytes decode", n, len(f))
		}
	}
}

func TestEncodeRefuses(t *testing.T) {
	if _, err := Encode(make([]byte, 7), 2, 2, 1, 2); err == nil || !strings.Contains(err.Error(), "got 7 bytes") {
		t.Errorf("7 bytes for 4 samples of 16 bits: %v", err)
	}
	if _, err := Encode(nil, 0, 2, 1, 2); err == nil || !strings.Contains(err.Error(), "0 rows") {
		t.Errorf("no rows: %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(frame([]byte{1, 1, 2}, []byte{0xFF, 3}), uint16(1), uint16(2), uint8(1), uint8(2))
	f.Add(frame([]byte{0x81, 1, 0x80, 0x81, 2, 0}), uint16(2), uint16(128), uint8(1), uint8(1))
	f.Add(frame([]byte{0, 1}, []byte{0, 2}, []byte{0, 3}), uint16(1), uint16(1), uint8(3), uint8(1))
	f.Add([]byte{1, 0, 0, 0}, uint16(65535), uint16(65535), uint8(15), uint8(1))
	f.Fuzz(func(t *testing.T, b []byte, rows, columns uint16, samples, size uint8) {
		got, err := Decode(b, int(rows), int(columns), int(samples), int(size))
		if err != nil {
			if got != nil {
				t.Error("samples beside an error")
			}
			return
		}
		if want := int(rows) * int(columns) * int(samples) * int(size); len(got) != want || want > 64*len(b)*int(samples)*int(size) {
			t.Errorf("%d bytes for an image of %d, from %d", len(got), want, len(b))
		}
		again, err := Encode(got, int(rows), int(columns), int(samples), int(size))
		if err != nil {
			t.Fatal(err)
		}
		if back, err := Decode(again, int(rows), int(columns), int(samples), int(size)); err != nil || !bytes.Equal(back, got) {
			t.Errorf("the same samples, packed again, give %v", err)
		}
	})
}
