package table

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type line struct {
	ID string  `parquet:"id"`
	X  float64 `parquet:"x"`
	OK bool    `parquet:"ok"`
	N  int32   `parquet:"n"`
}

func lines(n int) []line {
	out := make([]line, n)
	for i := range out {
		out[i] = line{ID: string(rune('a' + i%26)), X: float64(i) / 3, OK: i%2 == 0, N: int32(i)}
	}
	return out
}

func TestRoundTripAndDeterminism(t *testing.T) {
	for _, n := range []int{0, 1, 5000} {
		var a, b bytes.Buffer
		if err := Write(&a, lines(n)); err != nil {
			t.Fatal(err)
		}
		if err := Write(&b, lines(n)); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a.Bytes(), b.Bytes()) {
			t.Errorf("%d rows: two writes differ", n)
		}
		got, err := Read[line](a.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != n || (n > 0 && !cmp.Equal(got, lines(n))) {
			t.Errorf("%d rows: read %d back, or other ones", n, len(got))
		}
	}
}

func TestDamageIsAnError(t *testing.T) {
	var b bytes.Buffer
	if err := Write(&b, lines(100)); err != nil {
		t.Fatal(err)
	}
	for _, bad := range [][]byte{nil, []byte("PAR1"), b.Bytes()[:b.Len()/2], b.Bytes()[4:]} {
		if rows, err := Read[line](bad); err == nil {
			t.Errorf("%d damaged bytes gave %d rows and no error", len(bad), len(rows))
		}
	}
}
