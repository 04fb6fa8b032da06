package table

import (
	"fmt"
	"io"

	"femur/cache"
	"femur/dag"
)

// Rows decodes the items at a port and makes a row of each, in the order of their ids. An error names the
// item that cannot be decoded.
func Rows[V, R any](t dag.Task, port string, decode func([]byte) (V, error), row func(cache.Item, V) R) ([]R, error) {
	var rows []R
	for it, err := range t.Items(port) {
		if err != nil {
			return nil, err
		}
		b, err := dag.ReadAll(t, it.Artifact)
		if err != nil {
			return nil, err
		}
		v, err := decode(b)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", it.ID, err)
		}
		rows = append(rows, row(it, v))
	}
	return rows, nil
}

// Put writes rows as the table at an output port.
func Put[R any](t dag.Task, port string, rows []R) error {
	return dag.Write(t, port, cache.ItemRef{}, func(w io.Writer) error { return Write(w, rows) })
}

// Collect writes what a stage made item by item as a table: a row of each item at its output port from.
func Collect[V, R any](t dag.Task, from, to string, decode func([]byte) (V, error), row func(cache.Item, V) R) error {
	rows, err := Rows(t, from, decode, row)
	if err != nil {
		return err
	}
	return Put(t, to, rows)
}
