package weights

import (
	"bytes"
	"encoding/binary"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func sample() File {
	return File{
		Metadata: map[string]string{"b": "2", "a": "1"},
		Tensors: []Tensor{
			{Name: "z", Shape: []int{2, 2}, Data: []float32{1, -2, 3.5, float32(math.Inf(1))}},
			{Name: "a.weight", Shape: []int{3}, Data: []float32{0, math.SmallestNonzeroFloat32, math.MaxFloat32}},
			{Name: "none", Shape: []int{0, 4}, Data: []float32{}},
			{Name: "scalar", Shape: []int{}, Data: []float32{7}},
		},
	}
}

func encode(t *testing.T, f File) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Encode(&b, f); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// The bytes are those of the format's description, worked out by hand.
func TestEncode(t *testing.T) {
	got := encode(t, File{Tensors: []Tensor{{"b", []int{1}, []float32{2}}, {"a", []int{1}, []float32{1}}}})
	header := `{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`
	header += strings.Repeat(" ", 7-(len(header)-1)%8)
	want := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	want = append(want, header...)
	want = append(want, 0, 0, 0x80, 0x3f, 0, 0, 0, 0x40)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("bytes (-want +got):\n%s", diff)
	}
}

func TestRoundTrip(t *testing.T) {
	f := sample()
	b := encode(t, f)
	got, err := Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	f.Tensors = []Tensor{f.Tensors[1], f.Tensors[2], f.Tensors[3], f.Tensors[0]} // by name
	if diff := cmp.Diff(f, got); diff != "" {
		t.Errorf("after a round trip (-want +got):\n%s", diff)
	}
	if !bytes.Equal(b, encode(t, got)) {
		t.Error("a decoded file encodes to other bytes")
	}
}

func TestEncodeRefuses(t *testing.T) {
	for want, f := range map[string]File{
		"given twice":        {Tensors: []Tensor{{"a", []int{1}, []float32{1}}, {"a", []int{1}, []float32{1}}}},
		"does not hold":      {Tensors: []Tensor{{"a", []int{2}, []float32{1}}}},
		"not a name":         {Tensors: []Tensor{{"__metadata__", []int{1}, []float32{1}}}},
		"[-1] does not hold": {Tensors: []Tensor{{"a", []int{-1}, nil}}},
	} {
		if err := Encode(&bytes.Buffer{}, f); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want it to say %q", err, want)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	file := func(header string, values int) []byte {
		b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
		return append(append(b, header...), make([]byte, values)...)
	}
	for _, tt := range []struct {
		name string
		b    []byte
		want string
	}{
		{"empty", nil, "too few"},
		{"long header", file("{}", 0)[:9], "does not fit"},
		{"no json", file("{", 0), "header"},
		{"half precision", file(`{"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}`, 4), `dtype "F16"`},
		{"shape", file(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}`, 4), "do not hold shape [2]"},
		{"negative", file(`{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}`, 4), "negative"},
		{"huge", file(`{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}`, 0), "too large"},
		{"beyond", file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 4), "do not hold"},
		{"gap", file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 8), "starts at byte 4"},
		{"overlap", file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4), "starts at byte 0"},
		{"rest", file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 8), "end at byte 4 of 8"},
	} {
		if _, err := Decode(tt.b); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want it to say %q", tt.name, err, tt.want)
		}
	}
}

// Whatever decodes must encode and decode to the same again.
func FuzzDecode(f *testing.F) {
	var b bytes.Buffer
	if err := Encode(&b, sample()); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte{2, 0, 0, 0, 0, 0, 0, 0, '{', '}'})
	f.Fuzz(func(t *testing.T, b []byte) {
		first, err := Decode(b)
		if err != nil {
			return
		}
		var again bytes.Buffer
		if err := Encode(&again, first); err != nil {
			// A name may be legal JSON and yet none that is written.
			if strings.Contains(err.Error(), "not a name") {
				return
			}
			t.Fatal(err)
		}
		second, err := Decode(again.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		var third bytes.Buffer
		if err := Encode(&third, second); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(again.Bytes(), third.Bytes()) {
			t.Error("decoding and encoding changed the bytes")
		}
	})
}
