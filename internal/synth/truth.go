package synth

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strconv"
)

// number writes a float so that reading it gives the same float.
func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

func (w *writer) writeCSV() (err error) {
	f, err := os.Create(filepath.Join(w.dir, CSVFile))
	if err != nil {
		return fmt.Errorf("synthetic cohort: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	table := csv.NewWriter(f)
	rows := [][]string{{"path", "patient", "label", "x", "y", "spacing"}}
	if w.format == DICOM {
		rows[0] = []string{"path", "label", "x", "y"}
	}
	for _, s := range w.cohort.specs {
		x, y := number(s.Center.X), number(s.Center.Y)
		if w.format == DICOM {
			rows = append(rows, []string{w.path(s), string(s.Label), x, y})
			continue
		}
		spacing := ""
		if s.SpacingKnown {
			spacing = number(float64(s.Pitch))
		}
		rows = append(rows, []string{w.path(s), s.Patient, string(s.Label), x, y, spacing})
	}
	if err := table.WriteAll(rows); err != nil {
		return fmt.Errorf("synthetic cohort: %w", err)
	}
	return nil
}

// writeLabelStudio writes one object per column, each from row number to value.
func (w *writer) writeLabelStudio() error {
	var columns struct {
		FileName map[string]string  `json:"file_name"`
		Width    map[string]float64 `json:"original_width"`
		Height   map[string]float64 `json:"original_height"`
		X        map[string]float64 `json:"x"`
		Y        map[string]float64 `json:"y"`
	}
	columns.FileName = map[string]string{}
	columns.Width, columns.Height = map[string]float64{}, map[string]float64{}
	columns.X, columns.Y = map[string]float64{}, map[string]float64{}
	for i, s := range w.cohort.specs {
		row := strconv.Itoa(i)
		columns.FileName[row] = path.Base(w.path(s))
		columns.Width[row], columns.Height[row] = float64(s.Width), float64(s.Height)
		columns.X[row], columns.Y[row] = 100*s.Center.X/float64(s.Width), 100*s.Center.Y/float64(s.Height)
	}
	b, err := json.Marshal(columns)
	if err != nil {
		return fmt.Errorf("synthetic cohort: %w", err)
	}
	if err := os.WriteFile(filepath.Join(w.dir, LabelStudioFile), append(b, '\n'), 0o644); err != nil {
		return fmt.Errorf("synthetic cohort: %w", err)
	}
	return nil
}
