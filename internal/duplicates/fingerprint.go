package duplicates

import (
	"crypto/sha256"
	"encoding/binary"

	"femur/cache"
	"femur/internal/radiograph"
)

// thumbSide is the side of the thumbnail that a fingerprint carries.
const thumbSide = 32

// flatRange is the least range of gray levels, of 65,535, of the hashed copy: below it there is nothing to recognize.
const flatRange = 655

// A Fingerprint is what is remembered of a radiograph to find its duplicates without its pixels. It is stored as JSON
// in about 1.6 kB, most of which is the thumbnail.
type Fingerprint struct {
	Width  int `json:"width"`
	Height int `json:"height"`
	// Pixels is the digest of the oriented pixels with their size: equal for exact duplicates.
	Pixels cache.Digest `json:"pixels"`
	// Hash is meaningless when Flat.
	Hash Hash `json:"hash"`
	// Thumb is the radiograph squeezed into thumbSide² gray levels from 0, the darkest, to 255, row-major.
	Thumb []byte `json:"thumb,omitempty"`
	// Flat says that the radiograph is uniform or nearly so. It is a duplicate of nothing: all empty exposures look the same.
	Flat bool `json:"flat,omitempty"`
}

// Of makes the fingerprint of a radiograph. It panics on an image that is not valid.
func Of(im radiograph.Image) Fingerprint {
	f := Fingerprint{Width: im.Width, Height: im.Height, Pixels: digest(im)}
	small := radiograph.Resize(im, gridSide, gridSide)
	low, high := extremes(small.Pix)
	if high-low < flatRange {
		f.Flat = true
		return f
	}
	f.Hash = hashOf(newCosines(), centered(small.Pix))
	f.Thumb = thumbnail(small, low, high)
	return f
}

// thumbnail shrinks the hashed copy and stretches its gray levels to 8 bits.
func thumbnail(small radiograph.Image, low, high uint16) []byte {
	out := make([]byte, thumbSide*thumbSide)
	for i, v := range radiograph.Resize(small, thumbSide, thumbSide).Pix {
		out[i] = byte((uint64(v-low)*255 + uint64(high-low)/2) / uint64(high-low))
	}
	return out
}

// centered subtracts the mean.
func centered(pix []uint16) []int64 {
	var sum int64
	for _, v := range pix {
		sum += int64(v)
	}
	mean := sum / int64(len(pix))
	out := make([]int64, len(pix))
	for i, v := range pix {
		out[i] = int64(v) - mean
	}
	return out
}

func extremes(pix []uint16) (low, high uint16) {
	low, high = pix[0], pix[0]
	for _, v := range pix {
		low, high = min(low, v), max(high, v)
	}
	return low, high
}

// digest hashes size and pixels, each as little-endian.
func digest(im radiograph.Image) cache.Digest {
	h := sha256.New()
	var size [16]byte
	binary.LittleEndian.PutUint64(size[:8], uint64(im.Width))
	binary.LittleEndian.PutUint64(size[8:], uint64(im.Height))
	h.Write(size[:])
	var buffer [1 << 15]byte
	for pix := im.Pix; len(pix) > 0; {
		n := min(len(pix), len(buffer)/2)
		for i, v := range pix[:n] {
			binary.LittleEndian.PutUint16(buffer[2*i:], v)
		}
		h.Write(buffer[:2*n])
		pix = pix[n:]
	}
	return cache.Digest(h.Sum(nil))
}
