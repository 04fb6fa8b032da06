package dicom

import (
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
)

// inflate unpacks the data set of a deflated file, up to a limit.
func inflate(b []byte, most int64) ([]byte, error) {
	out, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(b)), most+1))
	if err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, errors.New("truncated: the deflated data end early; copy the file again")
		}
		return nil, errors.New("damaged: the deflated data cannot be inflated")
	}
	if int64(len(out)) > most {
		return nil, fmt.Errorf("the deflated data hold more than %d bytes; convert the file to Explicit VR Little Endian if it is meant", most)
	}
	return out, nil
}
