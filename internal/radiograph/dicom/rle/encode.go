package rle

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Encode packs the samples of an image, laid out as [Decode] returns them, into a frame. Runs end with their row,
// segments have an even length, and the same samples give the same bytes.
func Encode(samples []byte, rows, columns, samplesPerPixel, bytesPerSample int) ([]byte, error) {
	pixels, err := size(rows, columns, samplesPerPixel, bytesPerSample)
	if err != nil {
		return nil, err
	}
	stride := samplesPerPixel * bytesPerSample
	if len(samples) != pixels*stride {
		return nil, fmt.Errorf("RLE image of %d×%d pixels of %d bytes: got %d bytes", columns, rows, stride, len(samples))
	}
	frame := make([]byte, headerSize)
	binary.LittleEndian.PutUint32(frame, uint32(stride))
	row := make([]byte, columns)
	for i := range stride {
		if len(frame) > math.MaxUint32 {
			return nil, fmt.Errorf("RLE image of %d×%d pixels: its offsets need more than 32 bits", columns, rows)
		}
		binary.LittleEndian.PutUint32(frame[4+4*i:], uint32(len(frame)))
		plane, significance := i/bytesPerSample, i%bytesPerSample
		first := plane*bytesPerSample + bytesPerSample - 1 - significance
		for y := range rows {
			for x := range row {
				row[x] = samples[(y*columns+x)*stride+first]
			}
			frame = pack(frame, row)
		}
		if len(frame)%2 != 0 {
			frame = append(frame, 0)
		}
	}
	return frame, nil
}

// pack appends one row: a run where three bytes or more are equal, the bytes themselves elsewhere.
func pack(to, row []byte) []byte {
	for at := 0; at < len(row); {
		if n := run(row[at:]); n >= 3 || n == len(row)-at && n == 2 {
			to = append(to, byte(1-n), row[at])
			at += n
			continue
		}
		from := at
		for at < len(row) && at-from < longestRun && run(row[at:]) < 3 {
			at++
		}
		to = append(to, byte(at-from-1))
		to = append(to, row[from:at]...)
	}
	return to
}

// run is how often the first byte stands there, up to what a run can hold.
func run(row []byte) int {
	n := 1
	for n < len(row) && n < longestRun && row[n] == row[0] {
		n++
	}
	return n
}
