package radiograph

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"testing"
)

// chunk is a chunk of a PNG file.
func chunk(kind string, body []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	b = append(append(b, kind...), body...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

// filteredPNG is a gray PNG file of random bytes of which each row has a random filter, in several chunks.
func filteredPNG(t testing.TB, width, height, depth int, r *rand.Rand) []byte {
	t.Helper()
	var stream bytes.Buffer
	w := zlib.NewWriter(&stream)
	row := make([]byte, 1+width*depth/8)
	for y := range height {
		for i := range row {
			row[i] = byte(r.Uint32()) >> (y % 7)
		}
		row[0] = byte(r.IntN(5))
		if _, err := w.Write(row); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	header := binary.BigEndian.AppendUint32(nil, uint32(width))
	header = binary.BigEndian.AppendUint32(header, uint32(height))
	header = append(header, byte(depth), 0, 0, 0, 0)
	file := append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", header)...)
	file = append(file, chunk("tEXt", []byte("Comment\x00none"))...)
	for b := stream.Bytes(); len(b) > 0; {
		n := min(len(b), 1+r.IntN(100))
		file = append(file, chunk("IDAT", b[:n])...)
		b = b[n:]
	}
	return append(file, chunk("IEND", nil)...)
}

func TestGrayPNGIsWhatImagePNGReads(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for i := range 200 {
		file := filteredPNG(t, 1+r.IntN(70), 1+r.IntN(40), 8+8*(i%2), r)
		checkGrayPNG(t, file, true)
	}
}

// checkGrayPNG compares both decoders; quick says that the quick one must not leave the file to the other.
func checkGrayPNG(t *testing.T, file []byte, quick bool) {
	t.Helper()
	im, ok := grayPNG(file)
	if !ok {
		if quick {
			t.Fatal("the file is left to image/png")
		}
		return
	}
	decoded, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatalf("image/png refuses what is read: %v", err)
	}
	want, err := toGray(decoded)
	if err != nil || !im.Equal(want) {
		t.Fatalf("%d×%d is another image than image/png's, %v", im.Width, im.Height, err)
	}
}

// TestGrayPNGLeavesTheRest gives files that are not plain gray, or damaged anywhere.
func TestGrayPNGLeavesTheRest(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	file := filteredPNG(t, 13, 9, 16, r)
	for i := range file {
		if _, ok := grayPNG(file[:max(8, i)]); ok {
			t.Fatalf("cut at %d", i)
		}
		flipped := bytes.Clone(file)
		flipped[i] ^= 1 << (i % 8)
		if i >= 8 {
			checkGrayPNG(t, flipped, false)
		}
	}
	if _, ok := grayPNG(encodePNG(t, image.NewNRGBA(image.Rect(0, 0, 4, 4)))); ok {
		t.Error("a file in color")
	}
	if _, ok := grayPNG(encodePNG(t, image.NewPaletted(image.Rect(0, 0, 4, 4), color.Palette{color.Black}))); ok {
		t.Error("a file with a palette")
	}
	// Data that go on behind the last row are damage to image/png; so they are left to it.
	const end = 12
	transparent := append(bytes.Clone(file[:8+25]), chunk("tRNS", []byte{0, 0})...)
	transparent = append(transparent, file[8+25:]...)
	twice := append(bytes.Clone(file[:len(file)-end]), chunk("IDAT", []byte{0})...)
	twice = append(twice, file[len(file)-end:]...)
	for _, b := range [][]byte{transparent, twice} {
		if _, ok := grayPNG(b); ok {
			t.Error("transparency, or data behind the picture")
		}
	}
}
