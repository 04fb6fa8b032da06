package annotations

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"femur/dag"
	"femur/internal/geom"
)

// studioColumns reads the form column → row → value.
func studioColumns(file string, b []byte, f *faults) ([]Record, error) {
	var c struct {
		Name   map[string]*string  `json:"file_name"`
		Width  map[string]*float64 `json:"original_width"`
		Height map[string]*float64 `json:"original_height"`
		X      map[string]*float64 `json:"x"`
		Y      map[string]*float64 `json:"y"`
	}
	if err := decodeJSON(file, b, &c); err != nil {
		return nil, err
	}
	if c.Name == nil || c.X == nil || c.Y == nil || c.Width == nil || c.Height == nil {
		return nil, &dag.BadInput{File: file, Summary: "a column is missing", Detail: "The file is either a list of tasks, as Label Studio exports it, or has file_name, original_width, original_height, x and y, each row → value."}
	}
	keys := slices.SortedFunc(maps.Keys(c.Name), func(a, b string) int {
		x, errA := strconv.Atoi(a)
		y, errB := strconv.Atoi(b)
		if errA == nil && errB == nil {
			return cmp.Or(cmp.Compare(x, y), cmp.Compare(a, b))
		}
		return cmp.Compare(a, b)
	})
	var records []Record
	for _, key := range keys {
		r := Record{File: file, Frame: -1, Entry: "row " + key}
		if n := c.Name[key]; n != nil {
			r.Name = *n
		}
		w, h, x, y := c.Width[key], c.Height[key], c.X[key], c.Y[key]
		if r.Name == "" && w == nil && h == nil && x == nil && y == nil {
			continue // an empty row holds nothing to lose
		}
		if w != nil && h != nil {
			var err error
			if r.Width, r.Height, err = size(*w, *h); err != nil {
				f.add(r.Bad(err.Error(), "original_width and original_height are the pixels of the image."))
				continue
			}
		}
		if x != nil && y != nil {
			if r.Width == 0 {
				f.add(r.Bad("the image size is missing", "x and y are percent of original_width and original_height: all four are needed."))
				continue
			}
			r.Marks = []Mark{{Center: geom.Point{X: *x / 100 * float64(r.Width), Y: *y / 100 * float64(r.Height)}}}
		} else if x != nil || y != nil {
			f.add(r.Bad("only one of x and y is given", "Give both, or neither."))
			continue
		}
		records = append(records, r)
	}
	return records, nil
}
