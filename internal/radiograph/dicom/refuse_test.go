package dicom

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// with returns the elements with one of them replaced, or left out where the value is nil.
func with(e []el, t id, value any) []el {
	e = slices.Clone(e)
	i := slices.IndexFunc(e, func(x el) bool { return x.tag == t })
	if value == nil {
		return slices.Delete(e, i, i+1)
	}
	e[i].value = value
	return e
}

func TestRefusesByName(t *testing.T) {
	sound := append(described(2, 1, 16, 16, 15, false, monochrome2), el{pixelData, "OW", []int{1, 2}})
	tests := map[string][]el{
		"states no Rows":                     with(sound, rows, nil),
		"states no Columns":                  with(sound, columns, 0),
		"states no Bits Allocated":           with(sound, bitsAllocated, nil),
		"states no Bits Stored":              with(sound, bitsStored, nil),
		"32 bits allocated":                  with(sound, bitsAllocated, 32),
		"1 bits allocated":                   with(sound, bitsAllocated, 1),
		"7 bits stored in 16":                with(sound, bitsStored, 7),
		"17 bits stored in 16":               with(sound, bitsStored, 17),
		"cannot end at bit 16":               with(sound, highBit, 16),
		"cannot end at bit 14":               with(sound, highBit, 14),
		"Pixel Representation":               with(sound, pixelRepresentation, nil),
		"whether pixels are signed":          with(sound, pixelRepresentation, 2),
		"Photometric Interpretation":         with(sound, photometric, nil),
		"none of the standard's":             with(sound, photometric, "NEGATIVE"),
		"YBR_ICT is not read":                with(sound, photometric, "YBR_ICT"),
		"RGB has 3 samples":                  with(sound, photometric, "RGB"),
		"MONOCHROME2 has 1 samples":          with(sound, samples, 3),
		"need 4 bytes, the file holds 2":     with(sound, pixelData, []int{1}),
		"need 4 bytes, the file holds 8":     with(sound, pixelData, []int{1, 2, 3, 4}),
		"Number of Frames is not a number":   append(slices.Clone(sound), el{frameCount, "IS", "many"}),
		"100000 frames are more":             append(slices.Clone(sound), el{frameCount, "IS", "100000"}),
		"segmented color palettes":           append(with(sound, photometric, palette), el{segmentedRed, "OW", []int{1}}),
		"color palette: damaged":             with(sound, photometric, palette),
		"floating-point":                     append(with(sound, pixelData, nil), el{floatPixelData, "OF", make([]byte, 8)}),
		"not square":                         append(slices.Clone(sound), el{pixelSpacing, "DS", `1\2`}),
		"(0028,0010) occurs twice":           append(slices.Clone(sound), el{rows, "US", 1}),
		"(0028,0010) has 3 bytes":            with(sound, rows, []byte{1, 2, 3}),
		"(0028,1050) has 70000 bytes":        append(slices.Clone(sound), el{windowCenter, "UN", make([]byte, 70000)}),
		"(0028,1050) at byte 386 is a seque": append(slices.Clone(sound), el{windowCenter, "SQ", []el{}}),
		"mark (fffe,e0dd)":                   append(slices.Clone(sound), el{0x00090000, "SQ", [][]el{{{sequenceEnd, "", []byte{}}}}}),
		"where an item of (0009,0000) shoul": append(slices.Clone(sound), el{0x00090000, "SQ", []el{}}),
	}
	for want, e := range tests {
		t.Run(want, func(t *testing.T) {
			w := form{}
			if strings.HasPrefix(want, "(0028,1050) at") || strings.HasPrefix(want, "mark") || strings.HasPrefix(want, "where") {
				w.undefined = true
			}
			b := buildForm(explicitLittle, w, e...)
			if strings.HasPrefix(want, "where") {
				b = bytes.Replace(b, w.head(itemTag, "", undefined), w.head(0x00090001, "LO", 0), 1)
			}
			_, _, err := new(Decoder).Decode(t.Context(), b, "file", 0)
			wantError(t, err, want)
		})
	}
	if got, _ := decodeRow(t, build(explicitLittle, sound...)); !slices.Equal(got, []uint16{1, 2}) {
		t.Errorf("what the others are made from is %v", got)
	}
}

func TestRefusesSyntaxesByName(t *testing.T) {
	sound := append(described(2, 1, 16, 16, 15, false, monochrome2), el{pixelData, "OW", []int{1, 2}})
	for uid, want := range map[string]string{
		"1.2.840.10008.1.2.4.52":    "a retired JPEG process",
		"1.2.840.10008.1.2.4.66":    "a retired JPEG process",
		"1.2.840.10008.1.2.4.92":    "JPEG 2000 Part 2",
		"1.2.840.10008.1.2.4.94":    "JPIP",
		"1.2.840.10008.1.2.4.100":   "MPEG",
		"1.2.840.10008.1.2.4.107":   "HEVC",
		"1.2.840.10008.1.2.4.110":   "JPEG XL",
		"1.2.840.10008.1.2.4.201":   "HTJ2K",
		"1.2.840.10008.1.2.4.202":   "HTJ2K",
		"1.2.840.10008.1.2.4.999":   "unknown to femur",
		"1.2.840.10008.1.2.1.98":    "Encapsulated Uncompressed",
		"1.2.840.10008.1.2.8.1":     "Deflated Image Frame",
		"1.2.840.10008.1.2.7.1":     "video",
		"1.2.840.10008.1.2.77":      "unknown to femur",
		"1.2.840.10008.1.20":        "Papyrus",
		"1.2.840.10008.1.2.6.1":     "message",
		"1.2.840.113619.5.2":        "a private transfer syntax",
		"1.2.276.0.7230010.3.1.4.1": "a private transfer syntax",
	} {
		b := build(uid, sound...)
		_, _, err := new(Decoder).Decode(t.Context(), b, "file", 0)
		wantError(t, err, want)
		if _, err := ReadHeader(b, "file"); err != nil {
			t.Errorf("%s: the header is not read: %v", uid, err)
		}
	}
	_, _, err := new(Decoder).Decode(t.Context(), build("", el{rows, "US", 1}), "file", 0)
	wantError(t, err, "does not name its transfer syntax")
	// Without a name, what is not compressed is told by its form; what is, is not.
	_, _, err = new(Decoder).Decode(t.Context(), append(build("", sound[:len(sound)-1]...), encapsulated(nil, []byte{1, 2})...), "file", 0)
	wantError(t, err, "does not say how")
	if got, facts := decodeRow(t, build("", sound...)); !slices.Equal(got, []uint16{1, 2}) || facts.TransferSyntax != explicitLittle {
		t.Errorf("pixels %v of %s", got, facts.TransferSyntax)
	}
}

// Every cut of a file is an error or, behind the last pixel, none; no cut gives other pixels.
func TestEveryCut(t *testing.T) {
	e := append(described(4, 1, 16, 12, 11, false, monochrome2), el{windowCenter, "DS", "9"}, el{windowWidth, "DS", "20"},
		el{viewCodes, "SQ", []el{{codeMeaning, "LO", "lateral"}}})
	whole := map[string][]byte{
		"explicit": build(explicitLittle, append(e, el{pixelData, "OW", []int{1, 2, 3, 4}})...),
		"implicit": build(implicitLittle, append(e, el{pixelData, "OW", []int{1, 2, 3, 4}})...),
		"big":      build(explicitBig, append(e, el{pixelData, "OW", []int{1, 2, 3, 4}})...),
		"deflated": build(deflatedExplicit, append(e, el{pixelData, "OW", []int{1, 2, 3, 4}})...),
		"marked":   buildForm(explicitLittle, form{undefined: true}, append(e, el{pixelData, "OW", []int{1, 2, 3, 4}})...),
		"RLE":      append(build(rleLossless, e...), encapsulated(nil, rleOf(t, 1, 2, 3, 4))...),
	}
	for name, b := range whole {
		decodeRow(t, b)
		for n := range len(b) {
			_, _, err := new(Decoder).Decode(t.Context(), b[:n], "file", 0)
			if err == nil {
				t.Errorf("%s cut to %d of %d bytes decodes", name, n, len(b))
			} else if !strings.HasPrefix(err.Error(), "file: ") {
				t.Errorf("%s cut to %d: %v", name, n, err)
			}
		}
	}
}

// Claims cost nothing: memory goes by what is there.
func TestClaimsCostNothing(t *testing.T) {
	deep := form{undefined: true}
	var nested []el
	for range 40 {
		nested = []el{{0x00091001, "SQ", nested}}
	}
	open := func(t id, vr string) []byte { return form{}.head(t, vr, undefined) }
	forever := build(explicitLittle)
	for range 1 << 16 { // sequences that open and never close
		forever = append(append(forever, open(0x00091001, "SQ")...), open(itemTag, "")...)
	}
	big := described(65535, 1, 16, 16, 15, false, monochrome2)
	big = with(big, rows, 65535)
	large := described(8000, 1, 16, 16, 15, false, monochrome2)
	large = with(large, rows, 8000)
	long := func(t id, vr string) []byte {
		return append(build(explicitLittle), form{}.head(t, vr, 0xfffffff0)...)
	}
	items := append(build(explicitLittle), form{}.head(directoryRecords, "SQ", undefined)...)
	items = append(items, bytes.Repeat(form{}.head(itemTag, "", 0), maxItems+1)...)
	for name, test := range map[string]struct {
		file []byte
		want string
	}{
		"nesting":               {buildForm(explicitLittle, deep, nested...), "nest more than 32 deep"},
		"nesting without end":   {forever, "nest more than 32 deep"},
		"a huge image":          {append(build(explicitLittle, big...), form{}.head(pixelData, "OW", 0xfffffff0)...), "more than 67108864 pixels"},
		"a large image":         {append(build(explicitLittle, large...), form{}.head(pixelData, "OW", 128000000)...), "truncated"},
		"a large image by RLE":  {append(build(rleLossless, large...), encapsulated(nil, make([]byte, 64))...), "damaged"},
		"a large lossless JPEG": {append(build(jpegLossless, large...), encapsulated(nil, []byte("\xff\xd8\xff\xc3\x00\x0b\x10\x1f\x40\x1f\x40\x01\x01\x11\x00"))...), "damaged"},
		"a wanted text":         {long(patient, "UN"), "truncated"},
		"a wanted table":        {long(lutData, "OW"), "truncated"},
		"an unwanted text":      {long(0x00104000, "UT"), "truncated"},
		"a sequence":            {long(viewCodes, "SQ"), "truncated"},
		"items":                 {items, "more than 524288 items"},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _, err := new(Decoder).Decode(t.Context(), test.file, "file", 0)
		runtime.ReadMemStats(&after)
		wantError(t, err, test.want)
		if spent := after.TotalAlloc - before.TotalAlloc; spent > 32<<20 {
			t.Errorf("%s costs %d bytes for a file of %d", name, spent, len(test.file))
		}
	}
}

// A deflated bomb stops at the limit on what is inflated, and one that is cut says so.
func TestInflate(t *testing.T) {
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(make([]byte, 1<<20)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	b := packed.Bytes()
	if out, err := inflate(b, 1<<20); err != nil || len(out) != 1<<20 {
		t.Errorf("%d bytes, %v", len(out), err)
	}
	for want, f := range map[string]func() ([]byte, error){
		"hold more than 1048575 bytes": func() ([]byte, error) { return inflate(b, 1<<20-1) },
		"truncated":                    func() ([]byte, error) { return inflate(b[:len(b)-9], 1<<20) },
		"cannot be inflated":           func() ([]byte, error) { return inflate([]byte("\x07\xff"), 1<<20) },
	} {
		if _, err := f(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error is %v, want %s", err, want)
		}
	}
}

func TestDirectory(t *testing.T) {
	record := func(kind, path string, more ...el) []el {
		return append([]el{{0x00041400, "UL", binary.LittleEndian.AppendUint32(nil, 0)}, {recordType, "CS", kind}, {fileReference, "CS", path}}, more...)
	}
	records := [][]el{
		record("PATIENT", ""), record("STUDY", ""), record("IMAGE", `DICOM\P1\IM000001`), record("PRESENTATION", `DICOM\P1\PR000001`),
		record("IMAGE", `DICOM\P1\IM000002 `), record("IMAGE", `GONE`, el{recordInUse, "US", 0}), record("IMAGE", `im3.dcm`, el{recordInUse, "US", 0xffff}),
	}
	want := []string{"DICOM/P1/IM000001", "DICOM/P1/IM000002", "im3.dcm"}
	for _, w := range []form{{}, {undefined: true}} {
		for i := range records {
			slices.SortFunc(records[i], func(a, b el) int { return int(int64(a.tag) - int64(b.tag)) })
		}
		got, err := Directory(buildForm(explicitLittle, w, el{directoryRecords, "SQ", records}), "file")
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("files (%v, -want +got):\n%s", err, diff)
		}
	}
	for path, want := range map[string]string{
		`..\secret`: "leaves", `DICOM\..\..\secret`: "leaves", `DICOM\.\x`: "leaves", `..`: "leaves", `.`: "leaves", `\etc\passwd`: "none of DICOM's",
		`/etc/passwd`: "none of DICOM's", `a/../../b`: "none of DICOM's", `C:\x`: "none of DICOM's", `a\\b`: "none of DICOM's",
		"a\x00b": "none of DICOM's", "": "names no file",
	} {
		_, err := Directory(build(explicitLittle, el{directoryRecords, "SQ", [][]el{record("IMAGE", "A"), record("IMAGE", path)}}), "file")
		wantError(t, err, want)
		wantError(t, err, "record 2 of the DICOMDIR")
		if path != "" && err != nil && len(path) > 2 && strings.Contains(err.Error(), path) {
			t.Errorf("the error quotes the path: %v", err)
		}
	}
	_, err := Directory(gray16(explicitLittle, 16, false, monochrome2, []int{1}), "file")
	wantError(t, err, "not a DICOMDIR")
	_, err = Directory([]byte("text"), "file")
	wantError(t, err, "not a DICOM file")
}
