// Package rle decodes and encodes the run-length form of DICOM pixels (PS3.5, Annex G; transfer syntax
// 1.2.840.10008.1.2.5).
//
// Words: a frame is one image as one run of bytes; a segment holds one byte of each sample of one color
// plane, the most significant byte first, and is packed as PackBits packs; the header is the 64 bytes that
// say how many segments follow and where each begins.
//
// Guarantee: a frame either decodes to exactly the samples that its size demands, or is an error. Nothing is
// allocated before the frame is long enough to hold that many samples, so memory is bounded by 64 times the
// frame. No input panics.
//
// Limits: a run may cross the end of a row, which the standard forbids to encoders and decoders accept.
package rle

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

const (
	headerSize  = 64
	maxSegments = 15
	// longestRun is how many bytes two bytes of a segment can stand for.
	longestRun = 128
)

// Decode returns the samples of a frame: row after row, the samples of a pixel beside each other, each of
// bytesPerSample bytes, the least significant first. The size is that of the image's attributes (Rows, Columns,
// Samples per Pixel, Bits Allocated / 8); a frame that holds more or fewer bytes is an error. After the last run a
// segment may have one byte that makes its length even.
func Decode(frame []byte, rows, columns, samples, bytesPerSample int) ([]byte, error) {
	pixels, err := size(rows, columns, samples, bytesPerSample)
	if err != nil {
		return nil, err
	}
	segments, err := split(frame, samples*bytesPerSample)
	if err != nil {
		return nil, err
	}
	for i, s := range segments {
		if int64(len(s))*(longestRun/2) < int64(pixels) {
			return nil, fmt.Errorf("RLE segment %d: %d bytes cannot hold %d samples", i+1, len(s), pixels)
		}
	}
	stride := samples * bytesPerSample
	out := make([]byte, pixels*stride)
	for i, s := range segments {
		plane, significance := i/bytesPerSample, i%bytesPerSample
		first := plane*bytesPerSample + bytesPerSample - 1 - significance
		if err := unpack(out[first:], stride, pixels, s); err != nil {
			return nil, fmt.Errorf("RLE segment %d: %w", i+1, err)
		}
	}
	return out, nil
}

// size checks the dimensions and returns rows × columns.
func size(rows, columns, samples, bytesPerSample int) (int, error) {
	if rows < 1 || rows > math.MaxUint16 || columns < 1 || columns > math.MaxUint16 {
		return 0, fmt.Errorf("RLE image of %d rows and %d columns: both must be 1 to %d", rows, columns, math.MaxUint16)
	}
	if samples < 1 || bytesPerSample < 1 || samples > maxSegments || bytesPerSample > maxSegments || samples*bytesPerSample > maxSegments {
		return 0, fmt.Errorf("RLE image of %d samples of %d bytes: at most %d bytes make a pixel", samples, bytesPerSample, maxSegments)
	}
	return rows * columns, nil
}

// split returns the segments that the header names.
func split(frame []byte, want int) ([][]byte, error) {
	if len(frame) < headerSize {
		return nil, fmt.Errorf("RLE header: %d bytes where %d are needed", len(frame), headerSize)
	}
	if got := binary.LittleEndian.Uint32(frame); got != uint32(want) {
		return nil, fmt.Errorf("RLE header: %d segments where the image has %d", got, want)
	}
	offsets := make([]int64, want+1)
	for i := range want {
		offsets[i] = int64(binary.LittleEndian.Uint32(frame[4+4*i:]))
	}
	offsets[want] = int64(len(frame))
	for i := want; i < maxSegments; i++ {
		if o := binary.LittleEndian.Uint32(frame[4+4*i:]); o != 0 {
			return nil, fmt.Errorf("RLE header: offset %d of segment %d, which the image does not have", o, i+1)
		}
	}
	segments := make([][]byte, want)
	for i := range segments {
		from, to := offsets[i], offsets[i+1]
		if from < headerSize || to > int64(len(frame)) || from >= to {
			return nil, fmt.Errorf("RLE header: segment %d from byte %d to %d of %d", i+1, from, to, len(frame))
		}
		segments[i] = frame[from:to]
	}
	return segments, nil
}

var (
	errShort = errors.New("ends before its samples are complete")
	errLong  = errors.New("holds more samples than the image has")
)

// unpack writes the n bytes of a segment to every stride-th byte of out.
func unpack(out []byte, stride, n int, segment []byte) error {
	done, at := 0, 0
	for done < n {
		if at >= len(segment) {
			return errShort
		}
		head := int(int8(segment[at]))
		at++
		switch {
		case head >= 0: // that many bytes and one as they are
			count := head + 1
			if count > len(segment)-at {
				return errShort
			}
			if count > n-done {
				return errLong
			}
			for _, b := range segment[at : at+count] {
				out[done*stride] = b
				done++
			}
			at += count
		case head == -128: // nothing, says the standard
		default: // one byte, repeated
			count := 1 - head
			if at >= len(segment) {
				return errShort
			}
			if count > n-done {
				return errLong
			}
			b := segment[at]
			at++
			for range count {
				out[done*stride] = b
				done++
			}
		}
	}
	if left := len(segment) - at; left > 1 {
		return fmt.Errorf("%d bytes follow the last sample", left)
	}
	return nil
}
