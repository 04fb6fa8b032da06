package jpegll

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

// parts are the segments of a small file, to be taken apart and put together wrongly.
type parts struct {
	soi, frame, tables, restart, header, data, eoi []byte
}

func small(t testing.TB) parts {
	t.Helper()
	b, err := Encode(scene(1, 8, 6, 10), Options{RestartRows: 2})
	if err != nil {
		t.Fatal(err)
	}
	cut := func(marker byte) int {
		i := bytes.Index(b, []byte{0xFF, marker})
		if i < 0 {
			t.Fatalf("no marker %02X", marker)
		}
		return i
	}
	f, h, r, s, e := cut(markerSOF3), cut(markerDHT), cut(markerDRI), cut(markerSOS), len(b)-2
	return parts{b[:f], b[f:h], b[h:r], b[r:s], b[s : s+10], b[s+10 : e], b[e:]}
}

func (p parts) file() []byte {
	return slices.Concat(p.soi, p.frame, p.tables, p.restart, p.header, p.data, p.eoi)
}

// with returns a copy whose byte at is v.
func with(b []byte, at int, v byte) []byte {
	b = slices.Clone(b)
	b[at] = v
	return b
}

func TestRefuses(t *testing.T) {
	cases := []struct {
		name   string
		change func(*parts)
		want   string
	}{
		{"empty", func(p *parts) { *p = parts{} }, "does not begin as JPEG does"},
		{"only the start", func(p *parts) { *p = parts{soi: p.soi} }, "ends without an end marker"},
		{"start and end", func(p *parts) { *p = parts{soi: p.soi, eoi: p.eoi} }, "before its image begins"},
		{"baseline", func(p *parts) { p.frame = with(p.frame, 1, 0xC0) }, "baseline JPEG"},
		{"extended", func(p *parts) { p.frame = with(p.frame, 1, 0xC1) }, "extended sequential JPEG"},
		{"progressive", func(p *parts) { p.frame = with(p.frame, 1, 0xC2) }, "progressive JPEG"},
		{"hierarchical", func(p *parts) { p.frame = with(p.frame, 1, 0xC7) }, "hierarchical JPEG"},
		{"arithmetic", func(p *parts) { p.frame = with(p.frame, 1, 0xCB) }, "lossless arithmetic-coded JPEG"},
		{"arithmetic tables", func(p *parts) { p.tables = with(p.tables, 1, 0xCC) }, "not lossless process 14"},
		{"hierarchy", func(p *parts) { p.restart = with(p.restart, 1, markerDHP) }, "hierarchical"},
		{"color", func(p *parts) {
			p.frame = slices.Concat(with(with(p.frame, 9, 3), 3, 17), []byte{2, 0x11, 0, 3, 0x11, 0})
		}, "3 components"},
		{"a frame header of one byte more", func(p *parts) { p.frame = append(with(p.frame, 3, 12), 0) }, "frame header of 10 bytes"},
		{"one bit", func(p *parts) { p.frame = with(p.frame, 4, 1) }, "precision of 1 bits"},
		{"17 bits", func(p *parts) { p.frame = with(p.frame, 4, 17) }, "precision of 17 bits"},
		{"DNL", func(p *parts) { p.frame = with(p.frame, 6, 0) }, "DNL"},
		{"no columns", func(p *parts) { p.frame = with(p.frame, 8, 0) }, "no columns"},
		{"above the limit", func(p *parts) { p.frame = with(p.frame, 7, 16) }, "more than the limit"},
		{"two frames", func(p *parts) { p.frame = slices.Concat(p.frame, p.frame) }, "second frame header"},
		{"no frame", func(p *parts) { p.frame = nil }, "scan before its frame header"},
		{"a bomb", func(p *parts) { p.frame = with(with(p.frame, 6, 255), 5, 255); p.restart = nil }, "more than the limit"},
		{"more rows than bits", func(p *parts) { p.data, p.eoi = p.data[:3], nil }, "cannot hold 8 × 6 samples"},
		{"other restart intervals", func(p *parts) { p.restart = with(p.restart, 5, 9) }, "restart interval of 9 samples"},
		{"a long restart interval", func(p *parts) { p.restart = append(with(p.restart, 3, 5), 0) }, "restart interval of 3 bytes"},
		{"no restart interval", func(p *parts) { p.restart = nil }, "bytes that belong to no sample|ends before|no code|bits where"},
		{"shorter restart intervals", func(p *parts) { p.restart = with(p.restart, 5, 8) }, "row 1: bytes that belong to no sample"},
		{"no tables", func(p *parts) { p.tables = nil }, "code table 0, which is not defined"},
		{"another table", func(p *parts) { p.header = with(p.header, 6, 0x10) }, "code table 1, which is not defined"},
		{"a table beyond", func(p *parts) { p.header = with(p.header, 6, 0xF0) }, "code table 15"},
		{"AC table", func(p *parts) { p.tables = with(p.tables, 4, 0x10) }, "class 1"},
		{"table number 4", func(p *parts) { p.tables = with(p.tables, 4, 4) }, "number 4"},
		{"too many codes", func(p *parts) { p.tables = with(p.tables, 5, 200) }, "codes in"},
		{"too many short codes", func(p *parts) { p.tables = with(with(p.tables, 5, 3), 5+len(p.tables)-5-1, 0) }, "more codes of 1 bits|codes in"},
		{"category 17", func(p *parts) { p.tables = with(p.tables, len(p.tables)-1, 17) }, "category 17"},
		{"a short table", func(p *parts) { p.tables = []byte{0xFF, markerDHT, 0, 3, 0} }, "code table of 1 bytes"},
		{"an empty table", func(p *parts) { p.tables = slices.Concat([]byte{0xFF, markerDHT, 0, 19}, make([]byte, 17)) }, "no codes"},
		{"another component", func(p *parts) { p.header = with(p.header, 5, 9) }, "component 9"},
		{"a short scan header", func(p *parts) { p.header = []byte{0xFF, markerSOS, 0, 5, 1, 1, 0} }, "scan header of 3 bytes"},
		{"selection 0", func(p *parts) { p.header = with(p.header, 7, 0) }, "selection value 0"},
		{"selection 8", func(p *parts) { p.header = with(p.header, 7, 8) }, "selection value 8"},
		{"point transform", func(p *parts) { p.header = with(p.header, 9, 10) }, "point transform of 10 bits of 10"},
		{"two scans", func(p *parts) { p.eoi = slices.Concat(p.header, p.data, p.eoi) }, "second scan"},
		{"truncated", func(p *parts) { p.data, p.eoi = p.data[:len(p.data)-3], nil }, "ends before its samples|no code"},
		{"early end", func(p *parts) { p.data = p.data[:len(p.data)-3] }, "ends before its samples|no code"},
		{"bytes too many", func(p *parts) { p.data = append(slices.Clone(p.data), 0) }, "row 6: bytes that belong to no sample"},
		{"no marker", func(p *parts) { p.eoi = []byte{0xFF, 0} }, "row 6: bytes that belong to no sample|marker 00"},
		{"restart in the end", func(p *parts) { p.eoi = []byte{0xFF, markerRST0} }, "marker D0"},
		{"a second start", func(p *parts) { p.tables = slices.Concat(p.soi, p.tables) }, "marker D8"},
		{"another number of rows", func(p *parts) { p.eoi = []byte{0xFF, markerDNL, 0, 4, 0, 7} }, "DNL"},
		{"a byte between", func(p *parts) { p.tables = append([]byte{7}, p.tables...) }, "byte 07"},
		{"a length of one", func(p *parts) { p.tables = with(p.tables, 3, 1) }, "says 1 bytes"},
		{"a length beyond", func(p *parts) { p.tables = with(p.tables, 2, 255) }, "that are left"},
		{"samples of more bits", func(p *parts) { p.frame = with(p.frame, 4, 3) }, "bits where there are 3"},
		{"wrong order of restarts", func(p *parts) {
			p.data = bytes.Replace(p.data, []byte{0xFF, 0xD1}, []byte{0xFF, 0xD5}, 1)
		}, "marker D5 where restart marker D1"},
	}
	if _, err := Decode(small(t).file(), 48); err != nil {
		t.Fatalf("the file itself: %v", err)
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := small(t)
			c.change(&p)
			im, err := Decode(p.file(), 60)
			if err == nil {
				t.Fatalf("decoded to %v", im)
			}
			for _, want := range strings.Split(c.want, "|") {
				if strings.Contains(err.Error(), want) {
					return
				}
			}
			t.Errorf("error %q does not say %q", err, c.want)
		})
	}
}

func TestAccepts(t *testing.T) {
	cases := []struct {
		name   string
		change func(*parts)
	}{
		{"fill bytes", func(p *parts) {
			p.tables, p.eoi = append([]byte{0xFF, 0xFF}, p.tables...), append([]byte{0xFF}, p.eoi...)
		}},
		{"fill bytes before a restart", func(p *parts) { p.data = bytes.Replace(p.data, []byte{0xFF, 0xD0}, []byte{0xFF, 0xFF, 0xFF, 0xD0}, 1) }},
		{"comment and application data", func(p *parts) {
			p.soi = slices.Concat(p.soi, []byte{0xFF, 0xFE, 0, 3, 'x'}, []byte{0xFF, 0xE0, 0, 2})
		}},
		{"a table twice", func(p *parts) { p.tables = slices.Concat(p.tables, p.tables) }},
		{"no end marker", func(p *parts) { p.eoi = nil }},
		{"padding", func(p *parts) { p.eoi = append(slices.Clone(p.eoi), 0) }},
		{"a padded end", func(p *parts) { p.eoi = []byte{0xFF} }},
		{"the same number of rows", func(p *parts) { p.eoi = slices.Concat([]byte{0xFF, markerDNL, 0, 4, 0, 6}, p.eoi) }},
		{"sampling factors", func(p *parts) { p.frame = with(p.frame, 11, 0x22) }},
	}
	want, err := Decode(small(t).file(), 48)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := small(t)
			c.change(&p)
			got, err := Decode(p.file(), 48)
			if err != nil || !slices.Equal(got.Pix, want.Pix) {
				t.Errorf("%v, %v", got.Pix, err)
			}
		})
	}
}

// No prefix decodes but those that hold all samples.
func TestTruncated(t *testing.T) {
	im := scene(3, 50, 40, 12)
	b, err := Encode(im, Options{Selection: 4})
	if err != nil {
		t.Fatal(err)
	}
	for n := range b {
		got, err := Decode(b[:n], 1<<20)
		if err == nil && (n < len(b)-2 || !slices.Equal(got.Pix, im.Pix)) {
			t.Errorf("the first %d of %d bytes decode", n, len(b))
		}
	}
}

func FuzzDecode(f *testing.F) {
	for selection := 1; selection <= 7; selection++ {
		b, err := Encode(scene(uint64(selection), 9, 7, 2*selection+2), Options{Selection: selection, RestartRows: selection % 3, PointTransform: selection % 2})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	p := small(f)
	p.frame = with(p.frame, 5, 255)
	f.Add(p.file())
	p = small(f)
	f.Add(slices.Concat(p.soi, p.tables, p.frame, p.header))
	f.Fuzz(func(t *testing.T, b []byte) {
		const most = 1 << 16
		im, err := Decode(b, most)
		if err != nil {
			if im.Pix != nil {
				t.Error("samples beside an error")
			}
			return
		}
		if len(im.Pix) != im.Width*im.Height || len(im.Pix) > most || len(im.Pix) > 8*len(b) {
			t.Errorf("%d samples for %d × %d, from %d bytes", len(im.Pix), im.Width, im.Height, len(b))
		}
		again, err := Encode(im, Options{Selection: 7}) // fails where a sample has too many bits
		if err != nil {
			t.Fatal(err)
		}
		if back, err := Decode(again, most); err != nil || !slices.Equal(back.Pix, im.Pix) {
			t.Errorf("the same samples, encoded again, give %v", err)
		}
	})
}
