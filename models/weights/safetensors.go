// Package weights reads and writes safetensors files: named float32 tensors
// with metadata, as PyTorch, timm and JAX open them.
//
// The format (huggingface/safetensors): eight bytes, the length of the header,
// little-endian; the header, a JSON object that maps names to dtype, shape and
// byte range, with strings under "__metadata__"; then the values, little-endian,
// row-major, without gaps.
//
// Guarantee: equal files give equal bytes. Tensors are written in order of
// their names, metadata in order of its keys, and the header is padded with
// spaces so that the values start at a multiple of 8.
//
// Limits: F32 only. A file is held in memory whole. Decode is strict: ranges
// that overlap, leave gaps, or disagree with a shape are errors.
package weights

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
)

// A Tensor is one named block of values, row-major.
type Tensor struct {
	Name  string
	Shape []int
	Data  []float32
}

// A File is what a safetensors file holds.
type File struct {
	Metadata map[string]string
	Tensors  []Tensor
}

const (
	metadataKey = "__metadata__"
	dtypeF32    = "F32"
	// maxHeader is the greatest header that the format's own reader accepts.
	maxHeader = 100_000_000
)

// entry is a tensor in the header. The order of fields is the reference writer's.
type entry struct {
	DType   string    `json:"dtype"`
	Shape   []int     `json:"shape"`
	Offsets [2]uint64 `json:"data_offsets"`
}

// Encode writes a file. It fails where two tensors have one name, or where a
// tensor's shape does not fit its values.
func Encode(w io.Writer, f File) error {
	tensors := slices.SortedFunc(slices.Values(f.Tensors), func(a, b Tensor) int { return strings.Compare(a.Name, b.Name) })
	header := map[string]any{}
	if len(f.Metadata) > 0 {
		header[metadataKey] = f.Metadata
	}
	var end uint64
	for _, t := range tensors {
		if t.Name == "" || t.Name == metadataKey {
			return fmt.Errorf("tensor %q: not a name for a tensor", t.Name)
		}
		if _, twice := header[t.Name]; twice {
			return fmt.Errorf("tensor %q: given twice", t.Name)
		}
		n, err := count(t.Shape)
		if err != nil || n != uint64(len(t.Data)) {
			return fmt.Errorf("tensor %q: shape %v does not hold %d values", t.Name, t.Shape, len(t.Data))
		}
		shape := append([]int{}, t.Shape...) // not null for a scalar
		header[t.Name] = entry{dtypeF32, shape, [2]uint64{end, end + 4*n}}
		end += 4 * n
	}
	// encoding/json writes the keys of a map in order.
	text, err := json.Marshal(header)
	if err != nil {
		return err
	}
	for len(text)%8 != 0 {
		text = append(text, ' ')
	}
	if _, err := w.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(text)))); err != nil {
		return err
	}
	if _, err := w.Write(text); err != nil {
		return err
	}
	for _, t := range tensors {
		raw := make([]byte, 0, 4*len(t.Data))
		for _, v := range t.Data {
			raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
		}
		if _, err := w.Write(raw); err != nil {
			return err
		}
	}
	return nil
}

// Decode reads a file; its tensors come in order of their names. The error says
// what is wrong with which tensor.
func Decode(b []byte) (File, error) {
	if len(b) < 8 {
		return File{}, fmt.Errorf("safetensors: %d bytes are too few for a header", len(b))
	}
	length := binary.LittleEndian.Uint64(b)
	if length > maxHeader || length > uint64(len(b)-8) {
		return File{}, fmt.Errorf("safetensors: a header of %d bytes does not fit a file of %d", length, len(b))
	}
	var header map[string]json.RawMessage
	if err := json.Unmarshal(b[8:8+length], &header); err != nil {
		return File{}, fmt.Errorf("safetensors: header: %w", err)
	}
	var f File
	if raw, ok := header[metadataKey]; ok {
		if err := json.Unmarshal(raw, &f.Metadata); err != nil {
			return File{}, fmt.Errorf("safetensors: metadata: %w", err)
		}
		delete(header, metadataKey)
	}
	values := b[8+length:]
	ranges := make([][2]uint64, 0, len(header))
	for name, raw := range header {
		t, span, err := decodeTensor(name, raw, values)
		if err != nil {
			return File{}, fmt.Errorf("safetensors: tensor %q: %w", name, err)
		}
		f.Tensors = append(f.Tensors, t)
		ranges = append(ranges, span)
	}
	if err := checkRanges(ranges, uint64(len(values))); err != nil {
		return File{}, err
	}
	slices.SortFunc(f.Tensors, func(a, b Tensor) int { return strings.Compare(a.Name, b.Name) })
	return f, nil
}

func decodeTensor(name string, raw json.RawMessage, values []byte) (Tensor, [2]uint64, error) {
	var e entry
	if err := json.Unmarshal(raw, &e); err != nil {
		return Tensor{}, e.Offsets, err
	}
	if e.DType != dtypeF32 {
		return Tensor{}, e.Offsets, fmt.Errorf("dtype %q; only %s is read", e.DType, dtypeF32)
	}
	n, err := count(e.Shape)
	if err != nil {
		return Tensor{}, e.Offsets, err
	}
	from, to := e.Offsets[0], e.Offsets[1]
	if from > to || to > uint64(len(values)) || to-from != 4*n {
		return Tensor{}, e.Offsets, fmt.Errorf("bytes %d to %d do not hold shape %v", from, to, e.Shape)
	}
	t := Tensor{Name: name, Shape: e.Shape, Data: make([]float32, n)}
	for i := range t.Data {
		t.Data[i] = math.Float32frombits(binary.LittleEndian.Uint32(values[from+4*uint64(i):]))
	}
	return t, e.Offsets, nil
}

// checkRanges demands that the ranges cover all bytes once.
func checkRanges(ranges [][2]uint64, size uint64) error {
	slices.SortFunc(ranges, func(a, b [2]uint64) int {
		return slices.Compare(a[:], b[:])
	})
	var end uint64
	for _, r := range ranges {
		if r[0] != end {
			return fmt.Errorf("safetensors: a tensor starts at byte %d where the one before ends at %d", r[0], end)
		}
		end = r[1]
	}
	if end != size {
		return fmt.Errorf("safetensors: tensors end at byte %d of %d", end, size)
	}
	return nil
}

// count is the number of values of a shape.
func count(shape []int) (uint64, error) {
	const most = 1 << 40
	n := uint64(1)
	for _, d := range shape {
		if d < 0 {
			return 0, fmt.Errorf("shape %v has a negative side", shape)
		}
		if d > 0 && n > most/uint64(d) {
			return 0, fmt.Errorf("shape %v is too large", shape)
		}
		n *= uint64(d)
	}
	return n, nil
}
