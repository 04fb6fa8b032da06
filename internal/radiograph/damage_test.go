package radiograph

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// samples are all files of testdata/files but the truths of JPEG.
func samples(t testing.TB) []namedFile {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", "files", "*"))
	if err != nil {
		t.Fatal(err)
	}
	var files []namedFile
	for _, path := range paths {
		if strings.HasSuffix(path, ".truth.png") {
			continue
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, namedFile{filepath.Base(path), b})
	}
	if len(files) < 80 {
		t.Fatalf("%d files in testdata/files", len(files))
	}
	return files
}

// TestDamageNeverPanics cuts each file at many places and flips bits all over it. Where it is refused the message names
// the file; where it is not, the image is whole.
func TestDamageNeverPanics(t *testing.T) {
	for _, file := range samples(t) {
		step := max(1, len(file.b)/80)
		for i := 0; i < len(file.b); i += step {
			flipped := bytes.Clone(file.b)
			flipped[i] ^= 1 << (i % 8)
			zeros := bytes.Clone(file.b)
			clear(zeros[i:min(i+9, len(zeros))])
			for _, b := range [][]byte{file.b[:i], flipped, zeros} {
				for _, options := range []DecodeOptions{{Limits: Limits{MaxPixels: 1 << 20}}, {Limits: Limits{MaxPixels: 1 << 20}, Truncated: UseTruncated}} {
					im, facts, err := DecodeWith(b, "films/x", options)
					if err != nil {
						if !strings.HasPrefix(err.Error(), "films/x: ") || len(err.Error()) < 20 {
							t.Fatalf("%s at %d: %q", file.name, i, err)
						}
						continue
					}
					if err := im.Validate(); err != nil || im.Width != facts.Width || im.Height != facts.Height {
						t.Fatalf("%s at %d: %+v, %v", file.name, i, facts, err)
					}
				}
			}
		}
	}
}

// TestTruncatedIsSaid cuts lossless files at many places: each cut that is found out is called one.
func TestTruncatedIsSaid(t *testing.T) {
	for _, name := range []string{"i16.png", "l.png", "rgb.png", "interlaced16.png", "i16_raw.tif", "i16_msb.tif"} {
		file := sample(t, name)
		for cut := 9; cut < len(file)-12; cut += 7 {
			if _, _, err := DecodeBytes(file[:cut], name, Limits{}); err == nil || !strings.Contains(err.Error(), "truncated "+map[bool]string{true: "png", false: "tiff"}[strings.HasSuffix(name, ".png")]) {
				t.Fatalf("%s cut at %d of %d: %v", name, cut, len(file), err)
			}
		}
	}
}

// bombs are small files that ask for much.
func bombs(t testing.TB) []namedFile {
	t.Helper()
	p := bytes.Clone(sample(t, "i16.png"))
	binary.BigEndian.PutUint32(p[16:], 100_000)
	binary.BigEndian.PutUint32(p[20:], 100_000)
	binary.BigEndian.PutUint32(p[29:], crc32.ChecksumIEEE(p[12:29]))

	j := bytes.Clone(sample(t, "gray.jpg"))
	frame := bytes.Index(j, []byte{0xff, markerSOF0})
	binary.BigEndian.PutUint16(j[frame+5:], 65535)
	binary.BigEndian.PutUint16(j[frame+7:], 65535)

	files := []namedFile{{"png of 100,000 × 100,000", p}, {"jpeg of 65,535 × 65,535", j}}
	for _, field := range []struct {
		tag   uint16
		count uint32
		value uint32
	}{
		{tagWidth, 1, 1 << 30}, {tagHeight, 1, 1 << 30}, {tagStrips, 1 << 31, 8}, {279, 1 << 31, 8}, {278, 1, 1},
		{tagBits, 1 << 30, 8}, {279, 1, 1<<32 - 1}, {tagStrips, 1, 1<<32 - 1},
	} {
		b := bytes.Clone(sample(t, "i16_raw.tif"))
		at := int(binary.LittleEndian.Uint32(b[4:]))
		n := int(binary.LittleEndian.Uint16(b[at:]))
		found := false
		for e := at + 2; e < at+2+12*n; e += 12 {
			if binary.LittleEndian.Uint16(b[e:]) == field.tag {
				found = true
				binary.LittleEndian.PutUint16(b[e+2:], 4) // LONG
				binary.LittleEndian.PutUint32(b[e+4:], field.count)
				binary.LittleEndian.PutUint32(b[e+8:], field.value)
			}
		}
		if !found {
			t.Fatalf("the sample has no tag %d", field.tag)
		}
		files = append(files, namedFile{fmt.Sprintf("tiff with tag %d of %d × %d", field.tag, field.count, field.value), b})
	}
	return files
}

func TestBombsAreRefusedForLittle(t *testing.T) {
	for _, bomb := range bombs(t) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _, err := DecodeWith(bomb.b, "x", DecodeOptions{Truncated: UseTruncated})
		runtime.ReadMemStats(&after)
		if err == nil {
			t.Errorf("%s is read", bomb.name)
		}
		if spent := after.TotalAlloc - before.TotalAlloc; spent > 32<<20 {
			t.Errorf("%s: %d MiB for %d bytes: %v", bomb.name, spent>>20, len(bomb.b), err)
		}
	}
}

// TestLongChainOfPages is a TIFF file whose pages never end.
func TestLongChainOfPages(t *testing.T) {
	b := bytes.Clone(sample(t, "i16_raw.tif"))
	at := binary.LittleEndian.Uint32(b[4:])
	next := int(at) + 2 + 12*int(binary.LittleEndian.Uint16(b[at:]))
	binary.LittleEndian.PutUint32(b[next:], at)
	if _, _, err := DecodeBytes(b, "x", Limits{}); err == nil || !strings.Contains(err.Error(), "no end") {
		t.Errorf("pages in a circle: %v", err)
	}
}
