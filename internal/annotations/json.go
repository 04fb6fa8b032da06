package annotations

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"femur/dag"
)

// decodeJSON reads a file into v, with faults at their line.
func decodeJSON(file string, b []byte, v any) error {
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	err := json.Unmarshal(b, v)
	if err == nil {
		return nil
	}
	line := 0
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		line = 1 + bytes.Count(b[:min(int(syntax.Offset), len(b))], []byte("\n"))
	case errors.As(err, &kind):
		line = 1 + bytes.Count(b[:min(int(kind.Offset), len(b))], []byte("\n"))
	}
	return &dag.BadInput{File: file, Line: line, Summary: err.Error(), Detail: "The file is not in the form that this kind of source reads."}
}

// An id is a number or a text, as different tools write ids.
type id string

// UnmarshalJSON implements [json.Unmarshaler].
func (i *id) UnmarshalJSON(b []byte) error {
	var text string
	if json.Unmarshal(b, &text) == nil {
		*i = id(text)
		return nil
	}
	var number json.Number
	if err := json.Unmarshal(b, &number); err != nil {
		return fmt.Errorf("%.20s is neither a number nor a text", b)
	}
	*i = id(number)
	return nil
}

// maxSide bounds the width and height that an annotation may claim, in pixels.
const maxSide = 1 << 20

// size reads a claimed width and height; zero where nothing is claimed.
func size(width, height float64) (w, h int, err error) {
	if width == 0 && height == 0 {
		return 0, 0, nil
	}
	for _, v := range []float64{width, height} {
		if v < 1 || v > maxSide || v != float64(int(v)) {
			return 0, 0, fmt.Errorf("the size %s×%s is none that an image can have", plain(width), plain(height))
		}
	}
	return int(width), int(height), nil
}

// plain prints a number as a person would write it.
func plain(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
