package gdcm

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// corrupt is what libjpeg prints, and the tool ends well all the same, where it made up samples.
const corrupt = "Corrupt JPEG data"

// Raw returns the DICOM file with its pixels decoded: explicit VR little endian, one frame after the other. The error is
// a [*Failure] where the tool crashed, took too long, wrote too much, refused the file or wrote something else; the
// cause of the context where that ended it.
func (t *Tool) Raw(ctx context.Context, file []byte) ([]byte, error) {
	in, out, err := anonymous()
	if err != nil {
		return nil, fmt.Errorf("files for %s: %w", program, err)
	}
	defer func() { _ = errors.Join(in.Close(), out.Close()) }() // nothing is kept in them
	if _, err := in.Write(file); err != nil {
		return nil, fmt.Errorf("files for %s: %w", program, err)
	}
	if _, err := in.Seek(0, io.SeekStart); err != nil { // where /dev/fd shares the offset
		return nil, fmt.Errorf("files for %s: %w", program, err)
	}
	printed, err := t.run(ctx, []*os.File{in, out}, "--raw", "/dev/fd/3", "/dev/fd/4")
	if err != nil {
		return nil, err
	}
	if strings.Contains(printed, corrupt) {
		return nil, &Failure{Reason: "found the compressed pixels damaged", Printed: printed}
	}
	info, err := out.Stat()
	if err != nil {
		return nil, fmt.Errorf("files for %s: %w", program, err)
	}
	if info.Size() > t.OutputBytes { // the child's limit counts in blocks
		return nil, &Failure{Reason: fmt.Sprintf("wrote more than %d bytes", t.OutputBytes), Printed: printed}
	}
	raw := make([]byte, info.Size())
	if _, err := out.ReadAt(raw, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("files for %s: %w", program, err)
	}
	if !isDICOM(raw) {
		return nil, &Failure{Reason: fmt.Sprintf("wrote %d bytes that are no DICOM file", len(raw)), Printed: printed}
	}
	return raw, nil
}

// isDICOM looks for the magic behind the preamble.
func isDICOM(b []byte) bool {
	const preamble, magic = 128, "DICM"
	return len(b) > preamble+len(magic) && bytes.Equal(b[preamble:preamble+len(magic)], []byte(magic))
}

// anonymous opens two files that have no name any more.
func anonymous() (in, out *os.File, err error) {
	dir, err := os.MkdirTemp("", "femur-") // mode 0700
	if err != nil {
		return nil, nil, err
	}
	defer func() {
		if gone := os.RemoveAll(dir); gone != nil || err != nil {
			for _, f := range []*os.File{in, out} {
				if f != nil {
					_ = f.Close() // empty, and of no use
				}
			}
			in, out, err = nil, nil, errors.Join(err, gone)
		}
	}()
	const flags = os.O_RDWR | os.O_CREATE | os.O_EXCL
	if in, err = os.OpenFile(filepath.Join(dir, "in"), flags, 0o600); err != nil {
		return nil, nil, err
	}
	out, err = os.OpenFile(filepath.Join(dir, "out"), flags, 0o600)
	return in, out, err
}
