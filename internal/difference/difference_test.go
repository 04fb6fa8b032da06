package difference_test

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"femur/cache"
	"femur/internal/difference"
	"femur/internal/npy"
	"femur/internal/radiograph"
	"femur/internal/table"
	"femur/models/weights"
)

type row struct {
	Image string  `parquet:"image"`
	Fold  int32   `parquet:"fold"`
	Score float64 `parquet:"score"`
	AFF   bool    `parquet:"aff"`
}

func parquet[R any](t *testing.T, rows ...R) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := table.Write(&b, rows); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func compare(t *testing.T, media cache.Media, was, now []byte, want ...difference.Part) {
	t.Helper()
	if d := cmp.Diff(want, difference.Compare(media, was, now)); d != "" {
		t.Errorf("other differences than wanted (-want +have):\n%s", d)
	}
	if same := difference.Compare(media, was, was); same != nil {
		t.Errorf("differs from itself: %+v", same)
	}
}

func TestTableCells(t *testing.T) {
	was := parquet(t, row{"a", 0, 0.25, true}, row{"b", 1, 0.5, false}, row{"c", 2, 8, true})
	now := parquet(t, row{"a", 0, 0.25, true}, row{"b", 1, 0.75, true}, row{"c", 2, 10, true})
	compare(t, cache.MediaParquet, was, now,
		difference.Part{Name: "column score", Elements: 3, Differ: 2, MaxAbs: 2, MaxRel: 0.25 / 0.75, Places: []difference.Place{
			{Where: "row 2 (b)", Was: "0.5", Now: "0.75"}, {Where: "row 3 (c)", Was: "8", Now: "10"},
		}},
		difference.Part{Name: "column aff", Elements: 3, Differ: 1, Places: []difference.Place{{Where: "row 2 (b)", Was: "false", Now: "true"}}},
	)
}

// The smallest change of a float is told, although six digits of it are the same.
func TestTableLastBit(t *testing.T) {
	next := math.Nextafter(1, 2)
	was, now := parquet(t, row{Image: "a", Score: 1}), parquet(t, row{Image: "a", Score: next})
	compare(t, cache.MediaParquet, was, now, difference.Part{
		Name: "column score", Elements: 1, Differ: 1, MaxAbs: next - 1, MaxRel: (next - 1) / next,
		Places: []difference.Place{{Where: "row 1 (a)", Was: "1", Now: "1.0000000000000002"}},
	})
}

// A row that is missing does not make those behind it differ.
func TestTableRows(t *testing.T) {
	was := parquet(t, row{Image: "a", Fold: 1}, row{Image: "b", Fold: 2}, row{Image: "c", Fold: 3})
	now := parquet(t, row{Image: "c", Fold: 3}, row{Image: "a", Fold: 1}, row{Image: "d", Fold: 4}, row{Image: "e", Fold: 5})
	compare(t, cache.MediaParquet, was, now, difference.Part{
		Name: "rows", Elements: 4, Differ: 3, Note: "3 rows are recorded, the new table has 4; they stand in another order",
		Places: []difference.Place{
			{Where: "row 2 (b)", Was: "recorded", Now: "(none)"},
			{Where: "new row 3 (d)", Was: "(none)", Now: "made"}, {Where: "new row 4 (e)", Was: "(none)", Now: "made"},
		},
	})
}

// Rows that nothing names are compared by their place.
func TestTableUnnamedRows(t *testing.T) {
	was := parquet(t, row{Image: "a", Fold: 1}, row{Image: "a", Fold: 2})
	now := parquet(t, row{Image: "a", Fold: 1}, row{Image: "a", Fold: 5}, row{Image: "a", Fold: 6})
	compare(t, cache.MediaParquet, was, now,
		difference.Part{Name: "rows", Elements: 3, Note: "2 rows are recorded, the new table has 3"},
		difference.Part{Name: "column fold", Elements: 2, Differ: 1, MaxAbs: 3, MaxRel: 0.6, Places: []difference.Place{{Where: "row 2", Was: "2", Now: "5"}}},
	)
}

func TestTableColumns(t *testing.T) {
	type other struct {
		Image string `parquet:"image"`
		Fold  int64  `parquet:"fold"`
		Site  string `parquet:"site"`
	}
	compare(t, cache.MediaParquet, parquet(t, row{Image: "a"}), parquet(t, other{Image: "a"}),
		difference.Part{Name: "column fold", Elements: 1, Note: "its type is INT(32,true), in the new table INT(64,true)"},
		difference.Part{Name: "column score", Note: "it is recorded, the new table has none"},
		difference.Part{Name: "column aff", Note: "it is recorded, the new table has none"},
		difference.Part{Name: "column site", Note: "the new table has it, none is recorded"},
	)
}

func TestTableOfLists(t *testing.T) {
	type listed struct {
		Image  string    `parquet:"image"`
		Losses []float64 `parquet:"losses"`
	}
	compare(t, cache.MediaParquet, parquet(t, listed{"a", []float64{1, 2}}), parquet(t, listed{"a", []float64{1, 3}}),
		difference.Part{Name: "column losses", Elements: 1, Differ: 1, Places: []difference.Place{{Where: "row 1 (a)", Was: "1 2", Now: "1 3"}}})
}

func model(t *testing.T, metadata map[string]string, tensors ...weights.Tensor) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := weights.Encode(&b, weights.File{Metadata: metadata, Tensors: tensors}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestModel(t *testing.T) {
	nan := float32(math.NaN())
	was := model(t, map[string]string{"epochs": "3"},
		weights.Tensor{Name: "bias", Shape: []int{2}, Data: []float32{1, 2}},
		weights.Tensor{Name: "gone", Shape: []int{1}, Data: []float32{1}},
		weights.Tensor{Name: "head", Shape: []int{2, 3}, Data: []float32{0, 1, 2, 3, 4, nan}},
		weights.Tensor{Name: "shape", Shape: []int{2, 1}, Data: []float32{0, 1}},
		weights.Tensor{Name: "sign", Shape: []int{}, Data: []float32{0}},
	)
	now := model(t, map[string]string{"epochs": "4", "unit": "mm"},
		weights.Tensor{Name: "bias", Shape: []int{2}, Data: []float32{1, 2}},
		weights.Tensor{Name: "head", Shape: []int{2, 3}, Data: []float32{0, 1, 2, 3.5, nan, nan}},
		weights.Tensor{Name: "new", Shape: []int{1}, Data: []float32{1}},
		weights.Tensor{Name: "shape", Shape: []int{1, 2}, Data: []float32{0, 1}},
		weights.Tensor{Name: "sign", Shape: []int{}, Data: []float32{float32(math.Copysign(0, -1))}},
	)
	compare(t, cache.MediaModel, was, now,
		difference.Part{Name: "metadata", Elements: 2, Differ: 2, Places: []difference.Place{
			{Where: "epochs", Was: "3", Now: "4"}, {Where: "unit", Was: "(none)", Now: "mm"},
		}},
		difference.Part{Name: "tensor gone", Elements: 1, Note: "it is recorded, the new model has none"},
		difference.Part{Name: "tensor head", Elements: 6, Differ: 2, MaxAbs: 0.5, MaxRel: 0.5 / 3.5, Places: []difference.Place{
			{Where: "[1, 0]", Was: "3", Now: "3.5"}, {Where: "[1, 1]", Was: "4", Now: "NaN"},
		}},
		difference.Part{Name: "tensor shape", Elements: 2, Note: "its shape is [2 1], in the new model [1 2]"},
		difference.Part{Name: "tensor sign", Elements: 1, Differ: 1, Places: []difference.Place{{Where: "[]", Was: "0", Now: "-0"}}},
		difference.Part{Name: "tensor new", Elements: 1, Note: "the new model has it, none is recorded"},
	)
}

func TestPictures(t *testing.T) {
	pixels := func(at int, v uint16) []uint16 {
		pix := make([]uint16, 12)
		pix[at] = v
		return pix
	}
	arrays := func(pix []uint16, height, width int) []byte {
		var b bytes.Buffer
		if err := npy.Write(&b, pix, height, width); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	want := difference.Part{Name: "pixels", Elements: 12, Differ: 1, MaxAbs: 30, MaxRel: 0.3, Places: []difference.Place{{Where: "x 2, y 1", Was: "100", Now: "70"}}}
	compare(t, cache.MediaNPY, arrays(pixels(6, 100), 3, 4), arrays(pixels(6, 70), 3, 4), want)
	compare(t, cache.MediaNPY, arrays(pixels(6, 100), 3, 4), arrays(pixels(6, 100), 4, 3),
		difference.Part{Name: "pixels", Elements: 12, Note: "4 × 3 are recorded, the new picture has 3 × 4"})

	container := func(pix []uint16) []byte {
		im := radiograph.New(4, 3)
		copy(im.Pix, pix)
		var b bytes.Buffer
		if err := radiograph.Encode(&b, im); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	compare(t, cache.MediaRadiograph, container(pixels(6, 100)), container(pixels(6, 70)), want)

	colors := func(red uint8, level png.CompressionLevel) []byte {
		im := image.NewNRGBA(image.Rect(0, 0, 40, 30))
		for i := range im.Pix {
			im.Pix[i] = 255
		}
		im.Set(5, 2, color.NRGBA{R: red, G: 9, B: 9, A: 255})
		var b bytes.Buffer
		if err := (&png.Encoder{CompressionLevel: level}).Encode(&b, im); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	compare(t, cache.MediaPNG, colors(1, 0), colors(2, 0), difference.Part{
		Name: "pixels", Elements: 1200, Differ: 1, MaxAbs: 257, MaxRel: 0.5,
		Places: []difference.Place{{Where: "x 5, y 2", Was: "257 2313 2313 65535", Now: "514 2313 2313 65535"}},
	})
	parts := difference.Compare(cache.MediaPNG, colors(1, png.NoCompression), colors(1, png.BestCompression))
	if len(parts) != 1 || parts[0].Name != "bytes" || !bytes.Contains([]byte(parts[0].Note), []byte("only the encoding differs")) {
		t.Errorf("the same pixels in other bytes: %+v", parts)
	}
}

func TestJSON(t *testing.T) {
	was := `{"scores": {"aff": 0.25}, "curve": [{"loss": 1}, {"loss": 2}, {"loss": 4}], "old": 1, "name": "a", "list": [1], "kind": 3}`
	now := `{"scores": {"aff": 0.5}, "curve": [{"loss": 1}, {"loss": 3}, {"loss": 5}], "new": [2], "name": "b", "list": [1, 7], "kind": {"a": 1}}`
	compare(t, cache.MediaJSON, []byte(was), []byte(now),
		difference.Part{Name: "value curve[].loss", Elements: 3, Differ: 2, MaxAbs: 1, MaxRel: 1.0 / 3, Places: []difference.Place{
			{Where: "curve[1].loss", Was: "2", Now: "3"}, {Where: "curve[2].loss", Was: "4", Now: "5"},
		}},
		difference.Part{Name: "value kind", Elements: 1, Differ: 1, Places: []difference.Place{{Where: "kind", Was: "3", Now: `{"a":1}`}}},
		difference.Part{Name: "value list[]", Elements: 2, Differ: 1, Places: []difference.Place{{Where: "list[1]", Was: "(none)", Now: "7"}}},
		difference.Part{Name: "value name", Elements: 1, Differ: 1, Places: []difference.Place{{Where: "name", Was: `"a"`, Now: `"b"`}}},
		difference.Part{Name: "value new", Elements: 1, Differ: 1, Places: []difference.Place{{Where: "new", Was: "(none)", Now: "[2]"}}},
		difference.Part{Name: "value old", Elements: 1, Differ: 1, Places: []difference.Place{{Where: "old", Was: "1", Now: "(none)"}}},
		difference.Part{Name: "value scores.aff", Elements: 1, Differ: 1, MaxAbs: 0.25, MaxRel: 0.5, Places: []difference.Place{{Where: "scores.aff", Was: "0.25", Now: "0.5"}}},
	)
	compare(t, cache.MediaScore, []byte("1"), []byte("2"),
		difference.Part{Name: "the value", Elements: 1, Differ: 1, MaxAbs: 1, MaxRel: 0.5, Places: []difference.Place{{Was: "1", Now: "2"}}})
}

func TestLines(t *testing.T) {
	compare(t, cache.MediaText, []byte("a\nb\n"), []byte("a\nc\nd\n"), difference.Part{
		Name: "lines", Elements: 4, Differ: 3, Note: "3 lines are recorded, the new text has 4",
		Places: []difference.Place{{Where: "line 2", Was: "b", Now: "c"}, {Where: "line 3", Was: "", Now: "d"}, {Where: "line 4", Was: "(none)", Now: ""}},
	})
	long := bytes.Repeat([]byte("x"), 200)
	compare(t, cache.MediaHTML, append(long, "before"...), append(long, "after"...), difference.Part{
		Name: "lines", Elements: 1, Differ: 1,
		Places: []difference.Place{{Where: "line 1, column 201", Was: "…xxxxxxxxxxxxxxxxxxxxbefore", Now: "…xxxxxxxxxxxxxxxxxxxxafter"}},
	})
}

// What cannot be decoded is compared as bytes, and the reason is told.
func TestDamaged(t *testing.T) {
	for _, media := range []cache.Media{cache.MediaParquet, cache.MediaModel, cache.MediaRadiograph, cache.MediaNPY, cache.MediaPNG, cache.MediaCenter} {
		parts := difference.Compare(media, []byte("no such thing"), []byte("no such thinG at all"))
		if len(parts) != 1 || parts[0].Name != "bytes" || parts[0].Differ != 1 || parts[0].Places[0].Where != "byte 12" {
			t.Errorf("%s: %+v, want byte 12", media, parts)
		}
	}
	compare(t, cache.MediaFile, []byte{1, 2}, []byte{1, 3}, difference.Part{
		Name: "bytes", Elements: 2, Differ: 1, Places: []difference.Place{{Where: "byte 1", Was: "0x02", Now: "0x03"}},
	})
}

// Other bytes always have something to tell, whatever they are said to be, and equal ones never.
func TestNothingEscapes(t *testing.T) {
	media := rapid.SampledFrom([]cache.Media{
		cache.MediaParquet, cache.MediaModel, cache.MediaRadiograph, cache.MediaNPY, cache.MediaPNG, cache.MediaJSON, cache.MediaText, cache.MediaFile,
	})
	content := rapid.OneOf(rapid.SliceOf(rapid.Byte()), rapid.Map(rapid.StringMatching(`[\[{" 01.,:]{0,12}`), func(s string) []byte { return []byte(s) }),
		rapid.SampledFrom([][]byte{[]byte(`{"a":1}`), []byte(`{"a": 1}`), []byte(`[1,null]`), []byte(`[1]`)}))
	rapid.Check(t, func(t *rapid.T) {
		m, a, b := media.Draw(t, "media"), content.Draw(t, "was"), content.Draw(t, "now")
		parts := difference.Compare(m, a, b)
		if bytes.Equal(a, b) != (len(parts) == 0) {
			t.Fatalf("%s: %q and %q give %+v", m, a, b, parts)
		}
		for _, p := range parts {
			if p.Differ == 0 && p.Note == "" || p.Differ > 0 && len(p.Places) == 0 || len(p.Places) > difference.MaxPlaces {
				t.Fatalf("%s: %q and %q give a part %+v", m, a, b, p)
			}
		}
	})
}

// What is too large for memory is compared in pieces, with the same result.
func TestBytes(t *testing.T) {
	const size = 3<<20 + 17
	was := bytes.Repeat([]byte("femur"), size/5)
	now := bytes.Clone(was)
	now[0] ^= 1
	now[2<<20+1] ^= 1
	for _, tt := range []struct {
		name     string
		was, now []byte
	}{{"equal", was, was}, {"two bytes", was, now}, {"longer", was, append(bytes.Clone(now), 1, 2, 3)}, {"shorter", was, now[:1<<20]}, {"empty", nil, now}, {"nothing", nil, nil}} {
		have, err := difference.Bytes(iotest.HalfReader(bytes.NewReader(tt.was)), bytes.NewReader(tt.now))
		if err != nil {
			t.Fatal(err)
		}
		want := difference.Part{Name: "bytes", Elements: len(tt.was)}
		if parts := difference.Compare(cache.MediaFile, tt.was, tt.now); parts != nil {
			want = parts[0]
		}
		if d := cmp.Diff(want, have); d != "" {
			t.Errorf("%s: (-in memory +in pieces):\n%s", tt.name, d)
		}
	}
	bad := errors.New("bad disk")
	if _, err := difference.Bytes(bytes.NewReader(was), io.MultiReader(bytes.NewReader(was[:100]), iotest.ErrReader(bad))); !errors.Is(err, bad) {
		t.Errorf("error %v, want the reader's", err)
	}
}
