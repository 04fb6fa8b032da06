package leaksearch

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"unicode/utf16"
)

// A form is one way in which a marker can stand in bytes, in lower case.
type form struct {
	marker, name string
	bytes        []byte
}

// A searcher finds many forms in one pass. Its pairs say which two bytes some form begins with.
type searcher struct {
	pairs [1 << 16]bool
	heads map[[headSize]byte][]form
}

// headSize is how much of a form decides whether the rest is compared.
const headSize = 6

func newSearcher(markers []string) (*searcher, error) {
	s := &searcher{heads: map[[headSize]byte][]form{}}
	for _, m := range markers {
		for _, f := range forms(m) {
			if len(f.bytes) < headSize {
				return nil, fmt.Errorf("marker %q: is too short to be told from chance", m)
			}
			head := [headSize]byte(f.bytes)
			s.heads[head] = append(s.heads[head], f)
			s.pairs[binary.BigEndian.Uint16(f.bytes)] = true
		}
	}
	return s, nil
}

// find returns the forms that bytes hold, each once.
func (s *searcher) find(b []byte) []form {
	b = lower(b)
	var found []form
	seen := map[string]bool{}
	for i := 0; i+headSize <= len(b); i++ {
		if !s.pairs[binary.BigEndian.Uint16(b[i:])] {
			continue
		}
		for _, f := range s.heads[[headSize]byte(b[i:])] {
			if name := f.marker + f.name; !seen[name] && bytes.HasPrefix(b[i:], f.bytes) {
				seen[name] = true
				found = append(found, f)
			}
		}
	}
	return found
}

// lower changes ASCII letters alone: bytes.ToLower would replace what is no UTF-8.
func lower(b []byte) []byte {
	c := make([]byte, len(b))
	for i, v := range b {
		if v >= 'A' && v <= 'Z' {
			v += 'a' - 'A'
		}
		c[i] = v
	}
	return c
}

// forms lists the ways in which a marker can stand in bytes.
func forms(marker string) []form {
	var all []form
	add := func(name string, b []byte) { all = append(all, form{marker, name, lower(b)}) }
	add("text", []byte(marker))
	var little, big []byte
	for _, unit := range utf16.Encode([]rune(marker)) {
		little = binary.LittleEndian.AppendUint16(little, unit)
		big = binary.BigEndian.AppendUint16(big, unit)
	}
	add("UTF-16LE", little)
	add("UTF-16BE", big)
	add("hex", []byte(hex.EncodeToString([]byte(marker))))
	for offset := range 3 {
		// The letters that hang on what stands before or behind the marker are left out.
		text := base64.StdEncoding.EncodeToString(append(make([]byte, offset), marker...))
		first, last := (offset*8+5)/6, (offset+len(marker))*8/6
		add("base64", []byte(text[first:last]))
	}
	sum := sha256.Sum256([]byte(marker))
	add("SHA-256", sum[:])
	add("SHA-256 in hex", []byte(hex.EncodeToString(sum[:])))
	return all
}
