package cache

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// A Digest is the SHA-256 of bytes that exist. It is a type of its own so that it can never be
// passed where a [Key] is meant: a key names a result that may not exist yet.
type Digest [sha256.Size]byte

// Sum returns the digest of b.
func Sum(b []byte) Digest { return sha256.Sum256(b) }

// ParseDigest reads the 64 hex digits that [Digest.String] writes and accepts nothing else.
func ParseDigest(s string) (Digest, error) {
	b, err := parseHash(s)
	return Digest(b), err
}

// String returns the digest as 64 lower-case hex digits.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// Short returns the first 8 hex digits, for logs and tables.
func (d Digest) Short() string { return hex.EncodeToString(d[:4]) }

// IsZero reports whether d was never set.
func (d Digest) IsZero() bool { return d == Digest{} }

// MarshalText implements [encoding.TextMarshaler]; the zero digest is the empty text.
func (d Digest) MarshalText() ([]byte, error) { return marshalHash(d), nil }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (d *Digest) UnmarshalText(b []byte) error { return unmarshalHash((*[32]byte)(d), b) }

// A Key is the SHA-256 of a [Recipe]: it names a result that may not exist yet.
type Key [sha256.Size]byte

// ParseKey reads the 64 hex digits that [Key.String] writes and accepts nothing else.
func ParseKey(s string) (Key, error) {
	b, err := parseHash(s)
	return Key(b), err
}

// String returns the key as 64 lower-case hex digits.
func (k Key) String() string { return hex.EncodeToString(k[:]) }

// Short returns the first 8 hex digits, for logs and tables.
func (k Key) Short() string { return hex.EncodeToString(k[:4]) }

// IsZero reports whether k was never set.
func (k Key) IsZero() bool { return k == Key{} }

// MarshalText implements [encoding.TextMarshaler]; the zero key is the empty text.
func (k Key) MarshalText() ([]byte, error) { return marshalHash(k), nil }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (k *Key) UnmarshalText(b []byte) error { return unmarshalHash((*[32]byte)(k), b) }

func parseHash(s string) (h [32]byte, err error) {
	if len(s) != 2*len(h) {
		return h, fmt.Errorf("hash %q: want %d hex digits, have %d", s, 2*len(h), len(s))
	}
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return h, fmt.Errorf("hash %q: %q is no lower-case hex digit", s, c)
		}
	}
	_, err = hex.Decode(h[:], []byte(s))
	return h, err
}

func marshalHash(h [32]byte) []byte {
	if h == ([32]byte{}) {
		return []byte{}
	}
	return []byte(hex.EncodeToString(h[:]))
}

func unmarshalHash(h *[32]byte, b []byte) error {
	if len(b) == 0 {
		*h = [32]byte{}
		return nil
	}
	v, err := parseHash(string(b))
	if err != nil {
		return err
	}
	*h = v
	return nil
}
