package cells_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"femur/internal/table"
	"femur/internal/table/cells"
)

type row struct {
	ID    string  `parquet:"id"`
	Count int64   `parquet:"count"`
	Share float64 `parquet:"share"`
	Known bool    `parquet:"known"`
}

func encode(t *testing.T, rows []row) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := table.Write(&b, rows); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRead(t *testing.T) {
	b := encode(t, []row{{"a b", 3, 0.123456789, true}, {"two\nlines", -1, 2, false}, {"c", 0, 1e-9, true}})
	for _, c := range []struct {
		limit int
		want  [][]string
	}{
		{0, [][]string{{"a b", "3", "0.123457", "true"}, {"two lines", "-1", "2", "false"}, {"c", "0", "1e-09", "true"}}},
		{1, [][]string{{"a b", "3", "0.123457", "true"}}},
		{9, [][]string{{"a b", "3", "0.123457", "true"}, {"two lines", "-1", "2", "false"}, {"c", "0", "1e-09", "true"}}},
	} {
		got, err := cells.Read(b, c.limit)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, got.Rows); diff != "" || got.Total != 3 {
			t.Errorf("limit %d: total %d, rows differ (-want +got):\n%s", c.limit, got.Total, diff)
		}
		if got.Columns[0].Numeric || !got.Columns[1].Numeric || !got.Columns[2].Numeric || got.Columns[3].Numeric {
			t.Errorf("columns: %+v", got.Columns)
		}
	}
}

func FuzzRead(f *testing.F) {
	var b bytes.Buffer
	if err := table.Write(&b, []row{{"a", 1, 0.5, true}}); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte("PAR1PAR1"))
	f.Fuzz(func(_ *testing.T, b []byte) {
		_, _ = cells.Read(b, 4) // an error is fine, a panic is not
	})
}
