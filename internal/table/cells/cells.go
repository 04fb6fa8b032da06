// Package cells reads Parquet files whose columns are not known beforehand, as text to look at. Stages
// do not use it: they read rows of a type of their own, by package table.
//
// Guarantee: a damaged file is an error, never a panic. Limits: columns of lists and of nested groups
// show their values separated by spaces.
package cells

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/parquet-go/parquet-go"
)

// A Table is the first rows of a file.
type Table struct {
	Columns []Column
	Rows    [][]string
	Total   int // rows in the file
}

// A Column is a leaf of the file's schema.
type Column struct {
	Name    string
	Type    string
	Numeric bool
}

// Read decodes a file, and at most limit of its rows; 0 stands for all.
func Read(b []byte, limit int) (t Table, err error) {
	defer func() { // parquet-go panics on some damaged files
		if p := recover(); p != nil {
			err = fmt.Errorf("table: %v", p)
		}
	}()
	file, err := parquet.OpenFile(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return t, fmt.Errorf("table: %w", err)
	}
	t = Table{Total: int(file.NumRows()), Rows: [][]string{}}
	for _, path := range file.Schema().Columns() {
		leaf, ok := file.Schema().Lookup(path...)
		if !ok {
			return t, fmt.Errorf("table: column %s is not in the schema", strings.Join(path, "."))
		}
		t.Columns = append(t.Columns, newColumn(strings.Join(path, "."), leaf.Node.Type()))
	}
	if limit <= 0 || limit > t.Total {
		limit = t.Total
	}
	for _, group := range file.RowGroups() {
		if err := t.read(group, limit); err != nil {
			return t, fmt.Errorf("table: %w", err)
		}
	}
	return t, nil
}

func newColumn(name string, kind parquet.Type) Column {
	c := Column{Name: name, Type: kind.String()}
	switch kind.Kind() {
	case parquet.Int32, parquet.Int64, parquet.Float, parquet.Double:
		c.Numeric = true
	}
	return c
}

// read appends the rows of a group until there are enough.
func (t *Table) read(group parquet.RowGroup, limit int) (err error) {
	rows := group.Rows()
	defer func() { err = errors.Join(err, rows.Close()) }()
	buffer := make([]parquet.Row, 64)
	for len(t.Rows) < limit {
		n, err := rows.ReadRows(buffer)
		for _, row := range buffer[:min(n, limit-len(t.Rows))] {
			t.Rows = append(t.Rows, t.cells(row))
		}
		if errors.Is(err, io.EOF) || err == nil && n == 0 {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *Table) cells(row parquet.Row) []string {
	cells := make([]string, len(t.Columns))
	for _, v := range row {
		at := v.Column()
		if cells[at] != "" {
			cells[at] += " "
		}
		cells[at] += text(v)
	}
	return cells
}

// text prints a value on one line, floats with six significant digits.
func text(v parquet.Value) string {
	switch {
	case v.IsNull():
		return ""
	case v.Kind() == parquet.Float:
		return strconv.FormatFloat(float64(v.Float()), 'g', 6, 32)
	case v.Kind() == parquet.Double:
		return strconv.FormatFloat(v.Double(), 'g', 6, 64)
	case v.Kind() == parquet.ByteArray:
		return strings.Join(strings.Fields(string(v.ByteArray())), " ")
	}
	return v.String()
}
