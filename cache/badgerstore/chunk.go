package badgerstore

import (
	"errors"
	"fmt"
	"runtime"
	"sync"

	"github.com/klauspost/compress/zstd"

	"femur/cache"
)

// chunkSize is the largest chunk, in plain bytes. Chunks are cut at its multiples; a reader relies on
// the lengths in the header alone, so that they can be cut by content one day.
const chunkSize = 1 << 20

// How the bytes of a chunk are kept, as the user meta of its entry.
const (
	encodingPlain   byte = 0
	encodingZstd    byte = 1 // one zstd frame
	encodingDamaged byte = 2 // found not to match its digest; the value says nothing
)

// smallest is the shortest chunk that compression is tried on.
const smallest = 128

// codec compresses and restores chunks. Its coders are made when they are first needed, because a
// run that changes nothing compresses nothing.
type codec struct {
	encoder func() *zstd.Encoder
	decoder func() *zstd.Decoder
}

func newCodec() codec {
	workers := min(runtime.GOMAXPROCS(0), 4)
	return codec{
		encoder: sync.OnceValue(func() *zstd.Encoder {
			e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(workers),
				zstd.WithWindowSize(chunkSize), zstd.WithSingleSegment(true), zstd.WithEncoderCRC(false))
			if err != nil {
				panic(fmt.Sprintf("badgerstore: zstd encoder: %v", err)) // constant options
			}
			return e
		}),
		decoder: sync.OnceValue(func() *zstd.Decoder {
			d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(workers), zstd.WithDecoderMaxMemory(4*chunkSize))
			if err != nil {
				panic(fmt.Sprintf("badgerstore: zstd decoder: %v", err)) // constant options
			}
			return d
		}),
	}
}

// encode returns the form to keep and its encoding; plain bytes unless compression saves a sixteenth.
func (c codec) encode(plain []byte) ([]byte, byte) {
	if len(plain) >= smallest {
		if packed := c.encoder().EncodeAll(plain, nil); len(packed) < len(plain)-len(plain)/16 {
			return packed, encodingZstd
		}
	}
	return plain, encodingPlain
}

var errChunk = errors.New("chunk does not match its digest")

// decode restores a chunk and checks it. The result shares no memory with kept.
func (c codec) decode(ref chunkRef, kept []byte, encoding byte) (plain []byte, err error) {
	switch encoding {
	case encodingPlain:
		plain = append(make([]byte, 0, len(kept)), kept...)
	case encodingZstd:
		if plain, err = c.decoder().DecodeAll(kept, make([]byte, 0, ref.length)); err != nil {
			return nil, errChunk
		}
	default:
		return nil, errChunk
	}
	if len(plain) != ref.length || cache.Sum(plain) != ref.digest {
		return nil, errChunk
	}
	return plain, nil
}

// packed reports media whose bytes are compressed already, so that trying is a waste.
func packed(m cache.Media) bool {
	switch m {
	case cache.MediaPNG, cache.MediaRadiograph, cache.MediaParquet, "image/jpeg", "application/gzip", "application/zip", "application/zstd":
		return true
	}
	return false
}
