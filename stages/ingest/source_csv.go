package ingest

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"femur/dag"
	"femur/internal/geom"
)

// csvColumns are the columns of a csv source; the first five are required.
var csvColumns = []string{"path", "patient", "label", "x", "y", "spacing", "view", "side", "site", "modality", "implant"}

const csvRequired = 5

// csv reads a table with one line for each radiograph: path, patient, label, x and y in oriented pixels,
// and optionally spacing (mm per pixel), view, side, site, modality and implant. Other columns are ignored.
func (s Source) csv(files dag.SourceFiles) ([]row, error) {
	b, err := s.read(files, *s.Path)
	if err != nil {
		return nil, err
	}
	t, err := readCSV(*s.Path, b, csvColumns[:csvRequired], csvColumns)
	if err != nil {
		return nil, err
	}
	folder := s.images("")
	var rows []row
	var faults []error
	for _, l := range t {
		r := row{
			id: l.get("path"), file: *s.Path, line: l.number,
			Patient: l.get("patient"), Label: l.get("label"), View: l.get("view"), Side: l.get("side"),
			Site: l.get("site"), Modality: l.get("modality"), Implant: l.get("implant"),
		}
		if r.id == "" {
			faults = append(faults, r.bad("the path is empty", "Each line needs the path of an image."))
			continue
		}
		var bad error
		if r.image, bad = join(folder, r.id); bad != nil {
			faults = append(faults, r.bad(bad.Error(), "Give paths below the folder of images (argument images)."))
			continue
		}
		number := func(column string) float64 {
			v := l.get(column)
			if v == "" {
				return 0
			}
			f, err := strconv.ParseFloat(v, 64)
			if err != nil && bad == nil {
				bad = r.bad(fmt.Sprintf("column %s: %q is no number", column, v), "Write a decimal number with a point.")
			}
			return f
		}
		r.empty = l.get("x") == "" || l.get("y") == ""
		r.Center = geom.Point{X: number("x"), Y: number("y")}
		r.Pitch = geom.Pitch(number("spacing"))
		if bad != nil {
			faults = append(faults, bad)
			continue
		}
		rows = append(rows, r)
	}
	if len(faults) > maxFaults {
		faults = append(faults[:maxFaults], fmt.Errorf("%d more lines are wrong", len(faults)-maxFaults))
	}
	return rows, errors.Join(faults...)
}

// A csvLine is one line of a CSV file with named columns.
type csvLine struct {
	number  int // 1-based line in the file
	columns map[string]int
	fields  []string
}

func (l csvLine) get(column string) string {
	i, ok := l.columns[column]
	if !ok || i >= len(l.fields) {
		return ""
	}
	return strings.TrimSpace(l.fields[i])
}

// readCSV reads a CSV file with a header line; known lists the columns that a hint may name.
func readCSV(file string, b []byte, required, known []string) ([]csvLine, error) {
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")) // spreadsheets write a byte order mark
	rd := csv.NewReader(bytes.NewReader(b))
	rd.ReuseRecord = false
	header, err := rd.Read()
	if errors.Is(err, io.EOF) {
		return nil, &dag.BadInput{File: file, Line: 1, Summary: "the file is empty", Detail: "The first line names the columns: " + strings.Join(known, ",") + "."}
	}
	if err != nil {
		return nil, csvFault(file, err)
	}
	columns := map[string]int{}
	for i, h := range header {
		name := strings.ToLower(strings.TrimSpace(h))
		if _, ok := columns[name]; ok && slices.Contains(known, name) {
			return nil, &dag.BadInput{File: file, Line: 1, Summary: fmt.Sprintf("the column %s stands twice", name), Detail: "Remove one of the two."}
		}
		columns[name] = i
	}
	for _, name := range required {
		if _, ok := columns[strings.ToLower(name)]; !ok {
			return nil, &dag.BadInput{
				File: file, Line: 1, Summary: fmt.Sprintf("there is no column %s", name),
				Detail: fmt.Sprintf("The first line must name it; found: %s.", strings.Join(header, ", ")),
			}
		}
	}
	var lines []csvLine
	for {
		fields, err := rd.Read()
		if errors.Is(err, io.EOF) {
			return lines, nil
		}
		if err != nil {
			return nil, csvFault(file, err)
		}
		number, _ := rd.FieldPos(0)
		lines = append(lines, csvLine{number, columns, fields})
	}
}

func csvFault(file string, err error) error {
	var p *csv.ParseError
	if errors.As(err, &p) {
		return &dag.BadInput{File: file, Line: p.Line, Summary: p.Err.Error(), Detail: "Correct the line; every line needs as many fields as the first."}
	}
	return &dag.BadInput{File: file, Summary: err.Error()}
}
