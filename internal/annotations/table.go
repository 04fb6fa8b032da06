package annotations

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"femur/dag"
	"femur/internal/table"
)

// maxRows bounds the lines of a table.
const maxRows = 5_000_000

// A tableLine is one line of a table with named columns.
type tableLine struct {
	file    string
	number  int // 1-based line in the file; 0 in a Parquet file
	row     int // 1-based row of a Parquet file; 0 in a text
	columns map[string]int
	fields  []string
}

// get returns a cell without the space around it; empty where there is none.
func (l tableLine) get(column string) string {
	i, ok := l.columns[strings.ToLower(column)]
	if !ok || i >= len(l.fields) {
		return ""
	}
	return strings.TrimSpace(l.fields[i])
}

// entry names the row of a file without lines.
func (l tableLine) entry() string {
	if l.row == 0 {
		return ""
	}
	return fmt.Sprintf("row %d", l.row)
}

// bad is a fault in the line.
func (l tableLine) bad(record, summary, detail string) error {
	if e := l.entry(); e != "" {
		record = e + " (" + record + ")"
	}
	return &dag.BadInput{File: l.file, Line: l.number, Record: record, Summary: summary, Detail: detail}
}

// readTable reads a table in either form, which its first bytes tell.
func readTable(file string, b []byte, required, known []string) ([]tableLine, error) {
	if bytes.HasPrefix(b, []byte("PAR1")) {
		return readParquet(file, b, required, known)
	}
	return readCSV(file, b, required, known)
}

// readParquet reads the columns that are known, of whatever physical type, as the text that a person would write.
func readParquet(file string, b []byte, required, known []string) ([]tableLine, error) {
	t, err := table.ReadText(b, func(column string) bool {
		return slices.ContainsFunc(known, func(k string) bool { return strings.EqualFold(k, column) })
	}, maxRows)
	if err != nil {
		return nil, &dag.BadInput{File: file, Summary: err.Error(), Detail: "Write the file again; each column that is read needs one value a row, a number or a text."}
	}
	columns, err := columnsOf(file, t.Columns, required, known, 0)
	if err != nil {
		return nil, err
	}
	lines := make([]tableLine, len(t.Rows))
	for i, fields := range t.Rows {
		lines[i] = tableLine{file: file, columns: columns, fields: fields, row: i + 1}
	}
	return lines, nil
}

// readCSV reads a table whose first line names the columns, separated by commas, semicolons or tabs.
// Names of columns have no case; known lists those that may not stand twice.
func readCSV(file string, b []byte, required, known []string) ([]tableLine, error) {
	lines, _, err := readLines(file, b, required, known)
	return lines, err
}

// readLines is readCSV with the names of the columns as they stand in the file.
func readLines(file string, b []byte, required, known []string) (lines []tableLine, header []string, err error) {
	if b, err = plainText(file, b); err != nil {
		return nil, nil, err
	}
	skipped := 0
	rd := csv.NewReader(bytes.NewReader(b))
	first, rest, _ := bytes.Cut(b, []byte("\n"))
	if sep, ok := strings.CutPrefix(strings.ToLower(strings.TrimRight(string(first), "\r")), "sep="); ok && len(sep) == 1 {
		// Spreadsheets write and understand this line.
		rd, skipped = csv.NewReader(bytes.NewReader(rest)), 1
		rd.Comma = rune(sep[0])
	} else {
		rd.Comma = delimiter(first)
	}
	header, err = rd.Read()
	if errors.Is(err, io.EOF) {
		return nil, nil, &dag.BadInput{File: file, Line: 1, Summary: "the file is empty", Detail: "The first line names the columns: " + strings.Join(known, ",") + "."}
	}
	if err != nil {
		return nil, nil, csvFault(file, skipped, err)
	}
	columns, err := columnsOf(file, header, required, known, 1+skipped)
	if err != nil {
		return nil, nil, err
	}
	for {
		fields, err := rd.Read()
		if errors.Is(err, io.EOF) {
			return lines, header, nil
		}
		if err != nil {
			return nil, nil, csvFault(file, skipped, err)
		}
		if len(lines) >= maxRows {
			return nil, nil, &dag.BadInput{File: file, Summary: fmt.Sprintf("the table has more than %d lines", maxRows), Detail: "Split it."}
		}
		number, _ := rd.FieldPos(0)
		lines = append(lines, tableLine{file: file, number: number + skipped, columns: columns, fields: fields})
	}
}

// plainText drops a byte order mark and refuses what is no UTF-8, at its line.
func plainText(file string, b []byte) ([]byte, error) {
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")) // spreadsheets write it
	if bytes.HasPrefix(b, []byte("\xff\xfe")) || bytes.HasPrefix(b, []byte("\xfe\xff")) {
		return nil, &dag.BadInput{File: file, Line: 1, Summary: "the text is UTF-16", Detail: `Save it as "CSV UTF-8".`}
	}
	if utf8.Valid(b) {
		return b, nil
	}
	line := 1
	for rest := b; len(rest) > 0; {
		r, n := utf8.DecodeRune(rest)
		if r == utf8.RuneError && n == 1 {
			break
		}
		if r == '\n' {
			line++
		}
		rest = rest[n:]
	}
	return nil, &dag.BadInput{File: file, Line: line, Summary: "the text is not UTF-8", Detail: `Save it as "CSV UTF-8", so that letters such as å are read as what they are.`}
}

// delimiter is the one that the line with the names of the columns has most of; names hold none.
func delimiter(header []byte) rune {
	best := ','
	for _, c := range []rune{';', '\t'} {
		if bytes.Count(header, []byte(string(c))) > bytes.Count(header, []byte(string(best))) {
			best = c
		}
	}
	return best
}

// columnsOf maps names of columns, in lower case, to their places.
func columnsOf(file string, header, required, known []string, line int) (map[string]int, error) {
	isKnown := func(name string) bool {
		return slices.ContainsFunc(known, func(k string) bool { return strings.EqualFold(k, name) })
	}
	columns := map[string]int{}
	for i, h := range header {
		name := strings.ToLower(strings.TrimSpace(h))
		if _, ok := columns[name]; ok {
			if isKnown(name) {
				return nil, &dag.BadInput{File: file, Line: line, Summary: fmt.Sprintf("the column %s stands twice", name), Detail: "Remove one of the two."}
			}
			continue
		}
		columns[name] = i
	}
	for _, name := range required {
		if _, ok := columns[strings.ToLower(name)]; !ok {
			return nil, &dag.BadInput{
				File: file, Line: line, Summary: fmt.Sprintf("there is no column %s", name),
				Detail: fmt.Sprintf("Add it, or correct its name; the columns are: %s.", summary(header)),
			}
		}
	}
	return columns, nil
}

// summary lists names, and not all of very many.
func summary(names []string) string {
	const most = 30
	if len(names) > most {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", len(names)-most)
	}
	return strings.Join(names, ", ")
}

func csvFault(file string, skipped int, err error) error {
	var p *csv.ParseError
	if errors.As(err, &p) {
		return &dag.BadInput{File: file, Line: p.Line + skipped, Summary: p.Err.Error(), Detail: "Correct the line; every line needs as many fields as the first."}
	}
	return &dag.BadInput{File: file, Summary: err.Error()}
}

// ReadTable returns the names of the columns of a table, and, of a text, its rows too: what one needs to
// find out what a table is.
func ReadTable(file string, b []byte) (columns []string, rows [][]string, err error) {
	if bytes.HasPrefix(b, []byte("PAR1")) {
		t, err := table.ReadText(b, func(string) bool { return false }, maxRows)
		if err != nil {
			return nil, nil, &dag.BadInput{File: file, Summary: err.Error()}
		}
		return t.Columns, nil, nil
	}
	lines, header, err := readLines(file, b, nil, nil)
	if err != nil {
		return nil, nil, err
	}
	for _, l := range lines {
		rows = append(rows, l.fields)
	}
	return header, rows, nil
}
