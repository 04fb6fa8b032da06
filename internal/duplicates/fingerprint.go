package duplicates

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"femur/cache"
	"femur/internal/radiograph"
)

// thumbSide is the side of the thumbnail that a fingerprint carries: that of the smallest copies that are aligned.
const thumbSide = 32

// flatRange is the least range of gray levels, of 65,535, in the hashed copy: a hundredth. Below it there is nothing to
// recognize.
const flatRange = 655

// A Fingerprint is what is remembered of a radiograph to find its duplicates without its pixels. It is stored as JSON,
// in about 1.6 kB, of which the thumbnail is 1.4.
type Fingerprint struct {
	Width  int `json:"width"`
	Height int `json:"height"`
	// Pixels is the digest of the oriented pixels with their size: equal for exact duplicates.
	Pixels cache.Digest `json:"pixels"`
	// Hashes are that of the whole and, where there is a border, that of what is within; none when Flat.
	Hashes []Hash `json:"hashes,omitempty"`
	// Border is the width of the uniform borders left, top, right and bottom, in 256ths of the side.
	Border [4]uint8 `json:"border"`
	// Thumb is the radiograph squeezed into 32×32 gray levels from 0, its darkest, to 255, row-major.
	Thumb []byte `json:"thumb,omitempty"`
	// Flat says that the radiograph is uniform or nearly so. It is a duplicate of nothing, since all empty exposures
	// look the same.
	Flat bool `json:"flat,omitempty"`
}

// Of makes the fingerprint of a radiograph. It panics on an image that is not valid.
func Of(im radiograph.Image) Fingerprint {
	f := Fingerprint{Width: im.Width, Height: im.Height, Pixels: digest(im)}
	square := radiograph.Resize(im, copySide, copySide)
	small := radiograph.Resize(square, gridSide, gridSide)
	if low, high := extremes(small.Pix); high-low < flatRange {
		f.Flat = true
		return f
	}
	cosine := newCosines()
	f.Hashes = []Hash{hashOf(cosine, centered(small.Pix))}
	if b := bordersOf(square); b != (borders{}) {
		within := radiograph.Resample(square, b.rect(), gridSide, gridSide)
		if low, high := extremes(within.Pix); high-low >= flatRange {
			f.Border = b
			f.Hashes = append(f.Hashes, hashOf(cosine, centered(within.Pix)))
		}
	}
	f.Thumb = make([]byte, 0, thumbSide*thumbSide)
	for _, v := range stretched(radiograph.Resize(small, thumbSide, thumbSide).Pix, 255) {
		f.Thumb = append(f.Thumb, byte(v))
	}
	return f
}

// thumb returns the thumbnail as what is compared.
func (f Fingerprint) thumb() levels {
	l := levels{thumbSide, make([]uint16, len(f.Thumb))}
	for i, v := range f.Thumb {
		l.pix[i] = uint16(v) * (tones / 256)
	}
	return l
}

// Validate returns an error when the fingerprint is none that [Of] makes, as one read from a file may be.
func (f Fingerprint) Validate() error {
	switch {
	case f.Width <= 0 || f.Height <= 0:
		return fmt.Errorf("fingerprint of %d×%d pixels", f.Width, f.Height)
	case f.Flat:
		return nil
	case len(f.Hashes) < 1 || len(f.Hashes) > 2:
		return fmt.Errorf("fingerprint with %d hashes; 1 or 2 are expected", len(f.Hashes))
	case len(f.Thumb) != thumbSide*thumbSide:
		return fmt.Errorf("fingerprint with a thumbnail of %d bytes; %d are expected", len(f.Thumb), thumbSide*thumbSide)
	}
	return borders(f.Border).validate()
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
