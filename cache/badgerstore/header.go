package badgerstore

import (
	"encoding/binary"
	"errors"

	"femur/cache"
)

// A header says what a blob is made of. Its encoding: a byte 1; the length of the media, the media;
// the number of chunks; for each chunk its length and, unless it is the only one, its digest. All
// numbers are unsigned varints. The digest of an only chunk is the blob's.
type header struct {
	media  cache.Media
	chunks []chunkRef
}

type chunkRef struct {
	digest cache.Digest
	length int
}

const headerVersion = 1

var errHeader = errors.New("its header cannot be read")

func (h header) size() (n int64) {
	for _, c := range h.chunks {
		n += int64(c.length)
	}
	return n
}

func (h header) encode() []byte {
	b := []byte{headerVersion}
	b = binary.AppendUvarint(b, uint64(len(h.media)))
	b = append(b, h.media...)
	b = binary.AppendUvarint(b, uint64(len(h.chunks)))
	for _, c := range h.chunks {
		b = binary.AppendUvarint(b, uint64(c.length))
		if len(h.chunks) > 1 {
			b = append(b, c.digest[:]...)
		}
	}
	return b
}

func decodeHeader(d cache.Digest, b []byte) (header, error) {
	if len(b) == 0 || b[0] != headerVersion {
		return header{}, errHeader
	}
	b = b[1:]
	number := func(limit int) (int, bool) {
		v, n := binary.Uvarint(b)
		if n <= 0 || v > uint64(limit) {
			return 0, false
		}
		b = b[n:]
		return int(v), true
	}
	n, ok := number(len(b))
	if !ok || n > len(b) {
		return header{}, errHeader
	}
	h := header{media: cache.Media(b[:n])}
	b = b[n:]
	if n, ok = number(len(b)); !ok {
		return header{}, errHeader
	}
	h.chunks = make([]chunkRef, n)
	for i := range h.chunks {
		c := &h.chunks[i]
		if c.length, ok = number(chunkSize); !ok || c.length == 0 {
			return header{}, errHeader
		}
		if n == 1 {
			c.digest = d
		} else if copy(c.digest[:], b) == len(d) {
			b = b[len(d):]
		} else {
			return header{}, errHeader
		}
	}
	if len(b) > 0 {
		return header{}, errHeader
	}
	return h, nil
}
