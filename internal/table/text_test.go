package table_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"

	"femur/internal/table"
)

type mixed struct {
	Name   string   `parquet:"Name"`
	Short  float32  `parquet:"short"`
	Long   float64  `parquet:"long"`
	Count  int64    `parquet:"count"`
	Maybe  *float64 `parquet:"maybe,optional"`
	Yes    bool     `parquet:"yes"`
	Many   []int32  `parquet:"many"`
	Nested struct {
		Inner string `parquet:"inner"`
	} `parquet:"nested"`
}

func mixedFile(t *testing.T, n int) []byte {
	t.Helper()
	rows := make([]mixed, n)
	for i := range rows {
		rows[i] = mixed{Name: "a  b\nc", Short: 0.1, Long: 1234567.890123, Count: -5, Yes: true, Many: []int32{1, 2}}
		rows[i].Nested.Inner = "x"
	}
	var b bytes.Buffer
	if err := table.Write(&b, rows); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Text is exact: nothing is rounded, and space stays as it is.
func TestReadText(t *testing.T) {
	got, err := table.ReadText(mixedFile(t, 300), func(c string) bool { return c != "many" && c != "yes" }, 300)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"Name", "short", "long", "count", "maybe", "yes", "many", "nested.inner"}, got.Columns); d != "" {
		t.Errorf("columns (-want +got):\n%s", d)
	}
	if len(got.Rows) != 300 {
		t.Fatalf("%d rows, want 300", len(got.Rows))
	}
	if d := cmp.Diff([]string{"a  b\nc", "0.1", "1.234567890123e+06", "-5", "", "", "", "x"}, got.Rows[299]); d != "" {
		t.Errorf("row (-want +got):\n%s", d)
	}
}

func TestReadTextRefuses(t *testing.T) {
	b := mixedFile(t, 3)
	all := func(string) bool { return true }
	for name, c := range map[string]struct {
		file   []byte
		wanted func(string) bool
		rows   int
		want   string
	}{
		"lists":    {b, all, 10, "column many holds lists"},
		"rows":     {b, func(string) bool { return false }, 2, "the table has 3 rows, more than 2"},
		"cut":      {b[:len(b)-20], all, 10, "table"},
		"footer":   {[]byte("PAR1\x15\x00\x15\x00\xff\xff\xff\x7fPAR1"), all, 10, "said to have 2147483647 bytes"},
		"no table": {[]byte("PAR1"), all, 10, "table"},
	} {
		_, err := table.ReadText(c.file, c.wanted, c.rows)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", name, err, c.want)
		}
	}
}

// A damaged page of LZ4 makes the decoder ask for memory without end, so the form is refused before it is unpacked.
func TestReadTextRefusesCompressionWithoutBound(t *testing.T) {
	var b bytes.Buffer
	w := parquet.NewGenericWriter[mixed](&b, parquet.Compression(&parquet.Lz4Raw))
	if _, err := w.Write([]mixed{{Name: "a"}}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := table.ReadText(b.Bytes(), func(string) bool { return false }, 10)
	if err == nil || !strings.Contains(err.Error(), "the compression LZ4_RAW is not read; write the table with zstd") {
		t.Errorf("error %v, want LZ4_RAW refused", err)
	}
}

// Every other form of compression is read.
func TestReadTextCompressions(t *testing.T) {
	for _, codec := range []compress.Codec{&parquet.Uncompressed, &parquet.Snappy, &parquet.Gzip, &parquet.Zstd} {
		var b bytes.Buffer
		w := parquet.NewGenericWriter[mixed](&b, parquet.Compression(codec))
		if _, err := w.Write([]mixed{{Name: "a"}}); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		got, err := table.ReadText(b.Bytes(), func(c string) bool { return c == "Name" }, 10)
		if err != nil || len(got.Rows) != 1 || got.Rows[0][0] != "a" {
			t.Errorf("%s: %+v (%v), want one row a", codec, got, err)
		}
	}
}
