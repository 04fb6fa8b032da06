package radiograph

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math/bits"

	"github.com/klauspost/compress/zstd"
)

// ContainerType names the bytes that [Encode] writes.
const ContainerType = "application/x-femur-radiograph"

// The container is a header of 24 bytes, little-endian, and one zstd frame:
//
//	0  "FRAD"
//	4  version, 1
//	5  layout: 0 two byte planes, 1 one byte plane (every value is v·257, an 8-bit source)
//	6  two zero bytes
//	8  width  uint32
//	12 height uint32
//	16 CRC-32C of the planes before compression, uint32
//	20 CRC-32C of the header's first 20 bytes, uint32
//
// The planes hold, row by row, each pixel's difference from the one above it (from the one to the left in the first
// row), folded so that small differences of either sign are small numbers: first all high bytes, then all low bytes.
const (
	containerMagic   = "FRAD"
	containerVersion = 1
	headerSize       = 24
	layoutWide       = 0
	layoutNarrow     = 1
)

// ErrDamaged is wrapped by every error of [DecodeContainer] that comes from the bytes themselves.
var ErrDamaged = errors.New("damaged radiograph container")

func castagnoli(b []byte) uint32 { return crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)) }

// Encode writes the image in the lossless form in which a cache keeps it. The same image gives the same bytes, as
// compression uses one thread; another version of the compressor may give others.
func Encode(w io.Writer, im Image) error {
	if err := im.Validate(); err != nil {
		return fmt.Errorf("encode radiograph: %w", err)
	}
	if bits.Len(uint(im.Width)) > 31 || bits.Len(uint(im.Height)) > 31 {
		return fmt.Errorf("encode radiograph: %d×%d is too large", im.Width, im.Height)
	}
	layout := byte(layoutNarrow)
	for _, v := range im.Pix {
		if v>>8 != v&255 {
			layout = layoutWide
			break
		}
	}
	var planes []byte
	if layout == layoutNarrow {
		planes = narrowPlane(im)
	} else {
		planes = widePlanes(im)
	}
	header := make([]byte, headerSize)
	copy(header, containerMagic)
	header[4], header[5] = containerVersion, layout
	binary.LittleEndian.PutUint32(header[8:], uint32(im.Width))
	binary.LittleEndian.PutUint32(header[12:], uint32(im.Height))
	binary.LittleEndian.PutUint32(header[16:], castagnoli(planes))
	binary.LittleEndian.PutUint32(header[20:], castagnoli(header[:20]))

	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest),
		zstd.WithEncoderCRC(false))
	if err != nil {
		return fmt.Errorf("encode radiograph: %w", err)
	}
	defer encoder.Close()
	if _, err := w.Write(encoder.EncodeAll(planes, header)); err != nil {
		return fmt.Errorf("encode radiograph: %w", err)
	}
	return nil
}

func parseHeader(b []byte) (width, height int, layout byte, sum uint32, err error) {
	switch {
	case len(b) < headerSize:
		err = fmt.Errorf("%w: %d bytes are less than a header", ErrDamaged, len(b))
	case string(b[:4]) != containerMagic:
		err = fmt.Errorf("%w: it begins with % x, not with %q", ErrDamaged, b[:4], containerMagic)
	case castagnoli(b[:20]) != binary.LittleEndian.Uint32(b[20:]):
		err = fmt.Errorf("%w: the header does not match its checksum", ErrDamaged)
	case b[4] != containerVersion:
		err = fmt.Errorf("radiograph container of version %d; this program reads version %d", b[4], containerVersion)
	case b[5] > layoutNarrow || b[6] != 0 || b[7] != 0:
		err = fmt.Errorf("%w: unknown layout % x", ErrDamaged, b[5:8])
	}
	if err != nil {
		return 0, 0, 0, 0, err
	}
	w, h := binary.LittleEndian.Uint32(b[8:]), binary.LittleEndian.Uint32(b[12:])
	if w == 0 || h == 0 || w > 1<<31-1 || h > 1<<31-1 {
		return 0, 0, 0, 0, fmt.Errorf("%w: %d×%d pixels", ErrDamaged, w, h)
	}
	return int(w), int(h), b[5], binary.LittleEndian.Uint32(b[16:]), nil
}

// DecodeContainer returns the image that [Encode] wrote. Any change to the bytes is detected. Memory is bounded by
// limits.MaxPixels, checked before anything is decompressed.
func DecodeContainer(b []byte, limits Limits) (Image, error) {
	limits = limits.withDefaults()
	width, height, layout, sum, err := parseHeader(b)
	if err != nil {
		return Image{}, err
	}
	if uint64(width)*uint64(height) > uint64(limits.MaxPixels) {
		return Image{}, fmt.Errorf("radiograph container: %d×%d is more than %d pixels", width, height, limits.MaxPixels)
	}
	size := width * height
	if layout == layoutWide {
		size *= 2
	}
	var header zstd.Header
	if err := header.Decode(b[headerSize:]); err != nil {
		return Image{}, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	// The frame states its content's size unless it is tiny; a wrong one is refused before memory is spent.
	if header.HasFCS && header.FrameContentSize != uint64(size) {
		return Image{}, fmt.Errorf("%w: the data hold %d bytes, %d×%d pixels need %d", ErrDamaged, header.FrameContentSize, width, height, size)
	}
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(uint64(max(size, 1<<16))))
	if err != nil {
		return Image{}, fmt.Errorf("radiograph container: %w", err)
	}
	defer decoder.Close()
	planes, err := decoder.DecodeAll(b[headerSize:], nil)
	if err != nil {
		return Image{}, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if len(planes) != size {
		return Image{}, fmt.Errorf("%w: the data hold %d bytes, %d×%d pixels need %d", ErrDamaged, len(planes), width, height, size)
	}
	if castagnoli(planes) != sum {
		return Image{}, fmt.Errorf("%w: the pixels do not match their checksum", ErrDamaged)
	}
	im := New(width, height)
	if layout == layoutNarrow {
		fromNarrowPlane(im, planes)
	} else {
		fromWidePlanes(im, planes)
	}
	return im, nil
}
