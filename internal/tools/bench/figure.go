package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// A verdict says whether a figure is what it must be.
type verdict string

const (
	pass        verdict = "pass"
	fail        verdict = "falls short"
	notMeasured verdict = "not measured"
	none        verdict = "" // nothing is demanded
)

// judge is pass or fail.
func judge(ok bool) verdict {
	if ok {
		return pass
	}
	return fail
}

// A figure is one row of the table.
type figure struct {
	What    string   `json:"what"`
	Must    string   `json:"must,omitempty"`
	Counted string   `json:"counted,omitempty"` // what does not depend on the clock
	Series  []series `json:"series,omitempty"`
	Repeats int      `json:"repeats,omitempty"`
	Verdict verdict  `json:"verdict,omitempty"`
	Fault   string   `json:"fault,omitempty"` // why it was not measured
}

// A series is one quantity, measured repeatedly.
type series struct {
	Name   string    `json:"name,omitempty"`
	Unit   unit      `json:"unit"`
	Values []float64 `json:"values"`
}

// Measured is the text of the measurements: counts, then each series as its median and range.
func (f figure) Measured() string {
	if f.Verdict == notMeasured {
		return f.Fault
	}
	var parts []string
	if f.Counted != "" {
		parts = append(parts, f.Counted)
	}
	for _, s := range f.Series {
		parts = append(parts, s.String())
	}
	return strings.Join(parts, "; ")
}

// String is such as "peak 1.20 GiB (1.19–1.22)".
func (s series) String() string {
	text := s.Unit.format(s.median())
	if s.Name != "" {
		text = s.Name + " " + text
	}
	if len(s.Values) > 1 {
		text += fmt.Sprintf(" (%s – %s)", s.Unit.format(slices.Min(s.Values)), s.Unit.format(slices.Max(s.Values)))
	}
	return text
}

// median is the middle value, the mean of the middle two of an even number, NaN of none.
func (s series) median() float64 { return median(s.Values) }

func median(values []float64) float64 {
	n := len(values)
	if n == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	if n%2 == 1 {
		return sorted[n/2]
	}
	return (sorted[n/2-1] + sorted[n/2]) / 2
}

// A unit is what values are in.
type unit string

const (
	seconds unit = "s"
	memory  unit = "bytes"
	rate    unit = "MP/s"
	ratio   unit = "×"
)

func (u unit) format(v float64) string {
	switch {
	case u == rate:
		return fmt.Sprintf("%.1f MP/s", v)
	case u == ratio:
		return fmt.Sprintf("%.2f×", v)
	case u == memory && v >= 1<<30:
		return fmt.Sprintf("%.2f GiB", v/(1<<30))
	case u == memory:
		return fmt.Sprintf("%.0f MiB", v/(1<<20))
	case v < 1:
		return fmt.Sprintf("%.3f s", v)
	case v < 100:
		return fmt.Sprintf("%.1f s", v)
	}
	d := time.Duration(v * float64(time.Second)).Round(time.Second)
	return fmt.Sprintf("%d min %02d s", d/time.Minute, d%time.Minute/time.Second)
}

// count is such as "0 stages run".
func count(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}
