package dicom

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"femur/internal/radiograph/dicom/dicomwrite"
)

// A specimen is a small image, as this package's counterpart writes it, with the values that it stores.
type specimen struct {
	name     string
	bits     int
	signed   bool
	inverted bool
	odd      bool // the stored bits do not end at the top of their count
	file     []byte
	values   []int
}

const specimenWidth, specimenHeight = 32, 20

// specimens are, for each number of bits, both signs, both polarities and, where there is room, both places of the
// bits, so combined that each pair of these occurs.
func specimens(t *testing.T) []specimen {
	t.Helper()
	var out []specimen
	for _, bits := range []int{8, 10, 12, 14, 16} {
		for i := range 4 {
			s := specimen{bits: bits, signed: i&1 == 1, inverted: i&1 != i>>1, odd: i>>1 == 1}
			if s.odd && (bits == 8 || bits == 16) {
				continue
			}
			s.name = fmt.Sprintf("%d-%v-%v-%v", bits, s.signed, s.inverted, s.odd)
			s.write(t)
			out = append(out, s)
		}
	}
	return out
}

// write draws a ramp with a texture that uses every stored bit. It keeps away from the least and the greatest value, as
// GDCM writes lossy JPEG 2000 with more bits than the header says, and what swings beyond them is refused.
func (s *specimen) write(t *testing.T) {
	t.Helper()
	margin := 1 << s.bits / 32
	n := specimenWidth * specimenHeight
	high := s.bits - 1
	if s.odd {
		high++
	}
	words := make([]uint16, n)
	for i := range words {
		v := margin + i*((1<<s.bits)-1-2*margin-18)/(n-1) + i%7*3
		if s.signed {
			v -= 1 << (s.bits - 1)
		}
		raw := v & (1<<s.bits - 1)
		s.values = append(s.values, v)
		words[i] = uint16(raw) << (high + 1 - s.bits)
		if s.signed && !s.odd {
			words[i] = uint16(v) // sign bits above, as devices leave them
		}
	}
	var pixels any = words
	if s.bits == 8 {
		b := make([]uint8, n)
		for i, w := range words {
			b[i] = uint8(w)
		}
		pixels = b
	}
	f, err := dicomwrite.Image{
		Syntax: explicitLittle, Modality: "DX", PatientID: "P", InstanceUID: "1.2.3", StudyUID: "1.2.4", SeriesUID: "1.2.5", Number: 1,
		Columns: specimenWidth, Rows: specimenHeight, Stored: s.bits, High: high, Signed: s.signed, Inverted: s.inverted, Pixels: pixels,
	}.File()
	if err != nil {
		t.Fatal(err)
	}
	if s.file, err = f.Bytes(); err != nil {
		t.Fatal(err)
	}
}

// An encoder is a program that compresses a file into a transfer syntax.
type encoder struct {
	uid     string
	command string
	can     func(s specimen) bool // nil: everything
}

func encoders() []encoder {
	eight := func(s specimen) bool { return s.bits == 8 }
	// GDCM's encoders state another high bit than there was and leave the cells as they were.
	atTop := func(s specimen) bool { return !s.odd }
	return []encoder{
		{implicitLittle, "dcmconv +ti", nil},
		{explicitLittle, "dcmconv +te", nil},
		{explicitBig, "dcmconv +tb", nil},
		{deflatedExplicit, "dcmconv +td", nil},
		{rleLossless, "dcmcrle", nil},
		{rleLossless, "gdcmconv --rle", atTop},
		{jpegBaseline, "dcmcjpeg +eb", eight},
		// It makes 12 bits of 10.
		{jpegExtended, "dcmcjpeg +ee", func(s specimen) bool { return s.bits == 8 || s.bits == 12 }},
		{jpegLossless, "dcmcjpeg +el +sv 6", nil},
		{jpegLossless, "dcmcjpeg +el +sv 2", nil},
		{jpegLosslessSV1, "dcmcjpeg +e1", nil},
		{jpegLosslessSV1, "gdcmconv --jpeg", atTop},
		{jpegLSLossless, "dcmcjpls +el", nil},
		{jpegLSLossless, "gdcmconv --jpegls", atTop},
		{jpegLSNear, "dcmcjpls +en", func(s specimen) bool { return !s.signed }},
		{jpegLSNear, "gdcmconv --jpegls --lossy -e 2", atTop},
		{jpeg2000Lossless, "gdcmconv --j2k", atTop},
		{jpeg2000, "gdcmconv --j2k --lossy -q 60", atTop},
	}
}

// encode runs an encoder.
func (e encoder) encode(ctx context.Context, dir string, s specimen) ([]byte, error) {
	in := filepath.Join(dir, s.name+".dcm")
	out := filepath.Join(dir, s.name+strings.NewReplacer(" ", "_", "+", "").Replace(e.command)+".dcm")
	args := append(strings.Fields(e.command), in, out)
	if text, err := exec.CommandContext(ctx, args[0], args[1:]...).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", e.command, err, text)
	}
	return os.ReadFile(out)
}

// cell is what the table says of a syntax and a number of bits, the worst of all its images.
type cell struct {
	images, most   int
	lossy, refused bool
}

func (c cell) String() string {
	switch {
	case c.refused:
		return "refused"
	case c.images == 0:
		return "–"
	case c.lossy:
		return fmt.Sprintf("bounded (%d)", c.most)
	}
	return "exact"
}

// Each transfer syntax × bits × sign × polarity × place of the bits, written by other programs than this one. What was
// compressed without loss must come back as it was; what was not, as GDCM decodes it, up to one level of baseline JPEG.
// The table of docs/formats.md is made of what is found.
func TestMatrix(t *testing.T) {
	d := complete(t)
	need(t, "dcmconv", "dcmcjpeg", "dcmcjpls", "dcmcrle")
	dir := t.TempDir()
	found := map[string]map[int]cell{}
	var lock sync.Mutex
	note := func(uid string, bits, off int, refused bool) {
		lock.Lock()
		defer lock.Unlock()
		if found[uid] == nil {
			found[uid] = map[int]cell{}
		}
		c := found[uid][bits]
		found[uid][bits] = cell{c.images + 1, max(c.most, off), lookUp(uid).lossy, c.refused || refused}
	}
	var workers sync.WaitGroup
	slots := make(chan struct{}, 4)
	for _, s := range specimens(t) {
		if err := os.WriteFile(filepath.Join(dir, s.name+".dcm"), s.file, 0o600); err != nil {
			t.Fatal(err)
		}
		for _, e := range encoders() {
			if e.can != nil && !e.can(s) {
				continue
			}
			slots <- struct{}{}
			workers.Go(func() {
				defer func() { <-slots }()
				b, err := e.encode(t.Context(), dir, s)
				if err != nil {
					t.Errorf("%s: %v", s.name, err)
					return
				}
				off, err := d.off(t.Context(), e.uid, b, s)
				if err != nil {
					t.Errorf("%s, %s: %v", s.name, e.command, err)
				}
				if off > 0 && (e.uid != jpegBaseline || off > 1) {
					t.Errorf("%s, %s: off by up to %d", s.name, e.command, off)
				}
				note(e.uid, s.bits, off, err != nil)
			})
		}
	}
	workers.Wait()
	// 12-bit JPEG of a device that uses 10 of them.
	device := readFile(t, shared(t, "data/dicom/RG2_JPLY_fixed.dcm"))
	ours, err := d.Stored(t.Context(), device, "file", 0)
	if err != nil {
		t.Fatal(err)
	}
	off, err := d.fromGDCM(t.Context(), device, ours)
	if err != nil || off != 0 {
		t.Errorf("RG2_JPLY_fixed.dcm: off by %d, %v", off, err)
	}
	note(jpegExtended, 10, off, err != nil)
	if !t.Failed() {
		writeTable(t, found)
	}
}

// off decodes a file and returns how far it is from what it should be: the values that went in, where nothing is lost,
// else the decoding of GDCM.
func (d *Decoder) off(ctx context.Context, uid string, b []byte, s specimen) (int, error) {
	p, err := d.Stored(ctx, b, "file", 0)
	if err != nil {
		return 0, err
	}
	h, err := ReadHeader(b, "file")
	switch {
	case err != nil:
		return 0, err
	case h.TransferSyntax != uid:
		return 0, fmt.Errorf("the encoder made %s", h.TransferSyntax)
	case p.Width != specimenWidth || p.Height != specimenHeight || p.BitsStored != s.bits:
		return 0, fmt.Errorf("%d×%d pixels of %d bits", p.Width, p.Height, p.BitsStored)
	}
	if lookUp(uid).lossy {
		return d.fromGDCM(ctx, b, p)
	}
	if (p.Photometric == monochrome1) != s.inverted || p.Signed != s.signed {
		return 0, fmt.Errorf("it comes back as %s, signed %v", p.Photometric, p.Signed)
	}
	most := 0
	for i, want := range s.values {
		most = max(most, p.Value(i)-want, want-p.Value(i))
	}
	return most, nil
}

// fromGDCM returns how far the stored values of a file are from those that gdcmconv decodes from the whole file.
func (d *Decoder) fromGDCM(ctx context.Context, b []byte, ours Pixels) (int, error) {
	raw, err := d.Tool.Raw(ctx, b)
	if err != nil {
		return 0, err
	}
	theirs, err := d.Stored(ctx, raw, "file", 0)
	if err != nil {
		return 0, err
	}
	if len(ours.Cells) != len(theirs.Cells) || ours.Signed != theirs.Signed || ours.Photometric != theirs.Photometric {
		return 0, errors.New("GDCM decodes another kind of image")
	}
	most := 0
	for i := range ours.Cells {
		most = max(most, ours.Value(i)-theirs.Value(i), theirs.Value(i)-ours.Value(i))
	}
	return most, nil
}

// refusedSyntaxes are those that the table names although they are not read.
func refusedSyntaxes() []string {
	return []string{
		"1.2.840.10008.1.2.4.92", "1.2.840.10008.1.2.4.94", "1.2.840.10008.1.2.4.201", "1.2.840.10008.1.2.4.202", "1.2.840.10008.1.2.4.203",
		"1.2.840.10008.1.2.4.110", "1.2.840.10008.1.2.4.100", "1.2.840.10008.1.2.4.52", "1.2.840.10008.1.2.1.98",
	}
}

// writeTable compares the table in docs/formats.md with what was found, or writes it.
func writeTable(t *testing.T, found map[string]map[int]cell) {
	t.Helper()
	columns := []int{8, 10, 12, 14, 16}
	var b strings.Builder
	b.WriteString("| transfer syntax | UID | decoded by | 8 bits | 10 | 12 | 14 | 16 |\n|---|---|---|---|---|---|---|---|\n")
	all := syntaxes()
	for _, uid := range refusedSyntaxes() {
		s := lookUp(uid)
		s.name = strings.ToUpper(s.name[:1]) + s.name[1:]
		for _, bits := range columns {
			e := append(described(1, 1, 8, 8, 7, false, monochrome2), el{pixelData, "OB", []byte{1, 0}})
			if _, err := new(Decoder).Stored(t.Context(), build(uid, e...), "file", 0); err == nil {
				t.Fatalf("%s is not refused", s.name)
			}
			if found[uid] == nil {
				found[uid] = map[int]cell{}
			}
			found[uid][bits] = cell{images: 1, refused: true}
		}
		all = append(all, s)
	}
	by := map[codec]string{
		native: "femur", runLength: "femur", losslessJPEG: "femur", baselineJPEG: "femur (Go's image/jpeg)", external: "gdcmconv", refused: "–",
	}
	images := 0
	for _, s := range all {
		fmt.Fprintf(&b, "| %s | %s | %s |", s.name, s.uid, by[s.codec])
		for _, bits := range columns {
			fmt.Fprintf(&b, " %v |", found[s.uid][bits])
			if s.codec != refused {
				images += found[s.uid][bits].images
			}
		}
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "\nMade by `TestMatrix` from %d files that DCMTK and GDCM wrote.\n", images)

	const begin, end = "<!-- begin of the table; UPDATE_GOLDEN=1 go test -run TestMatrix ./internal/radiograph/dicom writes it -->\n", "<!-- end of the table -->\n"
	path := filepath.Join(root(t), "docs", "formats.md")
	page := readFile(t, path)
	head, rest, ok := bytes.Cut(page, []byte(begin))
	_, tail, closed := bytes.Cut(rest, []byte(end))
	if !ok || !closed {
		t.Fatalf("docs/formats.md has no place for the table between %q and %q", begin, end)
	}
	want := string(head) + begin + b.String() + end + string(tail)
	if want == string(page) {
		return
	}
	if os.Getenv("UPDATE_GOLDEN") == "" {
		t.Errorf("the table in docs/formats.md is stale; UPDATE_GOLDEN=1 writes\n%s", b.String())
		return
	}
	if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

// GDCM's encoders write no stored bits that end above their count. Here they compress whole cells, and the header is
// written around what they made.
func TestOddHighBitsThroughGDCM(t *testing.T) {
	d := complete(t)
	dir := t.TempDir()
	for _, bits := range []int{10, 12, 14} {
		for _, signed := range []bool{false, true} {
			s := specimen{name: fmt.Sprintf("odd-%d-%v", bits, signed), bits: bits, signed: signed, odd: true}
			s.write(t)
			cells, err := new(Decoder).Stored(t.Context(), s.file, "file", 0)
			if err != nil {
				t.Fatal(err)
			}
			as16 := build(explicitLittle, append(with(described(specimenWidth, 1, 16, 16, 15, signed, monochrome2), rows, specimenHeight), el{pixelData, "OW", cells.Bytes()})...)
			if err := os.WriteFile(filepath.Join(dir, s.name+".dcm"), as16, 0o600); err != nil {
				t.Fatal(err)
			}
			for _, e := range []encoder{{jpeg2000Lossless, "gdcmconv --j2k", nil}, {jpegLSLossless, "gdcmconv --jpegls", nil}, {jpegLosslessSV1, "gdcmconv --jpeg", nil}} {
				b, err := e.encode(t.Context(), dir, s)
				if err != nil {
					t.Fatal(err)
				}
				f, err := parse(b)
				if err != nil {
					t.Fatal(err)
				}
				packed, err := f.compressed(0, 1)
				if err != nil {
					t.Fatal(err)
				}
				header := shape{specimenHeight, specimenWidth, 1, 16, bits, bits, signed, false, monochrome2}
				if off, err := d.off(t.Context(), e.uid, wrap(e.uid, packed, header), s); err != nil || off != 0 {
					t.Errorf("%s, %s: off by up to %d, %v", s.name, e.command, off, err)
				}
			}
		}
	}
}
