package leaksearch

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"io"

	"github.com/klauspost/compress/zstd"
)

const (
	maxDepth    = 5
	maxUnpacked = 64 << 20 // of one piece
)

// unpack calls f for the bytes and for all that is packed within them.
func unpack(b []byte, f func([]byte)) error {
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxUnpacked))
	if err != nil {
		return err
	}
	defer decoder.Close()
	unpacker{decoder}.walk(b, f, 0)
	return nil
}

type unpacker struct{ zstd *zstd.Decoder }

func (u unpacker) walk(b []byte, f func([]byte), depth int) {
	f(b)
	if depth == maxDepth {
		return
	}
	for i := 0; i+4 < len(b); i++ {
		var plain []byte
		switch {
		case b[i] == 0x28 && b[i+1] == 0xb5 && b[i+2] == 0x2f && b[i+3] == 0xfd:
			if u.zstd.Reset(bytes.NewReader(b[i:])) == nil {
				plain = read(u.zstd)
			}
		case b[i] == 0x1f && b[i+1] == 0x8b && b[i+2] == 8:
			if r, err := gzip.NewReader(bytes.NewReader(b[i:])); err == nil {
				plain = read(r)
			}
		case b[i] == 0x78 && (b[i+1] == 0x01 || b[i+1] == 0x5e || b[i+1] == 0x9c || b[i+1] == 0xda):
			if r, err := zlib.NewReader(bytes.NewReader(b[i:])); err == nil {
				plain = read(r)
			}
		case bytes.HasPrefix(b[i:], []byte("base64,")):
			plain = uri(b[i+len("base64,"):])
		}
		if len(plain) > 0 {
			u.walk(plain, f, depth+1)
		}
	}
}

// read returns what can be read; what follows a packed piece is none, and its error says nothing.
func read(r io.Reader) []byte {
	b, _ := io.ReadAll(io.LimitReader(r, maxUnpacked))
	return b
}

// uri decodes the base64 text that bytes begin with.
func uri(b []byte) []byte {
	end := bytes.IndexFunc(b, func(c rune) bool {
		return !(c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '/')
	})
	if end < 0 {
		end = len(b)
	}
	plain := make([]byte, base64.RawStdEncoding.DecodedLen(end))
	n, _ := base64.RawStdEncoding.Decode(plain, b[:end]) // as far as it goes
	return plain[:n]
}
