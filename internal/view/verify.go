package view

import "fmt"

// A Verification is what femur verify found.
type Verification struct {
	Version string    `json:"version"`
	Blobs   int       `json:"blobs"`
	Bytes   int64     `json:"bytes"`
	Corrupt []BadBlob `json:"corrupt"`
}

// A BadBlob is one that is missing or whose bytes do not match its digest.
type BadBlob struct {
	Digest string   `json:"digest"`
	Why    string   `json:"why"`
	Of     []string `json:"of"` // artifacts that it belongs to
}

// A Verify prints a verification.
type Verify interface {
	Verify(Verification) error
	// Rerun prints how instances that were made again compare with their records.
	Rerun(Reruns) error
}

var (
	_ Verify = (*VerifyHuman)(nil)
	_ Verify = (*VerifyJSON)(nil)
)

// NewVerify returns the view that the stream asks for.
func NewVerify(s Stream) Verify {
	if s.JSON {
		return &VerifyJSON{s}
	}
	return &VerifyHuman{s}
}

// VerifyJSON prints one object.
type VerifyJSON struct{ stream Stream }

// Verify implements [Verify].
func (v *VerifyJSON) Verify(m Verification) error {
	m.Version = Version
	if m.Corrupt == nil {
		m.Corrupt = []BadBlob{}
	}
	return v.stream.writeJSON(m)
}

// VerifyHuman prints a line, and one for each bad blob.
type VerifyHuman struct{ stream Stream }

// Verify implements [Verify].
func (v *VerifyHuman) Verify(m Verification) error {
	p := v.stream.page()
	for _, b := range m.Corrupt {
		p.wrapped("  "+p.red("corrupt")+"  ", shortHash(b.Digest)+": "+b.Why)
		for _, of := range b.Of {
			p.linef("           of %s", of)
		}
	}
	if len(m.Corrupt) > 0 {
		p.linef("")
		p.wrapped("", fmt.Sprintf("%d of %s do not match their digests. The next femur run makes them again.", len(m.Corrupt), Count(m.Blobs, "blob")))
	} else {
		p.linef("%s, %s: all match their digests.", Count(m.Blobs, "blob"), Bytes(m.Bytes))
	}
	return p.to(v.stream.Out)
}
