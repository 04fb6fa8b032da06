package table

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// Text is a table whose columns are not known beforehand, as text without loss: floats with as many digits as
// tell them apart, null as the empty text.
type Text struct {
	Columns []string   // all columns of the file, dotted where nested
	Rows    [][]string // a cell for each column; those that were not asked for are empty
}

// maxText bounds the text of a table: a few bytes of Parquet can stand for very many equal rows.
const maxText = 1 << 30

// ReadText decodes the columns that are wanted of a Parquet file with at most maxRows rows. A wanted
// column must have one value a row. A damaged file is an error.
func ReadText(b []byte, wanted func(column string) bool, maxRows int) (t Text, err error) {
	defer func() { // parquet-go panics on some damaged files
		if p := recover(); p != nil {
			err = fmt.Errorf("table: %v", p)
		}
	}()
	if err := checkFooter(b); err != nil {
		return t, err
	}
	file, err := parquet.OpenFile(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return t, fmt.Errorf("table: %w", err)
	}
	if err := checkPages(file); err != nil {
		return t, err
	}
	if file.NumRows() > int64(maxRows) {
		return t, fmt.Errorf("the table has %d rows, more than %d", file.NumRows(), maxRows)
	}
	var keep []bool
	for _, path := range file.Schema().Columns() {
		leaf, ok := file.Schema().Lookup(path...)
		if !ok {
			return t, fmt.Errorf("column %s is not in the schema", strings.Join(path, "."))
		}
		name := strings.Join(path, ".")
		t.Columns = append(t.Columns, name)
		keep = append(keep, wanted(name))
		if keep[len(keep)-1] && leaf.MaxRepetitionLevel > 0 {
			return t, fmt.Errorf("column %s holds lists", name)
		}
	}
	r := textReader{table: &t, keep: keep, rows: maxRows}
	for _, group := range file.RowGroups() {
		if err := r.read(group); err != nil {
			return t, fmt.Errorf("table: %w", err)
		}
	}
	return t, nil
}

// checkFooter holds the length that the end of a file claims its description has against the file:
// parquet-go makes room for it before it looks.
func checkFooter(b []byte) error {
	const frame = 12 // the magic bytes twice, and the length
	if len(b) < frame {
		return errors.New("table: the file is too short")
	}
	if n := binary.LittleEndian.Uint32(b[len(b)-8:]); int64(n) > int64(len(b)-frame) {
		return fmt.Errorf("table: damaged: the description is said to have %d bytes, the file has %d", n, len(b))
	}
	return nil
}

// checkPages refuses what cannot be unpacked within bounds: parquet-go doubles its room for a damaged page of
// LZ4 until there is no more.
func checkPages(file *parquet.File) error {
	var unpacked int64
	for _, group := range file.Metadata().RowGroups {
		for _, column := range group.Columns {
			switch codec := column.MetaData.Codec; codec {
			case format.Uncompressed, format.Snappy, format.Gzip, format.Zstd:
			default:
				return fmt.Errorf("the compression %s is not read; write the table with zstd, snappy or gzip", codec)
			}
			if n := column.MetaData.TotalUncompressedSize; n < 0 || n > maxText {
				return fmt.Errorf("a column unpacks to %d bytes, more than %d MiB", n, maxText>>20)
			}
			if unpacked += column.MetaData.TotalUncompressedSize; unpacked > maxText {
				return fmt.Errorf("the table unpacks to more than %d MiB", maxText>>20)
			}
		}
	}
	return nil
}

type textReader struct {
	table *Text
	keep  []bool
	rows  int
	bytes int
}

// read appends the rows of a group.
func (r *textReader) read(group parquet.RowGroup) (err error) {
	rows := group.Rows()
	defer func() { err = errors.Join(err, rows.Close()) }()
	buffer := make([]parquet.Row, 256)
	for {
		n, err := rows.ReadRows(buffer)
		for _, row := range buffer[:n] {
			if len(r.table.Rows) >= r.rows {
				return fmt.Errorf("more than %d rows", r.rows)
			}
			if err := r.add(row); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) || err == nil && n == 0 {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (r *textReader) add(row parquet.Row) error {
	cells := make([]string, len(r.table.Columns))
	for _, v := range row {
		if at := v.Column(); at >= 0 && at < len(cells) && r.keep[at] {
			cells[at] = exact(v)
			r.bytes += len(cells[at])
		}
	}
	if r.bytes > maxText {
		return fmt.Errorf("more than %d MiB of text", maxText>>20)
	}
	r.table.Rows = append(r.table.Rows, cells)
	return nil
}

// exact prints a value so that reading it gives the value again.
func exact(v parquet.Value) string {
	switch {
	case v.IsNull():
		return ""
	case v.Kind() == parquet.Float:
		return strconv.FormatFloat(float64(v.Float()), 'g', -1, 32)
	case v.Kind() == parquet.Double:
		return strconv.FormatFloat(v.Double(), 'g', -1, 64)
	case v.Kind() == parquet.ByteArray, v.Kind() == parquet.FixedLenByteArray:
		return string(v.ByteArray())
	}
	return v.String()
}
