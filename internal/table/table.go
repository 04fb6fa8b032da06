// Package table writes and reads the Parquet tables that stages exchange, and makes them of what a stage
// left item by item.
//
// Guarantee: the same rows give the same bytes. Columns stand in the order of the struct's fields,
// the codec and the writer's identification are fixed, and nothing of clock or host goes in.
package table

import (
	"bytes"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"
)

// Write encodes rows as one Parquet file. T is a struct with parquet tags.
func Write[T any](w io.Writer, rows []T) error {
	pw := parquet.NewGenericWriter[T](w, parquet.Compression(&parquet.Zstd), parquet.CreatedBy("femur", "1", ""))
	if _, err := pw.Write(rows); err != nil {
		return fmt.Errorf("table of %T: %w", rows, err)
	}
	if err := pw.Close(); err != nil {
		return fmt.Errorf("table of %T: %w", rows, err)
	}
	return nil
}

// Read decodes a Parquet file whose columns match T.
func Read[T any](b []byte) (rows []T, err error) {
	defer func() { // parquet-go panics on some damaged files
		if p := recover(); p != nil {
			err = fmt.Errorf("table of %T: %v", rows, p)
		}
	}()
	if err := checkFooter(b); err != nil {
		return nil, err
	}
	rows, err = parquet.Read[T](bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, fmt.Errorf("table of %T: %w", rows, err)
	}
	return rows, nil
}
