package dicomwrite

import (
	"crypto/sha256"
	"encoding/binary"
	"math/big"
)

// The transfer syntaxes.
const (
	ImplicitLittle   = "1.2.840.10008.1.2"
	ExplicitLittle   = "1.2.840.10008.1.2.1"
	Deflated         = "1.2.840.10008.1.2.1.99"
	ExplicitBig      = "1.2.840.10008.1.2.2"
	RLE              = "1.2.840.10008.1.2.5"
	JPEGBaseline     = "1.2.840.10008.1.2.4.50"
	JPEGExtended     = "1.2.840.10008.1.2.4.51"
	JPEGLossless     = "1.2.840.10008.1.2.4.57"
	JPEGLosslessSV1  = "1.2.840.10008.1.2.4.70"
	JPEGLSLossless   = "1.2.840.10008.1.2.4.80"
	JPEGLSNear       = "1.2.840.10008.1.2.4.81"
	JPEG2000Lossless = "1.2.840.10008.1.2.4.90"
	JPEG2000         = "1.2.840.10008.1.2.4.91"
)

// The classes of images (SOP Class UID).
const (
	ComputedRadiography = "1.2.840.10008.5.1.4.1.1.1"
	DigitalXRay         = "1.2.840.10008.5.1.4.1.1.1.1"
	SecondaryCapture    = "1.2.840.10008.5.1.4.1.1.7"
)

// UID returns the identifier of what the parts name: 2.25. and a UUID made of their SHA-256 (RFC 9562, version 8). The
// same parts give the same UID, other parts another.
func UID(parts ...string) string {
	h := sha256.New()
	var length [8]byte
	for _, p := range parts {
		binary.BigEndian.PutUint64(length[:], uint64(len(p)))
		h.Write(length[:])
		h.Write([]byte(p))
	}
	uuid := h.Sum(nil)[:16]
	uuid[6] = uuid[6]&0x0F | 0x80
	uuid[8] = uuid[8]&0x3F | 0x80
	return "2.25." + new(big.Int).SetBytes(uuid).String()
}
