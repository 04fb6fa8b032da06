package main

import (
	"bufio"
	"context"
	"fmt"
	"strconv"
	"strings"
)

// A suite is benchmarks of one package.
type suite struct {
	Package, Bench, Time string
}

// suites are the benchmarks whose figures the document has; each is short.
func suites() []suite {
	return []suite{
		{"./internal/radiograph", ".", "10x"},
		{"./internal/synth", ".", "5x"},
		{"./internal/sourceindex", ".", "3x"},
		{"./internal/pipeline", "BenchmarkLoad", "10x"},
		{"./internal/stats", ".", "10x"},
		{".", "BenchmarkFingerprints", "10x"},
		{"./cache/badgerstore", "Put|Get|Store50000", "20x"},
		{"./models/backend", "ConvNet|MatMul", "10x"},
	}
}

const suiteRepeats = 3

func (s suite) args() []string {
	return []string{"test", "-run", "^$", "-bench", s.Bench, "-benchtime", s.Time, "-count", fmt.Sprint(suiteRepeats), s.Package}
}

// command is what a reader types.
func (s suite) command() string {
	args := s.args()
	for i, a := range args {
		if strings.ContainsAny(a, "|^$*") {
			args[i] = "'" + a + "'"
		}
	}
	return "go " + strings.Join(args, " ")
}

// A packageFigure is one benchmark of a package.
type packageFigure struct {
	Package string        `json:"package"`
	Name    string        `json:"name"`
	Values  []metricValue `json:"values"` // in the order in which go test prints them
}

// A metricValue is one metric of a benchmark, with a value of each repeat.
type metricValue struct {
	Unit   string    `json:"unit"`
	Values []float64 `json:"values"`
}

// packageBenchmarks runs the suites one after another.
func (b *bench) packageBenchmarks(ctx context.Context) ([]packageFigure, error) {
	var figures []packageFigure
	for _, s := range suites() {
		b.say("%s", s.command())
		o, err := execute(ctx, b.module, "go", s.args()...)
		if err != nil {
			return nil, fmt.Errorf("%w\n%s", err, tail(o.stdout, 12))
		}
		found := parseBenchmarks(string(o.stdout), s.Package)
		if len(found) == 0 {
			return nil, fmt.Errorf("%s printed no benchmark:\n%s", s.command(), tail(o.stdout, 12))
		}
		figures = append(figures, found...)
	}
	return figures, nil
}

// parseBenchmarks reads what go test -bench prints; repeats of a benchmark are put together.
func parseBenchmarks(printed, pkg string) []packageFigure {
	var figures []packageFigure
	at := map[string]int{}
	lines := bufio.NewScanner(strings.NewReader(printed))
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue
		}
		name := strings.TrimPrefix(fields[0], "Benchmark")
		if i := strings.LastIndexByte(name, '-'); i > 0 {
			if _, err := strconv.Atoi(name[i+1:]); err == nil {
				name = name[:i] // the number of processors
			}
		}
		i, ok := at[name]
		if !ok {
			i = len(figures)
			at[name] = i
			figures = append(figures, packageFigure{Package: strings.TrimPrefix(pkg, "./"), Name: name})
		}
		for f := 2; f+1 < len(fields); f += 2 {
			if v, err := strconv.ParseFloat(fields[f], 64); err == nil {
				figures[i].add(fields[f+1], v)
			}
		}
	}
	return figures
}

func (f *packageFigure) add(unit string, v float64) {
	for i := range f.Values {
		if f.Values[i].Unit == unit {
			f.Values[i].Values = append(f.Values[i].Values, v)
			return
		}
	}
	f.Values = append(f.Values, metricValue{unit, []float64{v}})
}

// String is the median of each metric; memory and allocations are left out.
func (f packageFigure) String() string {
	var parts []string
	for _, v := range f.Values {
		if v.Unit == "B/op" || v.Unit == "allocs/op" {
			continue
		}
		parts = append(parts, formatMetric(median(v.Values), v.Unit))
	}
	return strings.Join(parts, ", ")
}

// formatMetric writes times per operation in a unit that suits them, and other metrics with three digits.
func formatMetric(v float64, unit string) string {
	if unit == "ns/op" {
		for _, u := range []struct {
			name string
			size float64
		}{{"s", 1e9}, {"ms", 1e6}, {"µs", 1e3}} {
			if v >= u.size {
				return threeDigits(v/u.size) + " " + u.name
			}
		}
		return threeDigits(v) + " ns"
	}
	return threeDigits(v) + " " + unit
}

func threeDigits(v float64) string {
	decimals := 0
	for limit := 100.0; decimals < 3 && v < limit; limit /= 10 {
		decimals++
	}
	return strconv.FormatFloat(v, 'f', decimals, 64)
}
