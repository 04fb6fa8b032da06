package difference

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"femur/internal/table"
	"femur/internal/table/cells"
)

// A sheet is a table as text, with the types of its columns.
type sheet struct {
	columns []cells.Column
	rows    [][]string
}

func readSheet(b []byte) (s sheet, err error) {
	typed, err := cells.Read(b, 1)
	if err != nil {
		return s, err
	}
	s.columns = typed.Columns
	exact, err := table.ReadText(b, func(string) bool { return true }, math.MaxInt)
	if err == nil {
		s.rows = exact.Rows
		return s, nil
	}
	all, plainErr := cells.Read(b, 0) // columns of lists
	if plainErr != nil {
		return s, errors.Join(err, plainErr)
	}
	s.rows = all.Rows
	return s, nil
}

func (s sheet) find(name string) int {
	return slices.IndexFunc(s.columns, func(c cells.Column) bool { return c.Name == name })
}

// compareTables compares column by column, in rows that belong together.
func compareTables(was, now []byte) ([]Part, error) {
	a, err := readSheet(was)
	if err != nil {
		return nil, err
	}
	b, err := readSheet(now)
	if err != nil {
		return nil, err
	}
	pairs, rows := matchRows(a, b)
	var parts []Part
	if rows.found() {
		parts = append(parts, rows)
	}
	for i, c := range a.columns {
		p := Part{Name: "column " + c.Name}
		j := b.find(c.Name)
		switch {
		case j < 0:
			p.Note = "it is recorded, the new table has none"
		case b.columns[j].Type != c.Type:
			p.Note = fmt.Sprintf("its type is %s, in the new table %s", c.Type, b.columns[j].Type)
		}
		if j >= 0 {
			p.column(a, b, i, j, pairs)
		}
		if p.found() {
			parts = append(parts, p)
		}
	}
	for _, c := range b.columns {
		if a.find(c.Name) < 0 {
			parts = append(parts, Part{Name: "column " + c.Name, Note: "the new table has it, none is recorded"})
		}
	}
	return parts, nil
}

// column compares a column in the rows that belong together.
func (p *Part) column(a, b sheet, i, j int, pairs []rowPair) {
	numeric := a.columns[i].Numeric && b.columns[j].Numeric
	p.Elements = len(pairs)
	for _, pair := range pairs {
		x, y := a.rows[pair.was][i], b.rows[pair.now][j]
		if x == y {
			continue
		}
		p.differs(func() Place { return Place{pair.String(), shown(x), shown(y)} })
		if !numeric {
			continue
		}
		from, err1 := strconv.ParseFloat(x, 64)
		to, err2 := strconv.ParseFloat(y, 64)
		if err1 == nil && err2 == nil {
			p.distance(from, to)
		}
	}
}

func shown(cell string) string {
	if cell == "" {
		return "(nothing)"
	}
	return cell
}

// A rowPair is two rows that belong together, by their place, or by what names them.
type rowPair struct {
	was, now int
	name     string
}

// String names the recorded row, counted from 1.
func (r rowPair) String() string {
	if r.name == "" {
		return fmt.Sprintf("row %d", r.was+1)
	}
	return fmt.Sprintf("row %d (%s)", r.was+1, cut(r.name))
}

// matchRows finds the rows that belong together, by the first column of text without a repetition where both
// tables have one, so that a row that is missing does not make all behind it differ. The part tells of rows
// that one table alone has, and of their order.
func matchRows(a, b sheet) (pairs []rowPair, rows Part) {
	rows = Part{Name: "rows", Elements: max(len(a.rows), len(b.rows))}
	if len(a.rows) != len(b.rows) {
		rows.Note = fmt.Sprintf("%d rows are recorded, the new table has %d", len(a.rows), len(b.rows))
	}
	i, j, at := nameColumn(a, b)
	if i < 0 {
		for n := range min(len(a.rows), len(b.rows)) {
			pairs = append(pairs, rowPair{was: n, now: n})
		}
		return pairs, rows
	}
	seen := make([]bool, len(b.rows))
	last, moved := -1, false
	for n, row := range a.rows {
		m, ok := at[row[i]]
		if !ok {
			rows.differs(func() Place { return Place{rowPair{was: n, name: row[i]}.String(), "recorded", "(none)"} })
			continue
		}
		moved = moved || m < last
		last, seen[m] = m, true
		pairs = append(pairs, rowPair{n, m, row[i]})
	}
	for m, row := range b.rows {
		if !seen[m] {
			rows.differs(func() Place { return Place{fmt.Sprintf("new row %d (%s)", m+1, cut(row[j])), "(none)", "made"} })
		}
	}
	if moved {
		rows.Note = join(rows.Note, "they stand in another order")
	}
	return pairs, rows
}

// nameColumn returns the column that names rows, in both tables, and the new table's rows by name.
func nameColumn(a, b sheet) (i, j int, at map[string]int) {
	for i, c := range a.columns {
		j := b.find(c.Name)
		if c.Numeric || strings.EqualFold(c.Type, "boolean") || j < 0 || index(a, i) == nil {
			continue
		}
		if at := index(b, j); at != nil {
			return i, j, at
		}
	}
	return -1, -1, nil
}

// index finds rows by a column; nil where two have the same.
func index(s sheet, column int) map[string]int {
	at := make(map[string]int, len(s.rows))
	for n, row := range s.rows {
		if _, twice := at[row[column]]; twice {
			return nil
		}
		at[row[column]] = n
	}
	return at
}
