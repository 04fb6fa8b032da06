package report

import (
	"fmt"
	"slices"
	"strconv"

	"femur/internal/analysis"
)

// An armGroup is a row of a table of estimates.
type armGroup struct{ arm, group string }

// estimates are those of one part, by row and name.
type estimates struct {
	rows  []armGroup // in order of first appearance
	cells map[armGroup]map[string]analysis.Estimate
}

func indexEstimates(list []analysis.Estimate, part analysis.Partition) estimates {
	out := estimates{cells: map[armGroup]map[string]analysis.Estimate{}}
	for _, e := range list {
		if e.Partition != part {
			continue
		}
		key := armGroup{e.Arm, e.Group}
		if out.cells[key] == nil {
			out.cells[key] = map[string]analysis.Estimate{}
			out.rows = append(out.rows, key)
		}
		out.cells[key][e.Name] = e
	}
	return out
}

func (s estimates) at(key armGroup, name string) (analysis.Estimate, bool) {
	e, ok := s.cells[key][name]
	return e, ok
}

// text is "7.2 (5.8 to 8.2)", or a dash for an estimate that does not exist.
func (s estimates) text(key armGroup, name string) string {
	e, ok := s.at(key, name)
	if !ok {
		return "–"
	}
	return interval(e)
}

func interval(e analysis.Estimate) string {
	v, low, high := e.Numbers()
	return fmt.Sprintf("%s (%s to %s)", v, low, high)
}

// levelText is the coverage of the report's intervals, "95 %".
func levelText(r analysis.Result) string {
	return strconv.FormatFloat(roundTo(100*r.Options.Level, 4), 'f', -1, 64) + " %"
}

func contains(list []string, s string) bool { return slices.Contains(list, s) }

// size is how many patients and radiographs an estimate rests on.
func size(e analysis.Estimate) string { return fmt.Sprintf("%d, %d", e.NPatients, e.NImages) }
