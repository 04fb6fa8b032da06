package dicom

import "strings"

// A codec is how pixel data are compressed.
type codec int

const (
	native       codec = iota
	runLength          // RLE, by package rle
	baselineJPEG       // by the standard library
	losslessJPEG       // by package jpegll
	external           // by a Converter
	refused
)

// A syntax is what a transfer syntax says about the bytes of a file.
type syntax struct {
	uid      string
	name     string
	codec    codec
	implicit bool // value representations are left out
	big      bool // numbers are big-endian
	deflated bool // the data set is one deflate stream
	lossy    bool // the syntax always loses something
}

const (
	implicitLittle   = "1.2.840.10008.1.2"
	explicitLittle   = "1.2.840.10008.1.2.1"
	deflatedExplicit = "1.2.840.10008.1.2.1.99"
	explicitBig      = "1.2.840.10008.1.2.2"
	rleLossless      = "1.2.840.10008.1.2.5"
	jpegBaseline     = "1.2.840.10008.1.2.4.50"
	jpegExtended     = "1.2.840.10008.1.2.4.51"
	jpegLossless     = "1.2.840.10008.1.2.4.57"
	jpegLosslessSV1  = "1.2.840.10008.1.2.4.70"
	jpegLSLossless   = "1.2.840.10008.1.2.4.80"
	jpegLSNear       = "1.2.840.10008.1.2.4.81"
	jpeg2000Lossless = "1.2.840.10008.1.2.4.90"
	jpeg2000         = "1.2.840.10008.1.2.4.91"
	standardRoot     = "1.2.840.10008."
)

// syntaxes lists what is read, in the order of docs/formats.md.
func syntaxes() []syntax {
	return []syntax{
		{uid: implicitLittle, name: "Implicit VR Little Endian", implicit: true},
		{uid: explicitLittle, name: "Explicit VR Little Endian"},
		{uid: explicitBig, name: "Explicit VR Big Endian", big: true},
		{uid: deflatedExplicit, name: "Deflated Explicit VR Little Endian", deflated: true},
		{uid: rleLossless, name: "RLE Lossless", codec: runLength},
		{uid: jpegBaseline, name: "JPEG Baseline (Process 1)", codec: baselineJPEG, lossy: true},
		{uid: jpegExtended, name: "JPEG Extended (Process 2 and 4)", codec: external, lossy: true},
		{uid: jpegLossless, name: "JPEG Lossless (Process 14)", codec: losslessJPEG},
		{uid: jpegLosslessSV1, name: "JPEG Lossless (Process 14, first-order prediction)", codec: losslessJPEG},
		{uid: jpegLSLossless, name: "JPEG-LS Lossless", codec: external},
		{uid: jpegLSNear, name: "JPEG-LS Near-Lossless", codec: external, lossy: true},
		{uid: jpeg2000Lossless, name: "JPEG 2000 Lossless", codec: external},
		{uid: jpeg2000, name: "JPEG 2000", codec: external, lossy: true},
	}
}

// lookUp returns what is known of a transfer syntax. One that is not read comes back as refused, under the best name
// there is for it.
func lookUp(uid string) syntax {
	for _, s := range syntaxes() {
		if s.uid == uid {
			return s
		}
	}
	return syntax{uid: plainUID(uid), name: refusedName(uid), codec: refused, deflated: isDeflatedJPIP(uid)}
}

// isDeflatedJPIP tells the syntaxes in which even the header is compressed, so that the refusal can name them.
func isDeflatedJPIP(uid string) bool {
	return uid == "1.2.840.10008.1.2.4.95" || uid == "1.2.840.10008.1.2.4.205"
}

// refusedName names a transfer syntax that is not read.
func refusedName(uid string) string {
	last, ok := strings.CutPrefix(uid, "1.2.840.10008.1.2.4.")
	if !ok {
		switch {
		case uid == "1.2.840.10008.1.2.1.98":
			return "Encapsulated Uncompressed Explicit VR Little Endian"
		case uid == "1.2.840.10008.1.2.8.1":
			return "Deflated Image Frame Compression"
		case uid == "1.2.840.10008.1.20":
			return "Papyrus 3 (retired)"
		case strings.HasPrefix(uid, "1.2.840.10008.1.2.6."):
			return "a message encoding, not an image"
		case strings.HasPrefix(uid, "1.2.840.10008.1.2.7."):
			return "SMPTE ST 2110 video"
		case strings.HasPrefix(uid, standardRoot):
			return "a transfer syntax unknown to femur"
		}
		return "a private transfer syntax"
	}
	switch last {
	case "92", "93":
		return "JPEG 2000 Part 2 Multi-component"
	case "94", "95", "204", "205":
		return "JPIP, which refers to pixels on a server"
	case "110", "111", "112":
		return "JPEG XL"
	case "201", "202", "203":
		return "High-Throughput JPEG 2000 (HTJ2K)"
	}
	switch {
	case strings.HasPrefix(last, "10"):
		return "MPEG or HEVC video"
	case len(last) == 2 && (last[0] == '5' || last[0] == '6'):
		return "a retired JPEG process"
	}
	return "a transfer syntax unknown to femur"
}

// plainUID returns the identifier where it is one of the standard's own; any other might carry what identifies
// somebody, and becomes "OTHER".
func plainUID(uid string) string {
	rest, ok := strings.CutPrefix(uid, standardRoot)
	if !ok || len(rest) > 12 || strings.Trim(rest, ".0123456789") != "" {
		return other
	}
	return uid
}
